//! The relay: takes alerts from the outbox to NATS, in the order of the log.
//!
//! Invariant: no alert is lost and none stands in the stream twice. An alert leaves the outbox only after the server's
//! acknowledgement, and deliveries are marked without a gap in the order of the stream; so whatever was published and
//! not marked lies behind the last marked sequence, and is read back and marked before anything is published on a
//! new connection. What is published next is chosen by the missing mark, not by position.

mod catch_up;

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use engine::rulebook::{Rulebook, Shelf};
use projections::message::{Message, message};
use uuid::Uuid;

use crate::clock::Clock;
use crate::nats::{IN_FLIGHT, Link, NatsFault, STREAM, Servers, ensure_stream};
use crate::serve::{Stop, Trouble};
use crate::store::{CaseStore, Delivery, Fault, Position, Stored};

/// How often the store is asked whether anything changed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The first and the longest wait before NATS is tried again.
const WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Why the relay can't go on for now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayFault {
    /// NATS.
    #[error(transparent)]
    Nats(#[from] NatsFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// The relay of one store to one NATS system.
pub struct Relay<S: ?Sized> {
    store: Arc<S>,
    book: Arc<Rulebook>,
    clock: Arc<dyn Clock>,
    servers: Servers,
    installation: String,
}

/// A relay with a connection, all that the stream holds being marked.
pub struct Connected<'r, S: ?Sized> {
    relay: &'r Relay<S>,
    link: Link,
    /// The words of an alert are those of the rulebook that it was raised under.
    shelf: Shelf,
}

impl<S: CaseStore + ?Sized> Relay<S> {
    /// A relay; `installation` is the name in the messages' `source`.
    pub const fn new(
        store: Arc<S>,
        book: Arc<Rulebook>,
        clock: Arc<dyn Clock>,
        servers: Servers,
        installation: String,
    ) -> Self {
        Self { store, book, clock, servers, installation }
    }

    /// Connects, makes or checks the stream, and marks what it already holds.
    ///
    /// # Errors
    /// If NATS is away or not fit for alerts, or the store can't be read.
    pub async fn connect(&self) -> Result<Connected<'_, S>, RelayFault> {
        let link = Link::open(&self.servers).await?;
        let stream = ensure_stream(&link).await?;
        let marked = catch_up::catch_up(self.store.as_ref(), self.clock.as_ref(), &link, &stream).await?;
        tracing::info!(server = link.server(), marked, "connected to NATS");
        let texts = self.store.rulebooks().await?;
        Ok(Connected { relay: self, link, shelf: Shelf::new(Arc::clone(&self.book), texts) })
    }

    /// Publishes until told to stop, through every absence of NATS.
    ///
    /// # Errors
    /// If the store is damaged, or the program has to be started again.
    pub async fn run(&self, stop: &Stop) -> Result<(), Fault> {
        let mut wait = WAIT.0;
        let mut trouble = Trouble::none();
        while !stop.is_set() {
            let fault = match self.until_broken(stop, &mut wait, &mut trouble).await {
                Ok(()) => return Ok(()),
                Err(RelayFault::Store(fault @ (Fault::Corrupt(_) | Fault::Restart(_)))) => return Err(fault),
                Err(fault) => fault,
            };
            let reason = fault.to_string();
            if trouble.is_news(fault) {
                tracing::error!(%reason, "alerts wait in the outbox until this is mended");
            }
            stop.or(tokio::time::sleep(wait)).await;
            wait = (wait * 2).min(WAIT.1);
        }
        Ok(())
    }

    async fn until_broken(
        &self,
        stop: &Stop,
        wait: &mut Duration,
        trouble: &mut Trouble<RelayFault>,
    ) -> Result<(), RelayFault> {
        let Some(connected) = stop.or(Box::pin(self.connect())).await else { return Ok(()) };
        let connected = connected?;
        loop {
            let stopping = stop.is_set();
            let counter = self.store.change_counter().await?;
            let mut after = Position(0);
            while let Some(last) = connected.tick(after).await? {
                after = last;
                if stop.is_set() {
                    break;
                }
            }
            if stopping {
                return Ok(());
            }
            *wait = WAIT.0;
            if trouble.is_over() {
                tracing::info!("alerts are published again");
            }
            connected.until_changed(counter, stop).await?;
        }
    }
}

impl<S: CaseStore + ?Sized> Connected<'_, S> {
    /// Publishes what waits behind `after`, as much as may be under way at once, and marks it. Gives the place of
    /// the last alert that it looked at; none if nothing waits.
    ///
    /// # Errors
    /// At the first alert that isn't acknowledged, all before it being marked. The connection is then to be given
    /// up: it isn't known whether that alert stands in the stream.
    pub async fn tick(&self, after: Position) -> Result<Option<Position>, RelayFault> {
        let rows = self.relay.store.outbox(after, IN_FLIGHT).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let (under_way, unsent) = self.send(&rows).await;
        let (deliveries, unacknowledged) = self.acknowledged(under_way).await;
        if !deliveries.is_empty() {
            tracing::debug!(alerts = deliveries.len(), "published");
            self.relay.store.delivered(deliveries).await?;
        }
        match unacknowledged.or(unsent) {
            Some(fault) => Err(fault.into()),
            None => Ok(Some(last.position)),
        }
    }

    /// Sends the alerts one after the other without waiting, up to the first that can't be sent.
    async fn send(&self, rows: &[Stored]) -> (Vec<(Position, Uuid, PublishAckFuture)>, Option<NatsFault>) {
        let mut under_way = Vec::with_capacity(rows.len());
        for row in rows {
            let relay = self.relay;
            let Some(message) =
                message(&row.case, &row.event, self.shelf.book(row.event.rulebook), &relay.installation)
            else {
                tracing::error!(case = %row.case, position = row.position.0, "not an alert, yet in the outbox");
                continue;
            };
            let (subject, headers, id) = (message.subject.clone(), headers(&message), message.id);
            let sent = self.link.jetstream().publish_with_headers(subject, headers, message.body.into());
            match sent.await {
                Ok(ack) => under_way.push((row.position, id, ack)),
                // Too long for the server. It must not keep the others back, and as it wasn't sent it leaves no gap.
                Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                    tracing::error!(case = %row.case, alert = %id, %error, "an alert cannot be published");
                }
                Err(error) => return (under_way, Some(self.link.lost(error))),
            }
        }
        (under_way, None)
    }

    /// Waits for the acknowledgements in order, up to the first that stays away.
    async fn acknowledged(
        &self,
        under_way: Vec<(Position, Uuid, PublishAckFuture)>,
    ) -> (Vec<Delivery>, Option<NatsFault>) {
        let mut deliveries = Vec::with_capacity(under_way.len());
        for (position, alert, ack) in under_way {
            let ack = async { ack.await.map_err(|error| self.unacknowledged(&error)) };
            match self.link.run(ack).await {
                Ok(ack) if ack.stream == STREAM => {
                    let at = self.relay.clock.now();
                    deliveries.push(Delivery { position, alert, stream_sequence: ack.sequence, at });
                }
                Ok(ack) => {
                    let reason = format!("it went to the stream {}", ack.stream);
                    return (deliveries, Some(self.link.answer("take an alert into its stream", reason)));
                }
                Err(fault) => return (deliveries, Some(fault)),
            }
        }
        (deliveries, None)
    }

    fn unacknowledged(&self, error: &async_nats::jetstream::context::PublishError) -> NatsFault {
        match error.kind() {
            PublishErrorKind::Other => self.link.answer("store an alert", error),
            _ => self.link.lost(error),
        }
    }

    /// Waits until the store changes or it is time to stop.
    async fn until_changed(&self, counter: i64, stop: &Stop) -> Result<(), RelayFault> {
        loop {
            let pause = async {
                tokio::select! {
                    fault = self.link.broken() => Err(fault),
                    () = tokio::time::sleep(LOOK_EVERY) => Ok(()),
                }
            };
            match stop.or(pause).await {
                None => return Ok(()),
                Some(result) => result?,
            }
            if self.relay.store.change_counter().await? != counter {
                return Ok(());
            }
        }
    }
}

fn headers(message: &Message) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(async_nats::header::NATS_MESSAGE_ID, message.id.to_string());
    headers.insert("Content-Type", "application/cloudevents+json");
    headers
}
