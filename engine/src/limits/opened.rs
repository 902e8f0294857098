//! An index of deadlines by what opened them.
//!
//! Invariant: no two deadlines of a case have the same rule, opening entry and period.

use std::collections::BTreeMap;

use super::Deadline;
use crate::rulebook::RuleId;

/// The places of deadlines in a list: for each rule, by opening entry and period.
#[derive(Debug)]
pub(crate) struct Opened(BTreeMap<RuleId, Vec<(usize, u32, usize)>>);

impl Opened {
    pub(crate) fn of(deadlines: &[Deadline]) -> Self {
        let mut of_rules: BTreeMap<RuleId, Vec<(usize, u32, usize)>> = BTreeMap::new();
        for (place, deadline) in deadlines.iter().enumerate() {
            of_rules.entry(deadline.rule).or_default().push((deadline.opened_by, deadline.period, place));
        }
        for of_rule in of_rules.values_mut() {
            of_rule.sort_unstable();
        }
        Self(of_rules)
    }

    /// The place of the deadline of `rule` and `period` that `entry` opened.
    pub(crate) fn place(&self, rule: RuleId, entry: usize, period: u32) -> Option<usize> {
        let of_rule = self.0.get(&rule)?;
        let at = of_rule.binary_search_by_key(&(entry, period), |&(by, nth, _)| (by, nth)).ok()?;
        Some(of_rule[at].2)
    }

    /// The place of the last deadline of `rule` that was opened before `entry`.
    pub(crate) fn last_before(&self, rule: RuleId, entry: usize) -> Option<usize> {
        let of_rule = self.0.get(&rule)?;
        let before = &of_rule[..of_rule.partition_point(|&(by, ..)| by < entry)];
        before.last().map(|&(.., place)| place)
    }
}
