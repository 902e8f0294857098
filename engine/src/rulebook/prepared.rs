//! The rules as they are asked of one kind of action: worked out once, so that it need not be at each action of a case.
//!
//! Invariant: a prepared test has the outcome of the rule's own test.

use super::rule::{Asked, Check, Rule};
use super::test::{Asks, FieldPlace, FieldTest, Outcome, Test};
use super::{Reading, Readings};
use crate::action::ActionName;

/// The limits that one kind of action opens, the conditions that are tested on it, and the facts that they ask, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OfAction {
    pub(crate) facts: Vec<Fact>,
    pub(crate) limits: Vec<Prepared>,
    pub(crate) conditions: Vec<Prepared>,
    /// The steps of all tests.
    steps: Vec<Step>,
}

/// What a test asks without a further test in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// A field of the action, by its place, for nothing but its value.
    Field(FieldPlace, Asks),
    /// Anything else.
    Other(Test),
}

/// A rule that one kind of action opens, or on which it is tested.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prepared {
    /// The place of the rule.
    pub(super) rule: usize,
    /// What opens the limit or shows the failure; of a condition with a procedure, whether the procedure tests it. The same
    /// path has the same outcome.
    pub(crate) test: Readings<Path>,
    /// Whether the rulebook itself says what opens the limit or shows the failure, and not a procedure.
    pub(crate) is_written: bool,
    /// The fields by which the condition fails, each once, by their paths.
    pub(crate) fields: Vec<FieldTest>,
}

/// A test as a path through facts, by its first step: each step asks one, and its answer leads to the next step or to the
/// end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path(u16);

/// A step of a path. It is small, because a case of forty actions takes some hundreds of them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    /// The place of the fact.
    fact: u16,
    /// Where the answers "no" and "yes" lead.
    known: [u16; 2],
    /// Where an unknown answer leads: taken for the one that the test needs, and taken for the other one.
    unknown: [u16; 2],
}

/// The two ends of a path. No path is as long: a rulebook has at most 20,000 tests.
const HOLDS: u16 = u16::MAX;
const HOLDS_NOT: u16 = u16::MAX - 1;

impl OfAction {
    /// The outcome of a test, given the answers of the facts. It is unknown if it makes a difference how the unknown ones
    /// are.
    pub(crate) fn outcome(&self, path: Path, answers: &[Outcome]) -> Outcome {
        if self.holds(path, answers, 0) { self.holds(path, answers, 1).then_some(true) } else { Some(false) }
    }

    /// The outcomes of a rule's test under both readings.
    pub(crate) fn outcomes(&self, rule: &Prepared, answers: &[Outcome]) -> Readings<Outcome> {
        let Readings { protective, lenient } = rule.test;
        let outcome = self.outcome(protective, answers);
        // Most rules ask the same under both.
        Readings {
            protective: outcome,
            lenient: if lenient == protective { outcome } else { self.outcome(lenient, answers) },
        }
    }

    /// Whether a test holds, where unknown answers are taken for the ones that it needs (0) or for the others (1).
    fn holds(&self, Path(first): Path, answers: &[Outcome], unknown: usize) -> bool {
        let mut next = first;
        while let Some(step) = self.steps.get(usize::from(next)) {
            next = match answers[usize::from(step.fact)] {
                Some(answer) => step.known[usize::from(answer)],
                None => step.unknown[unknown],
            };
        }
        next == HOLDS
    }

    /// The rules as they are asked of `action`. `answers` are those of each reading.
    pub(super) fn of<'r>(
        action: ActionName,
        rules: impl Iterator<Item = (usize, &'r Rule)>,
        answers: Readings<&[u8]>,
    ) -> Self {
        let mut of = Self::default();
        for (place, rule) in rules.filter(|(_, rule)| rule.tested_on().has(action)) {
            let prepared = of.prepare(place, rule, action, answers);
            if rule.is_limit() { of.limits.push(prepared) } else { of.conditions.push(prepared) }
        }
        of
    }

    fn prepare(&mut self, place: usize, rule: &Rule, action: ActionName, answers: Readings<&[u8]>) -> Prepared {
        let always = Test::Fixed(true);
        let (tested_if, test, is_written) = match &rule.asks {
            Asked::Limit(limit) => (&always, &limit.given, true),
            Asked::Condition(condition) => match &condition.check {
                Check::Written { tested_if, fails } => (tested_if, fails, true),
                _ => (&always, &always, false),
            },
        };
        let arguable_only = rule.as_condition().is_some_and(|condition| condition.arguable_only.has(action));
        let own = self.steps.len();
        let paths = Readings::each(|reading| {
            if arguable_only && reading == Reading::Lenient {
                return Path(HOLDS_NOT);
            }
            let mut finder = Finder { action, reading, answers: answers[reading], of: self, own, surely: false };
            let tested = finder.path(test, true, HOLDS, HOLDS_NOT);
            // A condition is tested only where this certainly holds.
            finder.surely = true;
            Path(finder.path(tested_if, true, tested, HOLDS_NOT))
        });
        let mut fields: Vec<FieldTest> = test.fields().into_iter().map(|field| field.of(action)).collect();
        fields.sort_by_key(|field| field.path);
        Prepared { rule: place, test: paths, is_written, fields }
    }
}

/// Finds the path of a test, from its end to its beginning.
struct Finder<'f> {
    action: ActionName,
    reading: Reading,
    answers: &'f [u8],
    of: &'f mut OfAction,
    /// Where the steps of this rule begin.
    own: usize,
    surely: bool,
}

impl Finder<'_> {
    /// The step from which one comes to `then` if the outcome of the test is `is`, and to `otherwise` if it is not.
    fn path(&mut self, test: &Test, is: bool, then: u16, otherwise: u16) -> u16 {
        let fixed = |holds: bool| if holds == is { then } else { otherwise };
        match test {
            Test::Fixed(holds) => fixed(*holds),
            Test::Action(names) => fixed(names.has(self.action)),
            Test::ArguableOnly(_) if self.reading == Reading::Lenient => fixed(false),
            Test::LenientNeeds(_) if self.reading == Reading::Protective => fixed(true),
            Test::ArguableOnly(test) | Test::LenientNeeds(test) => self.path(test, is, then, otherwise),
            Test::Not(test) => self.path(test, !is, then, otherwise),
            Test::All(of) if is => of.iter().rev().fold(then, |then, test| self.path(test, is, then, otherwise)),
            Test::Any(of) if !is => of.iter().rev().fold(then, |then, test| self.path(test, is, then, otherwise)),
            Test::All(of) | Test::Any(of) => {
                of.iter().rev().fold(otherwise, |otherwise, test| self.path(test, is, then, otherwise))
            }
            Test::Choice { question, by_answer } => {
                let answer = usize::from(self.answers.get(*question).copied().unwrap_or(0));
                by_answer.get(answer).map_or(otherwise, |test| self.path(test, is, then, otherwise))
            }
            fact => self.step(fact, is, then, otherwise),
        }
    }

    fn step(&mut self, fact: &Test, is: bool, then: u16, otherwise: u16) -> u16 {
        let fact = place_of(&mut self.of.facts, 0, Fact::of(fact, self.action));
        let known = if is { [otherwise, then] } else { [then, otherwise] };
        let unknown = [if self.surely { otherwise } else { then }, otherwise];
        place_of(&mut self.of.steps, self.own, Step { fact, known, unknown })
    }
}

/// The place of `item` among the items from `from` on. It is added if it is not there.
fn place_of<T: PartialEq>(items: &mut Vec<T>, from: usize, item: T) -> u16 {
    let place = items[from..].iter().position(|known| *known == item).map_or(items.len(), |place| from + place);
    if place == items.len() {
        items.push(item);
    }
    u16::try_from(place).unwrap_or(HOLDS_NOT)
}

impl Fact {
    fn of(test: &Test, action: ActionName) -> Self {
        match test {
            Test::Field(field) => match (field.place(action), field.asks) {
                (Some(place), asks) if asks != Asks::MoreThanHalfThePenalty => Self::Field(*place, asks),
                _ => Self::Other(Test::Field(field.of(action))),
            },
            other => Self::Other(other.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::rulebook::Rulebook;

    /// The outcome of the rule's own tests, where the facts have these answers.
    fn own(
        rule: &Rule,
        action: ActionName,
        reading: Reading,
        book: &Rulebook,
        fact: &impl Fn(&Test) -> Outcome,
    ) -> Outcome {
        let fact = |test: &Test| if let Test::Action(names) = test { Some(names.has(action)) } else { fact(test) };
        let outcome = |test: &Test| test.outcome(reading, &book.choices(reading).answers, &fact);
        match &rule.asks {
            Asked::Limit(limit) => outcome(&limit.given),
            Asked::Condition(of) if reading == Reading::Lenient && of.arguable_only.has(action) => Some(false),
            Asked::Condition(of) => match &of.check {
                Check::Written { tested_if, .. } if outcome(tested_if) != Some(true) => Some(false),
                Check::Written { fails, .. } => outcome(fails),
                _ => Some(true),
            },
        }
    }

    proptest! {
        #[test]
        fn a_prepared_test_has_the_outcome_of_the_rules_own(
            answers in prop::collection::vec(any::<Option<bool>>(), 64),
        ) {
            static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::law_05_na_2006);
            for (action, of_action) in ActionName::ALL.iter().zip(&BOOK.asked_on) {
                let fact = |test: &Test| {
                    let asked = Fact::of(test, *action);
                    answers[of_action.facts.iter().position(|known| *known == asked).expect("a fact of the action")]
                };
                for prepared in of_action.limits.iter().chain(&of_action.conditions) {
                    let rule = BOOK.prepared(prepared);
                    for &reading in Reading::ALL {
                        let own = own(rule, *action, reading, &BOOK, &fact);
                        prop_assert_eq!(of_action.outcome(prepared.test[reading], &answers), own, "{} on {}", rule.id, action);
                    }
                }
            }
        }
    }
}
