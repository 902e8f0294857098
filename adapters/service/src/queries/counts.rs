//! The exact figures of an office: compact facts of each of its cases, kept in memory and brought up to date from the log.
//!
//! Invariant: as `kept` beside it says. After an action only its case is counted again, and after an instant only the cases in
//! which a limit has passed. Who asks waits for a bounded time: a first count goes on by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use engine::action::{CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::figures::facts::CaseFacts;
use projections::figures::numbers::Numbers;
use projections::figures::period::Period;
use projections::figures::rules::Rules;
use projections::figures::running::Running;
use projections::multiset::{Multiset, Multisets};
use projections::view::Seat;
use store::{Fault, LogStore};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::kept::{Followed, Records, Shelf, Whose};

/// How many cases are kept in memory for all offices together, the one asked for apart.
const MOST_CASES: usize = 200_000;

/// What became of a question for figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked<T> {
    /// The answer.
    Ready(T),
    /// It is being counted: so many cases of so many.
    Counting([usize; 2]),
}

/// The figures of an office.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The numbers.
    pub numbers: Numbers,
    /// The offices that take part in its cases, each with when it was last heard from in them.
    pub heard: BTreeMap<OfficeCode, Option<Instant>>,
    /// The day of the first action.
    pub first: Option<NaiveDate>,
    /// How many cases were counted.
    pub cases: usize,
    /// How many cases could not be read.
    pub damaged: usize,
}

/// How far a count is: cases read, of how many.
#[derive(Debug, Default)]
pub(super) struct Progress([AtomicUsize; 2]);

impl Progress {
    pub(super) fn begin(&self, of: usize) {
        self.0[0].store(0, Ordering::Relaxed);
        self.0[1].store(of, Ordering::Relaxed);
    }

    pub(super) fn step(&self) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> [usize; 2] {
        [0, 1].map(|place| self.0[place].load(Ordering::Relaxed))
    }
}

/// The figures of the offices that were asked for last.
pub struct Counts {
    shelf: Shelf<Kept>,
    progress: Arc<Progress>,
}

impl Default for Counts {
    fn default() -> Self {
        Self { shelf: Shelf::for_cases(MOST_CASES), progress: Arc::default() }
    }
}

/// How many periods are counted on: who compares two goes to and fro between them.
const MOST_PERIODS: usize = 4;

/// The facts of an office's cases as of an event, and what they come to.
struct Kept {
    followed: Followed,
    records: Records<CaseFacts>,
    rules: Rules,
    /// Each office once, so that cases share its code.
    codes: BTreeSet<OfficeCode>,
    totals: Totals,
}

/// What the facts of all cases come to.
#[derive(Default)]
struct Totals {
    /// The periods that were asked for, the last one last.
    periods: Vec<Running>,
    /// When each office was last heard from in each of its cases.
    heard: Multisets<OfficeCode, Option<Instant>>,
    /// The day of the first action of each case.
    first: Multiset<NaiveDate>,
}

impl Totals {
    fn add(&mut self, case: &CaseRef, facts: &CaseFacts) {
        self.periods.iter_mut().for_each(|running| running.add(case, facts));
        for (office, at) in heard(facts) {
            self.heard.add(office, at);
        }
        self.first.add(facts.first);
    }

    fn remove(&mut self, case: &CaseRef, facts: &CaseFacts) {
        self.periods.iter_mut().for_each(|running| running.remove(case, facts));
        for (office, at) in heard(facts) {
            self.heard.remove(office, at);
        }
        self.first.remove(facts.first);
    }
}

/// The offices of a case, each with when it was last heard from there.
fn heard(facts: &CaseFacts) -> impl Iterator<Item = (&OfficeCode, Option<Instant>)> {
    Seat::ALL.into_iter().zip(facts.heard).filter_map(|(seat, at)| Some((seat.of(&facts.offices)?, at)))
}

/// What the figures are asked for.
#[derive(Clone)]
pub struct Which {
    /// The log.
    pub log: Arc<dyn LogStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// Whose cases.
    pub whose: Whose,
    /// The period.
    pub period: Period,
    /// Now.
    pub now: Instant,
}

impl Counts {
    /// The figures of an office as they stand now, or how far a first count is after so long a time, at most twice.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(&self, which: &Which, patience: Duration) -> Result<Asked<Counted>, Fault> {
        let progress = Arc::clone(&self.progress);
        let place = self.shelf.place(&which.whose);
        let Ok(kept) = timeout(patience, place.lock_owned()).await else {
            return Ok(Asked::Counting(progress.now()));
        };
        // In a task of its own, so that it goes on when nobody waits any more.
        let counting = tokio::spawn(which.clone().count(kept, Arc::clone(&progress)));
        let Ok(counted) = timeout(patience, counting).await else { return Ok(Asked::Counting(progress.now())) };
        let counted =
            counted.map_err(|error| Fault::unavailable(format!("the figures were not counted: {error}")))??;
        self.shelf.bound(&which.whose, counted.cases);
        Ok(Asked::Ready(counted))
    }
}

impl Which {
    async fn count(self, mut kept: OwnedMutexGuard<Option<Kept>>, progress: Arc<Progress>) -> Result<Counted, Fault> {
        let brought = match kept.take() {
            Some(before) => self.bring_up_to_date(before, &progress).await?,
            None => self.read(&progress).await?,
        };
        *kept = Some(brought);
        let counting = tokio::task::spawn_blocking(move || kept.as_mut().map(|kept| self.counted(kept)));
        let counted = counting.await.map_err(|error| Fault::unavailable(error.to_string()))?;
        Ok(counted.unwrap_or_default())
    }

    async fn read(&self, progress: &Progress) -> Result<Kept, Fault> {
        let followed = Followed::from_now(self.log.as_ref()).await?;
        let views = self.log.docket(&self.whose.office, Some(self.whose.seat)).await?;
        let cases: Vec<(CaseRef, u32)> = views.into_iter().map(|view| (view.case, view.version)).collect();
        progress.begin(cases.len());
        let rules = Rules::of(&self.book);
        let (records, codes, totals) = (Records::default(), BTreeSet::new(), Totals::default());
        let mut kept = Kept { followed, records, rules, codes, totals };
        self.load(&mut kept, cases, progress).await?;
        Ok(kept)
    }

    async fn bring_up_to_date(&self, mut kept: Kept, progress: &Progress) -> Result<Kept, Fault> {
        let mut changed = kept.records.due(self.now);
        let Kept { followed, records, .. } = &mut kept;
        let mut take = |stored: store::Stored| {
            // An action may bring a case to the office; what is told about a case, and taken, counts too.
            let known = records.cases.contains_key(&stored.case) || records.damaged.contains(&stored.case);
            if known || stored.event.fact.action().is_some() {
                changed.insert(stored.case, stored.version);
            }
        };
        if !followed.news(self.log.as_ref(), records.cases.len(), &mut take).await? {
            return self.read(progress).await;
        }
        self.load(&mut kept, changed.into_iter().collect(), progress).await?;
        Ok(kept)
    }

    async fn load(&self, kept: &mut Kept, cases: Vec<(CaseRef, u32)>, progress: &Progress) -> Result<(), Fault> {
        let Kept { records, rules, codes, totals, .. } = kept;
        let Whose { office, seat } = &self.whose;
        let make = |case: &Case| {
            progress.step();
            let mut facts = CaseFacts::of(case, &self.book, rules, self.now)?;
            if seat.of(&facts.offices) != Some(office) {
                return None;
            }
            share(&mut facts.offices, codes);
            let again_at = facts.again_at;
            Some((facts, again_at))
        };
        for (case, _) in &cases {
            if let Some(facts) = records.cases.get(case) {
                totals.remove(case, facts);
            }
        }
        records.load(self.log.as_ref(), self.now, cases.iter().cloned(), make).await?;
        for (case, _) in &cases {
            if let Some(facts) = records.cases.get(case) {
                totals.add(case, facts);
            }
        }
        Ok(())
    }

    fn counted(&self, kept: &mut Kept) -> Counted {
        let Kept { records, rules, totals: Totals { periods, heard, first }, .. } = kept;
        periods.retain(|running| running.can_go_on(self.now));
        let begin = || {
            let mut running = Running::new(rules, self.period, self.now, Some(self.whose.seat));
            records.cases.iter().for_each(|(case, facts)| running.add(case, facts));
            running
        };
        let known = periods.iter().position(|running| running.period() == self.period);
        let mut running = known.map_or_else(begin, |place| periods.remove(place));
        running.go_on(self.now, |case| records.cases.get(case));
        let numbers = running.numbers(rules);
        if periods.len() == MOST_PERIODS {
            periods.remove(0);
        }
        periods.push(running);
        Counted {
            numbers,
            heard: heard.iter().map(|(office, times)| (office.clone(), times.last().flatten())).collect(),
            first: first.first(),
            cases: records.cases.len(),
            damaged: records.damaged.len(),
        }
    }
}

/// Puts the codes of offices that are known in place of those of a case.
fn share(offices: &mut Addressees, codes: &mut BTreeSet<OfficeCode>) {
    let Addressees { court, prosecutor, investigator, legal_aid } = offices;
    for office in [court, prosecutor, investigator].into_iter().chain(legal_aid) {
        if let Some(known) = codes.get(office) {
            *office = known.clone();
        } else {
            codes.insert(office.clone());
        }
    }
}
