//! How several processes divide the cases of one log.

use std::time::Duration;

use uuid::Uuid;

/// How often a process that watches says so; one that was silent for four times as long no longer counts. The others
/// then have taken over from one that died within two and a half seconds, which leaves as long again to a slow machine.
pub const SAY_EVERY: Duration = Duration::from_millis(500);

/// The part of the cases that one of several processes watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkShare {
    /// Which part, from 0. The first also publishes.
    pub part: u8,
    /// Of how many, at least 1.
    pub of: u8,
}

impl WorkShare {
    /// Every case.
    pub const ALL: Self = Self { part: 0, of: 1 };

    /// Whether the case of this stream belongs to it.
    pub fn holds(self, stream_id: Uuid) -> bool {
        stream_id.as_bytes()[15] % self.of == self.part
    }
}
