//! What was published, as it stands in the stream of alerts, for who holds it against the log.
//!
//! Invariant: nothing is made and nothing is changed; what the stream held when it was looked at is read, and no more.

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
/// How often reading is tried, each time on the copy that the cluster chooses: it may be behind.
const TRIES: usize = 5;

/// The stream of alerts on a connection of its own.
pub struct PublishedStream {
    link: Link,
    /// None: there is no stream, so it holds nothing.
    stream: Option<Stream>,
}

/// A reader of the stream.
struct StreamReading<'p> {
    published: &'p PublishedStream,
    consumer: Option<Consumer<pull::Config>>,
    /// How many messages are left of those that the stream held at the beginning.
    left: u64,
}

impl PublishedStream {
    /// Connects and looks for the stream.
    ///
    /// # Errors
    /// If NATS is away, lets us not in, or has no JetStream.
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

    /// The last sequence of the stream; none where there is no stream.
    ///
    /// # Errors
    /// If the connection breaks.
    pub async fn last_sequence(&self) -> Result<Option<u64>, NatsFault> {
        let Some(stream) = &self.stream else { return Ok(None) };
        let info = async { stream.get_info().await.map_err(|error| self.link.lost(error)) };
        Ok(Some(self.link.run(info).await?.state.last_sequence))
    }

    /// Tells those who listen on a subject, and waits until the server has taken it.
    ///
    /// # Errors
    /// If the connection breaks or the server denies it.
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
            // The server answers in order: with this answer, what it had to say about the message has come too. What it
            // says is of no interest, and differs from version to version.
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
            description: Some("kamnot holds the stream against its log".to_owned()),
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
            // It was made on any server of the cluster, which may lack what the others have.
            forget_reader(stream, &consumer).await;
        }
        Err(self.link.lost("the copies of the stream that were tried are behind the one that leads it").into())
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
            if read.is_empty() { Err(link.lost("the stream could not be read in time")) } else { Ok(read) }
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

/// Has the server remove a reader of the stream.
pub(super) async fn forget_reader(stream: &Stream, reader: &Consumer<pull::Config>) {
    if let Err(error) = stream.delete_consumer(&reader.cached_info().name).await {
        tracing::debug!(%error, "the server removes the reader later by itself");
    }
}

impl Link {
    /// What has broken this connection, if anything has; else what was found.
    fn why(&self, found: NatsFault) -> NatsFault {
        self.trouble.borrow().clone().unwrap_or(found)
    }
}
