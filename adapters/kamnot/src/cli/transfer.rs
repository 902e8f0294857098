//! `kamnot move`: a log from one place to another, and a sealed log opened again.

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
use super::output::{Completion, Failure, print_out};
use super::progress;
use super::tally::plural;

/// How many cases are named that were worked on in another place.
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
        _ => Err(Failure::Refused("name the log to move (--from) and where to (--to)".to_owned())),
    }
}

/// The log at a place, under its own rulebook.
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
    let bar = progress::bar(0, "events, each copied, rebuilt upon and compared");
    let moved = block_on(async {
        let options = Options { create: true, ..options(common) };
        let to = own_to.open(Arc::<Rulebook>::clone(&book), &options).await?;
        Ok(transfer(&from, &to, SystemClock.now(), &progress::on(&bar)).await?)
    })?;
    bar.finish_and_clear();
    print_out(&format!(
        "{} events of {} {} moved from {own_from} to {own_to}, {} alerts marked as delivered, {} waiting to be published.\n\
         Compared: the same events in the same order (SHA-256 {}), the same views, the same alerts.\n\
         {own_from} is sealed: whoever writes to it is refused and told to go to {own_to}. Let every program work there \
         from now on.\n",
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

/// What is said of a log that was opened again.
fn told(sealed: &LogPlace, reopened: &Reopened) -> String {
    let to = &reopened.moved_to;
    let mut out = format!(
        "{sealed} is open again; it had been moved to {to}.\n\
         Both places can be written to now. What is recorded in one is not in the other, and each publishes its own \
         alerts: end every program that works on {to}.\n"
    );
    match &reopened.elsewhere {
        None => out.push_str(
            "What was recorded and published there is not known: no --nats was given. Record it here again before \
             anything else.\n",
        ),
        Some(elsewhere) if elsewhere.alerts == 0 => out.push_str(
            "The stream of alerts holds nothing that this log does not. Actions that raised no alert may still have been \
             recorded there.\n",
        ),
        Some(elsewhere) => {
            let _ = writeln!(
                out,
                "The stream of alerts holds {} that this log does not, of {} {}. Record here what was recorded there \
                 before anything else; each alert then keeps its id and is not sent twice.",
                elsewhere.alerts,
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
