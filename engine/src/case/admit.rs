//! Which actions can be recorded: by what the case already holds and by each other.
//!
//! Invariant: of two actions that contradict each other the later in the list is refused; what needs a refused
//! one is refused too; the verdicts on the others don't depend on the order of the list.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Case;
use crate::action::{Action, ActionId, ActionName, CaseOpened, Child, Refusal, What, plausible};
use crate::calendar::{self, Instant};
use crate::rulebook::Rulebook;

/// How far ahead of the recording clock an action may lie: clocks of two offices differ. Seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The most actions that a case may hold; the rules look at all of them at every change.
const MOST_ACTIONS: usize = 10_000;

/// Whether an action can be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can.
    Accepted,
    /// It already is, or stands earlier in the same list.
    Known,
    /// It cannot.
    Refused(Refusal),
}

fn refused(reason: impl Into<String>) -> Verdict {
    Verdict::Refused(Refusal::new(reason))
}

/// The verdict on each of `actions`, all of the same case, in their order. `clock` is the recording clock; none
/// where actions are only assessed.
pub fn admit(case: &Case, actions: &[Action], clock: Option<Instant>, book: &Rulebook) -> Vec<Verdict> {
    let mut known: BTreeMap<ActionId, &Action> = BTreeMap::new();
    if !actions.is_empty() {
        known.extend(case.actions().map(|action| (action.id, action)));
    }
    let mut verdicts: Vec<Verdict> = actions.iter().map(|action| by_itself(action, clock, book)).collect();
    let opening = opening(case, actions, &mut verdicts);
    for (action, verdict) in actions.iter().zip(&mut verdicts) {
        if *verdict != Verdict::Accepted {
            continue;
        }
        *verdict = match (opening, known.get(&action.id)) {
            (_, Some(same)) if same.says_the_same_as(action) => Verdict::Known,
            (_, Some(_)) => {
                refused(format!("the id {} is used by another action; send this one under an id of its own", action.id))
            }
            (None, None) => {
                refused(format!("the case {} was never opened; send its case_opened first or with it", action.case))
            }
            (Some(opened), None) => beside_the_opening(action, opened),
        };
        if *verdict == Verdict::Accepted {
            known.insert(action.id, action);
        }
    }
    for (action, verdict) in actions.iter().zip(&mut verdicts) {
        if let (Verdict::Accepted, What::ActionWithdrawn { withdraws, .. }) = (&*verdict, &action.what) {
            *verdict = withdrawal(*withdraws, known.get(withdraws).copied());
        }
    }
    refuse_beyond_the_most(case, &mut verdicts);
    verdicts
}

fn by_itself(action: &Action, clock: Option<Instant>, book: &Rulebook) -> Verdict {
    let first = action.at.first();
    if let Some(clock) = clock.filter(|clock| first > clock.plus(TOLERANCE_SECONDS)) {
        return refused(format!(
            "`at`: {} lies in the future (the recording clock says {clock}); record what happened, not what is planned",
            action.at,
        ));
    }
    match &action.what {
        What::CaseOpened(opened) => {
            by_the_scope(opened, action.at.date(), book).map_or_else(Verdict::Refused, |()| Verdict::Accepted)
        }
        _ => Verdict::Accepted,
    }
}

/// Art. 2(1): a child is a person under eighteen. And dates that can stand beside the opening.
fn by_the_scope(opened: &CaseOpened, date: NaiveDate, book: &Rulebook) -> Result<(), Refusal> {
    for offence in &opened.offences {
        plausible("offences.committed_on", offence.committed_on, date)?;
    }
    let adult = book.numbers.adult_age;
    let Child { birth_date, age_years, .. } = &opened.child;
    let grown_up = if let Some(birth) = *birth_date {
        plausible("child.birth_date", birth, date)?;
        opened.offences.iter().all(|offence| offence.committed_on >= calendar::birthday(birth, adult))
    } else {
        age_years.is_some_and(|age| age >= adult)
    };
    if grown_up {
        return Err(Refusal::new(format!(
            "the person was {adult} or older at every offence; the law on children does not apply (Art. 2(1))"
        )));
    }
    Ok(())
}

/// The opening that holds: the case's own, or the first in the list; a second one is refused.
fn opening<'a>(case: &'a Case, actions: &'a [Action], verdicts: &mut [Verdict]) -> Option<&'a Action> {
    let mut opening = case.actions().find(|action| action.name() == ActionName::CaseOpened);
    for (action, verdict) in actions.iter().zip(verdicts) {
        if action.name() != ActionName::CaseOpened || *verdict != Verdict::Accepted {
            continue;
        }
        match opening {
            None => opening = Some(action),
            Some(first) if first.id == action.id => {}
            Some(_) => {
                *verdict = refused(format!("the case {} is opened already; a case is opened once", action.case));
            }
        }
    }
    opening
}

fn beside_the_opening(action: &Action, opening: &Action) -> Verdict {
    let What::CaseOpened(opened) = &opening.what else { return Verdict::Accepted };
    match &action.what {
        What::OffenceReclassified { offence, .. } if *offence as usize >= opened.offences.len() => refused(format!(
            "`offence`: {offence} leads nowhere; the case has {} (the first is 0)",
            opened.offences.len()
        )),
        What::ChildIdentified { birth_date: Some(birth), .. } => {
            plausible("birth_date", *birth, opening.at.date()).map_or_else(Verdict::Refused, |()| Verdict::Accepted)
        }
        _ => Verdict::Accepted,
    }
}

fn withdrawal(withdraws: ActionId, target: Option<&Action>) -> Verdict {
    match target.map(Action::name) {
        None => refused(format!("`withdraws`: {withdraws} is no recorded action of this case")),
        Some(ActionName::ActionWithdrawn) => {
            refused("`withdraws`: a withdrawal can't be withdrawn; record the action anew")
        }
        Some(ActionName::CaseOpened) => refused("`withdraws`: the opening of a case can't be withdrawn"),
        Some(_) => Verdict::Accepted,
    }
}

fn refuse_beyond_the_most(case: &Case, verdicts: &mut [Verdict]) {
    let mut room = MOST_ACTIONS.saturating_sub(case.recorded().len());
    for verdict in verdicts.iter_mut().filter(|verdict| **verdict == Verdict::Accepted) {
        if room == 0 {
            *verdict = refused(format!("the case holds {MOST_ACTIONS} actions already, the most that one may hold"));
        } else {
            room -= 1;
        }
    }
}
