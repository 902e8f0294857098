//! Simulated time: the runtime's paused clock, and a wall clock that can be set.
//!
//! Invariant: nothing passes but what the world lets pass; the steady clock is set by nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use engine::calendar::Instant;
use service::clock::{Clock, SteadyClock};

/// The wall clock of the machine.
pub(super) struct WallClock {
    begins: i64,
    start: tokio::time::Instant,
    /// By how many seconds it is wrong.
    wrong_by: AtomicI64,
}

impl WallClock {
    /// It is so many seconds since 1970, and the clock is right.
    pub fn at(begins: i64) -> Arc<Self> {
        Arc::new(Self { begins, start: tokio::time::Instant::now(), wrong_by: AtomicI64::new(0) })
    }

    /// The true time.
    pub fn truth(&self) -> i64 {
        self.begins + i64::try_from(self.start.elapsed().as_secs()).unwrap_or(i64::MAX)
    }

    pub fn wrong_by(&self) -> i64 {
        self.wrong_by.load(Ordering::Relaxed)
    }

    /// Makes it wrong by so much, 0: right.
    pub fn set_wrong_by(&self, seconds: i64) {
        self.wrong_by.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for WallClock {
    fn now(&self) -> Instant {
        Instant::from_unix(self.truth() + self.wrong_by())
    }
}

/// The steady clock of a process.
pub(super) struct Steady {
    start: tokio::time::Instant,
    /// Sabotage: it follows the wall clock, so that the two never part.
    follows: Option<Arc<WallClock>>,
}

impl Steady {
    pub fn start(follows: Option<Arc<WallClock>>) -> Self {
        Self { start: tokio::time::Instant::now(), follows }
    }
}

impl SteadyClock for Steady {
    fn running(&self) -> Duration {
        let wrong = self.follows.as_ref().map_or(0, |wall| wall.wrong_by() + 100 * 86_400);
        self.start.elapsed() + Duration::from_secs(wrong.unsigned_abs())
    }
}
