//! A count that goes on: after an action, or when an instant has passed, only the cases are counted again in which something
//! has changed.
//!
//! Invariant: at each instant it gives what a count from the beginning gives.

use std::collections::BTreeSet;

use engine::action::CaseRef;
use engine::calendar::Instant;

use super::facts::CaseFacts;
use super::numbers::Numbers;
use super::period::Period;
use super::rules::Rules;
use super::tally::Tally;
use crate::view::Seat;

/// By how many seconds an instant may be earlier than the one counted for: questions may overtake each other.
const OVERTAKEN: i64 = 60;

/// The cases of a period, counted as of an instant.
pub struct Running {
    period: Period,
    at: Instant,
    tally: Tally,
    /// When cases will count differently although nothing is recorded in them, the next time of each.
    changes: BTreeSet<(Instant, CaseRef)>,
}

impl Running {
    /// Nothing yet, as it stands at an instant. Of alerts those that `owed_by` owes; `None`: all.
    pub fn new(rules: &Rules, period: Period, at: Instant, owed_by: Option<Seat>) -> Self {
        let at = within(period, at);
        Self { period, at, tally: Tally::new(rules, period, at, owed_by), changes: BTreeSet::new() }
    }

    /// The period.
    pub const fn period(&self) -> Period {
        self.period
    }

    /// Whether it can go on to an instant. At midnight nearly everything changes.
    pub fn can_go_on(&self, at: Instant) -> bool {
        let at = within(self.period, at);
        at.date() == self.at.date() && self.at.since(at) <= OVERTAKEN
    }

    /// Adds a case.
    pub fn add(&mut self, case: &CaseRef, facts: &CaseFacts) {
        self.tally.add(facts, 0);
        self.changes.extend(facts.next_breach(self.at).map(|at| (at, case.clone())));
    }

    /// Removes a case that was added with these facts.
    pub fn remove(&mut self, case: &CaseRef, facts: &CaseFacts) {
        self.tally.remove(facts, 0);
        if let Some(at) = facts.next_breach(self.at) {
            self.changes.remove(&(at, case.clone()));
        }
    }

    /// Goes on to an instant.
    pub fn go_on<'f>(&mut self, at: Instant, facts: impl Fn(&CaseRef) -> Option<&'f CaseFacts>) {
        let at = within(self.period, at).max(self.at);
        let mut changed = Vec::new();
        while self.changes.first().is_some_and(|(due, _)| *due <= at) {
            let next = self.changes.pop_first();
            changed.extend(next.and_then(|(_, case)| facts(&case).map(|facts| (case, facts))));
        }
        for (_, facts) in &changed {
            self.tally.remove(facts, 0);
        }
        self.at = at;
        self.tally.set_at(at);
        for (case, facts) in changed {
            self.add(&case, facts);
        }
    }

    /// The numbers.
    pub fn numbers(&self, rules: &Rules) -> Numbers {
        self.tally.exact(rules)
    }
}

/// The instant for which a period is counted: not behind its end.
fn within(period: Period, at: Instant) -> Instant {
    at.min(Instant::last_of(period.last()))
}
