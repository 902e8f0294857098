//! The alerts of the log that may be published, small enough to hold them all.

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

/// What has to be known of an alert.
pub(super) struct Alert {
    /// Its place in the log.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// What it says.
    pub content: Content,
    /// The sequence that its mark of delivery names.
    pub mark: Option<u64>,
    /// Where it stands in the stream.
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
    /// Takes in an alert; false if there is one of this id already.
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
