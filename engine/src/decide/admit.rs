//! Decides which actions can be recorded, given the case and the other actions of the same list.
//!
//! Invariant: of two actions that contradict each other, the later in the list is refused. An action that needs a refused
//! one is refused too. The verdicts on all other actions do not depend on the order of the list.

mod rounds;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::action::{Action, ActionId, ActionName, CaseOpened, Child, What};
use crate::calendar::{self, Instant};
use crate::case::Case;
use crate::refusal::{Code, Flaws, Refusal};
use crate::rulebook::Rulebook;

use rounds::Rounds;

/// How far ahead of the recording clock an action may lie, in seconds, because the clocks of two offices differ.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The most actions that a case may hold, because the rules look at all of them at every change.
const MOST_ACTIONS: usize = 10_000;

/// Whether an action can be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be recorded.
    Accepted,
    /// It is already recorded, or is earlier in the same list.
    Known,
    /// It cannot be recorded, for all of these reasons.
    Refused(Flaws),
}

/// The verdict on each of `actions`, in their order. All are of the same case. `clock` is the recording clock, or `None` if
/// the actions are only assessed.
pub fn admit(case: &Case, actions: &[Action], clock: Option<Instant>, book: &Rulebook) -> Vec<Verdict> {
    let by_themselves = actions.iter().map(|action| by_itself(action, clock, book)).collect();
    within(MOST_ACTIONS.saturating_sub(case.recorded().len()), case, actions, by_themselves)
}

/// The verdicts, if the case has room for so many actions more and these are refused for good already.
fn within(room: usize, case: &Case, actions: &[Action], mut lasting: Vec<Flaws>) -> Vec<Verdict> {
    let recorded = spoken_of(case, actions);
    loop {
        let (standing, opening, known) = contradictions(case, recorded.clone(), actions, &lasting);
        if !Rounds::new(actions, &standing, opening, known, room).refuse(&mut lasting) {
            let verdicts = standing.into_iter().zip(lasting);
            return verdicts.map(|(standing, lasting)| standing.unwrap_or(Verdict::Refused(lasting))).collect();
        }
    }
}

type Known<'a> = BTreeMap<ActionId, &'a Action>;

/// The recorded actions to which these refer: by their own id, or by the id that they withdraw.
fn spoken_of<'a>(case: &'a Case, actions: &[Action]) -> Known<'a> {
    if actions.is_empty() {
        return Known::new();
    }
    let withdrawn = actions.iter().filter_map(Action::withdraws);
    let ids: BTreeSet<ActionId> = actions.iter().map(|action| action.id).chain(withdrawn).collect();
    case.actions().filter(|action| ids.contains(&action.id)).map(|action| (action.id, action)).collect()
}

/// Refuses the later of two contradicting actions. Returns the verdicts (`None` for what is refused for good), the opening
/// that holds, and the actions by id.
fn contradictions<'a>(
    case: &'a Case,
    mut known: Known<'a>,
    actions: &'a [Action],
    lasting: &[Flaws],
) -> (Vec<Option<Verdict>>, Option<&'a Action>, Known<'a>) {
    let mut opening = case.actions().find(|action| action.name() == ActionName::CaseOpened);
    let verdicts = actions.iter().zip(lasting).map(|(action, lasting)| {
        if !lasting.is_empty() {
            return None;
        }
        match known.get(&action.id) {
            Some(same) if same.says_the_same_as(action) => return Some(Verdict::Known),
            Some(_) => return Some(Verdict::Refused(used_id(action.id).into())),
            None => {}
        }
        if action.name() == ActionName::CaseOpened {
            if opening.is_some() {
                return Some(Verdict::Refused(opened_already(action).into()));
            }
            opening = Some(action);
        }
        known.insert(action.id, action);
        Some(Verdict::Accepted)
    });
    let verdicts = verdicts.collect();
    (verdicts, opening, known)
}

/// The refusal of an action whose id belongs to another action.
fn used_id(id: ActionId) -> Refusal {
    Refusal::new(Code::UsedId).field("id").found(id.to_string())
}

/// The refusal of a second opening. It is the one thing that an office may learn of another office's case: the reference is
/// taken.
pub(super) fn opened_already(opening: &Action) -> Refusal {
    Refusal::new(Code::OpenedAlready).field("case").found(opening.case.as_str())
}

/// Whether what an action needs is there: the opening, the offence that it reclassifies, the action that it withdraws.
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
            let code = not_withdrawn(known.get(withdraws).copied());
            flaws.extend(code.map(|code| Refusal::new(code).field("withdraws").found(withdraws.to_string())));
        }
        _ => {}
    }
    flaws
}

/// Why this cannot be withdrawn; `None` if it can.
fn not_withdrawn(target: Option<&Action>) -> Option<Code> {
    match target.map(Action::name) {
        None => Some(Code::NoSuchAction),
        Some(ActionName::ActionWithdrawn) => Some(Code::WithdrawsWithdrawal),
        Some(ActionName::CaseOpened) => Some(Code::WithdrawsOpening),
        Some(_) => None,
    }
}

/// The refusal of an action for which the case has no room. An opening is never refused for that.
fn case_full() -> Refusal {
    Refusal::new(Code::CaseFull).field("case").expected(MOST_ACTIONS.to_string())
}

/// What is wrong with an action by itself, whatever else is known.
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

/// What is wrong with an opening: the person was no child (Art. 2(1): under eighteen), or a date lies after the opening.
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

/// Refuses a birth or an offence after the opening. The date is not echoed.
fn not_after(field: impl std::fmt::Display, date: NaiveDate, opened: NaiveDate) -> Result<(), Refusal> {
    if date > opened { Err(Refusal::new(Code::AfterOpening).field(field)) } else { Ok(()) }
}
