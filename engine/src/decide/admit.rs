//! Which actions can be recorded: by what the case already holds and by each other.
//!
//! Invariant: of two actions that contradict each other the later in the list is refused; what needs a refused
//! one is refused too; the verdicts on the others don't depend on the order of the list.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::action::{Action, ActionId, ActionName, CaseOpened, Child, What};
use crate::calendar::{self, Instant};
use crate::case::Case;
use crate::refusal::{Code, Flaws, Refusal};
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
    /// It cannot, for all of these.
    Refused(Flaws),
}

/// The verdict on each of `actions`, all of the same case, in their order. `clock` is the recording clock; none
/// where actions are only assessed.
pub fn admit(case: &Case, actions: &[Action], clock: Option<Instant>, book: &Rulebook) -> Vec<Verdict> {
    // Refused for good: by itself, or because what it needs is not there. Each round may take away what another needs.
    let recorded = spoken_of(case, actions);
    let mut lasting: Vec<Flaws> = actions.iter().map(|action| by_itself(action, clock, book)).collect();
    loop {
        let (verdicts, opening, known) = contradictions(case, recorded.clone(), actions, &lasting);
        let mut room = MOST_ACTIONS.saturating_sub(case.recorded().len());
        let mut settled = true;
        for ((action, verdict), lasting) in actions.iter().zip(&verdicts).zip(&mut lasting) {
            if *verdict != Verdict::Accepted {
                continue;
            }
            *lasting = needs(action, opening, &known);
            if lasting.is_empty() {
                lasting.extend(take_room(action, &mut room).err());
            }
            settled &= lasting.is_empty();
        }
        if settled {
            return verdicts;
        }
    }
}

type Known<'a> = BTreeMap<ActionId, &'a Action>;

/// The recorded actions of which these speak: by their own id, or as what they withdraw.
fn spoken_of<'a>(case: &'a Case, actions: &[Action]) -> Known<'a> {
    if actions.is_empty() {
        return Known::new();
    }
    let withdrawn = actions.iter().filter_map(Action::withdraws);
    let ids: BTreeSet<ActionId> = actions.iter().map(|action| action.id).chain(withdrawn).collect();
    case.actions().filter(|action| ids.contains(&action.id)).map(|action| (action.id, action)).collect()
}

/// The verdicts with the later of two contradicting actions refused; the opening that holds; the actions by their ids.
fn contradictions<'a>(
    case: &'a Case,
    mut known: Known<'a>,
    actions: &'a [Action],
    lasting: &[Flaws],
) -> (Vec<Verdict>, Option<&'a Action>, Known<'a>) {
    let mut opening = case.actions().find(|action| action.name() == ActionName::CaseOpened);
    let verdicts = actions.iter().zip(lasting).map(|(action, lasting)| {
        if !lasting.is_empty() {
            return Verdict::Refused(lasting.clone());
        }
        match known.get(&action.id) {
            Some(same) if same.says_the_same_as(action) => return Verdict::Known,
            Some(_) => return Verdict::Refused(used_id(action.id).into()),
            None => {}
        }
        if action.name() == ActionName::CaseOpened {
            if opening.is_some() {
                return Verdict::Refused(opened_already(action).into());
            }
            opening = Some(action);
        }
        known.insert(action.id, action);
        Verdict::Accepted
    });
    let verdicts = verdicts.collect();
    (verdicts, opening, known)
}

/// The refusal of an action whose id another one has.
fn used_id(id: ActionId) -> Refusal {
    Refusal::new(Code::UsedId).field("id").found(id.to_string())
}

/// The one thing that may be learnt of another's case: its reference is taken.
pub(super) fn opened_already(opening: &Action) -> Refusal {
    Refusal::new(Code::OpenedAlready).field("case").found(opening.case.as_str())
}

/// What an action needs beside itself: the opening, the offence that it reclassifies, the action that it withdraws.
fn needs(action: &Action, opening: Option<&Action>, known: &Known<'_>) -> Flaws {
    let Some(opening) = opening else {
        return Refusal::new(Code::NeverOpened).field("case").found(action.case.as_str()).into();
    };
    let What::CaseOpened(opened) = &opening.what else { return Flaws::new() };
    let mut flaws = Flaws::new();
    if opened.child.birth_date.is_some_and(|birth| action.at.date() < birth) {
        flaws.push(Refusal::new(Code::BeforeBirth).field("at").found(action.at.to_string()));
    }
    match &action.what {
        What::OffenceReclassified { offence, .. } if *offence >= opened.offences.len() as u64 => {
            let refusal = Refusal::new(Code::NoSuchOffence).field("offence").found(offence.to_string());
            flaws.push(refusal.expected(opened.offences.len().to_string()));
        }
        What::ChildIdentified { birth_date: Some(birth), .. } => {
            flaws.extend(not_after("birth_date", *birth, opening.at.date()).err());
        }
        What::ActionWithdrawn { withdraws, .. } => {
            let code = match known.get(withdraws).map(|target| target.name()) {
                None => Some(Code::NoSuchAction),
                Some(ActionName::ActionWithdrawn) => Some(Code::WithdrawsWithdrawal),
                Some(ActionName::CaseOpened) => Some(Code::WithdrawsOpening),
                Some(_) => None,
            };
            flaws.extend(code.map(|code| Refusal::new(code).field("withdraws").found(withdraws.to_string())));
        }
        _ => {}
    }
    flaws
}

/// The opening always has room.
fn take_room(action: &Action, room: &mut usize) -> Result<(), Refusal> {
    if *room == 0 && action.name() != ActionName::CaseOpened {
        return Err(Refusal::new(Code::CaseFull).field("case").expected(MOST_ACTIONS.to_string()));
    }
    *room = room.saturating_sub(1);
    Ok(())
}

/// What is wrong with an action whatever else is known.
pub(super) fn by_itself(action: &Action, clock: Option<Instant>, book: &Rulebook) -> Flaws {
    let mut flaws = Flaws::new();
    if let Some(clock) = clock.filter(|clock| action.at.first() > clock.plus(TOLERANCE_SECONDS)) {
        let refusal = Refusal::new(Code::InTheFuture).field("at").found(action.at.to_string());
        flaws.push(refusal.expected(clock.to_string()));
    }
    if let What::CaseOpened(opened) = &action.what {
        by_the_scope(opened, action.at.date(), book, &mut flaws);
    }
    flaws
}

/// Art. 2(1): a child is a person under eighteen. And dates that can stand beside the opening.
fn by_the_scope(opened: &CaseOpened, date: NaiveDate, book: &Rulebook, flaws: &mut Flaws) {
    for (nth, offence) in opened.offences.iter().enumerate() {
        flaws.extend(not_after(format_args!("offences.{nth}.committed_on"), offence.committed_on, date).err());
    }
    let adult = book.numbers.adult_age;
    let Child { birth_date, age_years, .. } = &opened.child;
    let grown_up = if let Some(birth) = *birth_date {
        flaws.extend(not_after("child.birth_date", birth, date).err());
        opened.offences.iter().all(|offence| offence.committed_on >= calendar::birthday(birth, adult))
    } else {
        age_years.is_some_and(|age| age >= u64::from(adult))
    };
    if grown_up {
        flaws.push(Refusal::new(Code::NotAChild).field("child").expected(adult.to_string()));
    }
}

/// A birth or an offence lies not after the opening. The date is not echoed.
fn not_after(field: impl std::fmt::Display, date: NaiveDate, opened: NaiveDate) -> Result<(), Refusal> {
    if date > opened { Err(Refusal::new(Code::AfterOpening).field(field)) } else { Ok(()) }
}
