//! The relay's interface to the stream of alerts, on a real NATS server.
//!
//! Invariant: the server compares the last sequence and the last id before it stores a message
//! (`Nats-Expected-Last-Sequence`, `Nats-Expected-Last-Msg-Id`). So a message of a relay with outdated knowledge is
//! refused, however late it arrives.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::{NATS_EXPECTED_LAST_MESSAGE_ID, NATS_EXPECTED_LAST_SEQUENCE, NATS_MESSAGE_ID};
use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::stream::Stream;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use futures::stream::{BoxStream, try_unfold};
use projections::message::{Message, Substance};
use service::broker::{Ack, After, Answer, Broker, BrokerFault, Held, IN_FLIGHT, Kept, Session};
use service::figures::Noted;
use uuid::Uuid;

use super::published::forget_reader;
use super::{Link, NatsFault, STREAM, Servers, ensure_stream};

/// The header with the newest signed checkpoint of the log.
const CHECKPOINT: &str = "Kamnot-Checkpoint";
/// How long the server may take over one batch.
const BATCH_WITHIN: Duration = Duration::from_secs(5);

#[async_trait]
impl Broker for Servers {
    async fn connect(&self) -> Result<Box<dyn Session>, BrokerFault> {
        let link = Link::open(self).await?;
        let stream = ensure_stream(&link, self.replicas()).await?;
        Ok(Box::new(Open { link, stream, checkpoint: Arc::clone(self.checkpoint()) }))
    }
}

/// A connection to the stream of alerts.
struct Open {
    link: Link,
    stream: Stream,
    checkpoint: Arc<Noted<Arc<str>>>,
}

#[async_trait]
impl Session for Open {
    fn server(&self) -> &str {
        self.link.server()
    }

    async fn held(&self) -> Result<Held, BrokerFault> {
        let info = async { self.stream.get_info().await.map_err(|error| self.link.lost(error)) };
        let state = self.link.run(info).await?.state;
        Ok(Held { first: state.first_sequence, last: state.last_sequence })
    }

    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, BrokerFault>> {
        try_unfold(None, move |reader| async move {
            let (consumer, left) = if let Some(reader) = reader {
                reader
            } else {
                let consumer = self.link.run(self.reader(from)).await?;
                let left = consumer.cached_info().num_pending;
                (consumer, left)
            };
            if left == 0 {
                forget_reader(&self.stream, &consumer).await;
                return Ok(None);
            }
            let most = usize::try_from(left).unwrap_or(IN_FLIGHT).min(IN_FLIGHT);
            let batch = self.link.run(self.read(&consumer, most)).await?;
            let left = left.saturating_sub(batch.len() as u64);
            Ok(Some((batch, Some((consumer, left)))))
        })
        .boxed()
    }

    async fn send(&self, message: Message, after: After) -> Result<Answer, BrokerFault> {
        let mut headers = headers(&message, after);
        // In a header: the body of an alert is the same whenever it is published.
        if let Some(checkpoint) = self.checkpoint.get() {
            headers.insert(CHECKPOINT, STANDARD.encode(&*checkpoint));
        }
        let sent = self.link.jetstream().publish_with_headers(message.subject, headers, message.body.into()).await;
        let ack = sent.map_err(|error| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => NatsFault::TooLong(error.to_string()),
            _ => self.link.lost(error),
        })?;
        let link = self.link.clone();
        Ok(Box::pin(async move {
            let ack = link.run(async { ack.await.map_err(|error| unacknowledged(&link, &error)) }).await?;
            if ack.stream == STREAM {
                Ok(Ack { sequence: ack.sequence, duplicate: ack.duplicate })
            } else {
                let reason = format!("the alert was stored in the stream {}", ack.stream);
                Err(link.answer("store an alert in the right stream", reason).into())
            }
        }))
    }

    async fn broken(&self) -> BrokerFault {
        self.link.broken().await.into()
    }
}

impl Open {
    /// A consumer that reads from `start_sequence` on; the server removes it by itself.
    async fn reader(&self, start_sequence: u64) -> Result<Consumer<pull::Config>, NatsFault> {
        let config = pull::Config {
            description: Some("kamnot's relay reads back published alerts".to_owned()),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ack_policy: AckPolicy::None,
            inactive_threshold: Duration::from_secs(30),
            memory_storage: true,
            ..pull::Config::default()
        };
        Box::pin(self.stream.create_consumer(config)).await.map_err(|error| self.link.lost(error))
    }

    async fn read(&self, consumer: &Consumer<pull::Config>, most: usize) -> Result<Vec<Kept>, NatsFault> {
        let batch = consumer.batch().max_messages(most).expires(BATCH_WITHIN);
        let mut messages = batch.messages().await.map_err(|error| self.link.lost(error))?;
        let mut read = Vec::with_capacity(most);
        while let Some(message) = messages.next().await {
            let message = message.map_err(|error| self.link.lost(error))?;
            let sequence = message.info().map_err(|error| self.link.lost(error))?.stream_sequence;
            let body = std::str::from_utf8(&message.payload).ok();
            let says = body.and_then(|body| Substance::of(&message.subject, body));
            read.push(Kept { sequence, alert: id(&message), says });
        }
        if read.is_empty() { Err(self.link.lost("reading the stream back timed out")) } else { Ok(read) }
    }
}

fn id(message: &jetstream::Message) -> Option<Uuid> {
    message.headers.as_ref()?.get(NATS_MESSAGE_ID)?.as_str().parse().ok()
}

fn headers(message: &Message, after: After) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, message.id.to_string());
    headers.insert("Content-Type", "application/cloudevents+json");
    headers.insert(NATS_EXPECTED_LAST_SEQUENCE, after.sequence.to_string());
    if let Some(alert) = after.alert {
        headers.insert(NATS_EXPECTED_LAST_MESSAGE_ID, alert.to_string());
    }
    headers
}

fn unacknowledged(link: &Link, error: &PublishError) -> NatsFault {
    match error.kind() {
        PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => {
            NatsFault::MovedOn { server: link.server().to_owned() }
        }
        PublishErrorKind::Other => link.answer("store an alert", error),
        _ => link.lost(error),
    }
}
