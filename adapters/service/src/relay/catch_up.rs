//! Reading back what the stream holds and the store doesn't know: published, and then no mark.
//!
//! Invariant: what the stream held when it was looked at is marked, in its order, and nothing behind that: an alert
//! recorded since then may stand there without our knowing it, and a mark behind it would hide it for good.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use futures::TryStreamExt as _;
use projections::message::Substance;
use store::{CaseStore, Delivery, Fault, Position, Stored};
use uuid::Uuid;

use super::RelayFault;
use crate::broker::{BrokerFault, IN_FLIGHT, Session};
use crate::clock::Clock;

/// What catching up came to.
#[derive(Clone, Debug)]
pub(super) struct CaughtUp {
    /// The stream's last sequence: every alert up to it is marked.
    pub last: u64,
    /// How many were marked now.
    pub marked: usize,
    /// What stands where no mark is, and was in no outbox, with its sequence: alerts that a restored log will raise
    /// again, or that were recorded since.
    pub unknown: HashMap<Uuid, There>,
}

/// Where something stands in the stream under an alert's id, and what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct There {
    pub sequence: u64,
    pub says: Option<Substance>,
}

impl There {
    /// Whether it is the alert, and not merely something under its id.
    pub fn is(&self, alert: Uuid, substance: Option<Substance>) -> bool {
        let same = self.says.is_some() && self.says == substance;
        if !same {
            let sequence = self.sequence;
            tracing::error!(%alert, sequence, "a message under this alert's id says something else: the alert is published anew");
        }
        same
    }
}

/// Where there are gaps among the marks: none, unless the log is older than the stream or somebody else publishes.
/// Looked for once, since it takes a look at every mark.
#[derive(Default)]
pub(super) struct Gaps(Mutex<Searched>);

#[derive(Clone, Default)]
struct Searched {
    /// Up to here.
    to: u64,
    found: Vec<RangeInclusive<u64>>,
}

impl Gaps {
    /// The gaps between two sequences, the second being that of a mark.
    async fn between<S: CaseStore + ?Sized>(
        &self,
        store: &S,
        first: u64,
        known: u64,
    ) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        let mut searched = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if searched.to < known {
            searched.found.extend(store.unmarked(first.max(searched.to + 1), known).await?);
            searched.to = known;
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = searched.clone();
        }
        Ok(searched.found)
    }

    /// The stream is another one than it was.
    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Searched::default();
    }
}

/// What is needed to catch up.
pub(super) struct CatchUp<'a, S: ?Sized> {
    pub store: &'a S,
    pub clock: &'a dyn Clock,
    pub session: &'a dyn Session,
    pub gaps: &'a Gaps,
    /// What the message of an alert says.
    pub substance: &'a (dyn Fn(&Stored) -> Option<Substance> + Sync),
    /// Told of each batch.
    pub read_on: &'a (dyn Fn() + Sync),
}

/// Marks every alert of the outbox that stands in the stream where no mark is.
pub(super) async fn catch_up<S: CaseStore + ?Sized>(with: CatchUp<'_, S>) -> Result<CaughtUp, RelayFault> {
    let CatchUp { store, clock, session, gaps, substance, read_on } = with;
    // In this order: what another relay marks meanwhile must not look as if the stream had lost it.
    let known = store.last_stream_sequence().await?;
    let held = session.held().await?;
    let (first, last) = (held.first.max(1), held.last);
    let anew = last < known;
    let mut unmarked = if anew {
        tracing::error!(known, last, "the stream of alerts is shorter than it was: it was made anew or restored");
        let again = store.undo_deliveries(last).await?;
        tracing::error!(again, "alerts that it has lost are published again, under their ids");
        gaps.forget();
        vec![first..=last]
    } else {
        let mut unmarked = gaps.between(store, first, known).await?;
        unmarked.push(first.max(known + 1)..=last);
        unmarked
    };
    unmarked.retain(|stretch| !stretch.is_empty());
    let mut caught_up = CaughtUp { last, marked: 0, unknown: HashMap::new() };
    if unmarked.is_empty() {
        return Ok(caught_up);
    }
    // Also after the look at the stream: an alert that is recorded from here on isn't in what it held.
    let mut pending = pending(store, substance).await?;
    for stretch in unmarked {
        let mut batches = session.read_back(*stretch.start());
        let mut read = stretch.start() - 1;
        // In a stream made anew everything may stand anywhere: what waits is looked for and no more.
        while read < *stretch.end() && !(anew && pending.is_empty()) {
            let batch = batches.try_next().await?.unwrap_or_default();
            read_on();
            let Some(newest) = batch.last() else {
                // A replica that is behind the one that was asked.
                let reason = "the stream can't be read back to its end yet";
                return Err(BrokerFault::lost(session.server(), reason).into());
            };
            read = newest.sequence;
            let (at, mut found) = (clock.now(), Vec::new());
            for kept in batch.into_iter().filter(|kept| kept.sequence <= *stretch.end()) {
                let Some(alert) = kept.alert else { continue };
                let there = There { sequence: kept.sequence, says: kept.says };
                match pending.entry(alert) {
                    Entry::Occupied(waiting) if there.is(alert, waiting.get().1) => {
                        let (position, _) = waiting.remove();
                        found.push(Delivery { position, alert, stream_sequence: kept.sequence, at });
                    }
                    Entry::Occupied(_) => {}
                    Entry::Vacant(_) if anew => {}
                    Entry::Vacant(_) => drop(caught_up.unknown.insert(alert, there)),
                }
            }
            caught_up.marked += found.len();
            if !found.is_empty() {
                store.delivered(found).await?;
            }
        }
    }
    Ok(caught_up)
}

/// The alerts of the outbox by their ids, with what they say.
pub(super) async fn pending<S: CaseStore + ?Sized>(
    store: &S,
    substance: &(dyn Fn(&Stored) -> Option<Substance> + Sync),
) -> Result<HashMap<Uuid, (Position, Option<Substance>)>, RelayFault> {
    let mut pending = HashMap::new();
    let mut after = Position(0);
    loop {
        let rows = store.outbox(after, IN_FLIGHT).await?;
        let Some(last) = rows.last() else { return Ok(pending) };
        after = last.position;
        pending.extend(rows.iter().filter_map(|row| Some((alert_id(row)?, (row.position, substance(row))))));
    }
}

fn alert_id(row: &Stored) -> Option<Uuid> {
    row.event.fact.alert().map(|_| row.event.id(&row.case))
}
