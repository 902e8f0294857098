//! Receipts: what an office gets for its actions, signed before any checkpoint covers them.
//!
//! Invariant: a receipt names events that are durable. Where none can be made the answer goes out without one.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::action::CaseRef;
use evidence::key::SignerKey;
use evidence::leaf::Leaf;
use evidence::receipt::{Receipt, Received};
use store::{Fault, LogStore};
use uuid::Uuid;

use crate::log_key::LogKeys;

/// Signs receipts of one log.
pub struct Receipts {
    log: Arc<dyn LogStore>,
    origin: String,
    key: SignerKey,
}

impl Receipts {
    /// Signs with the key of receipts among these.
    pub fn of(log: Arc<dyn LogStore>, keys: &LogKeys) -> Self {
        Self { log, origin: keys.origin().to_owned(), key: keys.receipt.clone() }
    }

    /// The signed receipt of these actions, each of a case; none for none, or where it cannot be made.
    pub async fn signed(&self, actions: &[(CaseRef, BTreeSet<Uuid>)]) -> Option<String> {
        let mut events = Vec::new();
        for (case, ids) in actions {
            match self.received(case, ids).await {
                Ok(received) => events.extend(received),
                Err(fault) => {
                    tracing::warn!(%case, %fault, "an office is answered without a receipt");
                    return None;
                }
            }
        }
        if events.is_empty() {
            return None;
        }
        let receipt = Receipt { origin: self.origin.clone(), events };
        let signed = receipt.sign(&self.key).inspect_err(|error| tracing::error!(%error, "a receipt was not signed"));
        signed.ok().map(|note| note.to_string())
    }

    async fn received(&self, case: &CaseRef, ids: &BTreeSet<Uuid>) -> Result<Vec<Received>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let leaves = self.log.leaves_of(case).await?;
        let mut received = Vec::new();
        for stored in self.log.stream(case).await? {
            let Some(action) = stored.event.fact.action().filter(|action| ids.contains(&action.id.0)) else { continue };
            let leaf = leaves.iter().find(|leaf| leaf.version == stored.version);
            received.extend(leaf.map(|leaf| Received {
                leaf: Leaf::Event(*leaf).hash(),
                id: action.id.0.hyphenated().to_string(),
                version: leaf.version,
                recorded_at: leaf.recorded_at,
            }));
        }
        Ok(received)
    }
}
