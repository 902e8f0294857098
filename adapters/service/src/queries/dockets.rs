//! The dockets that were read last, kept in memory and brought up to date from the log.
//!
//! Invariant: as `kept` beside it says.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::CaseView;
use projections::docket::listed::Listed;
use projections::docket::silence::{Heard, Since};
use projections::inbox::CaseAlerts;
use projections::summary::{Standing, Summary};
use store::{Fault, LogStore};
use tokio::sync::OwnedMutexGuard;

use super::feeds::{Limits, OfFeed};
use super::kept::{Followed, Records, Shelf};

pub use super::kept::Whose;

/// How many cases all dockets in memory hold together, the one asked for apart.
const MOST_CASES: usize = 50_000;
/// A closed case is kept for so many seconds, longer than any docket shows it.
const CLOSED_FOR: i64 = 8 * 86_400;

/// A docket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docket {
    /// The cases, open or closed not long ago, by reference.
    pub cases: Arc<Vec<Arc<Listed>>>,
    /// How many cases could not be read.
    pub damaged: usize,
    /// Since when nothing was heard of their offices.
    pub heard: Arc<Since>,
    /// Tells whether two dockets of the same office are alike: made of its open cases and how many events each has, the same
    /// at every process of one program.
    pub tag: u64,
}

/// All dockets in memory.
pub struct Dockets(Shelf<Kept>);

impl Default for Dockets {
    fn default() -> Self {
        Self(Shelf::for_cases(MOST_CASES))
    }
}

/// A docket as of an event.
struct Kept {
    followed: Followed,
    records: Records<Row>,
    /// The cases whose alerts were told since, with the version that the case has by then.
    told: BTreeMap<CaseRef, u32>,
    /// For the office's calendars, once one was asked for.
    feed: Option<OfFeed>,
    heard: Heard,
    docket: Docket,
}

/// A case of a docket.
struct Row {
    listed: Arc<Listed>,
    alerts: Arc<CaseAlerts>,
    /// How many events the case has.
    version: u32,
}

impl Row {
    /// What the case adds to [`Docket::tag`].
    fn tag(&self) -> u64 {
        if self.listed.closed.is_some() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        (self.listed.case.as_str(), self.version).hash(&mut hasher);
        hasher.finish()
    }
}

impl Kept {
    /// Takes cases out of what was made of all.
    fn forget(&mut self, cases: &[(CaseRef, u32)]) {
        for row in cases.iter().filter_map(|(case, _)| self.records.cases.get(case)) {
            self.heard.remove(&row.listed);
            self.docket.tag = self.docket.tag.wrapping_sub(row.tag());
        }
    }

    /// Puts cases that were read again into what is made of all.
    fn take(&mut self, changed: &[(CaseRef, u32)]) {
        let Self { records, heard, docket, .. } = self;
        let cases = Arc::make_mut(&mut docket.cases);
        let mut same = true;
        for (case, _) in changed {
            let (row, place) = (records.cases.get(case), cases.binary_search_by(|listed| listed.case.cmp(case)));
            if let Some(row) = row {
                heard.add(&row.listed);
                docket.tag = docket.tag.wrapping_add(row.tag());
            }
            match (row, place) {
                (Some(row), Ok(place)) => cases[place] = Arc::clone(&row.listed),
                (row, place) => same &= row.is_none() && place.is_err(),
            }
        }
        if !same {
            // A case has come or left.
            *cases = records.cases.values().map(|row| Arc::clone(&row.listed)).collect();
        }
        docket.damaged = records.damaged.len();
        docket.heard = Arc::new(heard.since());
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
        let kept = self.brought_up_to_date(Source { log, book, whose, now }).await?;
        let docket = kept.as_ref().map(|kept| kept.docket.clone()).unwrap_or_default();
        drop(kept);
        self.0.bound(whose, docket.cases.len());
        Ok(docket)
    }

    /// What is kept of a docket, up to date; nobody else has it until it is let go.
    async fn brought_up_to_date(&self, source: Source<'_>) -> Result<OwnedMutexGuard<Option<Kept>>, Fault> {
        // Several requests for one docket read what is new once.
        let mut kept = self.0.place(source.whose).lock_owned().await;
        let brought = match kept.take() {
            Some(before) => source.bring_up_to_date(before).await?,
            None => source.read().await?,
        };
        *kept = Some(brought);
        Ok(kept)
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
        let mut guard = self.brought_up_to_date(Source { log, book, whose, now }).await?;
        // Never an empty inbox for want of a docket.
        let Some(kept) = guard.as_mut() else { return Err(Fault::unavailable("the docket is not there; retry")) };
        let mut later = BTreeMap::new();
        while let Some((case, version)) = kept.told.first_key_value().map(|(case, version)| (case.clone(), *version)) {
            let alerts = match log.load(&case).await {
                Ok(known) => {
                    if known.version() < version {
                        // Another process has written it, and the store has not noticed it yet.
                        later.insert(case.clone(), version);
                    }
                    Arc::new(CaseAlerts::of(&known, book, now))
                }
                // The docket says how many cases cannot be read.
                Err(Fault::Corrupt(_)) => Arc::default(),
                Err(fault) => return Err(fault),
            };
            if let Some(row) = kept.records.cases.get_mut(&case) {
                row.alerts = alerts;
            }
            kept.told.remove(&case);
        }
        kept.told = later;
        let alerts = kept.records.cases.values().map(|row| Arc::clone(&row.alerts)).collect();
        let docket = kept.docket.clone();
        drop(guard);
        self.0.bound(whose, docket.cases.len());
        Ok((docket, alerts))
    }

    /// The limits of a docket as it stands now, as a feed lists them; those of cases that have left it not long ago, too.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn limits(
        &self,
        log: &dyn LogStore,
        book: &Rulebook,
        whose: &Whose,
        now: Instant,
    ) -> Result<Limits, Fault> {
        let mut kept = self.brought_up_to_date(Source { log, book, whose, now }).await?;
        // Never an empty calendar for want of a docket: it would take every event away.
        let Some(kept) = kept.as_mut() else { return Err(Fault::unavailable("the docket is not there; retry")) };
        let Kept { feed, records, .. } = kept;
        // In its place from the start: a reader who goes away leaves what was looked at to the next one.
        let feed = match feed {
            Some(feed) => feed,
            None => feed.insert(OfFeed::begun(log, (&whose.office, whose.seat), &records.cases, now).await?),
        };
        feed.bring_up_to_date(log, records.cases.keys(), now).await?;
        let limits = Limits { cases: feed.limits.values().map(Arc::clone).collect(), rulebooks: feed.rulebooks };
        self.0.bound(whose, records.cases.len());
        Ok(limits)
    }
}

impl Source<'_> {
    /// Reads the whole docket.
    async fn read(self) -> Result<Kept, Fault> {
        let followed = Followed::from_now(self.log).await?;
        let views = self.log.docket(&self.whose.office, Some(self.whose.seat)).await?;
        let shown = views.into_iter().filter(|view| self.is_shown(view));
        let cases: Vec<(CaseRef, u32)> = shown.map(|view| (view.case, view.version)).collect();
        let mut kept = Kept {
            followed,
            records: Records::default(),
            told: BTreeMap::new(),
            feed: None,
            heard: Heard::default(),
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
        let mut changed = kept.records.due(self.now);
        let Kept { followed, records, told, docket, .. } = &mut kept;
        let own = records.cases.len();
        let mut take = |stored: store::Stored| {
            // An alert changes nothing of what a docket says.
            if stored.event.fact.action().is_some() || records.damaged.contains(&stored.case) {
                changed.insert(stored.case, stored.version);
            } else if let Some(row) = records.cases.get_mut(&stored.case) {
                docket.tag = docket.tag.wrapping_sub(row.tag());
                row.version = stored.version;
                docket.tag = docket.tag.wrapping_add(row.tag());
                told.insert(stored.case, stored.version);
            }
        };
        if !followed.news(self.log, own, &mut take).await? {
            return self.read().await;
        }
        if !changed.is_empty() {
            self.load(&mut kept, changed).await?;
        }
        Ok(kept)
    }

    /// Reads these cases again, each of which has at least so many events.
    async fn load(self, kept: &mut Kept, cases: impl IntoIterator<Item = (CaseRef, u32)>) -> Result<(), Fault> {
        let cases: Vec<(CaseRef, u32)> = cases.into_iter().collect();
        if let Some(feed) = &mut kept.feed {
            for (case, _) in &cases {
                feed.changed(case, kept.records.cases.contains_key(case));
            }
        }
        let make = |case: &Case| {
            let listed = Listed::of(case, self.book, self.now)?;
            let again_at = listed.again_at;
            let own = listed.is_of(&self.whose.office, Some(self.whose.seat));
            let row = || Row {
                listed: Arc::new(listed),
                alerts: Arc::new(CaseAlerts::of(case, self.book, self.now)),
                version: case.version(),
            };
            own.then(|| (row(), again_at))
        };
        kept.forget(&cases);
        kept.records.load(self.log, self.now, cases.iter().cloned(), make).await?;
        kept.take(&cases);
        Ok(())
    }
}
