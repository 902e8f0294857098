//! Reconciliation: every case is recomputed from the log alone, and compared with the views and the published alerts.
//!
//! Invariant: the expected values come from the events and the rulebook, never from views, the table of alerts or marks
//! of delivery. What other processes change meanwhile is checked again before it counts as a difference. Memory is
//! bounded by one batch of cases, one batch of messages, and about a hundred bytes for each alert that may be
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

/// How many seconds the watch may take to raise a due alert, including a takeover from a process that died.
pub const TOLD_WITHIN_SECONDS: i64 = 10;
/// How many seconds an alert may wait for its delivery.
pub const DELIVERED_WITHIN_SECONDS: i64 = 300;

/// A gentle reconciliation pauses while a case is due: the length of one pause, and of all pauses after one batch.
const REST: Duration = Duration::from_millis(20);
const MOST_REST: Duration = Duration::from_secs(2);

/// Why a reconciliation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileFault {
    /// The server that keeps the stream of alerts.
    #[error(transparent)]
    Broker(#[from] BrokerFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// What a reconciliation does if the given server cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutNats {
    /// It fails.
    Fail,
    /// It judges "delivered" by the marks of delivery, and the result says why.
    JudgeByMarks,
}

/// How much of the machine a reconciliation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One thread, without pauses.
    Full,
    /// Half of that: after each batch it pauses for as long as the batch took, and up to some seconds longer while a
    /// case is due. Due alerts come first.
    Gentle,
}

/// The settings of a reconciliation.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long apparent differences may persist without one being resolved, while other processes work.
    pub patience: Duration,
    /// What to do if the server cannot be read.
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
    /// Read access to the published alerts; without it "delivered" is judged by the marks of delivery.
    pub alerts: Option<Arc<dyn AlertStream>>,
    /// The installation's name in the messages' `source`.
    pub installation: String,
    /// Its settings.
    pub terms: Terms,
}

impl Reconciler {
    /// Recomputes every case and compares. Every alert due by `at` must have been raised. `progress` gets the number of
    /// events and messages read. The result is logged, kept in the store, and published if there is a server; a failure
    /// to keep or publish it is logged.
    ///
    /// # Errors
    /// If the log cannot be read, if another rulebook is in force now, or, depending on the settings, if NATS cannot be
    /// read.
    pub async fn run(&self, at: Instant, progress: &Progress) -> Result<Reconciliation, ReconcileFault> {
        let started = self.clock.now();
        // Under another rulebook everything would differ; this call refuses it, here and at the end.
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
            rulebook: self.book.digest().to_string(),
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

    /// The last result that is kept in a store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn last(store: &dyn LogStore) -> Result<Option<Reconciliation>, Fault> {
        Ok(store.meta(LAST_RECONCILIATION).await?.as_deref().and_then(Reconciliation::read))
    }

    /// The published alerts, and by what "delivered" is judged.
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

    /// The rulebooks by which the alerts of the log are worded.
    async fn shelf(&self) -> Result<Rulebooks, Fault> {
        Ok(Rulebooks::new(Arc::clone(&self.book), self.store.rulebooks().await?))
    }

    /// Pauses after a batch, according to the pace.
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

    /// Logs the result, keeps it in the store, and publishes it.
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
                "reconciled: the views and the published alerts agree with the log and the law"
            );
        } else {
            for (kind, count) in &result.differences.kinds {
                tracing::error!(kind = kind.word(), count, "the reconciliation found differences of this kind");
            }
            tracing::error!(
                evaluated,
                due,
                delivered,
                waiting,
                different,
                "RECONCILIATION: the log, the views and the published alerts DIFFER; see `kamnot reconcile --last`"
            );
        }
        if let Err(fault) = self.store.set_meta(LAST_RECONCILIATION, &result.to_json()).await {
            tracing::warn!(%fault, "the result of the reconciliation could not be stored");
        }
        let Some(published) = published else { return };
        let id = Uuid::new_v4();
        if let Err(fault) = published.tell(RECONCILIATION.to_owned(), id, result.to_message(id)).await {
            let subject = RECONCILIATION;
            tracing::error!(%fault, subject, "the result of the reconciliation could not be published");
        }
    }
}
