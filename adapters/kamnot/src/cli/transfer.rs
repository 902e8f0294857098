//! `kamnot move`: moves a log to another place, and reopens a sealed log.

use std::fmt::Write as _;
use std::sync::Arc;

use engine::rulebook::Rulebook;
use service::broker::AlertStream;
use service::clock::{Clock as _, SystemClock};
use service::reopening::{ReopenFault, Reopened, reopen};
use store::Fault;
use store::place::LogPlace;
use store::sqlite::Options;
use store::standing::moved;
use store::transfer::{moved_to, transfer};

use super::arguments::{Common, Move};
use super::database::{Absent, Database, options, run as block_on};
use super::output::{Completion, Failure, plural, print_out};
use super::progress;

/// How many cases with alerts from another place are named.
const MOST_NAMED: usize = 20;

impl From<ReopenFault> for Failure {
    fn from(fault: ReopenFault) -> Self {
        match fault {
            ReopenFault::NotSealed(_) => Self::Refused(fault.to_string()),
            ReopenFault::Broker(_) | ReopenFault::Store(_) => Self::Fault(fault.to_string()),
        }
    }
}

/// `kamnot move`
pub(super) fn run(common: &Common, own: &Move) -> Result<Completion, Failure> {
    match (&own.from, &own.to, &own.reopen) {
        (Some(from), Some(to), _) => move_log(common, from, to),
        (_, _, Some(sealed)) => open_again(common, own, sealed),
        _ => Err(Failure::Refused("give the log to move (--from) and the new place (--to)".to_owned())),
    }
}

/// Opens the log at a place, under its own rulebook.
fn open(common: &Common, place: &LogPlace) -> Result<Database, Failure> {
    Database::open(&Common { db: place.clone(), rulebook: None, ..common.clone() }, Absent::Fail)
}

fn move_log(common: &Common, own_from: &LogPlace, own_to: &LogPlace) -> Result<Completion, Failure> {
    if own_from == own_to {
        return Err(Failure::Refused(format!("{own_from} is both --from and --to; name two places")));
    }
    let Database { store: from, book } = open(common, own_from)?;
    if let Some(before) = block_on(async { Ok(moved_to(from.as_ref()).await?) })?
        && !own_to.holds_something()
    {
        return Err(Fault::Restart(moved(&from.place(), &before)).into());
    }
    let bar = progress::bar(0, "events, each copied, rebuilt and compared");
    let moved = block_on(async {
        let options = Options { create: true, ..options(common) };
        let to = own_to.open(Arc::<Rulebook>::clone(&book), &options).await?;
        Ok(transfer(&from, &to, SystemClock.now(), &progress::on(&bar)).await?)
    })?;
    bar.finish_and_clear();
    print_out(&format!(
        "{} events of {} {} moved from {own_from} to {own_to}; {} alerts are marked as delivered, {} are waiting.\n\
         Compared: the same events in the same order (SHA-256 {}), the same views, the same alerts.\n\
         {own_from} is sealed: a program that writes to it is refused and told the new place. Have every program use \
         {own_to} from now on.\n",
        moved.events,
        moved.cases,
        plural(moved.cases, "case", "cases"),
        moved.delivered,
        moved.waiting,
        moved.digest
    ))?;
    Ok(Completion::Done)
}

fn open_again(common: &Common, own: &Move, sealed: &LogPlace) -> Result<Completion, Failure> {
    let nats = own.nats.servers()?;
    let reason = own.reason.as_deref().unwrap_or_default();
    let database = open(common, sealed)?;
    let published = nats.as_ref().map(|servers| servers as &dyn AlertStream);
    let reopened =
        block_on(async { Ok(reopen(database.store.as_ref(), published, SystemClock.now(), reason).await?) })?;
    print_out(&told(sealed, &reopened))?;
    Ok(Completion::Done)
}

/// The message after a log was reopened.
fn told(sealed: &LogPlace, reopened: &Reopened) -> String {
    let to = &reopened.moved_to;
    let mut out = format!(
        "{sealed} is open again; it had been moved to {to}.\n\
         Both places can be written to now. What is recorded in one is not in the other, and each publishes its own \
         alerts: end every program that uses {to}.\n"
    );
    match &reopened.elsewhere {
        None => out.push_str(
            "What was recorded and published there is unknown, since --nats was not given. Record it here again before \
             anything else.\n",
        ),
        Some(elsewhere) if elsewhere.alerts == 0 => out.push_str(
            "Every alert of the stream is in this log. Actions that raised no alert may still have been recorded \
             there.\n",
        ),
        Some(elsewhere) => {
            let _ = writeln!(
                out,
                "The stream has {} {} that this log lacks, of {} {}. Before anything else, record here what was \
                 recorded there; each alert then keeps its id and is not published twice.",
                elsewhere.alerts,
                plural(elsewhere.alerts, "alert", "alerts"),
                elsewhere.cases.len(),
                plural(elsewhere.cases.len(), "case", "cases")
            );
            elsewhere.cases.iter().take(MOST_NAMED).for_each(|case| {
                let _ = writeln!(out, "  {case}");
            });
            if elsewhere.cases.len() > MOST_NAMED {
                let _ = writeln!(out, "  and {} more", elsewhere.cases.len() - MOST_NAMED);
            }
        }
    }
    out
}
