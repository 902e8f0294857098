//! What a subscriber hears: that it listens, and each alert as it arrived.

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
    /// When it was told, as it says itself.
    pub fn told_at(&self) -> Option<Instant> {
        let event: AlertTime = serde_json::from_str(&self.body).ok()?;
        Instant::parse(&event.time)
    }
}

#[derive(Deserialize)]
struct AlertTime {
    time: String,
}

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'h> {
    /// The subscription stands, for the first time: alerts come from here on.
    Listening {
        /// The server, without user and password.
        server: &'h str,
        /// The subject of the alerts.
        subject: &'h str,
    },
    /// An alert.
    Alert(&'h Received),
}

/// The alert in a message; none in what has no id.
pub(super) fn received(message: &Message) -> Option<Received> {
    let id = message.headers.as_ref()?.get(NATS_MESSAGE_ID)?.as_str().parse().ok()?;
    let body = String::from_utf8(message.payload.to_vec()).ok()?;
    let stream_sequence = message.info().ok()?.stream_sequence;
    Some(Received { id, subject: message.subject.to_string(), body, stream_sequence })
}
