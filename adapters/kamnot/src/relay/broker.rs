//! What the relay asks of NATS, so that its logic runs on a simulated one as well.
//!
//! Invariant: a message is stored only right behind the one that its sender believes to be the last ([`After`]).

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use projections::message::{Message, Substance};
use uuid::Uuid;

use crate::nats::NatsFault;

/// Where the stream of alerts is.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Connects, and makes or checks the stream.
    ///
    /// # Errors
    /// If NATS is away or not fit for alerts.
    async fn connect(&self) -> Result<Box<dyn Session>, NatsFault>;
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
    async fn held(&self) -> Result<Held, NatsFault>;

    /// Reads the stream from a sequence on to its end as it is now, in order, batch by batch; at once nothing if
    /// there is nothing.
    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, NatsFault>>;

    /// Sends a message to be stored right behind another, and doesn't wait for the answer, which is the future.
    ///
    /// # Errors
    /// [`NatsFault::TooLong`]: it was not sent and never will be. Else the connection has to be given up, as it has if
    /// the answer is a fault: [`NatsFault::MovedOn`] if another message is the last of the stream.
    async fn send(&self, message: Message, after: After) -> Result<Answer, NatsFault>;

    /// Waits until the connection breaks, and says why.
    async fn broken(&self) -> NatsFault;
}

/// The answer to a message that was sent.
pub type Answer = BoxFuture<'static, Result<Ack, NatsFault>>;

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
