//! This process's share of the work, among all processes that serve one log.
//!
//! Invariant: a share is not a lock, and nobody waits for it. While the processes do not agree on their shares yet, two
//! of them may tick the same case or publish at the same time. Both are harmless: the second tick finds nothing to
//! record, and publishing is fenced by the stream's sequence.

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

/// How long a process keeps trying to publish before it steps back for another one: at first, and at most. The time
/// doubles each time the process steps back again. If no process can reach NATS they take turns, ever more slowly.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// If a process has not stepped back for so long, its patience is reset.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);

/// This process among the others.
pub struct Part {
    store: Arc<dyn CaseStore>,
    clock: Arc<dyn Clock>,
    /// This process's id. Locked during each heartbeat, so that none is written under an id that was given up.
    process: Mutex<Uuid>,
    patience: std::sync::Mutex<Patience>,
    share: watch::Sender<WorkShare>,
    figures: Arc<Figures>,
}

/// How long this process tries to publish before it lets another one try.
struct Patience {
    lasting: Duration,
    stepped_back: Option<SystemSteadyClock>,
}

impl Patience {
    /// Notes that the process steps back.
    fn is_tried(&mut self) {
        let again = self.stepped_back.is_some_and(|since| since.running() < FORGOTTEN_AFTER);
        self.lasting = if again { (self.lasting * 2).min(PATIENCE.1) } else { PATIENCE.0 };
        self.stepped_back = Some(SystemSteadyClock::start());
    }
}

/// A process's place in the order of ids. The process with the lowest id has the first share and publishes.
enum Precedence {
    Publishes,
    /// It could not publish, last at this instant (seconds since 1970). It comes after all that can publish, and after
    /// those that stepped back earlier.
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
    /// Joins the processes that serve the log. While the store is unavailable, this process counts as the only one.
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

    /// How long to retry while NATS is unavailable, before [`Part::step_back`]; `None`, without limit, if this process
    /// is the only one.
    pub fn patience(&self) -> Option<Duration> {
        (self.share.borrow().of > 1).then(|| self.patience.lock().unwrap_or_else(PoisonError::into_inner).lasting)
    }

    /// Lets another process publish, since this one cannot: perhaps only this one is cut off from NATS.
    pub async fn step_back(&self) {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner).is_tried();
        let mut process = self.process.lock().await;
        let left = std::mem::replace(&mut *process, Precedence::SteppedBack(self.clock.now().unix()).id());
        self.leave_as(left).await;
        drop(process);
        self.say().await;
    }

    /// The share, and its changes.
    pub fn share(&self) -> Receiver<WorkShare> {
        self.share.subscribe()
    }

    /// Writes this process's heartbeat again and again, until the stop signal.
    pub async fn keep(&self, stop: &Stop) {
        while stop.or(tokio::time::sleep(SAY_EVERY)).await.is_some() {
            self.say().await;
        }
    }

    /// Gives its share to the others at once. If that cannot be written, they notice the missing heartbeats.
    pub async fn leave(&self) {
        self.leave_as(*self.process.lock().await).await;
    }

    async fn leave_as(&self, process: Uuid) {
        if let Err(fault) = self.store.leave(process).await {
            tracing::debug!(%fault, "could not sign off; the other processes will notice the missing heartbeats");
        }
    }

    async fn say(&self) {
        let process = self.process.lock().await;
        match self.store.take_part(*process).await {
            Ok(share) => {
                self.figures.share.set(share);
                let changed = self.share.send_if_modified(|before| std::mem::replace(before, share) != share);
                if changed {
                    tracing::info!(part = share.part, of = share.of, "this process's share of the cases has changed");
                }
            }
            // The watch logs what is wrong with the store; until it is available again the share stays.
            Err(fault) => tracing::debug!(%fault, "the share of the cases could not be read from the store"),
        }
    }
}

/// Runs `work` whenever this process has the first share, and stops it when another process takes that over.
///
/// # Errors
/// Those of `work`.
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
        // The sender is gone: the share never changes again.
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
