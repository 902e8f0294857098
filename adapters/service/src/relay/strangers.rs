//! Detects another publisher on the stream: another log of the same installation, or another program.
//!
//! Invariant: an alert of this log, whichever process published it, never counts as a stranger's. It is in the log
//! before it is in the stream, and is either in the outbox or marked as delivered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::catch_up::{There, pending};
use super::{CaseStore, RelayFault};
use crate::figures::Figures;

/// The last sequence up to which this process has looked for others' messages; `None` before the first look.
#[derive(Default)]
pub(super) struct Strangers(Mutex<Option<u64>>);

impl Strangers {
    /// Logs and counts messages that came from another publisher.
    pub async fn notice(
        &self,
        store: &dyn CaseStore,
        unknown: &HashMap<Uuid, There>,
        last: u64,
        figures: &Figures,
    ) -> Result<(), RelayFault> {
        let alerts = self.count(store, unknown, last).await?;
        if alerts > 0 {
            figures.alerts_of_others.add(alerts);
            tracing::error!(
                alerts,
                "SOMEBODY ELSE PUBLISHES TO THE STREAM OF ALERTS: another log of this installation, or another \
                 program. Was the log moved and opened again, restored or copied? Keep one log and end every process \
                 on the other"
            );
        }
        Ok(())
    }

    /// How many of the `unknown` messages came from another publisher since the first call. Messages from before are
    /// the history of a restored log. `last` is the stream's last sequence.
    async fn count(&self, store: &dyn CaseStore, unknown: &HashMap<Uuid, There>, last: u64) -> Result<u64, RelayFault> {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(last).unwrap_or(last).min(last);
        let mut new: Vec<(Uuid, u64)> = unknown.iter().map(|(id, there)| (*id, there.sequence)).collect();
        new.retain(|(_, sequence)| *sequence > before);
        if new.is_empty() {
            return Ok(0);
        }
        // In this order: an alert that another process of this log marks in between is still in the outbox at the first
        // read.
        let waiting = pending(store, &|_| None).await?;
        let unmarked = store.unmarked(before + 1, last).await?;
        let is_ours = |(id, sequence): &(Uuid, u64)| {
            waiting.contains_key(id) || !unmarked.iter().any(|stretch| stretch.contains(sequence))
        };
        Ok(new.iter().filter(|message| !is_ours(message)).count() as u64)
    }
}
