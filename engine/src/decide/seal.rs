//! The sealing of a case, held against where the case and the child are.
//!
//! Invariant: it adds one event at most, and no alert event: those that are due are left to the watch.

use super::envelopes::Envelopes;
use super::{Decided, Verdict};
use crate::action::OfficeCode;
use crate::ages::Derived;
use crate::case::{Case, Fact, SealReason};
use crate::refusal::{Flaws, Refusal};
use crate::rulebook::Rulebook;

/// What comes of it that a case is to be sealed.
pub(super) fn decided(
    case: &Case,
    book: &Rulebook,
    (office, reason): (OfficeCode, SealReason),
    mut envelopes: Envelopes,
) -> Decided {
    let verdict = if case.sealed().is_some() {
        Verdict::Known
    } else {
        let refused = case.seal_refused(book, envelopes.at);
        let refusal = refused.map(|code| Refusal::new(code).field("case").found(case.reference().to_string()));
        refusal.map_or(Verdict::Accepted, |refusal| Verdict::Refused(refusal.into()))
    };
    let event = || envelopes.event((office, None), Fact::CaseSealed(reason), Derived::default());
    let events = (verdict == Verdict::Accepted).then(event).into_iter().collect();
    Decided { verdicts: vec![verdict], warnings: vec![Flaws::new()], events }
}
