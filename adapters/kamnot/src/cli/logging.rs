//! Diagnostic messages on standard error. They contain case references and office codes, and nothing about a child.
//!
//! Invariant: at level TRACE libraries log the data that they process, such as the messages of offices. So TRACE is
//! only for our own modules, whatever `RUST_LOG` says. At DEBUG they name frames, statements and subjects without what passes
//! in them; `tests/web/privacy.rs` and `tests/operations/privacy.rs` hold them to that.

use std::fmt;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::{env, fs, io, process};

use service::clock::{Clock as _, SystemClock};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, layer};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, registry};

use super::arguments::LogForm;

/// Starts logging at the levels of `RUST_LOG`; by default warnings, and information with `serve`.
pub(super) fn start(form: LogForm, serving: bool) {
    let level = if serving { "info,async_nats=warn" } else { "warn,async_nats=error" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let filter = filter.and(filter_fn(shows_nothing_that_passes_through));
    let reader = Reader::of_standard_error();
    let logging = layer().with_writer(io::stderr).with_ansi(false);
    let started = match form {
        LogForm::Text => {
            let logging = logging.with_timer(LocalTime).map_event_format(|form| For { reader, form });
            registry().with(logging.with_filter(filter)).try_init()
        }
        LogForm::Json => {
            let logging = logging.json().map_event_format(|form| For { reader, form });
            registry().with(logging.with_filter(filter)).try_init()
        }
    };
    if let Err(error) = started {
        say_failure(&format!("diagnostic messages cannot be logged: {error}"));
    }
}

fn shows_nothing_that_passes_through(message: &Metadata<'_>) -> bool {
    *message.level() != Level::TRACE || ["kamnot::", "store::"].iter().any(|ours| message.target().starts_with(ours))
}

/// Writes on standard error why the program ends. A closed standard error is ignored.
pub(super) fn say_failure(failure: &str) {
    let said = Reader::of_standard_error().lines(Level::ERROR, &format!("kamnot: {failure}\n"));
    let _ = io::stderr().write_all(said.as_bytes());
}

/// Ends the program with what its arguments ask for, such as help, or with what is wrong with them.
pub(super) fn end_for(arguments: &clap::Error) -> ! {
    let reader = Reader::of_standard_error();
    if reader == Reader::Journal && arguments.use_stderr() {
        let said = reader.lines(Level::ERROR, &arguments.render().to_string());
        let _ = io::stderr().write_all(said.as_bytes());
        process::exit(arguments.exit_code());
    }
    arguments.exit()
}

/// The reader of standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// The journal of systemd, which reads the priority of each line from its prefix (`sd-daemon(3)`).
    Journal,
    /// Any other.
    Other,
}

impl Reader {
    /// systemd gives the device and the inode of the journal's stream; a redirected standard error has others.
    fn of_standard_error() -> Self {
        let named = env::var("JOURNAL_STREAM").ok();
        let own = io::stderr().as_fd().try_clone_to_owned().and_then(|stream| fs::File::from(stream).metadata());
        match (named, own) {
            (Some(named), Ok(own)) if named == format!("{}:{}", own.dev(), own.ino()) => Self::Journal,
            _ => Self::Other,
        }
    }

    /// The lines of a message in this reader's format.
    fn lines(self, level: Level, message: &str) -> String {
        let urgency = match (self, level) {
            (Self::Other, _) => return message.to_owned(),
            (Self::Journal, Level::ERROR) => "<3>",
            (Self::Journal, Level::WARN) => "<4>",
            (Self::Journal, Level::INFO) => "<6>",
            (Self::Journal, _) => "<7>",
        };
        message.split_inclusive('\n').fold(String::new(), |lines, line| lines + urgency + line)
    }
}

/// A format of messages for a reader.
struct For<F> {
    reader: Reader,
    form: F,
}

impl<S, N, F> FormatEvent<S, N> for For<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut message = String::new();
        self.form.format_event(context, Writer::new(&mut message), event)?;
        out.write_str(&self.reader.lines(*event.metadata().level(), &message))
    }
}

/// Vientiane time, as everywhere else in the program.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{}", SystemClock.now())
    }
}
