//! `kamnot reconcile`: checks whether the log, the views and the published alerts agree.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use nats::Servers;
use service::broker::AlertStream;
use service::clock::{Clock as _, SystemClock};
use service::reconcile::{
    DifferenceKind, JudgedBy, Pace, ReconcileFault, Reconciler, Reconciliation, Terms, WithoutNats,
};

use super::arguments::{Common, Reconcile, ResultFormat};
use super::database::{Absent, Database, run as block_on};
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::progress;
use super::silence::silence;
use super::table::{Cell, Table};
use super::time::short;

impl From<ReconcileFault> for Failure {
    fn from(fault: ReconcileFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// The reconciler of the command's log.
pub(super) fn reconciler(database: &Database, servers: Option<Arc<Servers>>, terms: Terms) -> Reconciler {
    Reconciler {
        installation: database.store.installation().to_string(),
        store: Arc::clone(&database.store),
        book: Arc::clone(&database.book),
        clock: Arc::new(SystemClock),
        alerts: servers.map(|servers| servers as Arc<dyn AlertStream>),
        terms,
    }
}

/// `kamnot reconcile`
pub(super) fn run(common: &Common, own: &Reconcile) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let result = if own.last { last(common, &database)? } else { reconciled(&database, own)? };
    match own.format {
        ResultFormat::Json => print_out(&(result.to_json() + "\n"))?,
        ResultFormat::Table => print_out(&draw(common, &database, &result, own.silent_days)?)?,
    }
    Ok(if result.is_clean() { Completion::Done } else { Completion::SomethingRefused })
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

pub(super) fn last(common: &Common, database: &Database) -> Result<Reconciliation, Failure> {
    let last = block_on(async { Ok(Reconciler::last(database.store.as_ref()).await?) })?;
    last.ok_or_else(|| {
        let log = &common.db;
        Failure::Refused(format!("{log} was never reconciled by this program; `kamnot reconcile` does it"))
    })
}

fn draw(common: &Common, database: &Database, result: &Reconciliation, silent_days: i64) -> Result<String, Failure> {
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
            JudgedBy::Marks => "judged by the marks of delivery, since no server was given (--nats)".to_owned(),
            JudgedBy::MarksFor(why) => format!("judged by the marks of delivery, the stream being unreadable: {why}"),
        }
    );
    if result.clock_in_doubt {
        out.push_str("The clock is in doubt and alerts are held back; missing alerts count as waiting.\n");
    }
    let paint = Paint::of(&io::stdout());
    if result.is_clean() {
        out.push_str("Nothing differs.\n");
    } else {
        let _ = writeln!(out, "{} DIFFERENT:", differences.different);
        for kind in DifferenceKind::ALL {
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
        out.push_str(&silence(common, database, silent)?);
    }
    Ok(out)
}

/// The meaning of a kind of difference, and what to do.
const fn meaning(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::LogDamaged => {
            "the log is damaged: stop every program that uses it, keep it, and restore a backup"
        }
        DifferenceKind::Untold => "due by the law but not raised: does `kamnot serve` run on this log?",
        DifferenceKind::Undelivered => {
            "recorded but not delivered: does `kamnot serve` run with --nats, and does NATS answer?"
        }
        DifferenceKind::Lost => {
            "delivered, but no longer in the stream: restart `kamnot serve`, and find out who removed it"
        }
        DifferenceKind::Altered => {
            "the stream has other content than the log: somebody else has published or changed it"
        }
        DifferenceKind::Unknown => {
            "in the stream but not in the log: is this a restored log, or did somebody else publish it?"
        }
        DifferenceKind::Doubled => "in the stream more than once",
        DifferenceKind::ViewDiffers => "a view does not match the log: run `kamnot rebuild`",
        DifferenceKind::MarkDiffers => "the mark of delivery names another alert or another sequence",
        DifferenceKind::Unmarked => "in the stream but not marked as delivered: does `kamnot serve` run on this log?",
        DifferenceKind::Foreign => "somebody else publishes to the stream of alerts: check who may (`kamnot.alerts.>`)",
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
