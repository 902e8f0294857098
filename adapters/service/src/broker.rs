//! The interface to the server that keeps the stream of alerts; tests use a simulated server.
//!
//! Invariant: a message is stored only directly after the message that its sender expects to be the last ([`After`]).
//! Reading what was published ([`AlertStream`]) creates and changes nothing.

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use projections::message::{Message, Substance};
use uuid::Uuid;

/// How many messages may be in flight.
pub const IN_FLIGHT: usize = 1024;

/// A fault of the server. The text also says what to do; the server is named without user and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerFault {
    /// The last message of the stream at this server is not the one that we expected: another relay or program has
    /// published. Nothing was stored; the stream has to be read again first.
    #[error("the stream of alerts at {0} has a new last message: another relay or another program publishes there")]
    MovedOn(String),
    /// A message exceeds the server's `max_payload`; it was not sent.
    #[error("message exceeds the server's max_payload: {0}")]
    TooLong(String),
    /// Unavailable: a retry may succeed.
    #[error("{0}")]
    Away(String),
    /// A retry cannot succeed before settings, files or certificates are changed.
    #[error("{0}")]
    Unfit(String),
}

impl BrokerFault {
    /// The connection to a server is lost.
    pub fn lost(server: &str, reason: &str) -> Self {
        Self::Away(format!("connection to {server} lost: {reason}"))
    }

    /// Whether a retry may succeed without a change of settings.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::MovedOn(_) | Self::Away(_))
    }
}

/// Where the stream of alerts is.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Connects, and creates or checks the stream.
    ///
    /// # Errors
    /// If NATS is unavailable or its settings are unsafe for alerts.
    async fn connect(&self) -> Result<Box<dyn Session>, BrokerFault>;
}

/// One connection. Once it is lost it stays lost.
#[async_trait]
pub trait Session: Send + Sync {
    /// The server, for logs.
    fn server(&self) -> &str;

    /// The first and last sequence of the stream now.
    ///
    /// # Errors
    /// If the connection is lost or the answer times out.
    async fn held(&self) -> Result<Held, BrokerFault>;

    /// Reads the stream from a sequence to its present end, in order, batch by batch. Ends at once if there is nothing.
    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, BrokerFault>>;

    /// Sends a message that is to be stored directly after another. Does not wait for the acknowledgement, which is the
    /// returned future.
    ///
    /// # Errors
    /// [`BrokerFault::TooLong`]: the message was not sent and cannot be. After every other fault, of this call or of
    /// the acknowledgement, the connection must be given up; [`BrokerFault::MovedOn`] means that another message is the
    /// last one of the stream.
    async fn send(&self, message: Message, after: After) -> Result<Answer, BrokerFault>;

    /// Waits until the connection is lost, and returns the reason.
    async fn broken(&self) -> BrokerFault;
}

/// The acknowledgement of a message that was sent.
pub type Answer = BoxFuture<'static, Result<Ack, BrokerFault>>;

/// The range of sequences in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The first sequence; if the stream is empty, one more than the last, or 0 if it never had a message.
    pub first: u64,
    /// The last sequence; 0 if the stream never had a message.
    pub last: u64,
}

/// A message of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its sequence.
    pub sequence: u64,
    /// The alert's id under which it was sent; `None` if the id is not an alert's.
    pub alert: Option<Uuid>,
    /// Its content; `None` if it is not that of an alert. Anybody can send a message under an alert's id.
    pub says: Option<Substance>,
}

/// The message that the next one must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// The last sequence of the stream.
    pub sequence: u64,
    /// The id of the alert there, if it is known.
    pub alert: Option<Uuid>,
}

/// The server's acknowledgement that a message is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Its sequence.
    pub sequence: u64,
    /// Whether it had been stored before; then the stream has not grown.
    pub duplicate: bool,
}

/// Read access to the published alerts.
#[async_trait]
pub trait AlertStream: Send + Sync {
    /// Connects and looks for the stream.
    ///
    /// # Errors
    /// If the server is unavailable or refuses our login.
    async fn open(&self) -> Result<Box<dyn Published>, BrokerFault>;
}

/// The published alerts, to be compared with the log.
#[async_trait]
pub trait Published: Send + Sync {
    /// Begins to read everything that is in the stream now.
    ///
    /// # Errors
    /// If the connection is lost or the server denies it.
    async fn read(&self) -> Result<Box<dyn Reading + '_>, BrokerFault>;

    /// Publishes a plain message on a subject, and waits until the server has received it.
    ///
    /// # Errors
    /// If the connection is lost or the server denies it.
    async fn tell(&self, subject: String, id: Uuid, body: String) -> Result<(), BrokerFault>;
}

/// A reader of the stream.
#[async_trait]
pub trait Reading: Send {
    /// How many of the messages that were in the stream at the beginning are still unread.
    fn left(&self) -> u64;

    /// The next messages, in the order of the stream; empty at the end.
    ///
    /// # Errors
    /// If the connection is lost or the server times out.
    async fn next(&mut self) -> Result<Vec<Found>, BrokerFault>;
}

/// A message as it is in the stream.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its sequence.
    pub sequence: u64,
    /// Its subject.
    pub subject: String,
    /// The id under which it was sent.
    pub id: Option<Uuid>,
    /// Its body.
    pub body: Vec<u8>,
}
