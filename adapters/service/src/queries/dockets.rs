//! The dockets that were read last, kept in memory and brought up to date from the log.
//!
//! Invariant: a docket holds everything that this process had recorded before it was asked for, and what others had recorded
//! once the store has noticed it, within a moment. Memory is bounded: the dockets that were not used for longest are dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use futures::StreamExt as _;
use projections::CaseView;
use projections::docket::listed::Listed;
use projections::docket::silence::Heard;
use projections::inbox::CaseAlerts;
use projections::summary::{Standing, Summary};
use projections::view::Seat;
use store::{Fault, LogStore, Position};

/// How many cases are loaded concurrently.
const IN_FLIGHT: usize = 64;
/// How many events are read at once, and behind how many a docket is read anew.
const EVENTS: usize = 512;
const FAR_BEHIND: usize = 8 * EVENTS;
/// How many cases all dockets in memory hold together, the one asked for apart.
const MOST_CASES: usize = 50_000;
/// A closed case is kept for so many seconds, longer than any docket shows it.
const CLOSED_FOR: i64 = 8 * 86_400;

/// Whose docket: the office, and its seat in the cases.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Whose {
    /// The office.
    pub office: OfficeCode,
    /// Its seat.
    pub seat: Seat,
}

/// A docket.
#[derive(Clone, Debug, Default)]
pub struct Docket {
    /// The cases, open or closed not long ago, by reference.
    pub cases: Arc<Vec<Arc<Listed>>>,
    /// How many cases could not be read.
    pub damaged: usize,
    /// Since when nothing was heard of their offices.
    pub heard: Arc<Heard>,
    /// Tells whether two dockets of the same office are alike: made of its open cases and how many events each has, the same
    /// at every process of one program.
    pub tag: u64,
}

/// All dockets in memory.
#[derive(Default)]
pub struct Dockets {
    slots: Mutex<HashMap<Whose, Slot>>,
}

/// The place of a docket.
#[derive(Clone, Default)]
struct Slot {
    kept: Arc<tokio::sync::Mutex<Option<Kept>>>,
    cases: usize,
    used: u64,
}

/// A docket as of an event.
struct Kept {
    head: Position,
    counter: i64,
    cases: BTreeMap<CaseRef, Arc<Listed>>,
    damaged: BTreeSet<CaseRef>,
    /// When cases are read again, and the version that they have by then: those in which a recorded action begins to count at
    /// a later instant, and those that the store gave as they were before the last action that the log holds of them.
    again: BTreeMap<CaseRef, (Instant, u32)>,
    /// The alerts of each case, but for those that were told since, with the version that the case has by then.
    alerts: BTreeMap<CaseRef, Arc<CaseAlerts>>,
    told: BTreeMap<CaseRef, u32>,
    /// How many events each open case has, as the tag has it.
    versions: BTreeMap<CaseRef, u32>,
    docket: Docket,
}

impl Kept {
    /// Brings the tag to how many events a case has; `None`: it is not there, or closed.
    fn count(&mut self, case: &CaseRef, version: Option<u32>) {
        let part = |version: u32| {
            let mut hasher = DefaultHasher::new();
            (case.as_str(), version).hash(&mut hasher);
            hasher.finish()
        };
        if let Some(before) = self.versions.remove(case) {
            self.docket.tag = self.docket.tag.wrapping_sub(part(before));
        }
        if let Some(version) = version {
            self.versions.insert(case.clone(), version);
            self.docket.tag = self.docket.tag.wrapping_add(part(version));
        }
    }
}

/// What a docket is read from.
#[derive(Clone, Copy)]
struct Source<'s> {
    log: &'s dyn LogStore,
    book: &'s Rulebook,
    whose: &'s Whose,
    now: Instant,
}

impl Dockets {
    /// A docket as it stands now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(&self, log: &dyn LogStore, book: &Rulebook, whose: &Whose, now: Instant) -> Result<Docket, Fault> {
        let slot = self.slot(whose);
        // Several requests for one docket read what is new once.
        let mut kept = slot.lock().await;
        let source = Source { log, book, whose, now };
        let brought = match kept.take() {
            Some(before) => source.bring_up_to_date(before).await?,
            None => source.read().await?,
        };
        let docket = brought.docket.clone();
        *kept = Some(brought);
        drop(kept);
        self.bound(whose, docket.cases.len());
        Ok(docket)
    }

    /// A docket as it stands now, with the alerts of its cases in the same order.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn with_alerts(
        &self,
        log: &dyn LogStore,
        book: &Rulebook,
        whose: &Whose,
        now: Instant,
    ) -> Result<(Docket, Vec<Arc<CaseAlerts>>), Fault> {
        let docket = self.of(log, book, whose, now).await?;
        let slot = self.slot(whose);
        let mut kept = slot.lock().await;
        let Some(kept) = kept.as_mut() else { return Ok((docket, Vec::new())) };
        let mut later = BTreeMap::new();
        while let Some((case, version)) = kept.told.first_key_value().map(|(case, version)| (case.clone(), *version)) {
            match log.load(&case).await {
                Ok(known) => {
                    if known.version() < version {
                        // Another process has written it, and the store has not noticed it yet.
                        later.insert(case.clone(), version);
                    }
                    kept.alerts.insert(case.clone(), Arc::new(CaseAlerts::of(&known, now)));
                }
                // The docket says how many cases cannot be read.
                Err(Fault::Corrupt(_)) => _ = kept.alerts.remove(&case),
                Err(fault) => return Err(fault),
            }
            kept.told.remove(&case);
        }
        kept.told = later;
        let none = Arc::default();
        let alerts = docket.cases.iter().map(|listed| Arc::clone(kept.alerts.get(&listed.case).unwrap_or(&none)));
        Ok((docket.clone(), alerts.collect()))
    }

    fn slot(&self, whose: &Whose) -> Arc<tokio::sync::Mutex<Option<Kept>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let used = slots.values().map(|slot| slot.used).max().unwrap_or(0) + 1;
        let slot = slots.entry(whose.clone()).or_default();
        slot.used = used;
        Arc::clone(&slot.kept)
    }

    /// Drops the dockets that were not used for longest.
    fn bound(&self, whose: &Whose, cases: usize) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get_mut(whose) {
            slot.cases = cases;
        }
        loop {
            let others = slots.iter().filter(|(of, _)| *of != whose);
            let all: usize = others.clone().map(|(_, slot)| slot.cases.max(1)).sum();
            let Some(oldest) = others.min_by_key(|(_, slot)| slot.used).map(|(of, _)| of.clone()) else { return };
            if all <= MOST_CASES {
                return;
            }
            slots.remove(&oldest);
        }
    }
}

impl Source<'_> {
    /// Reads the whole docket.
    async fn read(self) -> Result<Kept, Fault> {
        // Before the views: what is recorded meanwhile is looked at again.
        let (counter, head) = (self.log.change_counter().await?, self.log.head().await?);
        let views = self.log.docket(&self.whose.office, Some(self.whose.seat)).await?;
        let shown = views.into_iter().filter(|view| self.is_shown(view));
        let cases: Vec<(CaseRef, u32)> = shown.map(|view| (view.case, view.version)).collect();
        let mut kept = Kept {
            head,
            counter,
            cases: BTreeMap::new(),
            damaged: BTreeSet::new(),
            again: BTreeMap::new(),
            alerts: BTreeMap::new(),
            told: BTreeMap::new(),
            versions: BTreeMap::new(),
            docket: Docket::default(),
        };
        self.load(&mut kept, cases).await?;
        Ok(kept)
    }

    /// Whether a case is open, or was closed not long ago.
    fn is_shown(self, view: &CaseView) -> bool {
        self.now.since(view.recorded_at) <= CLOSED_FOR
            || Summary::read(&view.document).is_none_or(|summary| summary.standing != Standing::Closed)
    }

    /// Brings a docket up to date.
    async fn bring_up_to_date(self, mut kept: Kept) -> Result<Kept, Fault> {
        // With the version of the last event that was read.
        let again = kept.again.iter().filter(|(_, (at, _))| *at <= self.now);
        let mut changed: BTreeMap<CaseRef, u32> = again.map(|(case, (_, version))| (case.clone(), *version)).collect();
        let counter = self.log.change_counter().await?;
        if counter != kept.counter {
            let mut read = 0;
            loop {
                let events = match self.log.log(kept.head, EVENTS).await {
                    Ok(events) => events,
                    // The docket's own cases may all be readable.
                    Err(Fault::Corrupt(_)) => return self.read().await,
                    Err(fault) => return Err(fault),
                };
                // Only nothing is the end of the log: of a few, the next may have been hidden by a transaction under way.
                let Some(last) = events.last() else { break };
                kept.head = last.position;
                read += events.len();
                for stored in events {
                    // An alert changes nothing of what a docket says.
                    if stored.event.fact.action().is_some() || kept.damaged.contains(&stored.case) {
                        changed.insert(stored.case, stored.version);
                    } else if kept.cases.contains_key(&stored.case) {
                        if kept.versions.contains_key(&stored.case) {
                            kept.count(&stored.case, Some(stored.version));
                        }
                        kept.told.insert(stored.case, stored.version);
                    }
                }
                if read > FAR_BEHIND {
                    return self.read().await;
                }
            }
            kept.counter = counter;
        }
        if !changed.is_empty() {
            self.load(&mut kept, changed).await?;
        }
        Ok(kept)
    }

    /// Reads these cases again, each of which has at least so many events.
    async fn load(self, kept: &mut Kept, cases: impl IntoIterator<Item = (CaseRef, u32)>) -> Result<(), Fault> {
        let load = async |(case, version): (CaseRef, u32)| (self.log.load(&case).await, case, version);
        let mut loaded = futures::stream::iter(cases).map(load).buffer_unordered(IN_FLIGHT);
        while let Some((found, case, version)) = loaded.next().await {
            kept.cases.remove(&case);
            kept.count(&case, None);
            kept.damaged.remove(&case);
            kept.again.remove(&case);
            kept.alerts.remove(&case);
            let read = match found {
                Ok(found) => {
                    // What another process has written is in the log before the store has noticed it.
                    if found.version() < version {
                        kept.again.insert(case.clone(), (self.now, version));
                    }
                    Listed::of(&found, self.book, self.now).map(|listed| (listed, found))
                }
                Err(Fault::Corrupt(_)) => {
                    kept.damaged.insert(case);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let own = read.filter(|(listed, _)| listed.is_of(&self.whose.office, Some(self.whose.seat)));
            let Some((listed, found)) = own else { continue };
            kept.alerts.insert(case.clone(), Arc::new(CaseAlerts::of(&found, self.now)));
            kept.count(&case, listed.closed.is_none().then_some(found.version().max(version)));
            if let Some(at) = listed.again_at {
                kept.again.entry(case.clone()).or_insert((at, version));
            }
            kept.cases.insert(case, Arc::new(listed));
        }
        let cases: Vec<Arc<Listed>> = kept.cases.values().map(Arc::clone).collect();
        let heard = Arc::new(Heard::of(&cases));
        let (damaged, tag) = (kept.damaged.len(), kept.docket.tag);
        kept.docket = Docket { cases: Arc::new(cases), damaged, heard, tag };
        Ok(())
    }
}
