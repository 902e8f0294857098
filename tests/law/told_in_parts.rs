//! What one command tells is bounded, and comes to the same as if it weren't.

use std::sync::LazyLock;

use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact, evolve};
use engine::decide::{Alerts, Command, Setting, decide_in};
use engine::randomness::{Nonce, Seed};
use engine::rulebook::Rulebook;
use proptest::prelude::*;
use scenarios::crowded::{Crowd, crowded};
use scenarios::generator::Conduct;
use tests::cases::{instant, made_up};

static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::law_05_na_2006);

const NO_BOUND: usize = usize::MAX;

/// A case that is told no more than so much at once.
struct Told {
    case: Case,
    log: Vec<Event>,
    most: usize,
}

impl Told {
    fn at_most(most: usize) -> Self {
        Self { case: Case::default(), log: Vec::new(), most }
    }

    /// One command; how many alerts, settlements and withdrawals it told.
    fn command(&mut self, command: Command) -> usize {
        let events = decide_in(&self.case, &BOOK, command, Setting { most: self.most, ..Setting::PLAIN })
            .all_or_none()
            .expect("it can be recorded");
        let told = events.iter().filter(|event| event.fact.alert().is_some()).count();
        for event in events {
            self.case = evolve(std::mem::take(&mut self.case), &event);
            self.log.push(event);
        }
        told
    }

    /// Records actions and tells what they call for; of how many facts the largest command told.
    fn record(&mut self, actions: Vec<Action>, clock: Instant) -> usize {
        let mut most =
            self.command(Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) });
        while self.case.may_have_more_to_tell(self.most) {
            let due = self.case.next_due(&BOOK);
            let told = self.pass(clock);
            assert_eq!(told > 0, due == Some(clock), "it is due at once as long as there is more");
            most = most.max(told);
            if told == 0 {
                break;
            }
        }
        assert_eq!(self.pass(clock), 0, "nothing is left");
        most
    }

    fn pass(&mut self, clock: Instant) -> usize {
        self.command(Command::Now { clock, alerts: Alerts::Raised, seed: Seed([7; 32]) })
    }

    /// What was told, whatever the order, and whatever is random in it.
    fn events(&self) -> Vec<String> {
        let plain = |event: &Event| Event { nonce: Nonce([0; 16]), commitments: Vec::new(), ..event.clone() }.to_json();
        let mut events: Vec<String> = self.log.iter().map(plain).collect();
        events.sort_unstable();
        events
    }
}

/// The events of a history that is recorded action by action and told no more than `most` at once.
fn played(history: &[(Instant, Action)], most: usize) -> Told {
    let mut told = Told::at_most(most);
    for (clock, action) in history {
        while let Some(due) = told.case.next_due(&BOOK).filter(|due| due < clock) {
            told.pass(due);
        }
        told.record(vec![action.clone()], *clock);
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_in_parts_is_what_would_be_told_at_once(seed: u64, orderly: bool, most in 1..6_usize) {
        let history = made_up(seed, if orderly { Conduct::Orderly } else { Conduct::Disorderly });
        let (bounded, whole) = (played(&history, most), played(&history, NO_BOUND));
        prop_assert_eq!(bounded.events(), whole.events());
        prop_assert_eq!(Case::fold(&bounded.log), bounded.case);
    }

    #[test]
    fn a_file_told_in_parts_is_what_would_be_told_at_once(seed: u64, most in 1..6_usize) {
        let history = made_up(seed, Conduct::Disorderly);
        let clock = history.iter().map(|(clock, _)| *clock).max().unwrap();
        let actions = || history.iter().map(|(_, action)| action.clone()).collect();
        let [mut bounded, mut whole] = [most, NO_BOUND].map(Told::at_most);
        let largest = bounded.record(actions(), clock);
        whole.record(actions(), clock);
        prop_assert!(largest <= most.max(4), "{largest}");
        prop_assert_eq!(bounded.events(), whole.events());
    }
}

#[test]
fn every_crowded_case_is_told_in_parts_as_it_would_be_told_at_once() {
    let clock = instant("2026-03-01T08:00:00+07:00");
    for crowd in Crowd::ALL {
        let lines = crowded(crowd, "C-1", 121);
        let actions =
            || lines.iter().map(|line| Action::read(line).unwrap_or_else(|flaws| panic!("{line}: {flaws:?}")));
        let [mut bounded, mut whole] = [20, NO_BOUND].map(Told::at_most);
        let most = bounded.record(actions().collect(), clock);
        whole.record(actions().collect(), clock);
        assert!(most <= 20, "{crowd:?}: {most}");
        assert_eq!(bounded.events(), whole.events(), "{crowd:?}");
        // The same, had each been recorded when it happened and the rest told before the next.
        let mut history: Vec<(Instant, Action)> = actions().map(|action| (action.at.first(), action)).collect();
        history.sort_by_key(|(at, _)| *at);
        history.truncate(60);
        assert_eq!(played(&history, 5).events(), played(&history, NO_BOUND).events(), "{crowd:?}");
    }
}

#[test]
fn an_alert_that_stands_in_for_another_comes_in_the_same_command() {
    let lines = crowded(Crowd::Transfers, "C-1", 40);
    let mut told = Told::at_most(4);
    let (requests, transfers) = lines.split_at(21);
    let read = |lines: &[String]| lines.iter().map(|line| Action::read(line).expect("an action")).collect();
    told.record(read(requests), instant("2026-02-10T08:00:00+07:00"));
    let before = told.log.len();
    told.command(Command::Record {
        actions: read(&transfers[..1]),
        by: None,
        clock: instant("2026-02-10T09:00:00+07:00"),
        alerts: Alerts::Raised,
        seed: Seed([7; 32]),
    });
    let kinds: Vec<bool> = told.log[before + 1..]
        .iter()
        .map(|event| matches!(&event.fact, Fact::AlertWithdrawn(withdrawn) if withdrawn.replaced_by.is_some()))
        .collect();
    assert_eq!(kinds, [true, false, true, false], "withdrawn and raised, turn by turn");
}

#[test]
fn what_is_recorded_as_history_is_told_at_once() {
    let lines = crowded(Crowd::Requests, "C-1", 100);
    let actions = lines.iter().map(|line| Action::read(line).expect("an action")).collect();
    let mut told = Told::at_most(5);
    let clock = instant("2026-03-01T08:00:00+07:00");
    let facts = told.command(Command::Record {
        actions,
        by: None,
        clock,
        alerts: Alerts::RaisedAsHistory,
        seed: Seed([7; 32]),
    });
    assert!(facts >= 99, "what a later command told of it would be published: {facts}");
    assert_eq!(told.pass(clock), 0);
}
