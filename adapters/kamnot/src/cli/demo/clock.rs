//! The demo's clocks: one that only the demo advances, and one that goes on from an instant of the story.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use engine::calendar::Instant;
use service::clock::{Clock, SteadyClock};

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

/// A clock that goes on from an instant as fast as the machine's.
pub(super) struct GoingClock {
    from: Instant,
    steady: Arc<dyn SteadyClock>,
    /// What the steady clock said at that instant.
    began: Duration,
}

impl GoingClock {
    /// A clock that goes on from here.
    pub(super) fn from(from: Instant, steady: Arc<dyn SteadyClock>) -> Self {
        let began = steady.running();
        Self { from, steady, began }
    }

    fn gone(&self) -> Duration {
        self.steady.running().saturating_sub(self.began)
    }
}

impl Clock for GoingClock {
    fn now(&self) -> Instant {
        Instant::from_unix(self.from.unix() + i64::try_from(self.gone().as_secs()).unwrap_or(i64::MAX / 2))
    }

    fn until_next_second(&self) -> Option<Duration> {
        Some(Duration::from_secs(1).saturating_sub(Duration::from_nanos(self.gone().subsec_nanos().into())))
    }
}
