//! Reads the published alerts from the stream, to be compared with the log.
//!
//! Invariant: it creates and changes nothing, and reads only the messages that were in the stream at the start.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::Stream;
use async_trait::async_trait;
use futures::StreamExt as _;
use service::broker::{AlertStream, BrokerFault, Found, Published, Reading};
use uuid::Uuid;

use super::stream::{no_answer, refusal};
use super::{Link, NatsFault, STREAM, Servers};

/// How long the server may take over one batch.
const BATCH_WITHIN: Duration = Duration::from_secs(5);
/// How many messages are read at a time: a few MB at most.
const BATCH: usize = 512;
/// How many times it tries to open a reader, each time on a replica that the cluster chooses and that may be behind.
const TRIES: usize = 5;

/// The stream of alerts on a connection of its own.
pub struct PublishedStream {
    link: Link,
    /// `None`: there is no stream, and so no message.
    stream: Option<Stream>,
}

/// A reader of the stream.
struct StreamReading<'p> {
    published: &'p PublishedStream,
    consumer: Option<Consumer<pull::Config>>,
    /// How many of the messages that were in the stream at the start are still unread.
    left: u64,
}

impl PublishedStream {
    /// Connects and looks up the stream.
    ///
    /// # Errors
    /// If NATS is unavailable, refuses our login, or has no JetStream.
    pub async fn open(servers: &Servers) -> Result<Self, NatsFault> {
        let link = Link::open(servers).await?;
        let found = link.run(async { Ok(Box::pin(link.jetstream().get_stream(STREAM)).await) }).await?;
        let stream = match found {
            Ok(stream) => Some(stream),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(answer) if answer.error_code() == ErrorCode::STREAM_NOT_FOUND => None,
                GetStreamErrorKind::JetStream(answer) => return Err(refusal(&link, "look up the stream", &answer)),
                _ => return Err(link.why(no_answer(&link, &error))),
            },
        };
        Ok(Self { link, stream })
    }

    /// The last sequence of the stream; `None` if there is no stream.
    ///
    /// # Errors
    /// If the connection is lost.
    pub async fn last_sequence(&self) -> Result<Option<u64>, NatsFault> {
        let Some(stream) = &self.stream else { return Ok(None) };
        let info = async { stream.get_info().await.map_err(|error| self.link.lost(error)) };
        Ok(Some(self.link.run(info).await?.state.last_sequence))
    }

    /// Publishes a plain message on a subject, and waits until the server has received it.
    ///
    /// # Errors
    /// If the connection is lost or the server denies it.
    pub async fn tell(&self, subject: String, id: Uuid, body: String) -> Result<(), NatsFault> {
        let link = &self.link;
        let client = link.jetstream().client();
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, id.to_string());
        headers.insert("Content-Type", "application/cloudevents+json");
        let told = async {
            let sent = client.publish_with_headers(subject, headers, body.into()).await;
            sent.map_err(|error| link.lost(error))?;
            client.flush().await.map_err(|error| link.lost(error))?;
            // The server answers in order: after this answer, a denial of the message has arrived too. The answer's
            // content does not matter; it differs between versions.
            link.ask("INFO").await.map(|_| ())
        };
        link.run(told).await?;
        match &*link.trouble.borrow() {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl AlertStream for Servers {
    async fn open(&self) -> Result<Box<dyn Published>, BrokerFault> {
        Ok(Box::new(Box::pin(PublishedStream::open(self)).await?))
    }
}

#[async_trait]
impl Published for PublishedStream {
    async fn read(&self) -> Result<Box<dyn Reading + '_>, BrokerFault> {
        let Some(stream) = &self.stream else {
            return Ok(Box::new(StreamReading { published: self, consumer: None, left: 0 }));
        };
        let config = pull::Config {
            description: Some("kamnot compares the stream with its log".to_owned()),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::None,
            inactive_threshold: Duration::from_mins(1),
            memory_storage: true,
            ..pull::Config::default()
        };
        let held = self.link.run(async { stream.get_info().await.map_err(|error| self.link.lost(error)) }).await?;
        for _ in 0..TRIES {
            let create = stream.create_consumer(config.clone());
            let create = async { Box::pin(create).await.map_err(|error| self.link.lost(error)) };
            let consumer = self.link.run(create).await?;
            let left = consumer.cached_info().num_pending;
            if left >= held.state.messages {
                return Ok(Box::new(StreamReading { published: self, consumer: Some(consumer), left }));
            }
            // The consumer was created on some server of the cluster, whose replica may be behind.
            forget_reader(stream, &consumer).await;
        }
        Err(self.link.lost("every replica of the stream that was tried is behind its leader").into())
    }

    async fn tell(&self, subject: String, id: Uuid, body: String) -> Result<(), BrokerFault> {
        Ok(Self::tell(self, subject, id, body).await?)
    }
}

#[async_trait]
impl Reading for StreamReading<'_> {
    fn left(&self) -> u64 {
        self.left
    }

    async fn next(&mut self) -> Result<Vec<Found>, BrokerFault> {
        let link = &self.published.link;
        let Some(consumer) = self.consumer.as_ref().filter(|_| self.left > 0) else { return Ok(Vec::new()) };
        let most = usize::try_from(self.left).unwrap_or(BATCH).min(BATCH);
        let read = async {
            let batch = consumer.batch().max_messages(most).expires(BATCH_WITHIN);
            let mut messages = batch.messages().await.map_err(|error| link.lost(error))?;
            let mut read = Vec::with_capacity(most);
            while let Some(message) = messages.next().await {
                let message = message.map_err(|error| link.lost(error))?;
                let sequence = message.info().map_err(|error| link.lost(error))?.stream_sequence;
                let header = message.headers.as_ref().and_then(|headers| headers.get(NATS_MESSAGE_ID));
                let id = header.and_then(|id| id.as_str().parse().ok());
                let subject = message.subject.to_string();
                read.push(Found { sequence, subject, id, body: message.payload.to_vec() });
            }
            if read.is_empty() { Err(link.lost("reading the stream timed out")) } else { Ok(read) }
        };
        let read = link.run(read).await?;
        self.left = self.left.saturating_sub(read.len() as u64);
        if self.left == 0
            && let (Some(stream), Some(consumer)) = (&self.published.stream, &self.consumer)
        {
            forget_reader(stream, consumer).await;
        }
        Ok(read)
    }
}

/// Removes a reader from the server.
pub(super) async fn forget_reader(stream: &Stream, reader: &Consumer<pull::Config>) {
    if let Err(error) = stream.delete_consumer(&reader.cached_info().name).await {
        tracing::debug!(%error, "could not remove the reader; the server will remove it by itself");
    }
}

impl Link {
    /// The fault that ended this connection, if there is one; otherwise `found`.
    fn why(&self, found: NatsFault) -> NatsFault {
        self.trouble.borrow().clone().unwrap_or(found)
    }
}
