//! Which share of the work this process has, among all that serve one log.
//!
//! Invariant: a share is never waited for and never a lock. While processes don't agree on it yet, two may tell one
//! case the time or publish at once: the first is harmless, since the second finds nothing to tell, and the second is
//! fenced by the stream's own sequence.

use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use store::{CaseStore, Fault, SAY_EVERY, WorkShare};
use tokio::sync::Mutex;
use tokio::sync::watch::{self, Receiver};
use uuid::Uuid;

use crate::clock::{Clock, SteadyClock as _, SystemSteadyClock};
use crate::figures::Figures;
use crate::lifecycle::Stop;

/// How long a process that can't publish keeps the others from it at the least; twice as long each time that it has to
/// step back again, as far as this. Where NATS is away for all they take turns, ever more slowly.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// Once it did not have to for so long its patience is what it was.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);

/// This process among the others.
pub struct Part {
    store: Arc<dyn CaseStore>,
    clock: Arc<dyn Clock>,
    /// Held while it is said, so that nothing is said any more under an id that was left.
    process: Mutex<Uuid>,
    patience: std::sync::Mutex<Patience>,
    share: watch::Sender<WorkShare>,
    figures: Arc<Figures>,
}

/// How long it tries to publish before it lets others try.
struct Patience {
    lasting: Duration,
    stepped_back: Option<SystemSteadyClock>,
}

impl Patience {
    /// It has to step back.
    fn is_tried(&mut self) {
        let again = self.stepped_back.is_some_and(|since| since.running() < FORGOTTEN_AFTER);
        self.lasting = if again { (self.lasting * 2).min(PATIENCE.1) } else { PATIENCE.0 };
        self.stepped_back = Some(SystemSteadyClock::start());
    }
}

/// A process's place in the order of ids: the lowest has the first share.
enum Precedence {
    Publishes,
    /// It could not publish, last at this instant (seconds since 1970): behind all that could, and behind those
    /// that could not longer ago.
    SteppedBack(i64),
    WatchesOnly,
}

impl Precedence {
    /// A new id there.
    fn id(&self) -> Uuid {
        let mut id = *Uuid::new_v4().as_bytes();
        id[0] &= 0x3f;
        match self {
            Self::Publishes => {}
            Self::SteppedBack(at) => {
                id[0] = 0x40;
                id[1..6].copy_from_slice(&at.to_be_bytes()[3..]);
            }
            Self::WatchesOnly => id[0] |= 0x80,
        }
        Uuid::from_bytes(id)
    }
}

impl Part {
    /// Takes part. Where the store can't be asked yet, this process does everything for now.
    pub async fn take(
        store: Arc<dyn CaseStore>,
        clock: Arc<dyn Clock>,
        publishes: bool,
        figures: Arc<Figures>,
    ) -> Self {
        let place = if publishes { Precedence::Publishes } else { Precedence::WatchesOnly };
        let (process, share) = (Mutex::new(place.id()), watch::Sender::new(WorkShare::ALL));
        let patience = std::sync::Mutex::new(Patience { lasting: PATIENCE.0, stepped_back: None });
        let part = Self { store, clock, process, patience, share, figures };
        part.say().await;
        part
    }

    /// How long to go on where NATS is away, before [`Part::step_back`]; without end where there is nobody else.
    pub fn patience(&self) -> Option<Duration> {
        (self.share.borrow().of > 1).then(|| self.patience.lock().unwrap_or_else(PoisonError::into_inner).lasting)
    }

    /// Lets another process publish, since this one can't: it may be cut off from NATS alone.
    pub async fn step_back(&self) {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner).is_tried();
        let mut process = self.process.lock().await;
        let left = std::mem::replace(&mut *process, Precedence::SteppedBack(self.clock.now().unix()).id());
        self.leave_as(left).await;
        drop(process);
        self.say().await;
    }

    /// What the share is, and when it changes.
    pub fn share(&self) -> Receiver<WorkShare> {
        self.share.subscribe()
    }

    /// Says again and again that this process is at work, until told to stop.
    pub async fn keep(&self, stop: &Stop) {
        while stop.or(tokio::time::sleep(SAY_EVERY)).await.is_some() {
            self.say().await;
        }
    }

    /// Leaves its share to the others at once. Where that can't be said they find out by its silence.
    pub async fn leave(&self) {
        self.leave_as(*self.process.lock().await).await;
    }

    async fn leave_as(&self, process: Uuid) {
        if let Err(fault) = self.store.leave(process).await {
            tracing::debug!(%fault, "the others find out by themselves that this process has ended");
        }
    }

    async fn say(&self) {
        let process = self.process.lock().await;
        match self.store.take_part(*process).await {
            Ok(share) => {
                self.figures.share.set(share);
                let changed = self.share.send_if_modified(|before| std::mem::replace(before, share) != share);
                if changed {
                    tracing::info!(part = share.part, of = share.of, "the share of the work has changed");
                }
            }
            // The watch says what is wrong with the store; until it answers the share stays.
            Err(fault) => tracing::debug!(%fault, "the store can't be asked for the share of the work"),
        }
    }
}

/// Does `work` whenever this process has the first share, and has it stopped when another takes that over.
///
/// # Errors
/// Those of the work.
pub async fn when_first<W>(mut share: Receiver<WorkShare>, stop: &Stop, work: impl Fn(Stop) -> W) -> Result<(), Fault>
where
    W: Future<Output = Result<(), Fault>>,
{
    while stop.or(until(&mut share, true)).await.is_some() {
        let (tell, told) = Stop::pair();
        let over = async {
            stop.or(until(&mut share, false)).await;
            tell.stop();
            std::future::pending::<Result<(), Fault>>().await
        };
        tokio::select! {
            result = work(told) => result?,
            result = over => result?,
        }
    }
    Ok(())
}

/// Waits until this process has the first share, or no longer has it.
async fn until(share: &mut Receiver<WorkShare>, first: bool) {
    if share.wait_for(|share| (share.part == 0) == first).await.is_err() {
        // Nobody changes it any more.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_not_publish_comes_behind_those_who_could_and_before_those_who_do_not() {
        let ids = [
            Precedence::Publishes,
            Precedence::SteppedBack(1_764_000_000),
            Precedence::SteppedBack(1_764_000_001),
            Precedence::SteppedBack(40_000_000_000),
            Precedence::WatchesOnly,
        ];
        let ids = ids.map(|place| place.id());
        assert!(ids.is_sorted(), "{ids:?}");
    }
}
