//! A clock that stands still until it is set; for the wall as well as for what has passed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use engine::calendar::Instant;
use service::clock::{Clock, SteadyClock};

/// A clock that is set by hand.
pub struct SetClock(AtomicI64);

impl SetClock {
    /// It stands at an instant.
    pub fn at(instant: Instant) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(instant.unix())))
    }

    /// Sets it.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.unix(), Ordering::SeqCst);
    }

    /// Sets it forward by so many seconds, or back.
    pub fn jump(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant::from_unix(self.0.load(Ordering::SeqCst))
    }
}

impl SteadyClock for SetClock {
    fn running(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst).unsigned_abs())
    }
}
