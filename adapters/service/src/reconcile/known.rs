//! The publishable alerts of the log, in a form small enough to keep all of them in memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use engine::calendar::Instant;
use projections::message::Message;
use sha2::{Digest as _, Sha256};
use store::Position;
use uuid::Uuid;

/// The alerts by their ids.
#[derive(Default)]
pub(super) struct Known(pub HashMap<Uuid, Alert>);

/// What is kept of an alert.
pub(super) struct Alert {
    /// Its position in the log.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// A digest of its message.
    pub content: Content,
    /// The sequence in its mark of delivery.
    pub mark: Option<u64>,
    /// Its sequence in the stream.
    pub seen: Option<u64>,
}

/// A digest of subject and body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Content([u8; 16]);

impl Content {
    pub fn of(subject: &str, body: &[u8]) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update(subject).chain_update([0]).chain_update(body).finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }

    pub fn of_message(message: &Message) -> Self {
        Self::of(&message.subject, message.body.as_bytes())
    }
}

impl Known {
    /// Adds an alert; false if there is one with this id already.
    pub fn insert(&mut self, id: Uuid, alert: Alert) -> bool {
        match self.0.entry(id) {
            Entry::Vacant(place) => {
                place.insert(alert);
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}
