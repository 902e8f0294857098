//! The last alert on a topic, and what became of it.

use std::sync::Arc;

use uuid::Uuid;

use crate::action::{ActionId, CaseRef};
use crate::alert::Alert;
use crate::calendar::Instant;
use crate::handling::Handled;

/// The last alert on a topic, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicState {
    pub(crate) alert: Arc<Alert>,
    pub(crate) state: State,
    /// The occurrence of the last settlement, if there was one.
    pub(crate) last_settlement: Option<u32>,
    /// When the alert was raised.
    pub(crate) raised_at: Instant,
    /// What people did about it, and what replaced it; `None` as long as there is nothing of the kind.
    pub(crate) handled: Option<Box<Handled>>,
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Settled { by: ActionId },
    Withdrawn,
}

impl TopicState {
    /// What `alert` takes over from this one, if it replaces it: who has it, unless the case went to other offices.
    pub(super) fn passes_to(&self, alert: &Alert, case: &CaseRef) -> Option<Box<Handled>> {
        let handled = self.handled.as_ref().filter(|handled| !handled.holdings.is_empty())?;
        let replaced: Uuid = handled.replaced_by?;
        (self.alert.to == alert.to && replaced == alert.id(case)).then(|| Box::new(handled.passed_on()))
    }

    /// When the alert is to be escalated if it is open until then; `None` if never. It may have been escalated already.
    pub(super) fn escalates_at(&self) -> Option<Instant> {
        let alert = &*self.alert;
        let after = alert.escalate_after.filter(|_| !alert.history)?;
        let from = match &self.handled {
            None => self.raised_at,
            Some(handled) => handled.untaken_from(alert.owing_office(), self.raised_at)?,
        };
        Some(from.plus(after.seconds()))
    }
}
