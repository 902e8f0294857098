//! The only place where a clock is read; everything else gets the time as an argument.

use std::time::Duration;

use engine::calendar::Instant;

/// What time it is.
pub trait Clock: Send + Sync {
    /// The wall clock, whole seconds.
    fn now(&self) -> Instant;

    /// How long until its next second begins; `None` if the clock can't tell, so that it has to be polled.
    fn until_next_second(&self) -> Option<Duration> {
        None
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from_unix(chrono::Utc::now().timestamp())
    }

    fn until_next_second(&self) -> Option<Duration> {
        let begun = Duration::from_nanos(chrono::Utc::now().timestamp_subsec_nanos().into());
        Some(Duration::from_secs(1).saturating_sub(begun))
    }
}

/// A monotonic clock: it says how long it has been running, and nobody can set it.
pub trait SteadyClock: Send + Sync {
    /// The time since a fixed moment in the past.
    fn running(&self) -> Duration;
}

/// The machine's steady clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemSteadyClock(std::time::Instant);

impl SystemSteadyClock {
    /// Starts it.
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }
}

impl SteadyClock for SystemSteadyClock {
    fn running(&self) -> Duration {
        self.0.elapsed()
    }
}
