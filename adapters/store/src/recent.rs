//! The alerts that this process recorded last, so that its relay need not read back what was written just now.
//!
//! Invariant: what stands here is committed, and the log is append-only: no entry is ever stale.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Position, Stored};

/// How many are kept, the last ones: about 2 KiB each.
const MOST: usize = 4096;

/// The alerts, by their places in the log.
#[derive(Default)]
pub(super) struct Recent(Mutex<BTreeMap<Position, Stored>>);

impl Recent {
    /// Takes in what was committed.
    pub fn put(&self, alerts: impl Iterator<Item = Stored>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(alerts.map(|alert| (alert.position, alert)));
        while kept.len() > MOST {
            kept.pop_first();
        }
    }

    /// Hands over the alert at a position, if it is here; who wants it again reads the log.
    pub fn take(&self, position: Position) -> Option<Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&position)
    }
}
