//! The daily reconciliation, beside the watch and the relay, by one of the processes that serve a log.
//!
//! Invariant: there is one reconciliation for each scheduled time, whichever process does it; one that was missed while
//! nothing ran is made up for at the start. Two at the same time are harmless: the log is only checked twice.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use store::{Fault, Progress};
use uuid::Uuid;

use super::{ReconcileFault, Reconciler};
use crate::backoff::Backoff;
use crate::figures::Figures;
use crate::lifecycle::Stop;
use crate::trouble::Trouble;

/// The key under which the store keeps which process began a reconciliation, and when.
const BEGUN: &str = "reconciliation_begun";
/// How often the clock is read.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a process waits after its claim for the claims of others; the last claim wins.
const SETTLE: Duration = Duration::from_secs(1);
/// A reconciliation that began so many seconds ago and has no result counts as aborted.
const GIVEN_UP_AFTER: i64 = 3600;
/// The pauses before a failed one is retried.
const AGAIN: Backoff = Backoff::between(Duration::from_secs(10), Duration::from_mins(10));

/// A time of the day in Vientiane, in seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(i64);

impl TimeOfDay {
    /// The last instant, at or before `now`, at which it was this time of the day.
    fn before(self, now: Instant) -> Instant {
        let today = Instant::first_of(now.date()).plus(self.0);
        if today <= now { today } else { today.plus(-86_400) }
    }
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |text: &str| -> Option<i64> {
            (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
        };
        let time = text.split_once(':').and_then(|(hours, minutes)| Some((digits(hours)?, digits(minutes)?)));
        match time {
            Some((hours @ 0..24, minutes @ 0..60)) => Ok(Self(3600 * hours + 60 * minutes)),
            _ => Err("expected a time of the day in Vientiane, such as 03:00".to_owned()),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60)
    }
}

/// A reconciliation every day.
pub struct Daily {
    /// The scheduled time of the day.
    pub at: TimeOfDay,
    /// Does the work.
    pub reconciler: Reconciler,
    /// Where the result is noted.
    pub figures: Arc<Figures>,
}

impl Daily {
    /// Reconciles at each scheduled time, until the stop signal.
    pub async fn run(&self, stop: &Stop) {
        let process = Uuid::new_v4();
        let mut trouble = Trouble::none();
        let mut backoff = AGAIN;
        // The last scheduled time for which there is a reconciliation.
        let mut answered = None;
        while stop.or(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let now = self.reconciler.clock.now();
            let time = self.at.before(now);
            if answered.is_some_and(|answered| answered >= time) {
                continue;
            }
            let Some(result) = stop.or(Box::pin(self.answer(time, now, process))).await else { return };
            match result {
                Ok(true) => {
                    answered = Some(time);
                    self.note().await;
                    backoff.reset();
                    trouble.is_over();
                }
                Ok(false) => {}
                Err(fault) => {
                    let reason = fault.to_string();
                    if trouble.is_news(fault) {
                        tracing::error!(%reason, "the daily reconciliation failed; retrying");
                    }
                    stop.or(tokio::time::sleep(backoff.pause())).await;
                }
            }
        }
    }

    /// Whether there is a reconciliation for a scheduled time; does it if it falls to this process.
    async fn answer(&self, time: Instant, now: Instant, process: Uuid) -> Result<bool, ReconcileFault> {
        if self.is_answered(time).await? {
            return Ok(true);
        }
        if !self.claim(time, now, process).await? {
            return Ok(false);
        }
        let quietly: Progress = Arc::new(|_, _| ());
        Box::pin(self.reconciler.run(now, &quietly)).await?;
        // True even if the result could not be stored: it was logged.
        Ok(true)
    }

    /// Notes the last result in the figures.
    async fn note(&self) {
        // The watch reports a store that cannot be read.
        if let Ok(Some(last)) = Reconciler::last(self.reconciler.store.as_ref()).await {
            self.figures.reconciliation.set(Arc::new(last.exposition()));
        }
    }

    async fn is_answered(&self, time: Instant) -> Result<bool, Fault> {
        let last = Reconciler::last(self.reconciler.store.as_ref()).await?;
        Ok(last.is_some_and(|last| last.started >= time))
    }

    /// Whether it falls to this process to reconcile for a scheduled time.
    async fn claim(&self, time: Instant, now: Instant, process: Uuid) -> Result<bool, Fault> {
        let store = &self.reconciler.store;
        if let Some((begun, by)) = self.begun().await?
            && begun >= time
            && now.since(begun) < GIVEN_UP_AFTER
            && by != process
        {
            return Ok(false);
        }
        store.set_meta(BEGUN, &format!("{now} {process}")).await?;
        tokio::time::sleep(SETTLE).await;
        let is_ours = self.begun().await?.is_some_and(|(_, by)| by == process);
        Ok(is_ours && !self.is_answered(time).await?)
    }

    /// When the last one was begun, and by which process.
    async fn begun(&self) -> Result<Option<(Instant, Uuid)>, Fault> {
        let text = self.reconciler.store.meta(BEGUN).await?;
        let parts = text.as_deref().and_then(|text| text.split_once(' '));
        Ok(parts.and_then(|(begun, by)| Some((Instant::parse(begun)?, by.parse().ok()?))))
    }
}

impl fmt::Debug for Daily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Daily({})", self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Instant {
        Instant::parse(text).expect("an instant")
    }

    #[test]
    fn a_time_of_the_day_is_today_or_else_yesterday() {
        let three: TimeOfDay = "03:00".parse().expect("a time");
        assert_eq!(three.before(instant("2026-03-02T03:00:00+07:00")), instant("2026-03-02T03:00:00+07:00"));
        assert_eq!(three.before(instant("2026-03-02T02:59:59+07:00")), instant("2026-03-01T03:00:00+07:00"));
        assert_eq!(three.to_string(), "03:00");
        for none in ["", "3:00", "24:00", "03:60", "03:00:00", "+3:00"] {
            assert!(none.parse::<TimeOfDay>().is_err(), "{none}");
        }
    }
}
