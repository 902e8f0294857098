//! A count that goes on gives at each instant what a count from the beginning gives.

use std::collections::BTreeMap;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Case;
use projections::figures::facts::CaseFacts;
use projections::figures::numbers::{Cell, Numbers};
use projections::figures::period::Period;
use projections::figures::rules::Rules;
use projections::figures::running::Running;
use projections::figures::tally::Tally;
use projections::view::Seat;
use tests::cases::instant;

use super::{book, recorded};

const SEAT: Option<Seat> = Some(Seat::Court);

fn from_the_beginning(facts: &BTreeMap<CaseRef, CaseFacts>, rules: &Rules, period: Period, at: Instant) -> Numbers {
    let mut tally = Tally::new(rules, period, at, SEAT);
    for facts in facts.values() {
        tally.add(facts, 0);
    }
    tally.exact(rules)
}

#[test]
fn a_count_that_goes_on_gives_what_a_count_from_the_beginning_gives() {
    let rules = Rules::of(book());
    let period = Period::parse("2026").expect("a period");
    // Each case twice: as it was recorded first, with half of its actions, and as it is later.
    let cases: Vec<[Case; 2]> = (0..40)
        .map(|n| {
            let actions = tests::made::actions(n);
            let half = actions[..actions.len().div_ceil(2)].to_vec();
            [half, actions].map(|actions| recorded(actions, tests::made::after_all()))
        })
        .collect();
    let (mut steps, mut by_time_alone) = (0, 0);
    for day in 0..60 {
        let midnight = instant("2026-03-01T00:00:00+07:00").plus(86_400 * 3 * day);
        let mut facts: BTreeMap<CaseRef, CaseFacts> = BTreeMap::new();
        let mut running = Running::new(&rules, period, midnight, SEAT);
        for [case, _] in &cases {
            if let Some(of_case) = CaseFacts::of(case, book(), &rules, midnight) {
                running.add(case.reference(), &of_case);
                facts.insert(case.reference().clone(), of_case);
            }
        }
        for hour in 1..24 {
            let at = midnight.plus(3_600 * hour);
            assert!(running.can_go_on(at));
            let before = running.numbers(&rules);
            running.go_on(at, |case| facts.get(case));
            let breaches = |numbers: &Numbers| {
                let of_rules = numbers.counts.iter().filter(|(cell, _)| matches!(cell, Cell::Breach(..)));
                of_rules.map(|(_, count)| count).sum::<i64>()
            };
            by_time_alone += breaches(&running.numbers(&rules)) - breaches(&before);
            // More of a case is recorded each hour, and what was recorded ahead of its time begins to count.
            for (nth, [first, later]) in (0..).zip(&cases) {
                let case = if nth % 24 < hour { later } else { first };
                let Some(new) = CaseFacts::of(case, book(), &rules, at) else { continue };
                if let Some(old) = facts.get(case.reference()).filter(|old| **old != new) {
                    running.remove(case.reference(), old);
                } else if facts.contains_key(case.reference()) {
                    continue;
                }
                running.add(case.reference(), &new);
                facts.insert(case.reference().clone(), new);
            }
            assert_eq!(running.numbers(&rules), from_the_beginning(&facts, &rules, period, at), "{at}");
            steps += 1;
        }
        assert!(!running.can_go_on(midnight.plus(86_400)));
    }
    assert_eq!(steps, 60 * 23);
    assert!(by_time_alone > 0, "no limit passed between two actions");
}
