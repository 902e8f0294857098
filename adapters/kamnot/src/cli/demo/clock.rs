//! The demo's clock, which only the demo advances.

use std::sync::atomic::{AtomicI64, Ordering};

use engine::calendar::Instant;
use service::clock::Clock;

/// A clock that stands still until it is advanced.
pub(super) struct DemoClock(AtomicI64);

impl DemoClock {
    /// A clock at an instant.
    pub(super) const fn new(at: Instant) -> Self {
        Self(AtomicI64::new(at.unix()))
    }

    /// Advances it.
    pub(super) fn set(&self, at: Instant) {
        self.0.store(at.unix(), Ordering::Release);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        Instant::from_unix(self.0.load(Ordering::Acquire))
    }
}
