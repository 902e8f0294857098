//! The case as it was known when a limit passed. It shows whether a fact was recorded late.
//!
//! Invariant: each past state is assessed once, for all alerts that ask about it.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::action::ActionId;
use crate::alert::Topic;
use crate::assess::{Assessment, assess_limits};
use crate::calendar::Instant;
use crate::case::Case;
use crate::limits::Deadline;
use crate::rulebook::Rulebook;

/// The past states of a case, each assessed at one common instant.
pub(super) struct Past<'t> {
    case: &'t Case,
    book: &'t Rulebook,
    at: Instant,
    /// The assessments, by how many actions were recorded by then.
    assessed: BTreeMap<usize, Option<Assessment<'t>>>,
    /// The places of the recorded actions, ordered by id.
    recorded: OnceCell<Vec<(ActionId, usize)>>,
}

impl<'t> Past<'t> {
    pub const fn of(case: &'t Case, book: &'t Rulebook, at: Instant) -> Self {
        Self { case, book, at, assessed: BTreeMap::new(), recorded: OnceCell::new() }
    }

    /// How many past states were assessed.
    pub fn looks(&self) -> usize {
        self.assessed.len()
    }

    /// How many actions were recorded by `at`. Record times never go backwards.
    pub fn known(&self, at: Instant) -> usize {
        self.case.recorded().partition_point(|recorded| recorded.recorded_at <= at)
    }

    /// The deadline of `topic`, computed from the first `known` recorded actions.
    pub fn deadline(&mut self, known: usize, topic: &Topic) -> Option<&Deadline> {
        if self.place(topic.on)? >= known {
            return None;
        }
        let Self { case, book, at, assessed, .. } = self;
        let of = || assess_limits(case.actions().take(known), case.ages(), book, *at);
        let then = assessed.entry(known).or_insert_with(of).as_ref()?;
        then.deadline(topic.rule, then.entry(topic.on)?, topic.period)
    }

    /// The action's place in the order of recording, from 0.
    fn place(&self, id: ActionId) -> Option<usize> {
        let recorded = self.recorded.get_or_init(|| {
            let mut recorded: Vec<_> = self.case.actions().map(|action| action.id).zip(0..).collect();
            recorded.sort_unstable();
            recorded
        });
        recorded.binary_search_by_key(&id, |(known, _)| *known).ok().map(|at| recorded[at].1)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::action::Action;
    use crate::alert::Stage;
    use crate::case::evolve;
    use crate::decide::{Alerts, Command, decide};
    use crate::randomness::Seed;

    #[test]
    fn limits_that_passed_between_two_records_look_back_once() {
        let book = Rulebook::law_05_na_2006();
        let mut lines = r#"{"case":"C-1","action":"case_opened","at":"2026-01-05T08:00:00+07:00","by":"i","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"C-1","birth_date":"2010-05-05"},"offences":[{"class":"crime","penalty_months":{"min":60,"max":120},"committed_on":"2026-01-02","serious":true}]}"#.to_owned();
        for n in 0..300 {
            let id = format!("00000000-0000-4000-8000-{n:012}");
            write!(lines, "\n{{\"case\":\"C-1\",\"id\":\"{id}\",\"at\":\"2026-02-01T08:00:00+07:00\",\"by\":\"i\",\"action\":\"release_requested\",\"requested_by\":\"parent\"}}").unwrap();
        }
        let mut actions = lines.lines().map(|line| Action::read(line).unwrap());
        let mut case = Case::default();
        // The first three when they happened, the others a month later.
        for (some, clock) in [(4, "2026-02-01T08:00:00+07:00"), (300, "2026-03-01T08:00:00+07:00")] {
            let actions = actions.by_ref().take(some).collect();
            let clock = Instant::parse(clock).unwrap();
            let record = Command::Record { actions, by: None, clock, alerts: Alerts::HeldBack, seed: Seed::FORESEEN };
            case = decide(&case, &book, record).all_or_none().unwrap().iter().fold(case, evolve);
        }
        let at = Instant::parse("2026-03-01T09:00:00+07:00").unwrap();
        let assessment = case.assess(&book, at).unwrap();
        let mut past = Past::of(&case, &book, at);
        let mut in_time = 0;
        for deadline in assessment.deadlines.iter().filter(|deadline| deadline.rule.word() == "release-opinion-24h") {
            let on = assessment.timeline.entries()[deadline.opened_by].action.id;
            let topic = Topic { rule: deadline.rule, on, period: 0, stage: Stage::Arguable };
            let known = past.known(deadline.earliest().plus(1));
            in_time += usize::from(past.deadline(known, &topic).is_some());
        }
        assert_eq!((in_time, past.looks()), (3, 1));
    }
}
