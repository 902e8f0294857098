//! A case that is sealed: what is personal in it can't be read any more, and its key is destroyed.
//!
//! Invariant: nothing personal is left in a sealed case, neither of what was recorded before nor of what is recorded later.
//! Rules decide from what is public, so that no answer changes.

use std::sync::Arc;

use super::codec::withheld;
use super::{Case, Commitment, Event, Fact};
use crate::action::ActionName;
use crate::assess::Assessment;
use crate::calendar::Instant;
use crate::handling::{Doing, Handling, Promise, Said};
use crate::refusal::Code;
use crate::rulebook::Rulebook;
use crate::timeline::is_voided;
use crate::words::words;

words! {
    /// Why a case is sealed.
    SealReason {
        /// The time for which the file may be kept is over.
        RetentionEnded = "retention_ended",
        /// A court, or another body that may, ordered it.
        Ordered = "ordered",
        /// The person whom the case is about, or who acts for them, asked for it.
        Requested = "requested",
    }
}

impl Case {
    /// Why, and when, the case was sealed; `None` if it was not.
    pub const fn sealed(&self) -> Option<(SealReason, Instant)> {
        self.sealed
    }

    /// Why the case can't be sealed at `at`; `None` if it can.
    pub(crate) fn seal_refused(&self, book: &Rulebook, at: Instant) -> Option<Code> {
        if self.recorded.is_empty() {
            return Some(Code::NeverOpened);
        }
        // It counts nowhere, and says of nobody where they are.
        if is_voided(self.actions()) {
            return None;
        }
        let Some(assessment) = self.assess(book, at) else { return Some(Code::StillOpen) };
        if holds(&assessment) {
            return Some(Code::StillHeld);
        }
        let closed = assessment.timeline.entries().iter().any(|entry| entry.name == ActionName::CaseClosed);
        (!closed).then_some(Code::StillOpen)
    }

    /// Forgets what is personal.
    pub(super) fn seal(&mut self, reason: SealReason, at: Instant) {
        self.sealed.get_or_insert((reason, at));
        for recorded in &mut self.recorded {
            recorded.action = Arc::new(withheld(&recorded.action));
        }
        let handled = self.alerts.values_mut().filter_map(|told| told.handled.as_mut());
        let promises = handled.flat_map(|handled| &mut handled.holdings).filter_map(|holding| holding.promise.as_mut());
        promises.for_each(|promise| promise.what = Said::Withheld);
    }
}

impl Event {
    /// The same event of a sealed case: what is personal is committed to, and not disclosed.
    #[must_use]
    pub(crate) fn undisclosed(self) -> Self {
        let unsaid = |promise: &Promise| Promise { what: Said::Withheld, ..*promise };
        let fact = match self.fact {
            Fact::ActionRecorded(action) => Fact::ActionRecorded(Arc::new(withheld(&action))),
            Fact::AlertHandled(handling) => {
                let doing = match &handling.doing {
                    Doing::Takes(promise) => Doing::Takes(unsaid(promise)),
                    Doing::HandsOver { to, promise } => Doing::HandsOver { to: *to, promise: unsaid(promise) },
                    Doing::GivesBack => Doing::GivesBack,
                    Doing::Notes => Doing::Notes,
                };
                Fact::AlertHandled(Box::new(Handling { doing, ..*handling }))
            }
            fact @ (Fact::AlertRaised(_)
            | Fact::AlertSettled(_)
            | Fact::AlertWithdrawn(_)
            | Fact::ActionConfirmed(_)
            | Fact::CaseSealed(_)) => fact,
        };
        let commitments = self.commitments.into_iter().map(|known| Commitment { disclosure: None, ..known }).collect();
        Self { fact, commitments, ..self }
    }
}

/// Whether the child is held, or in a training centre.
fn holds(assessment: &Assessment<'_>) -> bool {
    let timeline = &assessment.timeline;
    let inside = |inside, entry: &crate::timeline::Entry<'_>| match entry.name {
        ActionName::TrainingCentreEntered => true,
        ActionName::TrainingCentreLeft => false,
        _ => inside,
    };
    timeline.episodes().last().is_some_and(|episode| episode.end.is_none())
        || timeline.entries().iter().fold(false, inside)
}
