//! The only place where a clock is read; everything else is told what time it is.

use std::time::Duration;

use engine::calendar::Instant;

/// What time it is.
pub trait Clock: Send + Sync {
    /// The wall clock, whole seconds.
    fn now(&self) -> Instant;

    /// How long until it says another second; none of a clock that can't tell: it has to be asked again and again.
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

/// A clock that nobody sets: it says how long it has been running.
pub trait SteadyClock: Send + Sync {
    /// The time since some moment in the past that stays the same.
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
