//! What a recorder works with beside its store, and what others ask of it.

use std::sync::Arc;

use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use store::CaseStore;

use super::Recorder;
use crate::figures::{Figures, Flag};
use crate::inboxes::Inboxes;
use crate::receipts::Receipts;

impl Recorder {
    /// The same recorder, which records at most `most` alerts, settlements and withdrawals per command.
    #[must_use]
    pub fn telling_at_once(self, most: usize) -> Self {
        Self { most_told: most, ..self }
    }

    /// The same recorder, which makes way for the alerts of other cases while `publishes` is set.
    #[must_use]
    pub fn beside(self, publishes: Arc<Flag>) -> Self {
        Self { publishes, ..self }
    }

    /// The same recorder, with what signs receipts for the offices that send to it.
    #[must_use]
    pub fn receipting(self, receipts: Option<Arc<Receipts>>) -> Self {
        Self { receipts, ..self }
    }

    /// What signs receipts.
    pub(crate) const fn receipts(&self) -> Option<&Arc<Receipts>> {
        self.receipts.as_ref()
    }

    /// The same recorder, which knows which offices use their inbox.
    #[must_use]
    pub fn knowing(self, inboxes: Arc<Inboxes>) -> Self {
        Self { inboxes, ..self }
    }

    /// The same recorder, which counts its work in `figures`.
    #[must_use]
    pub fn counting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The offices that use their inbox.
    pub const fn inboxes(&self) -> &Arc<Inboxes> {
        &self.inboxes
    }

    /// The store that it records into.
    pub const fn store(&self) -> &Arc<dyn CaseStore> {
        &self.store
    }

    /// The rulebook under which it records.
    pub const fn book(&self) -> &Arc<Rulebook> {
        &self.book
    }

    /// What the clock says by which it records.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}
