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
    // Refused for good: by itself, or because what it needs is not there. Each round may take away what another needs.
    let mut lasting: Vec<Option<Refusal>> = actions.iter().map(|action| by_itself(action, clock, book).err()).collect();
    loop {
        let (verdicts, opening, known) = contradictions(case, actions, &lasting);
        let mut room = MOST_ACTIONS.saturating_sub(case.recorded().len());
        let mut settled = true;
        for ((action, verdict), lasting) in actions.iter().zip(&verdicts).zip(&mut lasting) {
            if *verdict != Verdict::Accepted {
                continue;
            }
            let needs = needs(action, opening, &known).and_then(|()| take_room(action, &mut room));
            if let Err(refusal) = needs {
                *lasting = Some(refusal);
                settled = false;
            }
        }
        if settled {
            return verdicts;
        }
    }
}

type Known<'a> = BTreeMap<ActionId, &'a Action>;

/// The verdicts with the later of two contradicting actions refused; the opening that holds; the actions by their ids.
fn contradictions<'a>(
    case: &'a Case,
    actions: &'a [Action],
    lasting: &[Option<Refusal>],
) -> (Vec<Verdict>, Option<&'a Action>, Known<'a>) {
    let mut opening = case.actions().find(|action| action.name() == ActionName::CaseOpened);
    let mut known: Known<'a> = case.actions().map(|action| (action.id, action)).collect();
    let verdicts = actions.iter().zip(lasting).map(|(action, lasting)| {
        if let Some(refusal) = lasting {
            return Verdict::Refused(refusal.clone());
        }
        match known.get(&action.id) {
            Some(same) if same.says_the_same_as(action) => return Verdict::Known,
            Some(_) => {
                let id = action.id;
                return refused(format!("the id {id} is used by another action; send this one under an id of its own"));
            }
            None => {}
        }
        if action.name() == ActionName::CaseOpened {
            if opening.is_some() {
                return refused(format!("the case {} is opened already; a case is opened once", action.case));
            }
            opening = Some(action);
        }
        known.insert(action.id, action);
        Verdict::Accepted
    });
    let verdicts = verdicts.collect();
    (verdicts, opening, known)
}

/// What an action needs beside itself: the opening, the offence that it reclassifies, the action that it withdraws.
fn needs(action: &Action, opening: Option<&Action>, known: &Known<'_>) -> Result<(), Refusal> {
    let Some(opening) = opening else {
        return Err(Refusal::new(format!(
            "the case {} was never opened; send its case_opened first or with it",
            action.case
        )));
    };
    let What::CaseOpened(opened) = &opening.what else { return Ok(()) };
    match &action.what {
        What::OffenceReclassified { offence, .. } if *offence as usize >= opened.offences.len() => {
            let offences = opened.offences.len();
            Err(Refusal::new(format!("`offence`: {offence} leads nowhere; the case has {offences} (the first is 0)")))
        }
        What::ChildIdentified { birth_date: Some(birth), .. } => plausible("birth_date", *birth, opening.at.date()),
        What::ActionWithdrawn { withdraws, .. } => match known.get(withdraws).map(|target| target.name()) {
            None => Err(Refusal::new(format!("`withdraws`: {withdraws} is no recorded action of this case"))),
            Some(ActionName::ActionWithdrawn) => {
                Err(Refusal::new("`withdraws`: a withdrawal can't be withdrawn; record the action anew"))
            }
            Some(ActionName::CaseOpened) => Err(Refusal::new("`withdraws`: the opening of a case can't be withdrawn")),
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The opening always has room.
fn take_room(action: &Action, room: &mut usize) -> Result<(), Refusal> {
    if *room == 0 && action.name() != ActionName::CaseOpened {
        return Err(Refusal::new(format!("the case holds {MOST_ACTIONS} actions already, the most that one may hold")));
    }
    *room = room.saturating_sub(1);
    Ok(())
}

fn by_itself(action: &Action, clock: Option<Instant>, book: &Rulebook) -> Result<(), Refusal> {
    let first = action.at.first();
    if let Some(clock) = clock.filter(|clock| first > clock.plus(TOLERANCE_SECONDS)) {
        return Err(Refusal::new(format!(
            "`at`: {} lies in the future (the recording clock says {clock}); record what happened, not what is planned",
            action.at,
        )));
    }
    match &action.what {
        What::CaseOpened(opened) => by_the_scope(opened, action.at.date(), book),
        _ => Ok(()),
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
