//! An index of deadlines by what opened them.
//!
//! Invariant: no two deadlines of a case have the same rule, opening entry and period.

use super::Deadline;
use crate::rulebook::RuleId;

/// The places of deadlines in a list, by rule, opening entry and period.
#[derive(Debug)]
pub(crate) struct Opened(Vec<(RuleId, usize, u32, usize)>);

impl Opened {
    pub(crate) fn of(deadlines: &[Deadline]) -> Self {
        let key = |(place, deadline): (usize, &Deadline)| (deadline.rule, deadline.opened_by, deadline.period, place);
        let mut keys: Vec<_> = deadlines.iter().enumerate().map(key).collect();
        keys.sort_unstable();
        Self(keys)
    }

    /// The place of the deadline of `rule` and `period` that `entry` opened.
    pub(crate) fn place(&self, rule: RuleId, entry: usize, period: u32) -> Option<usize> {
        let at = self.0.partition_point(|&(of, by, nth, _)| (of, by, nth) < (rule, entry, period));
        let &(of, by, nth, place) = self.0.get(at)?;
        ((of, by, nth) == (rule, entry, period)).then_some(place)
    }

    /// The place of the last deadline of `rule` that was opened before `entry`.
    pub(crate) fn last_before(&self, rule: RuleId, entry: usize) -> Option<usize> {
        let before = &self.0[..self.0.partition_point(|&(of, by, ..)| (of, by) < (rule, entry))];
        before.last().filter(|(of, ..)| *of == rule).map(|&(.., place)| place)
    }
}
