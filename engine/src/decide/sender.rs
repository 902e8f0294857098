//! What an office may have recorded: the actions of its own cases.
//!
//! Invariant: an office that no opening and no transfer of a case names, and that didn't open it, adds nothing to it.

use std::collections::BTreeSet;

use super::admit::{Verdict, admit, by_itself, opened_already};
use crate::action::{Action, ActionId, ActionName, OfficeCode, What};
use crate::calendar::Instant;
use crate::case::Case;
use crate::refusal::{Code, Refusal};
use crate::rulebook::Rulebook;

/// As [`admit`], for actions that `sender` sends. One of a case that isn't the sender's own is refused as if that case
/// had never been opened, with the same words, so that nothing is learnt of another's case but that its reference is
/// taken. A case that isn't opened yet is the sender's own if the opening among these actions makes it so.
pub fn admit_from(
    sender: &OfficeCode,
    case: &Case,
    actions: &[Action],
    clock: Option<Instant>,
    book: &Rulebook,
) -> Vec<Verdict> {
    let opened = case.actions().any(|action| action.name() == ActionName::CaseOpened);
    let foreign = opened && !case.concerns(sender);
    let judged_alone = |action: &Action| -> Option<Refusal> {
        if action.name() != ActionName::CaseOpened {
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

/// "Never opened" and "not yours" are one refusal.
fn without_knowledge(verdict: Verdict, sender: &OfficeCode) -> Verdict {
    let Verdict::Refused(mut flaws) = verdict else { return verdict };
    for flaw in flaws.iter_mut().filter(|flaw| flaw.code == Code::NeverOpened) {
        flaw.code = Code::NoCaseOfYours;
        flaw.expected = Some(sender.to_string());
    }
    Verdict::Refused(flaws)
}

impl Case {
    /// Whether `office` opened the case, or the opening or a transfer that still counts names it. One that the case
    /// was taken from stays among them: what it did before may reach the log late.
    pub fn concerns(&self, office: &OfficeCode) -> bool {
        let withdrawn: BTreeSet<ActionId> = self.actions().filter_map(Action::withdraws).collect();
        self.actions().any(|action| names(action, office) && !withdrawn.contains(&action.id))
    }
}

/// Whether this is an opening or a transfer that makes the case one of `office`.
fn names(action: &Action, office: &OfficeCode) -> bool {
    match &action.what {
        What::CaseOpened(opened) => {
            let legal_aid = opened.legal_aid.as_ref();
            [&action.by, &opened.court, &opened.prosecutor, &opened.investigator].contains(&office)
                || legal_aid == Some(office)
        }
        What::CaseTransferred { court, prosecutor, investigator, legal_aid } => {
            [court, prosecutor, investigator, legal_aid].into_iter().flatten().any(|named| named == office)
        }
        _ => false,
    }
}

fn not_named(sender: &OfficeCode, opening: &Action) -> Refusal {
    Refusal::new(Code::NotNamed).field("by").found(opening.case.as_str()).expected(sender.as_str())
}
