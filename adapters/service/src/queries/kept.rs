//! What queries keep in memory of the cases of offices, brought up to date from the log.
//!
//! Invariant: what is kept has everything that this process had recorded before it was asked for, and what others had recorded
//! once the store has noticed it, within a moment. Memory is bounded: what was not used for longest is dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use futures::StreamExt as _;
use projections::view::Seat;
use store::{Fault, LogStore, Position, Stored};

/// How many cases are loaded concurrently.
pub(super) const IN_FLIGHT: usize = 64;
/// How many events are read at once, and behind how many more than there are cases all of these are read anew.
const EVENTS: usize = 512;
const FAR_BEHIND: usize = 8 * EVENTS;

/// Whose cases: the office, and its seat in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Whose {
    /// The office.
    pub office: OfficeCode,
    /// Its seat.
    pub seat: Seat,
}

// ---- the log

/// How far the log was read.
pub(super) struct Followed {
    head: Position,
    counter: i64,
}

impl Followed {
    /// From now on. To be asked before the cases are read: what is recorded meanwhile is looked at again.
    pub(super) async fn from_now(log: &dyn LogStore) -> Result<Self, Fault> {
        Ok(Self { counter: log.change_counter().await?, head: log.head().await? })
    }

    /// Hands over the events since. `false`: they are so many more than the cases, or so damaged, that all these have to be
    /// read anew.
    pub(super) async fn news(
        &mut self,
        log: &dyn LogStore,
        cases: usize,
        take: &mut impl FnMut(Stored),
    ) -> Result<bool, Fault> {
        let counter = log.change_counter().await?;
        if counter == self.counter {
            return Ok(true);
        }
        let mut read = 0;
        loop {
            let events = match log.log(self.head, EVENTS).await {
                Ok(events) => events,
                // The cases themselves may all be readable.
                Err(Fault::Corrupt(_)) => return Ok(false),
                Err(fault) => return Err(fault),
            };
            // Only nothing is the end of the log: of a few, the next may have been hidden by a transaction under way.
            let Some(last) = events.last() else { break };
            self.head = last.position;
            read += events.len();
            events.into_iter().for_each(&mut *take);
            if read > FAR_BEHIND.max(cases) {
                return Ok(false);
            }
        }
        self.counter = counter;
        Ok(true)
    }
}

// ---- cases

/// What is kept of each case.
pub(super) struct Records<R> {
    /// By reference.
    pub cases: BTreeMap<CaseRef, R>,
    /// The cases that could not be read.
    pub damaged: BTreeSet<CaseRef>,
    /// When cases are read again, and the version that they have by then: those in which a recorded action begins to count at
    /// a later instant, and those that the store gave as they were before the last action that the log holds of them.
    again: BTreeMap<CaseRef, (Instant, u32)>,
}

impl<R> Default for Records<R> {
    fn default() -> Self {
        Self { cases: BTreeMap::new(), damaged: BTreeSet::new(), again: BTreeMap::new() }
    }
}

impl<R> Records<R> {
    /// The cases that have to be read again by now, each with the version that it has at least.
    pub(super) fn due(&self, now: Instant) -> BTreeMap<CaseRef, u32> {
        let due = self.again.iter().filter(|(_, (at, _))| *at <= now);
        due.map(|(case, (_, version))| (case.clone(), *version)).collect()
    }

    /// Reads these cases again, each of which has at least so many events. `make` says what is kept of a case, and when it has
    /// to be read again; `None`: nothing.
    pub(super) async fn load(
        &mut self,
        log: &dyn LogStore,
        now: Instant,
        cases: impl IntoIterator<Item = (CaseRef, u32)>,
        mut make: impl FnMut(&Case) -> Option<(R, Option<Instant>)>,
    ) -> Result<(), Fault> {
        let load = async |(case, version): (CaseRef, u32)| (log.load(&case).await, case, version);
        let mut loaded = futures::stream::iter(cases).map(load).buffer_unordered(IN_FLIGHT);
        while let Some((found, case, version)) = loaded.next().await {
            self.cases.remove(&case);
            self.damaged.remove(&case);
            self.again.remove(&case);
            match found {
                Ok(found) => {
                    // What another process has written is in the log before the store has noticed it.
                    if found.version() < version {
                        self.again.insert(case.clone(), (now, version));
                    }
                    let Some((record, again_at)) = make(&found) else { continue };
                    if let Some(at) = again_at {
                        self.again.entry(case.clone()).or_insert((at, version));
                    }
                    self.cases.insert(case, record);
                }
                Err(Fault::Corrupt(_)) => _ = self.damaged.insert(case),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

// ---- memory

/// What is kept of several offices.
pub(super) struct Shelf<K> {
    places: Mutex<HashMap<Whose, Place<K>>>,
    /// How many cases all that is kept may hold together, what was asked for last apart.
    most: usize,
}

/// The place of what is kept of an office.
struct Place<K> {
    kept: Arc<tokio::sync::Mutex<Option<K>>>,
    cases: usize,
    used: u64,
}

impl<K> Shelf<K> {
    /// An empty one, for so many cases.
    pub(super) fn for_cases(most: usize) -> Self {
        Self { places: Mutex::default(), most }
    }

    /// The place of an office. Several requests for it read what is new once.
    pub(super) fn place(&self, whose: &Whose) -> Arc<tokio::sync::Mutex<Option<K>>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let used = places.values().map(|place| place.used).max().unwrap_or(0) + 1;
        let new = || Place { kept: Arc::default(), cases: 0, used };
        let place = places.entry(whose.clone()).or_insert_with(new);
        place.used = used;
        Arc::clone(&place.kept)
    }

    /// Notes how many cases the place of an office holds, and drops those that were not used for longest.
    pub(super) fn bound(&self, whose: &Whose, cases: usize) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get_mut(whose) {
            place.cases = cases;
        }
        loop {
            let others = places.iter().filter(|(of, _)| *of != whose);
            let all: usize = others.clone().map(|(_, place)| place.cases.max(1)).sum();
            let Some(oldest) = others.min_by_key(|(_, place)| place.used).map(|(of, _)| of.clone()) else { return };
            if all <= self.most {
                return;
            }
            places.remove(&oldest);
        }
    }
}
