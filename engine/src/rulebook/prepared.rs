//! The rules as they are asked of one kind of action: worked out once, so that it need not be at each action of a case.
//!
//! Invariant: a prepared test has the outcome of the rule's own test.

use super::Readings;
use super::rule::{Asked, Check, Rule};
use super::test::{FieldTest, Test};
use crate::action::ActionName;

/// A rule that one kind of action opens, or on which it is tested.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prepared {
    /// The place of the rule.
    pub(super) rule: usize,
    /// A condition is tested only where this certainly holds.
    pub(crate) tested_if: Readings<Test>,
    /// What opens the limit, or shows the failure if the rulebook says what does.
    pub(crate) test: Readings<Test>,
    /// Whether the rulebook itself says what opens the limit or shows the failure, and not a procedure.
    pub(crate) is_written: bool,
    /// Whether the outcome is the same under both readings.
    pub(crate) same_under_both: bool,
    /// The fields by which the condition fails, each once, by their paths.
    pub(crate) fields: Vec<FieldTest>,
}

impl Prepared {
    pub(super) fn of((place, rule): (usize, &Rule), action: ActionName, answers: Readings<&[u8]>) -> Self {
        let (always, never) = (Test::Fixed(true), Test::Fixed(false));
        let (tested_if, test, arguable_only) = match &rule.asks {
            Asked::Limit(limit) => (&always, &limit.given, false),
            Asked::Condition(condition) => {
                let arguable_only = condition.arguable_only.has(action);
                match &condition.check {
                    Check::Written { tested_if, fails } => (tested_if, fails, arguable_only),
                    _ => (&always, &always, arguable_only),
                }
            }
        };
        let asked = |test: &Test| Readings::each(|reading| test.asked_of(action, reading, answers[reading]));
        let mut tested_if = asked(tested_if);
        if arguable_only {
            tested_if.lenient = never;
        }
        let mut fields: Vec<FieldTest> = test.fields().into_iter().map(|field| field.of(action)).collect();
        fields.sort_by_key(|field| field.path);
        let test = asked(test);
        let is_written = rule.as_condition().is_none_or(|condition| matches!(condition.check, Check::Written { .. }));
        let same = |of: &Readings<Test>| of.protective == of.lenient;
        let same_under_both = is_written && same(&tested_if) && same(&test);
        Self { rule: place, tested_if, test, is_written, same_under_both, fields }
    }
}
