//! Reads back alerts that were published but not marked as delivered in the store.
//!
//! Invariant: everything up to the stream's last sequence at the start is marked, in the order of the stream, and
//! nothing after it. An alert recorded since then may be there unseen; a mark after it would hide it for good.

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

/// The result of catching up.
#[derive(Clone, Debug)]
pub(super) struct CaughtUp {
    /// The stream's last sequence: every alert up to it is marked.
    pub last: u64,
    /// How many alerts were marked now.
    pub marked: usize,
    /// Messages at unmarked sequences whose alerts were not in the outbox: alerts that a restored log will raise again,
    /// or that were recorded since.
    pub unknown: HashMap<Uuid, There>,
}

/// A message in the stream under an alert's id: its sequence and its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct There {
    pub sequence: u64,
    pub says: Option<Substance>,
}

impl There {
    /// Whether the message is this alert, and not another message under the alert's id.
    pub fn is(&self, alert: Uuid, substance: Option<Substance>) -> bool {
        let same = self.says.is_some() && self.says == substance;
        if !same {
            let sequence = self.sequence;
            let found = "a message under this alert's id has other content; publishing the alert again";
            tracing::error!(%alert, sequence, "{found}");
        }
        same
    }
}

/// The gaps among the marks. There are none, unless the log is older than the stream or somebody else publishes. They
/// are searched for once, since the search reads every mark.
#[derive(Default)]
pub(super) struct Gaps(Mutex<Searched>);

#[derive(Clone, Default)]
struct Searched {
    /// The last sequence that was searched.
    to: u64,
    found: Vec<RangeInclusive<u64>>,
}

impl Gaps {
    /// The gaps between two sequences; `known` is the sequence of a mark.
    async fn between(&self, store: &dyn CaseStore, first: u64, known: u64) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        let mut searched = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if searched.to < known {
            searched.found.extend(store.unmarked(first.max(searched.to + 1), known).await?);
            searched.to = known;
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = searched.clone();
        }
        Ok(searched.found)
    }

    /// Forgets the gaps: the stream was created again or restored.
    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Searched::default();
    }
}

/// What is needed to catch up.
pub(super) struct CatchUp<'a> {
    pub store: &'a dyn CaseStore,
    pub clock: &'a dyn Clock,
    pub session: &'a dyn Session,
    pub gaps: &'a Gaps,
    /// The content of an alert's message.
    pub substance: &'a (dyn Fn(&Stored) -> Option<Substance> + Sync),
    /// Called after each batch.
    pub read_on: &'a (dyn Fn() + Sync),
}

/// Marks every alert of the outbox that is in the stream at an unmarked sequence.
pub(super) async fn catch_up(with: CatchUp<'_>) -> Result<CaughtUp, RelayFault> {
    let CatchUp { store, clock, session, gaps, substance, read_on } = with;
    // In this order: otherwise an alert that another relay marks meanwhile would look as if the stream had lost it.
    let known = store.last_stream_sequence().await?;
    let held = session.held().await?;
    let (first, last) = (held.first.max(1), held.last);
    let anew = last < known;
    let mut unmarked = if anew {
        tracing::error!(known, last, "the stream of alerts is shorter than it was: it was created again or restored");
        let again = store.undo_deliveries(last).await?;
        tracing::error!(again, "publishing the alerts that the stream has lost again, under the same ids");
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
    // After asking the stream for its last sequence: an alert recorded from here on lies after it.
    let mut pending = pending(store, substance).await?;
    for stretch in unmarked {
        let mut batches = session.read_back(*stretch.start());
        let mut read = stretch.start() - 1;
        // In a stream that was created again an alert may be at any sequence: only alerts of the outbox are looked for.
        while read < *stretch.end() && !(anew && pending.is_empty()) {
            let batch = batches.try_next().await?.unwrap_or_default();
            read_on();
            let Some(newest) = batch.last() else {
                // This replica lags behind the one that gave the last sequence.
                let reason = "the stream cannot be read back to its end yet";
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

/// The alerts of the outbox by their ids, with their content.
pub(super) async fn pending(
    store: &dyn CaseStore,
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
