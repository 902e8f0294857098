//! Decides which actions can be recorded, given the case and the other actions of the same list.
//!
//! Invariant: of two actions that contradict each other, the later in the list is refused. An action that needs a refused
//! one is refused too. The verdicts on all other actions do not depend on the order of the list.

mod rounds;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::action::{Action, ActionId, ActionName, WhichOffence};
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

/// The other action that this one names: the one that it withdraws, or that added the offence it speaks of.
fn refers_to(action: &Action) -> Option<ActionId> {
    match action.offence() {
        Some(WhichOffence::Added(id)) => Some(id),
        _ => action.withdraws(),
    }
}

/// The recorded actions to which these refer: by their own id, or by the id that they name.
fn spoken_of<'a>(case: &'a Case, actions: &[Action]) -> Known<'a> {
    if actions.is_empty() {
        return Known::new();
    }
    let named = actions.iter().filter_map(refers_to);
    let ids: BTreeSet<ActionId> = actions.iter().map(|action| action.id).chain(named).collect();
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
    let mut opening = case.actions().find(|action| action.name == ActionName::CaseOpened);
    let verdicts = actions.iter().zip(lasting).map(|(action, lasting)| {
        if !lasting.is_empty() {
            return None;
        }
        match known.get(&action.id) {
            Some(same) if same.says_the_same_as(action) => return Some(Verdict::Known),
            Some(_) => return Some(Verdict::Refused(used_id(action.id).into())),
            None => {}
        }
        if action.name == ActionName::CaseOpened {
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
    let mut flaws = Flaws::new();
    let (birth_date, _) = opening.child();
    if birth_date.is_some_and(|birth| action.at.date() < birth) {
        flaws.push(Refusal::new(Code::BeforeBirth).field("at").found(action.at.to_string()));
    }
    match (action.name, action.offence()) {
        (_, Some(WhichOffence::OfOpening(index))) => {
            let offences = opening.offences().count() as u64;
            if index >= offences {
                let refusal = Refusal::new(Code::NoSuchOffence).field("offence").found(index.to_string());
                flaws.push(refusal.expected(offences.to_string()));
            }
        }
        (_, Some(WhichOffence::Added(id)))
            if known.get(&id).is_none_or(|added| added.name != ActionName::OffenceAdded) =>
        {
            flaws.push(Refusal::new(Code::NoSuchOffence).field("offence").found(id.to_string()));
        }
        (ActionName::ChildIdentified, None) => {
            let birth = action.day("birth_date");
            flaws.extend(birth.and_then(|birth| not_after("birth_date", birth, opening.at.date()).err()));
        }
        (ActionName::ActionWithdrawn, None) => {
            let withdrawn = action.withdraws().and_then(|id| known.get(&id).copied());
            let found = action.withdraws().map(|id| id.to_string()).unwrap_or_default();
            flaws.extend(not_withdrawn(withdrawn).map(|code| Refusal::new(code).field("withdraws").found(found)));
        }
        _ => {}
    }
    flaws
}

/// Why this cannot be withdrawn; `None` if it can.
fn not_withdrawn(target: Option<&Action>) -> Option<Code> {
    match target.map(|target| target.name) {
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

/// Whether an instant lies too far ahead of the clock for anything to have happened then.
pub fn is_too_early(at: Instant, clock: Instant) -> bool {
    at > clock.plus(TOLERANCE_SECONDS)
}

/// What is wrong with an action by itself, whatever else is known.
pub(super) fn by_itself(action: &Action, clock: Option<Instant>, book: &Rulebook) -> Flaws {
    let mut flaws = Flaws::new();
    if let Some(clock) = clock.filter(|clock| is_too_early(action.at.first(), *clock)) {
        let refusal = Refusal::new(Code::InTheFuture).field("at").found(action.at.to_string());
        flaws.push(refusal.expected(clock.to_string()));
    }
    match action.name {
        ActionName::CaseOpened => by_the_scope(action, book, &mut flaws),
        ActionName::OffenceAdded | ActionName::OffenceCorrected => {
            let day = action.day("committed_on");
            flaws.extend(day.and_then(|day| not_after("committed_on", day, action.at.date()).err()));
        }
        ActionName::CaseVoided if action.same_as() == Some(&action.case) => {
            flaws.push(Refusal::new(Code::SameCase).field("same_as").found(action.case.as_str()));
        }
        _ => {}
    }
    flaws
}

/// What is wrong with an opening: the person was no child (Art. 2(1): under eighteen), or a date lies after the opening.
fn by_the_scope(opening: &Action, book: &Rulebook, flaws: &mut Flaws) {
    let date = opening.at.date();
    for (nth, offence) in opening.offences().enumerate() {
        flaws.extend(not_after(format_args!("offences.{nth}.committed_on"), offence.committed_on, date).err());
    }
    let adult = book.adult_age();
    let (birth_date, age_years) = opening.child();
    let grown_up = if let Some(birth) = birth_date {
        flaws.extend(not_after("child.birth_date", birth, date).err());
        opening.offences().all(|offence| offence.committed_on >= calendar::birthday(birth, adult))
    } else {
        age_years.is_some_and(|age| age >= u64::from(adult))
    };
    if grown_up {
        flaws.push(Refusal::new(Code::NotAChild).field("child").expected(adult.to_string()));
    }
}

/// Refuses a birth after the opening, or an offence after the action that states it. The date is not echoed.
fn not_after(field: impl std::fmt::Display, date: NaiveDate, opened: NaiveDate) -> Result<(), Refusal> {
    if date > opened { Err(Refusal::new(Code::AfterOpening).field(field)) } else { Ok(()) }
}
