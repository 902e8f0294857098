//! What a store could not read and passed over, so that everything else goes on.
//!
//! Invariant: each is named once in the diagnostic log, and counted.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::Position;

/// What was passed over since the log was opened.
#[derive(Debug, Default)]
pub(super) struct PassedOver(Mutex<Named>);

#[derive(Debug, Default)]
struct Named {
    alerts: BTreeSet<Position>,
    rows: BTreeSet<String>,
}

impl PassedOver {
    /// The alert event at a position can't be published.
    pub fn alert(&self, position: Position, reason: &str) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).alerts.insert(position) {
            tracing::error!(position = position.0, reason, "an alert could not be read and is not published");
        }
    }

    /// The row of a case can't be used to watch it.
    pub fn row(&self, reason: &str) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).rows.insert(reason.to_owned()) {
            tracing::error!(reason, "a due case could not be read and is not watched");
        }
    }

    /// How many alerts were passed over.
    pub fn alerts(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).alerts.len() as u64
    }
}
