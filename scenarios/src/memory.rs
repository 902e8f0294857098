//! A store in memory, for tests: what every store must do, in the fewest words.
//!
//! Invariant: it answers as the others do and shares no code with them; nothing outlives it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::alert::Alert;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::CaseView;
use projections::alerts::Class;
use projections::view::Seat;
use store::alerts::AlertsTo;
use store::{Append, Backlog, CaseStore, Delivery, DueCase, Fault, Position, Stored, WorkShare};
use uuid::Uuid;

/// The log of all cases, in memory.
pub struct MemoryStore {
    book: Arc<Rulebook>,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    events: Vec<Stored>,
    cases: BTreeMap<CaseRef, Arc<Case>>,
    deliveries: BTreeMap<Position, Delivery>,
}

impl MemoryStore {
    /// An empty log under this rulebook.
    pub fn new(book: Arc<Rulebook>) -> Self {
        Self { book, log: Mutex::default() }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn views(&self) -> Vec<CaseView> {
        self.log().cases.values().filter_map(|case| CaseView::of(case, &self.book)).collect()
    }

    fn events(&self, which: impl Fn(&Stored) -> bool) -> Vec<Stored> {
        self.log().events.iter().filter(|stored| which(stored)).cloned().collect()
    }
}

fn alert(stored: &Stored) -> Option<&Alert> {
    stored.event.fact.alert().map(|(alert, _)| alert)
}

#[async_trait]
impl CaseStore for MemoryStore {
    async fn load(&self, case: &CaseRef) -> Result<Arc<Case>, Fault> {
        Ok(self.log().cases.get(case).cloned().unwrap_or_default())
    }

    async fn append(&self, append: Append) -> Result<(), Fault> {
        let Append { case, expected, events, after } = append;
        let mut log = self.log();
        if log.cases.get(&case).map_or(0, |known| known.version()) != expected {
            return Err(Fault::Conflict(case));
        }
        for (version, event) in (expected + 1..).zip(events) {
            let position = log.events.last().map_or(Position(1), |last| Position(last.position.0 + 1));
            log.events.push(Stored { position, case: case.clone(), version, event });
        }
        if after.version() > 0 {
            log.cases.insert(case, after);
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Instant>, Fault> {
        Ok(self.views().into_iter().filter_map(|view| view.next_due).min())
    }

    async fn take_part(&self, _: Uuid) -> Result<WorkShare, Fault> {
        Ok(WorkShare::ALL)
    }

    async fn leave(&self, _: Uuid) -> Result<(), Fault> {
        Ok(())
    }

    async fn due(&self, until: Instant, most: usize, share: WorkShare) -> Result<Vec<DueCase>, Fault> {
        let of = |view: CaseView| Some((view.next_due?, DueCase { case: view.case, version: view.version }));
        let due = self.views().into_iter().filter_map(of);
        let due = due.filter(|(next, due)| *next <= until && share.holds(due.case.stream_id()));
        let mut due: Vec<(Instant, DueCase)> = due.collect();
        due.sort_unstable();
        Ok(due.into_iter().map(|(_, due)| due).take(most).collect())
    }

    async fn outbox(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        let delivered: HashSet<Position> = self.log().deliveries.keys().copied().collect();
        let waits = |stored: &Stored| alert(stored).is_some_and(|alert| !alert.history);
        let mut waiting =
            self.events(|stored| stored.position > after && waits(stored) && !delivered.contains(&stored.position));
        waiting.truncate(most);
        Ok(waiting)
    }

    async fn backlog(&self) -> Result<Backlog, Fault> {
        let waiting = self.outbox(Position(0), Backlog::MOST as usize).await?;
        let oldest = waiting.first().map(|stored| stored.event.recorded_at);
        Ok(Backlog { waiting: waiting.len() as u64, oldest, unreadable: 0 })
    }

    async fn watched(&self) -> Result<u64, Fault> {
        Ok(self.views().into_iter().filter(|view| view.next_due.is_some()).count() as u64)
    }

    async fn delivered(&self, deliveries: Vec<Delivery>) -> Result<(), Fault> {
        let mut log = self.log();
        for delivery in deliveries {
            log.deliveries.entry(delivery.position).or_insert(delivery);
        }
        Ok(())
    }

    async fn unmarked(&self, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        let taken: BTreeSet<u64> = self.log().deliveries.values().map(|delivery| delivery.stream_sequence).collect();
        let mut found: Vec<RangeInclusive<u64>> = Vec::new();
        for number in (from..=to).filter(|number| !taken.contains(number)) {
            match found.last_mut() {
                Some(last) if *last.end() + 1 == number => *last = *last.start()..=number,
                _ => found.push(number..=number),
            }
        }
        Ok(found)
    }

    async fn undo_deliveries(&self, behind: u64) -> Result<usize, Fault> {
        let mut log = self.log();
        let before = log.deliveries.len();
        log.deliveries.retain(|_, delivery| delivery.stream_sequence <= behind);
        Ok(before - log.deliveries.len())
    }

    async fn last_stream_sequence(&self) -> Result<u64, Fault> {
        Ok(self.log().deliveries.values().map(|delivery| delivery.stream_sequence).max().unwrap_or(0))
    }

    async fn docket(&self, office: &OfficeCode, seat: Option<Seat>) -> Result<Vec<CaseView>, Fault> {
        Ok(self.views().into_iter().filter(|view| view.is_of(office, seat)).collect())
    }

    async fn handed_on(&self, office: &OfficeCode) -> Result<Vec<CaseView>, Fault> {
        Ok(self.views().into_iter().filter(|view| view.was_of(office)).collect())
    }

    async fn not_open(&self) -> Result<Vec<CaseRef>, Fault> {
        let log = self.log();
        let not_open = log.cases.values().filter(|case| CaseView::of(case, &self.book).is_none());
        let mut cases: Vec<CaseRef> = not_open.map(|case| case.reference().clone()).collect();
        cases.sort();
        Ok(cases)
    }

    async fn escalated(&self) -> Result<Vec<CaseView>, Fault> {
        Ok(self.views().into_iter().filter(|view| !view.escalated().is_empty()).collect())
    }

    async fn alerts(&self, to: &AlertsTo) -> Result<Vec<Position>, Fault> {
        let until = |stored: &Stored| to.until.is_none_or(|until| stored.event.recorded_at <= until);
        let mut told =
            self.events(|stored| until(stored) && alert(stored).is_some_and(|alert| to.is_among(&alert.to.tokens())));
        if let Some(since) = to.since {
            let lately = told.iter().filter(|stored| stored.event.recorded_at >= since);
            let cases: BTreeSet<CaseRef> = lately.map(|stored| stored.case.clone()).collect();
            told.retain(|stored| cases.contains(&stored.case));
        }
        let class = |stored: &Stored| alert(stored).map(|alert| Class::of(alert.topic.rule, &self.book));
        told.sort_by(|a, b| (class(a), &a.case, a.position).cmp(&(class(b), &b.case, b.position)));
        Ok(told.into_iter().map(|stored| stored.position).collect())
    }

    async fn at(&self, positions: &[Position]) -> Result<Vec<Stored>, Fault> {
        let log = self.log();
        let find = |position: &Position| log.events.iter().find(|stored| stored.position == *position).cloned();
        Ok(positions.iter().filter_map(find).collect())
    }

    async fn stream_of(&self, stream_id: Uuid) -> Result<Vec<Stored>, Fault> {
        Ok(self.events(|stored| stored.case.stream_id() == stream_id))
    }

    async fn rulebooks(&self) -> Result<Vec<String>, Fault> {
        Ok(vec![self.book.source().to_owned()])
    }

    async fn change_counter(&self) -> Result<i64, Fault> {
        Ok(self.log().events.last().map_or(0, |last| last.position.0))
    }
}
