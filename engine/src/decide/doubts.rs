//! Warnings: what looks wrong in actions that are recorded all the same. They change no verdict and no answer.
//!
//! Invariant: a warning belongs to the action that causes it. If two actions look alike, it belongs to the later one in the
//! list. A withdrawn action causes no warning about another.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::admit::Verdict;
use crate::action::{Action, ActionId, ActionName, When};
use crate::calendar;
use crate::case::Case;
use crate::refusal::{Code, Flaws, Refusal};

/// If a child was younger than this at the earliest offence, in years, a date is probably wrong.
const YOUNG: u32 = 10;

/// The warnings on each of `actions`, in their order. `verdicts` are those of the same actions on `case`.
pub fn doubts(case: &Case, actions: &[Action], verdicts: &[Verdict]) -> Vec<Flaws> {
    let accepted = || accepted(actions, verdicts);
    let mut withdrawn: Vec<ActionId> = case.actions().chain(accepted()).filter_map(Action::withdraws).collect();
    withdrawn.sort_unstable();
    let counts = |action: &&Action| withdrawn.binary_search(&action.id).is_err();
    let earliest = case.actions().chain(accepted()).find_map(earliest_offence);
    let voids = |action: &&Action| action.name == ActionName::CaseVoided && counts(action);
    let voided = case.actions().chain(accepted()).find(voids).map(|action| action.id);
    let mut moments = Moments::of(accepted());
    for action in case.actions().filter(counts) {
        moments.add(action);
    }
    let of = |(action, verdict): (&Action, &Verdict)| match verdict {
        Verdict::Refused(_) => Flaws::new(),
        Verdict::Known if counts(&action) => Flaws::new(),
        Verdict::Known => Refusal::new(Code::WithdrawnBefore).field("id").found(action.id.to_string()).into(),
        Verdict::Accepted => {
            let mut flaws = Flaws::new();
            if let Some(earliest) = earliest {
                flaws.extend(before_offence(action, earliest));
                flaws.extend(under_ten(action, earliest));
            }
            if voided.is_some_and(|voided| action.id != voided) {
                flaws.push(Refusal::new(Code::CaseVoided).field("case").found(action.case.as_str()));
            }
            if counts(&action) {
                flaws.extend(moments.already_has(action).then(|| same_moment(action)));
                moments.add(action);
            }
            flaws
        }
    };
    actions.iter().zip(verdicts).map(of).collect()
}

fn accepted<'a>(actions: &'a [Action], verdicts: &'a [Verdict]) -> impl Iterator<Item = &'a Action> {
    actions.iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::Accepted).map(|(action, _)| action)
}

fn earliest_offence(opening: &Action) -> Option<NaiveDate> {
    opening.offences().map(|offence| offence.committed_on).min()
}

fn before_offence(action: &Action, earliest: NaiveDate) -> Option<Refusal> {
    (action.at.date() < earliest).then(|| Refusal::new(Code::BeforeOffence).field("at").found(action.at.to_string()))
}

/// Tests the birth date that the action states, or the stated age if there is no birth date.
fn under_ten(action: &Action, earliest: NaiveDate) -> Option<Refusal> {
    let (birth, age) = action.child();
    let field = match (action.name, birth) {
        (ActionName::CaseOpened, _) => "child",
        (_, Some(_)) => "birth_date",
        (_, None) => "age_years",
    };
    let young = match birth {
        Some(birth) => earliest < calendar::birthday(birth, YOUNG),
        None => age.is_some_and(|age| age < u64::from(YOUNG)),
    };
    young.then(|| Refusal::new(Code::UnderTen).field(field).expected(YOUNG.to_string()))
}

fn same_moment(action: &Action) -> Refusal {
    Refusal::new(Code::SameMoment).field("at").found(action.at.to_string()).expected(action.name.word())
}

/// The times of a case's actions, for each kind and day of a new action.
struct Moments(BTreeMap<(ActionName, NaiveDate), Vec<When>>);

impl Moments {
    fn of<'a>(new: impl Iterator<Item = &'a Action>) -> Self {
        Self(new.map(|action| (key(action), Vec::new())).collect())
    }

    fn add(&mut self, action: &Action) {
        if let Some(moments) = self.0.get_mut(&key(action)) {
            moments.push(action.at);
        }
    }

    /// Whether there is one at the same instant, or on the same day if either is known by its date alone.
    fn already_has(&self, action: &Action) -> bool {
        let dated = matches!(action.at, When::Date(_));
        let same = |at: &When| dated || *at == action.at || matches!(at, When::Date(_));
        self.0.get(&key(action)).is_some_and(|moments| moments.iter().any(same))
    }
}

fn key(action: &Action) -> (ActionName, NaiveDate) {
    (action.name, action.at.date())
}
