//! Whether a test can hold at all: tries the facts that could make a difference.
//!
//! Invariant: a test that some record makes true is never said to be impossible. What is on record with the action is tried
//! as the table of actions allows it. Facts of the case are tried as if they were independent, so a few impossible tests
//! pass.

use crate::action::describe::{FieldKind, Need};
use crate::action::{ActionName, Class, Names, Recorded};
use crate::rulebook::Reading;
use crate::rulebook::test::{Asks, FieldPlace, FieldTest, Outcome, Test};

/// The most combinations of facts that are tried. A test with more is taken to be possible.
const MOST: usize = 20_000;

/// Under which answers a test has to be possible.
#[derive(Clone, Copy)]
pub(super) enum Under<'q> {
    /// The protective reading, with these answers.
    Protective(&'q [u8]),
    /// Any reading, whatever it answers.
    Any,
}

/// A fact as it could be: what is on record of a field, or of the case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Field(Recorded),
    Holds(bool),
    /// `None` for a birth date that is not known.
    Number(Option<u64>),
    Last(Option<ActionName>),
    Class(Class),
    /// The place of an answer.
    Answer(u8),
}

/// Tests that ask about one fact, and the values of it that could make a difference.
struct About<'t> {
    asked: Vec<&'t Test>,
    values: Vec<Fact>,
}

/// Whether the test can hold for an action of one of these kinds.
pub(super) fn can_hold(test: &Test, on: Names, under: Under<'_>) -> bool {
    let readings: &[Reading] = if matches!(under, Under::Any) { Reading::ALL } else { &[Reading::Protective] };
    on.iter().any(|action| readings.iter().any(|reading| can_hold_for(test, action, *reading, under)))
}

fn can_hold_for(test: &Test, action: ActionName, reading: Reading, under: Under<'_>) -> bool {
    let mut all: Vec<About<'_>> = Vec::new();
    test.visit(&mut |test| match all.iter_mut().find(|about| same_fact(about.asked[0], test)) {
        Some(about) => about.asked.push(test),
        None if is_asked(test, under) => all.push(About { asked: vec![test], values: Vec::new() }),
        None => {}
    });
    for about in &mut all {
        about.values = values(&about.asked, action);
    }
    let combinations = all.iter().try_fold(1_usize, |so_far, about| so_far.checked_mul(about.values.len()));
    let Some(combinations) = combinations.filter(|so_far| *so_far <= MOST) else { return true };
    (0..combinations).any(|mut nth| {
        let mut world: Vec<(&Test, Fact)> = Vec::with_capacity(all.len());
        for about in &all {
            world.push((about.asked[0], about.values[nth % about.values.len()]));
            nth /= about.values.len();
        }
        let answers = answers(&world, under);
        let fact = |test: &Test| match test {
            Test::Action(names) => Some(names.has(action)),
            _ => of(test, world.iter().find(|(asked, _)| same_fact(asked, test))?.1),
        };
        test.outcome(reading, &answers, &fact) == Some(true)
    })
}

/// Whether a test asks about a fact that could be so or so. The kind of the action is given, and so are the answers of one
/// reading.
const fn is_asked(test: &Test, under: Under<'_>) -> bool {
    match test {
        Test::Choice { .. } => matches!(under, Under::Any),
        Test::Field(_)
        | Test::Before { .. }
        | Test::LastOf { .. }
        | Test::Class(_)
        | Test::Serious
        | Test::Penalty { .. }
        | Test::AgeBelow(_) => true,
        _ => false,
    }
}

/// Whether two tests ask about the same fact.
fn same_fact(one: &Test, other: &Test) -> bool {
    match (one, other) {
        (Test::Field(a), Test::Field(b)) => a.path == b.path && is_of_half(a) == is_of_half(b),
        (Test::LastOf { watch: a, .. }, Test::LastOf { watch: b, .. })
        | (Test::Choice { question: a, .. }, Test::Choice { question: b, .. }) => a == b,
        (Test::Penalty { end: a, .. }, Test::Penalty { end: b, .. }) => a == b,
        (Test::Class(_), Test::Class(_)) | (Test::AgeBelow(_), Test::AgeBelow(_)) | (Test::Serious, Test::Serious) => {
            true
        }
        (Test::Before { .. }, Test::Before { .. }) => one == other,
        _ => false,
    }
}

/// Whether a test compares the field with the penalty, which is another fact than the field's own value.
const fn is_of_half(field: &FieldTest) -> bool {
    matches!(field.asks, Asks::MoreThanHalfThePenalty)
}

/// The values of one fact that could decide these tests of it.
fn values(asked: &[&Test], action: ActionName) -> Vec<Fact> {
    let around = |number: u64| [number.saturating_sub(1), number, number + 1].map(Some).map(Fact::Number);
    let mut all: Vec<Fact> = Vec::new();
    let fields: Vec<&FieldTest> =
        asked.iter().filter_map(|test| if let Test::Field(field) = test { Some(field) } else { None }).collect();
    if let Some(field) = fields.first() {
        let recorded = field.place(action).map_or(vec![Recorded::LeftOut], |place| on_record(&fields, *place));
        all.extend(recorded.into_iter().map(Fact::Field));
    }
    for test in asked {
        match test {
            Test::LastOf { is, .. } => all.extend(is.iter().map(Some).chain([None]).map(Fact::Last)),
            Test::Before { .. } | Test::Serious => all.extend([true, false].map(Fact::Holds)),
            Test::Class(_) => all.extend(Class::ALL.iter().copied().map(Fact::Class)),
            Test::Penalty { below, .. } => all.extend(around(*below)),
            Test::AgeBelow(years) => all.extend(around((*years).into()).into_iter().chain([Fact::Number(None)])),
            Test::Choice { by_answer, .. } => {
                all.extend((0..by_answer.len()).filter_map(|nth| Some(Fact::Answer(u8::try_from(nth).ok()?))));
            }
            _ => {}
        }
    }
    let mut once: Vec<Fact> = Vec::new();
    for fact in all {
        if !once.contains(&fact) {
            once.push(fact);
        }
    }
    once
}

/// The values of a field of an action that could decide these tests of it, as the table of actions allows them.
fn on_record(asked: &[&FieldTest], place: FieldPlace) -> Vec<Recorded> {
    let (field, outer) = place.field();
    let mut all: Vec<Recorded> = Vec::new();
    if outer.need != Need::Required || field.need != Need::Required {
        all.push(Recorded::LeftOut);
    }
    if outer.may_be_null() || field.may_be_null() {
        all.push(Recorded::Null);
    }
    match field.kind {
        _ if asked.iter().any(|test| is_of_half(test)) => all.extend([true, false].map(Recorded::Flag)),
        FieldKind::Flag => all.extend([true, false].map(Recorded::Flag)),
        FieldKind::Word(words) => all.extend(told_apart(asked, words).into_iter().map(Recorded::Words)),
        FieldKind::Words(words) => {
            let apart = told_apart(asked, words);
            let some_of = |nth: u32| {
                apart.iter().enumerate().filter(|(bit, _)| nth & (1 << bit) != 0).fold(0, |all, (_, word)| all | word)
            };
            let fewest = u32::from(!field.may_be_empty());
            all.extend((fewest..1 << apart.len()).map(|nth| Recorded::Words(some_of(nth))));
        }
        FieldKind::Count(least) => {
            let at = asked
                .iter()
                .filter_map(|test| if let Asks::MoreThan(number) = test.asks { Some(number) } else { None });
            let numbers = at.flat_map(|number| [number, number + 1]).chain([0]).map(|number| number.max(least.into()));
            all.extend(numbers.map(Recorded::Number));
        }
        _ => all.push(Recorded::Other),
    }
    all
}

/// Of the words of a field, one bit for each set of words that these tests don't tell apart.
fn told_apart(asked: &[&FieldTest], words: &[&str]) -> Vec<u32> {
    let sets = asked.iter().filter_map(|test| match test.asks {
        Asks::Is(words) | Asks::IsNot(words) | Asks::HasAny(words) | Asks::HasNone(words) => Some(words),
        _ => None,
    });
    let sets: Vec<u32> = sets.collect();
    let mut apart: Vec<(u32, Vec<bool>)> = Vec::new();
    for bit in (0..words.len().min(32)).map(|nth| 1_u32 << nth) {
        let within: Vec<bool> = sets.iter().map(|set| set & bit != 0).collect();
        if apart.iter().all(|(_, known)| *known != within) {
            apart.push((bit, within));
        }
    }
    apart.into_iter().map(|(bit, _)| bit).collect()
}

/// The answers to the questions, by their places.
fn answers(world: &[(&Test, Fact)], under: Under<'_>) -> Vec<u8> {
    match under {
        Under::Protective(answers) => answers.to_vec(),
        Under::Any => {
            let mut answers = Vec::new();
            for (asked, fact) in world {
                if let (Test::Choice { question, .. }, Fact::Answer(answer)) = (asked, fact) {
                    answers.resize(answers.len().max(question + 1), 0);
                    answers[*question] = *answer;
                }
            }
            answers
        }
    }
}

/// The outcome of a test by a fact.
fn of(test: &Test, fact: Fact) -> Outcome {
    match (test, fact) {
        (Test::Field(field), Fact::Field(recorded)) => field.asks.of(recorded),
        (Test::LastOf { is, .. }, Fact::Last(name)) => Some(name.is_some_and(|name| is.has(name))),
        (Test::Before { .. } | Test::Serious, Fact::Holds(holds)) => Some(holds),
        (Test::Class(class), Fact::Class(known)) => Some(*class == known),
        (Test::Penalty { below, .. }, Fact::Number(number)) => Some(number? < *below),
        (Test::AgeBelow(years), Fact::Number(number)) => Some(number? < u64::from(*years)),
        _ => None,
    }
}
