//! Doubt about the wall clock: it has diverged from the steady (monotonic) clock.
//!
//! Invariant: while the clock is in doubt, no alert is raised that rests on the wall clock alone. A false alert accuses
//! an office, and a clock that is set back hides an overrun limit; so a person decides.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::calendar::Instant;
use engine::decide::Alerts;
use futures::future::BoxFuture;
use store::{Fault, LogStore};

pub use crate::clock::{SteadyClock, SystemSteadyClock};

/// By how many seconds the two clocks may diverge.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The key under which the store keeps an operator's confirmation of the clock. Each new text is a new confirmation.
pub const CLOCK_CONFIRMED: &str = "clock_confirmed";

/// Reads the operator's last confirmation.
pub type Confirmed = Box<dyn Fn() -> BoxFuture<'static, Result<Option<String>, Fault>> + Send + Sync>;

/// Writes to the store whether the clock is in doubt.
pub type Doubted = Box<dyn Fn(bool) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

/// The key under which `serve` tells other programs that record whether the clock is in doubt: `yes` or `no`.
pub const CLOCK_IN_DOUBT: &str = "clock_in_doubt";

/// What the watch exchanges with operators and other programs, through the store.
pub struct Operator {
    /// Reads the operator's last confirmation.
    pub confirmed: Confirmed,
    /// Tells other programs that record whether the clock is in doubt.
    pub doubted: Doubted,
}

/// Both, through a store.
pub fn operator_in(store: Arc<dyn LogStore>) -> Operator {
    let (asked, told) = (Arc::clone(&store), store);
    Operator {
        confirmed: Box::new(move || {
            let store = Arc::clone(&asked);
            Box::pin(async move { store.meta(CLOCK_CONFIRMED).await })
        }),
        doubted: Box::new(move |doubted| {
            let store = Arc::clone(&told);
            Box::pin(async move { store.set_meta(CLOCK_IN_DOUBT, if doubted { "yes" } else { "no" }).await })
        }),
    }
}

/// Whether alerts are raised or held back for actions that another program records beside a running `serve`.
///
/// # Errors
/// If the store cannot be read.
pub async fn alerts_beside(store: &dyn LogStore) -> Result<Alerts, Fault> {
    let doubted = store.meta(CLOCK_IN_DOUBT).await?.as_deref() == Some("yes");
    Ok(if doubted { Alerts::HeldBack } else { Alerts::Raised })
}

/// Whether the wall clock is in doubt; shared by all who raise alerts.
pub struct ClockDoubt {
    steady: Arc<dyn SteadyClock>,
    /// The two clocks when they last agreed.
    agreed: Mutex<(Instant, Duration)>,
    stands: AtomicBool,
}

impl ClockDoubt {
    /// No doubt: both clocks agree at `now`.
    pub fn new(now: Instant, steady: Arc<dyn SteadyClock>) -> Self {
        let agreed = Mutex::new((now, steady.running()));
        Self { steady, agreed, stands: AtomicBool::new(false) }
    }

    /// How long the steady clock has been running.
    pub(super) fn steady(&self) -> Duration {
        self.steady.running()
    }

    /// Whether the clock was in doubt at the last comparison.
    pub fn stands(&self) -> bool {
        self.stands.load(Ordering::Acquire)
    }

    /// Compares the wall clock's `now` with the steady clock. True if it is in doubt.
    pub fn compare(&self, now: Instant) -> bool {
        let (wall, steady) = *self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.steady.running().saturating_sub(steady).as_secs();
        let ahead = now.since(wall) - i64::try_from(passed).unwrap_or(i64::MAX);
        let stands = ahead.abs() > TOLERANCE_SECONDS;
        if stands != self.stands.swap(stands, Ordering::AcqRel) {
            if stands {
                tracing::error!(
                    %now, ahead_seconds = ahead,
                    "THE CLOCK IS IN DOUBT: it was set, or the machine slept. Actions are recorded, alerts are HELD \
                     BACK until the clock is right again or somebody runs `kamnot clock confirm`"
                );
            } else {
                tracing::warn!(%now, "the clock is right again: alerts are raised");
            }
        }
        stands
    }

    /// A person confirms that the wall clock's `now` is right.
    pub fn confirm(&self, now: Instant) {
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner) = (now, self.steady.running());
        self.stands.store(false, Ordering::Release);
        tracing::warn!(%now, "the clock is confirmed: alerts are raised");
    }
}
