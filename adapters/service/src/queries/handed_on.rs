//! The cases that offices handed on: which cases were ever transferred, gathered from the log.
//!
//! Invariant: everything that was recorded before it is asked for counts.

use std::collections::BTreeSet;

use engine::action::{ActionName, CaseRef, OfficeCode};
use projections::view::Seat;
use store::{Fault, LogStore, Position};

/// How many events are read at once.
const EVENTS: usize = 4096;

/// The transferred cases of a log, as far as it was read.
#[derive(Default)]
pub struct HandedOn {
    read: tokio::sync::Mutex<Read>,
}

#[derive(Default)]
struct Read {
    head: Position,
    transferred: BTreeSet<CaseRef>,
}

impl HandedOn {
    /// The cases that `office` had in a seat until a transfer, by reference.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn by(&self, log: &dyn LogStore, office: &OfficeCode, seat: Seat) -> Result<Vec<CaseRef>, Fault> {
        let mut handed_on = Vec::new();
        for case in self.transferred(log).await? {
            let case = match log.load(&case).await {
                Ok(case) => case,
                // The docket says how many cases cannot be read.
                Err(Fault::Corrupt(_)) => continue,
                Err(fault) => return Err(fault),
            };
            let Some(assessment) = case.last_recorded_at().and_then(|at| case.assess(&log.book(), at)) else {
                continue;
            };
            let has_it = seat.of(&assessment.timeline.offices().into()) == Some(office);
            if case.concerns(office) && !has_it {
                handed_on.push(case.reference().clone());
            }
        }
        Ok(handed_on)
    }

    async fn transferred(&self, log: &dyn LogStore) -> Result<BTreeSet<CaseRef>, Fault> {
        let mut read = self.read.lock().await;
        loop {
            let events = log.log(read.head, EVENTS).await?;
            let Some(last) = events.last() else { break };
            read.head = last.position;
            let whole = events.len() < EVENTS;
            let transfers = events.into_iter().filter(|stored| {
                stored.event.fact.action().is_some_and(|action| action.name == ActionName::CaseTransferred)
            });
            read.transferred.extend(transfers.map(|stored| stored.case));
            if whole {
                break;
            }
        }
        Ok(read.transferred.clone())
    }
}
