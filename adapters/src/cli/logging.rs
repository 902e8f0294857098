//! Diagnostic messages on standard error. They hold case references and office codes, nothing of a child.
//!
//! Invariant: at the most talkative level libraries show what passes through them, such as the bodies of messages that an
//! office sends; so that level is for our own messages alone, whatever `RUST_LOG` asks for.

use std::io::{self, IsTerminal as _};

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt, registry};

use super::arguments::LogForm;

/// Starts logging; `RUST_LOG` says what, else warnings, and with `serve` what it does.
pub(super) fn start(form: LogForm, serving: bool) {
    let level = if serving { "info,async_nats=warn" } else { "warn,async_nats=error" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let filter = filter.and(filter_fn(shows_nothing_that_passes_through));
    let logging = fmt::layer().with_writer(io::stderr).with_ansi(colour);
    let started = match form {
        LogForm::Text => registry().with(logging.with_filter(filter)).try_init(),
        LogForm::Json => registry().with(logging.json().with_filter(filter)).try_init(),
    };
    if let Err(error) = started {
        eprintln!("kamnot: no log: {error}");
    }
}

fn shows_nothing_that_passes_through(message: &Metadata<'_>) -> bool {
    *message.level() != Level::TRACE || message.target().starts_with("adapters::")
}
