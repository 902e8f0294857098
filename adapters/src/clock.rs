//! The only place where a clock is read; everything else is told what time it is.

use engine::calendar::Instant;

/// What time it is.
pub trait Clock: Send + Sync {
    /// The wall clock, whole seconds.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from_unix(chrono::Utc::now().timestamp())
    }
}
