//! Diagnostic messages on standard error. They hold case references and office codes, nothing of a child.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use super::arguments::LogForm;

/// Starts logging; `RUST_LOG` says what, else warnings, and with `serve` what it does.
pub(super) fn start(form: LogForm, serving: bool) {
    let level = if serving { "info,async_nats=warn" } else { "warn,async_nats=error" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour);
    let started = match form {
        LogForm::Text => logging.try_init(),
        LogForm::Json => logging.json().try_init(),
    };
    if let Err(error) = started {
        eprintln!("kamnot: no log: {error}");
    }
}
