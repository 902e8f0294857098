//! Reading back what the stream holds and the store doesn't know: published, and then no mark.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use futures::StreamExt as _;
use uuid::Uuid;

use super::RelayFault;
use crate::clock::Clock;
use crate::nats::{IN_FLIGHT, Link, NatsFault};
use crate::store::{CaseStore, Delivery, Position, Stored};

/// How long the server may take over one batch.
const BATCH_WITHIN: Duration = Duration::from_secs(5);

/// Marks every alert of the outbox that stands in the stream behind the last known sequence; gives their number.
pub(super) async fn catch_up<S: CaseStore + ?Sized>(
    store: &S,
    clock: &dyn Clock,
    link: &Link,
    stream: &Stream,
) -> Result<usize, RelayFault> {
    let known = store.last_stream_sequence().await?;
    let state = &stream.cached_info().state;
    if state.last_sequence < known {
        let last = state.last_sequence;
        tracing::error!(known, last, "the stream of alerts is shorter than it was: it was made anew or restored");
        let again = store.undo_deliveries(last).await?;
        tracing::error!(again, "alerts that it has lost are published again, under their ids");
    }
    let behind = if state.last_sequence < known { 1 } else { known + 1 };
    let start_sequence = behind.max(state.first_sequence);
    if state.last_sequence < start_sequence {
        return Ok(0);
    }
    let mut pending = pending(store).await?;
    if pending.is_empty() {
        return Ok(0);
    }
    let consumer = link.run(open(link, stream, start_sequence)).await?;
    let mut left = consumer.cached_info().num_pending;
    let mut marked = 0;
    while left > 0 && !pending.is_empty() {
        let most = usize::try_from(left).unwrap_or(IN_FLIGHT).min(IN_FLIGHT);
        let batch = link.run(read(link, &consumer, most)).await?;
        left = left.saturating_sub(batch.len() as u64);
        let at = clock.now();
        let found = batch.into_iter().filter_map(|(alert, stream_sequence)| {
            let position = pending.remove(&alert?)?;
            Some(Delivery { position, alert: alert?, stream_sequence, at })
        });
        let found: Vec<Delivery> = found.collect();
        marked += found.len();
        if !found.is_empty() {
            store.delivered(found).await?;
        }
    }
    if let Err(error) = stream.delete_consumer(&consumer.cached_info().name).await {
        tracing::debug!(%error, "the server removes the reader later by itself");
    }
    Ok(marked)
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

/// A reader of the ids from `start_sequence` on, which the server forgets by itself.
async fn open(link: &Link, stream: &Stream, start_sequence: u64) -> Result<Consumer<pull::Config>, NatsFault> {
    let config = pull::Config {
        description: Some("kamnot's relay reads back what it may have published".to_owned()),
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
        ack_policy: AckPolicy::None,
        headers_only: true,
        inactive_threshold: Duration::from_secs(30),
        memory_storage: true,
        ..pull::Config::default()
    };
    Box::pin(stream.create_consumer(config)).await.map_err(|error| link.lost(error))
}

/// The next ids with their sequences; the id is missing where a message isn't one of ours.
async fn read(
    link: &Link,
    consumer: &Consumer<pull::Config>,
    most: usize,
) -> Result<Vec<(Option<Uuid>, u64)>, NatsFault> {
    let batch = consumer.batch().max_messages(most).expires(BATCH_WITHIN);
    let mut messages = batch.messages().await.map_err(|error| link.lost(error))?;
    let mut read = Vec::with_capacity(most);
    while let Some(message) = messages.next().await {
        let message = message.map_err(|error| link.lost(error))?;
        let sequence = message.info().map_err(|error| link.lost(error))?.stream_sequence;
        read.push((id(&message), sequence));
    }
    if read.is_empty() { Err(link.lost("the stream could not be read back in time")) } else { Ok(read) }
}

fn id(message: &jetstream::Message) -> Option<Uuid> {
    message.headers.as_ref()?.get(NATS_MESSAGE_ID)?.as_str().parse().ok()
}
