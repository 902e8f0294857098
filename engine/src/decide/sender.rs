//! Which actions an office may send: those of its own cases.
//!
//! Invariant: an office adds nothing to a case unless it opened the case, or the opening or a transfer names it.

use std::collections::BTreeSet;

use super::admit::{Verdict, admit, by_itself, opened_already};
use crate::action::{Action, ActionId, ActionName, OfficeCode};
use crate::calendar::Instant;
use crate::case::Case;
use crate::refusal::{Code, Refusal};
use crate::rulebook::Rulebook;

/// Like [`admit`], for actions that `sender` sends. An action of another office's case is refused in the same words as an
/// action of a case that was never opened. So the sender learns of another office's case only that its reference is taken.
/// A case that is not open yet is the sender's own if the opening among these actions makes it so.
pub fn admit_from(
    sender: &OfficeCode,
    case: &Case,
    actions: &[Action],
    clock: Option<Instant>,
    book: &Rulebook,
) -> Vec<Verdict> {
    let opened = case.actions().any(|action| action.name == ActionName::CaseOpened);
    let foreign = opened && !case.concerns(sender);
    let judged_alone = |action: &Action| -> Option<Refusal> {
        if action.name != ActionName::CaseOpened {
            return None;
        }
        if !names(action, sender) && (foreign || !opened) {
            return Some(not_named(sender, action));
        }
        foreign.then(|| opened_already(action))
    };
    let apart: Vec<Option<Refusal>> = actions.iter().map(judged_alone).collect();
    let own: Vec<Action> =
        actions.iter().zip(&apart).filter(|(_, apart)| apart.is_none()).map(|(action, _)| action.clone()).collect();
    let nothing = Case::default();
    let mut verdicts = admit(if foreign { &nothing } else { case }, &own, clock, book).into_iter();
    let verdict = |(action, apart): (&Action, Option<Refusal>)| match apart {
        Some(refusal) => {
            let mut flaws = by_itself(action, clock, book);
            flaws.push(refusal);
            Verdict::Refused(flaws)
        }
        None => verdicts.next().map_or(Verdict::Known, |verdict| without_knowledge(verdict, sender)),
    };
    actions.iter().zip(apart).map(verdict).collect()
}

/// The one refusal for both "never opened" and "not yours".
fn without_knowledge(verdict: Verdict, sender: &OfficeCode) -> Verdict {
    let Verdict::Refused(mut flaws) = verdict else { return verdict };
    for flaw in flaws.iter_mut().filter(|flaw| flaw.code == Code::NeverOpened) {
        flaw.code = Code::NoCaseOfYours;
        flaw.expected = Some(sender.to_string());
    }
    Verdict::Refused(flaws)
}

impl Case {
    /// Whether `office` opened the case, or the opening or a transfer that still counts names it. The offices before a
    /// transfer are included: what they did may reach the log late.
    pub fn concerns(&self, office: &OfficeCode) -> bool {
        self.concerned().contains(office)
    }

    /// The offices that the case concerns, as [`Case::concerns`] tells.
    pub fn concerned(&self) -> BTreeSet<&OfficeCode> {
        let withdrawn: BTreeSet<ActionId> = self.actions().filter_map(Action::withdraws).collect();
        self.actions().filter(|action| !withdrawn.contains(&action.id)).flat_map(named).collect()
    }
}

/// Whether this opening or transfer makes the case one of `office`.
fn names(action: &Action, office: &OfficeCode) -> bool {
    named(action).any(|named| named == office)
}

/// The offices of which this opening or transfer makes the case one.
fn named(action: &Action) -> impl Iterator<Item = &OfficeCode> {
    let opens = (action.name == ActionName::CaseOpened).then_some(&action.by);
    opens.into_iter().chain(action.offices().into_iter().flatten())
}

fn not_named(sender: &OfficeCode, opening: &Action) -> Refusal {
    Refusal::new(Code::NotNamed).field("by").found(opening.case.as_str()).expected(sender.as_str())
}
