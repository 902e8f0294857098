//! What a subscriber passes on: that it is listening, and each alert as it arrived.

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::Message;
use engine::calendar::Instant;
use serde::Deserialize;
use uuid::Uuid;

/// An alert as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its id.
    pub id: Uuid,
    /// Its subject.
    pub subject: String,
    /// The CloudEvents object.
    pub body: String,
    /// Its sequence in the stream.
    pub stream_sequence: u64,
}

impl Received {
    /// When it was raised, by its own `time`.
    pub fn told_at(&self) -> Option<Instant> {
        let event: AlertTime = serde_json::from_str(&self.body).ok()?;
        Instant::parse(&event.time)
    }
}

#[derive(Deserialize)]
struct AlertTime {
    time: String,
}

/// Something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'h> {
    /// The subscription is open for the first time: alerts will follow.
    Listening {
        /// The server, without user and password.
        server: &'h str,
        /// The subject of the alerts.
        subject: &'h str,
    },
    /// An alert.
    Alert(&'h Received),
}

/// The alert in a message; `None` if the message is not an alert.
pub(super) fn received(message: &Message) -> Option<Received> {
    let id = message.headers.as_ref()?.get(NATS_MESSAGE_ID)?.as_str().parse().ok()?;
    let body = String::from_utf8(message.payload.to_vec()).ok()?;
    let stream_sequence = message.info().ok()?.stream_sequence;
    Some(Received { id, subject: message.subject.to_string(), body, stream_sequence })
}
