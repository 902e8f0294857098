//! Notices that somebody else publishes to the stream: another log of the same installation, or another program.
//!
//! Invariant: an alert of this log, whichever process published it, is never taken for another's: it is in the log
//! before it is in the stream, and either waits there or is marked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::catch_up::{There, pending};
use super::{CaseStore, RelayFault};
use crate::figures::Figures;

/// What this process knows of others' messages.
#[derive(Default)]
pub(super) struct Strangers(Mutex<Option<u64>>);

impl Strangers {
    /// Says so, and counts it, where messages that the log doesn't know have come from elsewhere.
    pub async fn notice<S: CaseStore + ?Sized>(
        &self,
        store: &S,
        unknown: &HashMap<Uuid, There>,
        last: u64,
        figures: &Figures,
    ) -> Result<(), RelayFault> {
        let alerts = self.count(store, unknown, last).await?;
        if alerts > 0 {
            figures.alerts_of_others.add(alerts);
            tracing::error!(
                alerts,
                "SOMEBODY ELSE PUBLISHES TO THE STREAM OF ALERTS: another log of this installation, or another program. Was \
                 the log moved and opened again, restored or copied? Let one of them be worked on alone"
            );
        }
        Ok(())
    }

    /// How many of the messages that the log didn't know, given with their sequences, have come from elsewhere since this was
    /// first asked. What stood in the stream before is history, of a log that was restored. `last`: how far the stream goes.
    async fn count<S: CaseStore + ?Sized>(
        &self,
        store: &S,
        unknown: &HashMap<Uuid, There>,
        last: u64,
    ) -> Result<u64, RelayFault> {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(last).unwrap_or(last).min(last);
        let mut new: Vec<(Uuid, u64)> = unknown.iter().map(|(id, there)| (*id, there.sequence)).collect();
        new.retain(|(_, sequence)| *sequence > before);
        if new.is_empty() {
            return Ok(0);
        }
        // In this order: what another process of this log marks in between was waiting at the first look.
        let waiting = pending(store, &|_| None).await?;
        let unmarked = store.unmarked(before + 1, last).await?;
        let is_ours = |(id, sequence): &(Uuid, u64)| {
            waiting.contains_key(id) || !unmarked.iter().any(|stretch| stretch.contains(sequence))
        };
        Ok(new.iter().filter(|message| !is_ours(message)).count() as u64)
    }
}
