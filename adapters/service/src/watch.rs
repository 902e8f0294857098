//! The watch: ticks each case when one of its limits is due, so that its alerts are raised in time.
//!
//! Invariant: a loop around one plain function, [`Watch::tick`]. A lost or doubled wake-up is harmless, since a tick
//! records nothing for a case with nothing due. While the clock is in doubt no alert is raised.

pub mod clock_doubt;
mod slow;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::action::CaseRef;
use engine::calendar::Instant;
use futures::StreamExt as _;
use store::{CaseStore, DueCase, Fault, WorkShare};
use tokio::sync::watch::Receiver;

use crate::clock::Clock;
use crate::figures::Figures;
use crate::lifecycle::Stop;
use crate::recorder::Recorder;
use crate::trouble::Trouble;
use clock_doubt::{ClockDoubt, Operator};
use slow::Slow;

/// How long the watch collects changes of the store before it reads them, and how often it polls a clock that can't
/// tell when its next second begins.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Read-ahead: cases due within so many seconds are loaded into the cache, and at most so many. When the second comes,
/// only the write is left to do.
const AHEAD: (i64, usize) = (3, 4096);
/// How many of them are loaded concurrently.
const READ: usize = 16;
/// How long before the next second the read-ahead begins and ends: alerts due in this second are published first.
const READ_FROM_TO: (Duration, Duration) = (Duration::from_millis(650), Duration::from_millis(100));
/// How many cases one call of [`Watch::tick`] takes at most.
const MOST: usize = 1024;
/// How many cases are in a batch, written in one commit or few; and how many batches run concurrently, so that one is
/// decided while another is written.
const TOGETHER: (usize, usize) = (128, 2);
/// The first and the longest pause before a due case that could not be processed is retried.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// The watch over one store.
pub struct Watch {
    recorder: Arc<Recorder>,
    clock: Arc<dyn Clock>,
    doubt: Arc<ClockDoubt>,
    operator: Operator,
    /// What was last written to the store: whether the clock is in doubt.
    said: Option<bool>,
    held: Option<Held>,
    /// The change counter at which `next` was read.
    seen: Option<i64>,
    next: Option<Instant>,
    /// When cases were last read ahead.
    ahead: Option<Instant>,
    postponed: BTreeMap<CaseRef, Postponed>,
    slow: Slow,
    share: Receiver<WorkShare>,
    figures: Arc<Figures>,
}

/// Alerts are held back.
struct Held {
    /// The last confirmation by an operator before the doubt began: it does not count.
    confirmed: Option<String>,
}

/// A due case whose tick recorded nothing or failed.
struct Postponed {
    /// The stream's version then: when it changes, the case is retried at once.
    version: u32,
    until: Duration,
    wait: Duration,
}

impl Watch {
    /// A watch that records with `recorder`, whose clock is `clock`.
    pub fn new(recorder: Arc<Recorder>, clock: Arc<dyn Clock>, doubt: Arc<ClockDoubt>, operator: Operator) -> Self {
        let (said, held, seen, next, ahead, postponed) = (None, None, None, None, None, BTreeMap::new());
        let (_, share) = tokio::sync::watch::channel(WorkShare::ALL);
        let (slow, figures) = (Slow::default(), Arc::default());
        Self { recorder, clock, doubt, operator, said, held, seen, next, ahead, postponed, slow, share, figures }
    }

    /// The same watch, which reports its activity in `figures`.
    #[must_use]
    pub fn noting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The same watch, restricted to a share of the cases, which may change.
    #[must_use]
    pub fn over(self, share: Receiver<WorkShare>) -> Self {
        Self { share, ..self }
    }

    /// Ticks the cases that are due at `now`, up to a limit. Heavy cases are only started, in the background. Returns
    /// how many cases it ticked or started; 0: none are left.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn tick(&mut self, now: Instant) -> Result<usize, Fault> {
        for (case, result) in self.slow.ended() {
            self.take(case, result).await?;
        }
        let most = MOST + self.postponed.len() + self.slow.len();
        let share = *self.share.borrow();
        let due = self.recorder.store().due(now, most, share).await?;
        let ready = self.ready(due).await?;
        let told = ready.len();
        let (heavy, light): (Vec<_>, Vec<_>) = ready.into_iter().partition(DueCase::is_heavy);
        self.slow.tell(heavy.into_iter().map(|due| due.case), &self.recorder);
        let light: Vec<CaseRef> = light.into_iter().map(|due| due.case).collect();
        let together: Vec<_> = light.chunks(TOGETHER.0).map(|cases| self.recorder.tick_all(cases.to_vec())).collect();
        let results: Vec<_> = futures::stream::iter(together).buffer_unordered(TOGETHER.1).collect().await;
        for (case, result) in results.into_iter().flatten() {
            self.take(case, result.map(|events| events.len())).await?;
        }
        Ok(told)
    }

    /// Notes the result of a tick: how many events it appended to the case.
    async fn take(&mut self, case: CaseRef, result: Result<usize, Fault>) -> Result<(), Fault> {
        match result {
            Ok(0) => self.postpone(case, "the case is due, but nothing was recorded").await,
            Ok(_) => {
                self.postponed.remove(&case);
                Ok(())
            }
            // The store failed, and not this case.
            Err(fault @ (Fault::Unavailable(_) | Fault::Restart(_))) => Err(fault),
            Err(fault) => self.postpone(case, &fault.to_string()).await,
        }
    }

    /// Watches until the stop signal.
    ///
    /// # Errors
    /// If the store is damaged, or the program has to be restarted.
    pub async fn run(&mut self, stop: &Stop) -> Result<(), Fault> {
        let mut trouble = Trouble::none();
        while !stop.is_set() {
            self.figures.watch.comes_round();
            match self.look(stop).await {
                Ok(()) => {
                    self.figures.watch.is_well();
                    if trouble.is_over() {
                        tracing::info!("the store is available again");
                    }
                }
                Err(fault @ (Fault::Corrupt(_) | Fault::Restart(_))) => return Err(fault),
                Err(fault) => {
                    let reason = fault.to_string();
                    self.figures.watch.is_in_trouble(&reason);
                    if trouble.is_news(fault) {
                        tracing::error!(%reason, "limits cannot be watched until this is fixed");
                    }
                    self.seen = None;
                    stop.or(tokio::time::sleep(WAIT.0)).await;
                }
            }
            stop.or(self.rest()).await;
        }
        self.figures.watch.rests();
        Ok(())
    }

    /// Reads the clock and the store, and ticks the cases that are due.
    async fn look(&mut self, stop: &Stop) -> Result<(), Fault> {
        while !stop.is_set() {
            self.figures.watch.comes_round();
            let now = self.clock.now();
            if self.in_doubt(now).await? {
                return Ok(());
            }
            // The counter first: a change after it was read is seen in the next round.
            let counter = self.recorder.store().change_counter().await?;
            if self.seen != Some(counter) {
                self.next = self.recorder.store().next_due().await?;
                self.seen = Some(counter);
            }
            let due = self.next.is_some_and(|next| next <= now);
            if !due || self.tick(now).await? == 0 {
                return self.read_ahead(now).await;
            }
            self.seen = None;
        }
        Ok(())
    }

    /// Waits until there may be work: the next second begins, the store has changed, or it is time to read ahead.
    async fn rest(&self) {
        let Some(left) = self.clock.until_next_second() else { return tokio::time::sleep(LOOK_EVERY).await };
        let until = match left.checked_sub(READ_FROM_TO.0) {
            Some(until) if self.is_to_read(self.clock.now()) => until,
            _ => left,
        };
        let next = tokio::time::sleep(until);
        tokio::pin!(next);
        tokio::select! {
            () = &mut next => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Some(counter) = self.seen {
            tokio::select! {
                () = next => {}
                // A fault of the store is found in the next round.
                _ = self.recorder.store().changed(counter) => {}
            }
        }
    }

    /// Whether cases are due soon and nothing was read ahead in this second.
    fn is_to_read(&self, now: Instant) -> bool {
        self.ahead != Some(now) && self.next.is_some_and(|next| next <= now.plus(AHEAD.0))
    }

    /// Has the store load the cases that are due soon; once a second, and no longer than the second lasts.
    async fn read_ahead(&mut self, now: Instant) -> Result<(), Fault> {
        let soon = now.plus(AHEAD.0);
        let left = || self.clock.until_next_second();
        let too_early = left().is_some_and(|left| left > READ_FROM_TO.0);
        if too_early || !self.is_to_read(now) {
            return Ok(());
        }
        self.ahead = Some(now);
        let share = *self.share.borrow();
        let store = self.recorder.store();
        let due = store.due(soon, AHEAD.1, share).await?;
        let light: Vec<DueCase> = due.into_iter().filter(|due| !due.is_heavy()).collect();
        for cases in light.chunks(READ) {
            if left().is_some_and(|left| left < READ_FROM_TO.1) {
                break;
            }
            // A case that cannot be read is reported when it is due.
            if futures::future::try_join_all(cases.iter().map(|due| store.load(&due.case))).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Whether alerts are to be held back at `now`.
    async fn in_doubt(&mut self, now: Instant) -> Result<bool, Fault> {
        if !self.doubt.compare(now) {
            self.held = None;
            self.say(false).await?;
            return Ok(false);
        }
        self.say(true).await?;
        let confirmed = (self.operator.confirmed)().await?;
        let held = self.held.get_or_insert_with(|| Held { confirmed: confirmed.clone() });
        if held.confirmed == confirmed {
            return Ok(true);
        }
        self.doubt.confirm(now);
        self.held = None;
        self.say(false).await?;
        Ok(false)
    }

    /// Writes to the store, for other programs that record, whether the clock is in doubt.
    async fn say(&mut self, doubted: bool) -> Result<(), Fault> {
        if self.said != Some(doubted) {
            (self.operator.doubted)(doubted).await?;
            self.said = Some(doubted);
        }
        Ok(())
    }

    /// Those of the due cases that are not postponed or have changed since.
    async fn ready(&mut self, due: Vec<DueCase>) -> Result<Vec<DueCase>, Fault> {
        let mut ready = Vec::with_capacity(due.len());
        for due in due.into_iter().filter(|due| !self.slow.holds(&due.case)) {
            if let Some(postponed) = self.postponed.get_mut(&due.case) {
                let version = version(self.recorder.store().as_ref(), &due.case).await?;
                if version == postponed.version && self.doubt.steady() < postponed.until {
                    continue;
                }
                postponed.version = version;
            }
            ready.push(due);
        }
        Ok(ready)
    }

    /// Postpones a due case whose tick recorded nothing or failed. The first retry comes at once: another process may
    /// have ticked the case in between. The second time it is logged, once, and retried ever more seldom.
    async fn postpone(&mut self, case: CaseRef, why: &str) -> Result<(), Fault> {
        let steady = self.doubt.steady();
        if let Some(postponed) = self.postponed.get_mut(&case) {
            if postponed.wait.is_zero() {
                tracing::error!(%case, why, "a due case could not be processed; retrying");
            }
            postponed.wait = (postponed.wait * 2).clamp(WAIT.0, WAIT.1);
            postponed.until = steady + postponed.wait;
        } else {
            let version = version(self.recorder.store().as_ref(), &case).await?;
            self.postponed.insert(case, Postponed { version, until: steady, wait: Duration::ZERO });
        }
        Ok(())
    }
}

/// The version of a case's stream; 0 if the stream is damaged.
async fn version(store: &dyn CaseStore, case: &CaseRef) -> Result<u32, Fault> {
    match store.load(case).await {
        Ok(case) => Ok(case.version()),
        Err(fault @ (Fault::Unavailable(_) | Fault::Restart(_))) => Err(fault),
        Err(_) => Ok(0),
    }
}
