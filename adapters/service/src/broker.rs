//! What is asked of the server that keeps the stream of alerts, so that all of it runs on a simulated one as well.
//!
//! Invariant: a message is stored only right behind the one that its sender believes to be the last ([`After`]); who reads
//! what was published ([`AlertStream`]) makes and changes nothing.

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use projections::message::{Message, Substance};
use uuid::Uuid;

/// How many messages may be under way at once.
pub const IN_FLIGHT: usize = 1024;

/// What is wrong with the server, in words that also say what to do. It is named without user and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerFault {
    /// Of the server that is named: its stream has another last message than we knew: another relay, or somebody else, has
    /// published. Nothing was stored; what the stream holds has to be read first.
    #[error("the stream of alerts at {0} has moved on: another relay is at work, or something else publishes")]
    MovedOn(String),
    /// A message is longer than the server takes; it was not sent.
    #[error("longer than the server takes: {0}")]
    TooLong(String),
    /// Waiting can mend it.
    #[error("{0}")]
    Away(String),
    /// Settings, files or certificates have to be changed first.
    #[error("{0}")]
    Unfit(String),
}

impl BrokerFault {
    /// The connection to a server is of no use any more.
    pub fn lost(server: &str, reason: &str) -> Self {
        Self::Away(format!("the connection to {server} is lost: {reason}"))
    }

    /// Whether waiting alone can mend it.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::MovedOn(_) | Self::Away(_))
    }
}

/// Where the stream of alerts is.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Connects, and makes or checks the stream.
    ///
    /// # Errors
    /// If NATS is away or not fit for alerts.
    async fn connect(&self) -> Result<Box<dyn Session>, BrokerFault>;
}

/// One connection. When it breaks it stays broken.
#[async_trait]
pub trait Session: Send + Sync {
    /// The server, for logs.
    fn server(&self) -> &str;

    /// What the stream holds now.
    ///
    /// # Errors
    /// If the connection breaks or no answer comes.
    async fn held(&self) -> Result<Held, BrokerFault>;

    /// Reads the stream from a sequence on to its end as it is now, in order, batch by batch; at once nothing if
    /// there is nothing.
    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, BrokerFault>>;

    /// Sends a message to be stored right behind another, and doesn't wait for the answer, which is the future.
    ///
    /// # Errors
    /// [`BrokerFault::TooLong`]: it was not sent and never will be. Else the connection has to be given up, as it has if
    /// the answer is a fault: [`BrokerFault::MovedOn`] if another message is the last of the stream.
    async fn send(&self, message: Message, after: After) -> Result<Answer, BrokerFault>;

    /// Waits until the connection breaks, and says why.
    async fn broken(&self) -> BrokerFault;
}

/// The answer to a message that was sent.
pub type Answer = BoxFuture<'static, Result<Ack, BrokerFault>>;

/// The sequences that a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The first; one more than the last if it is empty, or 0 if it always was.
    pub first: u64,
    /// The last; 0 if there never was one.
    pub last: u64,
}

/// A message of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its sequence.
    pub sequence: u64,
    /// The id that it was sent under; none if it is no alert's.
    pub alert: Option<Uuid>,
    /// What it says; none if it says nothing that an alert could. Anybody can send a message under an alert's id.
    pub says: Option<Substance>,
}

/// The message behind which another is to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// The last sequence of the stream.
    pub sequence: u64,
    /// The id of the alert there, where it is known.
    pub alert: Option<Uuid>,
}

/// The server's word that a message is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Its sequence.
    pub sequence: u64,
    /// It was stored before: the stream has not grown.
    pub duplicate: bool,
}

/// Where what was published can be read.
#[async_trait]
pub trait AlertStream: Send + Sync {
    /// Connects and looks for the stream.
    ///
    /// # Errors
    /// If the server is away or doesn't let us in.
    async fn open(&self) -> Result<Box<dyn Published>, BrokerFault>;
}

/// What was published, for who holds it against the log.
#[async_trait]
pub trait Published: Send + Sync {
    /// Begins to read all that the stream holds now.
    ///
    /// # Errors
    /// If the connection breaks or the server denies it.
    async fn read(&self) -> Result<Box<dyn Reading + '_>, BrokerFault>;

    /// Tells those who listen on a subject, and waits until the server has taken it.
    ///
    /// # Errors
    /// If the connection breaks or the server denies it.
    async fn tell(&self, subject: String, id: Uuid, body: String) -> Result<(), BrokerFault>;
}

/// A reader of the stream.
#[async_trait]
pub trait Reading: Send {
    /// How many messages are left of those that the stream held at the beginning.
    fn left(&self) -> u64;

    /// The next messages, in the order of the stream; none at the end.
    ///
    /// # Errors
    /// If the connection breaks or the server takes too long.
    async fn next(&mut self) -> Result<Vec<Found>, BrokerFault>;
}

/// A message of the stream as it stands there.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its sequence.
    pub sequence: u64,
    /// Its subject.
    pub subject: String,
    /// The id that it was sent under.
    pub id: Option<Uuid>,
    /// What it says.
    pub body: Vec<u8>,
}
