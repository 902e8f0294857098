//! Reconciliation: every case recomputed from the log alone, and held against the views and what was published.
//!
//! Invariant: what is expected comes from the events and the rulebook, never from views, from the table of alerts or
//! from marks of delivery. What others change meanwhile is looked at again before it is called different. Memory is
//! bounded by one look at cases, one batch of messages, and about a hundred bytes for each alert that was ever to be
//! published.

mod again;
mod daily;
mod exposition;
mod known;
mod result;
mod silence;
mod stream;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use engine::rulebook::{Rulebook, Rulebooks};
use projections::subjects::RECONCILIATION;
use store::standing::LAST_RECONCILIATION;
use store::{Fault, LogStore, Progress};
use uuid::Uuid;

use crate::broker::{AlertStream, BrokerFault, Published};
use crate::clock::{Clock, SteadyClock as _, SystemSteadyClock};
use crate::watch::clock_doubt::CLOCK_IN_DOUBT;

pub use daily::{Daily, TimeOfDay};
pub use result::{Difference, DifferenceKind, Differences, JudgedBy, Reconciliation, Silence};

use again::Suspicions;

/// How many seconds the watch may take to tell what is due, a takeover from a process that died included.
pub const TOLD_WITHIN_SECONDS: i64 = 10;
/// How many seconds an alert may wait for its delivery.
pub const DELIVERED_WITHIN_SECONDS: i64 = 300;

/// How long a gentle reconciliation rests at a time while a case is due, and how long behind one piece of work at the most.
const REST: Duration = Duration::from_millis(20);
const MOST_REST: Duration = Duration::from_secs(2);

/// Why a reconciliation can't be done or not be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileFault {
    /// The server that keeps the stream of alerts.
    #[error(transparent)]
    Broker(#[from] BrokerFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// What becomes of a reconciliation where the named server can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutNats {
    /// It fails.
    Fail,
    /// "Delivered" is judged by the marks, and the result says why.
    JudgeByMarks,
}

/// How much of the machine a reconciliation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All that one thread can.
    Full,
    /// Half of that: after each piece of work it rests as long as the piece took, and for some seconds as long as a case is
    /// due: what must be told now comes first.
    Gentle,
}

/// How a reconciliation is done.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long what looks different may take to come right, without any getting right, while others are at work.
    pub patience: Duration,
    /// Where the server can't be read.
    pub without_nats: WithoutNats,
    /// How much of the machine it takes.
    pub pace: Pace,
}

/// Reconciles one log.
pub struct Reconciler {
    /// The log.
    pub store: Arc<dyn LogStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Where what was published can be read; without it "delivered" is judged by the marks.
    pub alerts: Option<Arc<dyn AlertStream>>,
    /// The installation's name in the messages' `source`.
    pub installation: String,
    /// How it is done.
    pub terms: Terms,
}

impl Reconciler {
    /// Recomputes every case and compares; what was due by `at` has to be told. `progress` is told events and messages
    /// read. The result is logged, kept in the store, and published where there is a server; that it could not be kept
    /// or published is logged.
    ///
    /// # Errors
    /// If the log can't be read, if another rulebook is in force by now, or, as the terms have it, if NATS can't be read.
    pub async fn run(&self, at: Instant, progress: &Progress) -> Result<Reconciliation, ReconcileFault> {
        let started = self.clock.now();
        // Under another rulebook everything would differ; this refuses it, here and at the end.
        self.store.next_due().await?;
        let (mut published, mut judged_by) = self.published().await?;
        let mut differences = Differences::default();
        walk::note_whole(&mut differences, self.store.check_whole().await?);
        let mut walked = self.walk(at, &mut differences, progress).await?;
        if let Some(stream) = published.as_deref() {
            match self.hold_against_stream(stream, &mut walked, &mut differences, progress).await {
                Ok(messages) => judged_by = JudgedBy::Stream(messages),
                Err(ReconcileFault::Broker(fault)) => {
                    judged_by = self.by_marks(fault)?;
                    published = None;
                }
                Err(fault) => return Err(fault),
            }
        }
        let clock_in_doubt = self.store.meta(CLOCK_IN_DOUBT).await?.as_deref() == Some("yes");
        let due = walked.due();
        let mut suspicions = Suspicions::of(&mut walked, at, published.as_deref());
        if clock_in_doubt {
            suspicions.hold_back_untold();
        }
        self.look_again(&mut suspicions, at, published.as_deref()).await?;
        let waiting = suspicions.waiting;
        let undelivered = suspicions.undelivered() + walked.altered;
        self.note(suspicions, &mut differences).await?;
        self.store.next_due().await?;
        let result = Reconciliation {
            started,
            ended: self.clock.now(),
            at,
            installation: self.installation.clone(),
            rulebook: self.book.digest.to_string(),
            judged_by,
            clock_in_doubt,
            events: walked.events,
            evaluated: walked.evaluated,
            due,
            delivered: due.saturating_sub(waiting + undelivered),
            waiting,
            differences,
            silence: walked.heard.silence(at),
        };
        self.tell(&result, published.as_deref()).await;
        Ok(result)
    }

    /// The last result that a store keeps.
    ///
    /// # Errors
    /// If the store can't be read.
    pub async fn last(store: &dyn LogStore) -> Result<Option<Reconciliation>, Fault> {
        Ok(store.meta(LAST_RECONCILIATION).await?.as_deref().and_then(Reconciliation::read))
    }

    /// What was published, and what "delivered" is judged by.
    async fn published(&self) -> Result<(Option<Box<dyn Published>>, JudgedBy), ReconcileFault> {
        let Some(alerts) = &self.alerts else { return Ok((None, JudgedBy::Marks)) };
        let clock = SystemSteadyClock::start();
        loop {
            match alerts.open().await {
                Ok(published) => return Ok((Some(published), JudgedBy::Stream(0))),
                Err(fault) if fault.passes() && clock.running() < self.terms.patience => {
                    tokio::time::sleep(again::LOOK_EVERY.min(self.terms.patience)).await;
                }
                Err(fault) => return Ok((None, self.by_marks(fault)?)),
            }
        }
    }

    fn by_marks(&self, fault: BrokerFault) -> Result<JudgedBy, ReconcileFault> {
        match self.terms.without_nats {
            WithoutNats::Fail => Err(fault.into()),
            WithoutNats::JudgeByMarks => Ok(JudgedBy::MarksFor(fault.to_string())),
        }
    }

    /// The rulebooks in whose words the alerts of the log are said.
    async fn shelf(&self) -> Result<Rulebooks, Fault> {
        Ok(Rulebooks::new(Arc::clone(&self.book), self.store.rulebooks().await?))
    }

    /// Rests behind a piece of work, as the pace has it.
    async fn rest(&self, worked: Duration) -> Result<(), Fault> {
        match self.terms.pace {
            Pace::Full => tokio::task::yield_now().await,
            Pace::Gentle => {
                tokio::time::sleep(worked).await;
                let mut rested = Duration::ZERO;
                while rested < MOST_REST && self.store.next_due().await?.is_some_and(|due| due <= self.clock.now()) {
                    tokio::time::sleep(REST).await;
                    rested += REST;
                }
            }
        }
        Ok(())
    }

    /// Says what was found, keeps it, and publishes it.
    async fn tell(&self, result: &Reconciliation, published: Option<&dyn Published>) {
        let Reconciliation { evaluated, due, delivered, waiting, .. } = *result;
        let different = result.differences.different;
        if result.is_clean() {
            tracing::info!(
                evaluated,
                due,
                delivered,
                waiting,
                different,
                "reconciled: all is as the log and the law give it"
            );
        } else {
            for (kind, count) in &result.differences.kinds {
                tracing::error!(kind = kind.word(), count, "the reconciliation found what is not as it should be");
            }
            tracing::error!(
                evaluated,
                due,
                delivered,
                waiting,
                different,
                "RECONCILIATION: the log, the views and what was published DIFFER; `kamnot reconcile --last` shows in what"
            );
        }
        if let Err(fault) = self.store.set_meta(LAST_RECONCILIATION, &result.to_json()).await {
            tracing::warn!(%fault, "the result of the reconciliation is not kept");
        }
        let Some(published) = published else { return };
        let id = Uuid::new_v4();
        if let Err(fault) = published.tell(RECONCILIATION.to_owned(), id, result.to_message(id)).await {
            tracing::error!(%fault, subject = RECONCILIATION, "the result of the reconciliation is not published");
        }
    }
}
