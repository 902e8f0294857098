//! Reading back what the stream holds and the store doesn't know: published, and then no mark.
//!
//! Invariant: what the stream held when it was looked at is marked, in its order, and nothing behind that: an alert
//! recorded since then may stand there without our knowing it, and a mark behind it would hide it for good.

use std::collections::HashMap;

use futures::TryStreamExt as _;
use uuid::Uuid;

use super::RelayFault;
use super::broker::Session;
use crate::clock::Clock;
use crate::nats::{IN_FLIGHT, NatsFault};
use crate::store::{CaseStore, Delivery, Position, Stored};

/// What catching up came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct CaughtUp {
    /// The stream's last sequence: every alert up to it is marked.
    pub last: u64,
    /// How many were marked now.
    pub marked: usize,
}

/// Marks every alert of the outbox that stands in the stream behind the last known sequence; `read_on` is told of each
/// batch.
pub(super) async fn catch_up<S: CaseStore + ?Sized>(
    store: &S,
    clock: &dyn Clock,
    session: &dyn Session,
    read_on: &(dyn Fn() + Sync),
) -> Result<CaughtUp, RelayFault> {
    // In this order: what another relay marks meanwhile must not look as if the stream had lost it.
    let known = store.last_stream_sequence().await?;
    let held = session.held().await?;
    let last = held.last;
    if last < known {
        tracing::error!(known, last, "the stream of alerts is shorter than it was: it was made anew or restored");
        let again = store.undo_deliveries(last).await?;
        tracing::error!(again, "alerts that it has lost are published again, under their ids");
    }
    let behind = if last < known { 1 } else { known + 1 };
    let from = behind.max(held.first);
    let mut caught_up = CaughtUp { last, marked: 0 };
    // Also after the look at the stream: an alert that is recorded from here on isn't in what it held.
    let mut pending = if last < from { HashMap::new() } else { pending(store).await? };
    if pending.is_empty() {
        return Ok(caught_up);
    }
    let mut batches = session.read_back(from);
    let mut read = from - 1;
    while read < last && !pending.is_empty() {
        let batch = batches.try_next().await?.unwrap_or_default();
        read_on();
        if batch.is_empty() {
            // A replica that is behind the one that was asked.
            let reason = "the stream can't be read back to its end yet".to_owned();
            return Err(NatsFault::Lost { server: session.server().to_owned(), reason }.into());
        }
        read = batch.last().map_or(read, |kept| kept.sequence);
        let at = clock.now();
        let found = batch.into_iter().filter(|kept| kept.sequence <= last).filter_map(|kept| {
            let alert = kept.alert?;
            let position = pending.remove(&alert)?;
            Some(Delivery { position, alert, stream_sequence: kept.sequence, at })
        });
        let found: Vec<Delivery> = found.collect();
        caught_up.marked += found.len();
        if !found.is_empty() {
            store.delivered(found).await?;
        }
    }
    Ok(caught_up)
}

/// The alerts of the outbox by their ids.
async fn pending<S: CaseStore + ?Sized>(store: &S) -> Result<HashMap<Uuid, Position>, RelayFault> {
    let mut pending = HashMap::new();
    let mut after = Position(0);
    loop {
        let rows = store.outbox(after, IN_FLIGHT).await?;
        let Some(last) = rows.last() else { return Ok(pending) };
        after = last.position;
        pending.extend(rows.iter().filter_map(|row| Some((alert_id(row)?, row.position))));
    }
}

fn alert_id(row: &Stored) -> Option<Uuid> {
    row.event.fact.alert().map(|_| row.event.id(&row.case))
}
