//! `kamnot reconcile` and `kamnot offices --silent`: whether the log, the views and what was published agree, and who
//! is silent.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use engine::calendar::Instant;

use super::arguments::{Common, instant};
use super::connection::NatsOptions;
use super::database::{Absent, Database, run as block_on};
use super::output::{Failure, Outcome, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::progress;
use super::table::{Cell, Table};
use super::time::short;
use crate::clock::{Clock as _, SystemClock};
use crate::nats::Servers;
use crate::reconcile::{
    JudgedBy, Kind, Pace, ReconcileFault, Reconciler, Reconciliation, Silence, Terms, TimeOfDay, WithoutNats,
};

/// How long what looks different may take to come right while others are at work.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Recompute every case from the log alone, and compare with the views and with what was published
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot reconcile                                     what was delivered is judged by the marks in the log
  kamnot reconcile --nats nats://localhost:4222        … by the stream of alerts itself, message by message
  kamnot reconcile --last                              what the last one found, by hand or by `kamnot serve`

The result says how many cases were evaluated, how many alerts were due by the law and the log, how many were delivered,
and what differs; it is kept in the log and, with --nats, published on kamnot.reconciliation. `kamnot serve` does this
once a day. A difference is an alarm: exit code 1. It may run beside everything else: what seems to differ is looked at
again before it is called different.")]
pub(super) struct Reconcile {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// The instant by which everything due had to be told [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Print what the last reconciliation found, and do none
    #[arg(long, conflicts_with = "at")]
    pub last: bool,
    /// How long what seems to differ may take to come right before it is called different
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs(),
        value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub patience: u64,
    /// From how many days of silence on an office with open cases is listed
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    pub silent_days: i64,
}

/// When the daily reconciliation of `serve` is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum DailyAt {
    /// At this time of the day.
    At(TimeOfDay),
    /// Never.
    Off,
}

/// Reads a time of the day, or `off`.
pub(super) fn daily_at(text: &str) -> Result<DailyAt, String> {
    if text == "off" { Ok(DailyAt::Off) } else { text.parse().map(DailyAt::At) }
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// One object
    Json,
}

impl From<ReconcileFault> for Failure {
    fn from(fault: ReconcileFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// What reconciles the log of the command line.
pub(super) fn reconciler(database: &Database, servers: Option<Arc<Servers>>, terms: Terms) -> Reconciler {
    Reconciler {
        installation: database.store.installation().to_string(),
        store: Arc::clone(&database.store),
        book: Arc::clone(&database.book),
        clock: Arc::new(SystemClock),
        servers,
        terms,
    }
}

/// `kamnot reconcile`
pub(super) fn run(common: &Common, own: &Reconcile) -> Result<Outcome, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let result = if own.last { last(common, &database)? } else { reconciled(&database, own)? };
    match own.format {
        Format::Json => print_out(&(result.to_json() + "\n"))?,
        Format::Table => print_out(&draw(common, &result, own.silent_days)?)?,
    }
    Ok(if result.is_clean() { Outcome::Done } else { Outcome::SomethingRefused })
}

fn reconciled(database: &Database, own: &Reconcile) -> Result<Reconciliation, Failure> {
    let servers = own.nats.servers()?.map(Arc::new);
    let patience = Duration::from_secs(own.patience);
    let terms = Terms { patience, without_nats: WithoutNats::Fail, pace: Pace::Full };
    let reconciler = reconciler(database, servers, terms);
    let bar = progress::bar(0, "events and messages");
    let at = own.at.unwrap_or_else(|| SystemClock.now());
    let result = block_on(async { Ok(Box::pin(reconciler.run(at, &progress::on(&bar))).await?) });
    bar.finish_and_clear();
    result
}

fn last(common: &Common, database: &Database) -> Result<Reconciliation, Failure> {
    let last = block_on(async { Ok(Reconciler::last(database.store.as_ref()).await?) })?;
    last.ok_or_else(|| {
        let log = &common.db;
        Failure::Refused(format!("{log} was never reconciled by this program; `kamnot reconcile` does it"))
    })
}

/// `kamnot offices --silent`
pub(super) fn silent(common: &Common) -> Result<Outcome, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let last = last(common, &database)?;
    let of = format!("As of the reconciliation of {}", short(last.at));
    print_out(&if last.silence.is_empty() {
        format!("{of} no office has an open case, so none is silent.\n")
    } else {
        format!("{of}:\n{}", silence(common, last.silence.iter())?)
    })?;
    Ok(Outcome::Done)
}

fn draw(common: &Common, result: &Reconciliation, silent_days: i64) -> Result<String, Failure> {
    let differences = &result.differences;
    let mut out = format!(
        "{} at {}: {} {} recomputed from {} {}\nAlerts: {} due, {} delivered, {} waiting; {}\n",
        common.db,
        short(result.at),
        result.evaluated,
        if result.evaluated == 1 { "case" } else { "cases" },
        result.events,
        if result.events == 1 { "event" } else { "events" },
        result.due,
        result.delivered,
        result.waiting,
        match &result.judged_by {
            JudgedBy::Stream(messages) => format!("judged by the stream, {messages} messages read"),
            JudgedBy::Marks => "judged by the marks of delivery, since no server was named (--nats)".to_owned(),
            JudgedBy::MarksFor(why) => format!("judged by the marks of delivery, since {why}"),
        }
    );
    if result.clock_in_doubt {
        out.push_str("The clock is in doubt and alerts are held back; what is not told counts as waiting.\n");
    }
    let paint = Paint::of(&io::stdout());
    if result.is_clean() {
        out.push_str("Nothing differs.\n");
    } else {
        let _ = writeln!(out, "{} DIFFERENT:", differences.different);
        for kind in Kind::ALL {
            let count = differences.count(kind);
            if count > 0 {
                let _ = writeln!(out, "  {count:>8}  {:<13} {}", kind.word(), meaning(kind));
            }
        }
        out.push('\n');
        out.push_str(&first(result).draw(line_width(), paint));
    }
    let mut silent = result.silent_for(silent_days).peekable();
    if silent.peek().is_some() {
        let _ = writeln!(out, "\nSilent for {silent_days} days or more, with open cases:");
        out.push_str(&silence(common, silent)?);
    }
    Ok(out)
}

/// What a kind of difference means, and what to do.
const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::LogDamaged => "the log is damaged: stop all that use it, keep it, and restore a copy",
        Kind::Untold => "due by the law and not told: does `kamnot serve` run on this log?",
        Kind::Undelivered => "recorded and not delivered: does `kamnot serve` run with --nats, and does NATS answer?",
        Kind::Lost => {
            "delivered once and no longer in the stream: start `kamnot serve` again, or find out who removed it"
        }
        Kind::Altered => "the stream says something else than the log: somebody else has published or changed it",
        Kind::Unknown => "in the stream and not in the log: is this a restored copy, or did somebody else publish it?",
        Kind::Doubled => "in the stream more than once",
        Kind::ViewDiffers => "a view is not what the log gives: `kamnot rebuild` makes it anew",
        Kind::MarkDiffers => "the proof of delivery names another place",
        Kind::Unmarked => "delivered without proof: does `kamnot serve` run on this log?",
        Kind::Foreign => "somebody else publishes into the stream of alerts: see who may (`kamnot.alerts.>`)",
    }
}

/// The first differences as a table.
fn first(result: &Reconciliation) -> Table {
    let headings = ["Different", "Case", "Alert", "In the stream", "Found"].map(str::to_owned).to_vec();
    let mut table = Table { headings, rows: Vec::new() };
    for difference in &result.differences.first {
        let or_none = |text: Option<String>| Cell::plain(text.unwrap_or_default());
        table.rows.push(vec![
            Cell::new(difference.kind.word(), Tone::Certain),
            or_none(difference.case.as_ref().map(ToString::to_string)),
            or_none(difference.alert.map(|alert| alert.to_string())),
            or_none(difference.stream_sequence.map(|sequence| sequence.to_string())),
            Cell::plain(difference.found.as_str()),
        ]);
    }
    table
}

/// Silent offices as a table.
fn silence<'s>(common: &Common, silent: impl Iterator<Item = &'s Silence>) -> Result<String, Failure> {
    let offices = offices(common)?;
    let headings = ["Office", "Name", "Open cases", "Last heard", "Days"].map(str::to_owned).to_vec();
    let mut table = Table { headings, rows: Vec::new() };
    for silence in silent {
        table.rows.push(vec![
            Cell::new(silence.office.as_str(), Tone::Strong),
            Cell::plain(offices.name(&silence.office, common.lang)),
            Cell::plain(silence.open_cases.to_string()),
            Cell::plain(silence.last_heard.map_or_else(|| "never".to_owned(), short)),
            Cell::plain(silence.days().to_string()),
        ]);
    }
    Ok(table.draw(line_width(), Paint::of(&io::stdout())))
}
