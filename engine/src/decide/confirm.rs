//! A confirmation of an action, held against who entered it.
//!
//! Invariant: it adds one event at most, and no alert event: those that are due are left to the watch.

use uuid::Uuid;

use super::envelopes::Envelopes;
use super::{Decided, Verdict};
use crate::action::{ActionId, OfficeCode};
use crate::ages::Derived;
use crate::case::{Case, Fact};
use crate::refusal::{Code, Flaws, Refusal};

/// What comes of it that a person of an office confirms an action.
pub(super) fn decided(
    case: &Case,
    (office, person): (OfficeCode, Uuid),
    action: ActionId,
    mut envelopes: Envelopes,
) -> Decided {
    let verdict = match refused(case, (&office, person), action) {
        Some(code) => Verdict::Refused(Refusal::new(code).field("action").found(action.to_string()).into()),
        None if case.confirmed(action).is_some() => Verdict::Known,
        None => Verdict::Accepted,
    };
    let event = || envelopes.event((office, Some(person)), Fact::ActionConfirmed(action), Derived::default());
    let events = (verdict == Verdict::Accepted).then(event).into_iter().collect();
    Decided { verdicts: vec![verdict], warnings: vec![Flaws::new()], events }
}

/// Why the person cannot confirm the action.
fn refused(case: &Case, (office, person): (&OfficeCode, Uuid), action: ActionId) -> Option<Code> {
    let Some(recorded) = case.recorded().iter().find(|recorded| recorded.action.id == action) else {
        return Some(Code::NoSuchAction);
    };
    let waits = || case.unconfirmed().any(|recorded| recorded.action.id == action);
    if recorded.recorded_by != *office {
        Some(Code::OfAnotherOffice)
    } else if recorded.person == Some(person) {
        Some(Code::OwnEntry)
    } else if case.confirmed(action).is_none() && !waits() {
        Some(Code::NoSecondLook)
    } else {
        None
    }
}
