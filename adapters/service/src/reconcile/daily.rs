//! Once a day, beside the watch and the relay: by the first of the processes that serve one log.
//!
//! Invariant: each time of the schedule is answered by one reconciliation, whoever does it; one that was missed while
//! nothing ran is made up for at the start. That two do it at once is harmless: it is looked at twice.

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

/// The key under which the store keeps who began a reconciliation, and when.
const BEGUN: &str = "reconciliation_begun";
/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long others have to say that they begin as well; the last one does it.
const SETTLE: Duration = Duration::from_secs(1);
/// A reconciliation that was begun so many seconds ago and has no result was cut short.
const GIVEN_UP_AFTER: i64 = 3600;
/// The pauses before one that failed is tried again.
const AGAIN: Backoff = Backoff::between(Duration::from_secs(10), Duration::from_mins(10));

/// A time of the day in Vientiane, in seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(i64);

impl TimeOfDay {
    /// The last instant not later than `now` at which it was this time of the day.
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
    /// At which time of the day.
    pub at: TimeOfDay,
    /// What does it.
    pub reconciler: Reconciler,
    /// Where the result is noted.
    pub figures: Arc<Figures>,
}

impl Daily {
    /// Reconciles when it is time, until told to stop.
    pub async fn run(&self, stop: &Stop) {
        let process = Uuid::new_v4();
        let mut trouble = Trouble::none();
        let mut backoff = AGAIN;
        // The time of the schedule that is answered.
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
                        tracing::error!(%reason, "the daily reconciliation can't be done until this is mended");
                    }
                    stop.or(tokio::time::sleep(backoff.pause())).await;
                }
            }
        }
    }

    /// Whether a time of the schedule is answered, by now by this process if by no other.
    async fn answer(&self, time: Instant, now: Instant, process: Uuid) -> Result<bool, ReconcileFault> {
        if self.is_answered(time).await? {
            return Ok(true);
        }
        if !self.claim(time, now, process).await? {
            return Ok(false);
        }
        let quietly: Progress = Arc::new(|_, _| ());
        Box::pin(self.reconciler.run(now, &quietly)).await?;
        // It may not have been kept; it was logged all the same.
        Ok(true)
    }

    /// Notes the last result for those who look at the figures.
    async fn note(&self) {
        // A store that can't be read is the watch's to say.
        if let Ok(Some(last)) = Reconciler::last(self.reconciler.store.as_ref()).await {
            self.figures.reconciliation.set(Arc::new(last.exposition()));
        }
    }

    async fn is_answered(&self, time: Instant) -> Result<bool, Fault> {
        let last = Reconciler::last(self.reconciler.store.as_ref()).await?;
        Ok(last.is_some_and(|last| last.started >= time))
    }

    /// Whether it falls to this process to answer a time of the schedule.
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
