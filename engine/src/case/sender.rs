//! What an office may have recorded: the actions of its own cases.
//!
//! Invariant: an office that no opening and no transfer of a case names, and that didn't open it, adds nothing to it.

use super::admit::{Verdict, admit};
use super::{Case, Refusal};
use crate::action::{Action, ActionId, ActionName, OfficeCode, What};
use crate::calendar::Instant;
use crate::rulebook::Rulebook;

/// As [`admit`], for actions that `sender` sends: those of a case that isn't its own are refused. A case that isn't
/// opened yet is the sender's own if the opening among these actions makes it so.
pub fn admit_from(
    sender: &OfficeCode,
    case: &Case,
    actions: &[Action],
    clock: Option<Instant>,
    book: &Rulebook,
) -> Vec<Verdict> {
    let opened = case.actions().any(|action| action.name() == ActionName::CaseOpened);
    let allowed: Vec<bool> = if opened {
        vec![case.concerns(sender); actions.len()]
    } else {
        let may = |action: &Action| action.name() != ActionName::CaseOpened || names(action, sender);
        actions.iter().map(may).collect()
    };
    let own: Vec<Action> =
        actions.iter().zip(&allowed).filter(|(_, allowed)| **allowed).map(|(action, _)| action.clone()).collect();
    let mut verdicts = admit(case, &own, clock, book).into_iter();
    let verdict = |(action, allowed): (&Action, &bool)| {
        let verdict = if *allowed { verdicts.next() } else { None };
        verdict.unwrap_or_else(|| Verdict::Refused(not_its_own(sender, action)))
    };
    actions.iter().zip(&allowed).map(verdict).collect()
}

impl Case {
    /// Whether `office` opened the case, or the opening or a transfer that still counts names it. One that the case
    /// was taken from stays among them: what it did before may reach the log late.
    pub fn concerns(&self, office: &OfficeCode) -> bool {
        let withdrawn: Vec<ActionId> = self.actions().filter_map(withdraws).collect();
        self.actions().any(|action| names(action, office) && !withdrawn.contains(&action.id))
    }
}

fn withdraws(action: &Action) -> Option<ActionId> {
    match &action.what {
        What::ActionWithdrawn { withdraws, .. } => Some(*withdraws),
        _ => None,
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

fn not_its_own(sender: &OfficeCode, action: &Action) -> Refusal {
    let case = &action.case;
    let advice = "send it through an office of the case, or have the case transferred first";
    Refusal::new(match action.name() {
        ActionName::CaseOpened => format!(
            "{sender} neither opens the case {case} (`by`) nor is one of its offices; an office opens a case in which it \
             is named or that it opens"
        ),
        _ => format!("{sender} is no office of the case {case}; {advice}"),
    })
}
