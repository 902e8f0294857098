//! A sealed case knows nothing personal, and its rules decide as before.

use std::path::Path;

use engine::action::Action;
use engine::case::{Case, Event, SealReason, evolve};
use engine::decide::{Alerts, Command, Verdict, decide};
use engine::randomness::Seed;
use engine::refusal::Code;
use engine::rulebook::Rulebook;
use tests::cases::{admitted, instant};
use tests::personal;

const SEALED: &str = r#"{"data":{"reason":"ordered"},"engine":1,"event":"case_sealed","nonce":"3qmyw4O6XqG0utqvqIEfYg","recorded_at":"2036-03-03T12:00:00+07:00","recorded_by":"kamnot","rulebook":"sha256:34210bf53b7baca67f7c84126981221025a64798a98b53124ecac3008a6cceb5"}"#;
const CLOCK: &str = "2036-03-03T12:00:00+07:00";

fn sealed() -> Event {
    Event::from_json(Event::VERSION, SEALED, "").expect("an event")
}

/// The event as who reads the events alone meets it.
fn withheld(event: &Event) -> Event {
    Event::from_json(Event::VERSION, &event.to_json(), "").expect("an event")
}

fn recorded(actions: Vec<Action>, book: &Rulebook) -> Vec<Event> {
    let command =
        Command::Record { actions, by: None, clock: instant(CLOCK), alerts: Alerts::Raised, seed: Seed([7; 32]) };
    decide(&Case::default(), book, command).events
}

#[test]
fn a_sealed_case_is_what_is_read_of_it_where_nothing_is_disclosed() {
    let book = Rulebook::law_05_na_2006();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/data/actions-300.jsonl");
    let sample = admitted(&std::fs::read_to_string(path).expect("the sample cases"), &book);
    for actions in sample.into_values().chain([personal::actions()]) {
        let log = recorded(actions, &book);
        let known = Case::fold(&log);
        let apart = Case::fold(log.iter().map(withheld).collect::<Vec<_>>().iter());
        assert_eq!(known.contradicts(&sealed()), None);
        let [known, apart] = [known, apart].map(|case| evolve(case, &sealed()));
        assert_eq!(known, apart, "{}", known.reference());
        assert_eq!(known.sealed().map(|(reason, _)| reason), Some(SealReason::Ordered));
        assert!(known.contradicts(&sealed()).is_some(), "it is sealed once");
    }
}

#[test]
fn a_voided_case_can_be_sealed_and_one_in_a_training_centre_cannot() {
    let book = Rulebook::law_05_na_2006();
    let seals = |more: &[&str]| {
        let line = |(n, fields): (usize, &&str)| {
            format!(r#"{{"case":"P-1","id":"00000000-0000-4000-9000-{n:012}","by":"vte-investigation",{fields}}}"#)
        };
        let more = more.iter().enumerate().map(|known| Action::read(&line(known)).expect("an action"));
        let actions = personal::actions().into_iter().take(5).chain(more).collect();
        let case = Case::fold(&recorded(actions, &book));
        let (office, reason) = (None, SealReason::Requested);
        let command = Command::Seal { office, reason, clock: instant(CLOCK), seed: Seed([7; 32]) };
        match decide(&case, &book, command).verdicts.pop() {
            Some(Verdict::Refused(flaws)) => flaws.first().map(|flaw| flaw.code),
            verdict => {
                assert_eq!(verdict, Some(Verdict::Accepted));
                None
            }
        }
    };
    let [closed, voided, inside] = [
        r#""action":"case_closed","at":"2026-06-01T09:00:00+07:00""#,
        r#""action":"case_voided","at":"2026-06-01T09:00:00+07:00","reason":"opened_by_mistake""#,
        r#""action":"training_centre_entered","at":"2026-05-01T09:00:00+07:00""#,
    ];
    assert_eq!(seals(&[]), Some(Code::StillOpen));
    assert_eq!(seals(&[voided]), None);
    assert_eq!(seals(&[closed]), None);
    assert_eq!(seals(&[inside, closed]), Some(Code::StillHeld));
    let left = r#""action":"training_centre_left","at":"2026-05-20T09:00:00+07:00""#;
    assert_eq!(seals(&[inside, left, closed]), None);
}
