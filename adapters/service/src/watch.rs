//! The watch: tells each case in time that it is time.
//!
//! Invariant: a loop around one plain function, [`Watch::tick`]. A lost or doubled wake-up is harmless, since a case
//! that has nothing to tell decides nothing; while the clock is in doubt no alert is raised.

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

/// For how long changes of the store gather before the watch looks at them, and how often it looks at a clock that can't tell
/// when its next second begins.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// For how many seconds ahead the cases that will be due are read, and how many at the most: in the second itself nothing
/// but the writing is left to do.
const AHEAD: (i64, usize) = (3, 4096);
/// How many of them at once.
const READ: usize = 16;
/// How long before the next second that begins and ends: what was due in this one is published first.
const READ_FROM_TO: (Duration, Duration) = (Duration::from_millis(650), Duration::from_millis(100));
/// How many cases one tick tells the time.
const MOST: usize = 1024;
/// How many of them together, in one commit or few; and how many times that at once, so that some are decided while
/// others are written.
const TOGETHER: (usize, usize) = (128, 2);
/// The first and the longest wait before a case that could not be told is told again.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// The watch over one store.
pub struct Watch {
    recorder: Arc<Recorder>,
    clock: Arc<dyn Clock>,
    doubt: Arc<ClockDoubt>,
    operator: Operator,
    /// Whether the store was told that the clock is in doubt.
    said: Option<bool>,
    held: Option<Held>,
    /// The change counter for which `next` was read.
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
    /// The operator's last word when that began: it doesn't count.
    confirmed: Option<String>,
}

/// A case that is due and gave nothing.
struct Postponed {
    /// The stream's version then: once it moves on, the case is told again at once.
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

    /// The same watch, which notes here that it is at work.
    #[must_use]
    pub fn noting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The same watch over a share of the cases alone, whatever that is at the moment.
    #[must_use]
    pub fn over(self, share: Receiver<WorkShare>) -> Self {
        Self { share, ..self }
    }

    /// Tells the cases that are due at `now` that it is time, as many as one tick takes; how many it told, or began to
    /// tell beside the others. None are left when it told none.
    ///
    /// # Errors
    /// If the store can't be read or written.
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

    /// Takes note of how many events a case was given.
    async fn take(&mut self, case: CaseRef, result: Result<usize, Fault>) -> Result<(), Fault> {
        match result {
            Ok(0) => self.postpone(case, "it has nothing to tell").await,
            Ok(_) => {
                self.postponed.remove(&case);
                Ok(())
            }
            // The store's trouble and not the case's.
            Err(fault @ (Fault::Unavailable(_) | Fault::Restart(_))) => Err(fault),
            Err(fault) => self.postpone(case, &fault.to_string()).await,
        }
    }

    /// Watches until told to stop.
    ///
    /// # Errors
    /// If the store is damaged, or the program has to be started again.
    pub async fn run(&mut self, stop: &Stop) -> Result<(), Fault> {
        let mut trouble = Trouble::none();
        while !stop.is_set() {
            self.figures.watch.comes_round();
            match self.look(stop).await {
                Ok(()) => {
                    self.figures.watch.is_well();
                    if trouble.is_over() {
                        tracing::info!("the store answers again");
                    }
                }
                Err(fault @ (Fault::Corrupt(_) | Fault::Restart(_))) => return Err(fault),
                Err(fault) => {
                    let reason = fault.to_string();
                    self.figures.watch.is_in_trouble(&reason);
                    if trouble.is_news(fault) {
                        tracing::error!(%reason, "limits can't be watched until this is mended");
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

    /// Looks at the clock and the store, and lets time pass over what is due.
    async fn look(&mut self, stop: &Stop) -> Result<(), Fault> {
        while !stop.is_set() {
            self.figures.watch.comes_round();
            let now = self.clock.now();
            if self.in_doubt(now).await? {
                return Ok(());
            }
            // The counter first: what changes after it was read is seen at the next look.
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

    /// Rests until something may have to be done: another second begins, the store has changed, or it is time to read ahead.
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
                // That the store can't tell is found at the next look.
                _ = self.recorder.store().changed(counter) => {}
            }
        }
    }

    /// Whether cases will soon be due that were not read ahead in this second.
    fn is_to_read(&self, now: Instant) -> bool {
        self.ahead != Some(now) && self.next.is_some_and(|next| next <= now.plus(AHEAD.0))
    }

    /// Has the store read the cases that will soon be due, once a second, as long as the second lasts.
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
            // What can't be read is told when it is due.
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

    /// Tells the store, for those who record beside this program, whether the clock is in doubt.
    async fn say(&mut self, doubted: bool) -> Result<(), Fault> {
        if self.said != Some(doubted) {
            (self.operator.doubted)(doubted).await?;
            self.said = Some(doubted);
        }
        Ok(())
    }

    /// Those of the due cases that are not postponed, or have changed since.
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

    /// Puts off a case that is due and gave nothing. The first time it is told again at once: another process may
    /// have told it in between. The second time it is said, once, and told again ever more seldom.
    async fn postpone(&mut self, case: CaseRef, why: &str) -> Result<(), Fault> {
        let steady = self.doubt.steady();
        if let Some(postponed) = self.postponed.get_mut(&case) {
            if postponed.wait.is_zero() {
                tracing::error!(%case, why, "a case is due and can't be told the time; it is tried again");
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

/// The version of a case's stream; 0 where it can't be read for good.
async fn version(store: &dyn CaseStore, case: &CaseRef) -> Result<u32, Fault> {
    match store.load(case).await {
        Ok(case) => Ok(case.version()),
        Err(fault @ (Fault::Unavailable(_) | Fault::Restart(_))) => Err(fault),
        Err(_) => Ok(0),
    }
}
