//! The second look: who may confirm an action on liberty, and that it changes nothing else.

use engine::action::{Action, ActionId, ActionName, OfficeCode};
use engine::case::evolve;
use engine::decide::{Alerts, Command, Verdict, decide};
use engine::randomness::Seed;
use engine::refusal::Code;
use engine::timeline::ON_LIBERTY;
use tests::cases::instant;
use uuid::Uuid;

use crate::given::Given;

const ANNA: Uuid = Uuid::from_u128(1);
const BOUN: Uuid = Uuid::from_u128(2);
const OFFICE: &str = "vte-investigation";
const LATER: &str = "2026-03-01T10:30:00+07:00";

/// A custody that Anna entered, as the last action.
fn entered(person: Option<Uuid>) -> (Given, ActionId) {
    let mut given = Given::custody();
    let line = r#"{"case":"A-1","id":"00000000-0000-4000-9000-0000000000aa","action":"remand_ordered","at":"2026-03-01T10:00:00+07:00","by":"vte-investigation"}"#;
    let line = line.replace("A-1", given.case.reference().as_str());
    let action = Action::read(&line).expect("an action");
    let id = action.id;
    let sender = OfficeCode::new(OFFICE).expect("a code");
    let (actions, clock) = (vec![action], instant("2026-03-01T10:00:00+07:00"));
    given.run(Command::RecordFrom { sender, person, actions, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) });
    (given, id)
}

impl Given {
    fn run(&mut self, command: Command) -> Verdict {
        let mut decided = decide(&self.case, &self.book, command);
        for event in decided.events {
            assert_eq!(self.case.contradicts(&event), None);
            self.case = evolve(std::mem::take(&mut self.case), &event);
            self.log.push(event);
        }
        decided.verdicts.pop().expect("a verdict")
    }

    fn confirms(&mut self, office: &str, person: Uuid, action: ActionId) -> Verdict {
        let office = OfficeCode::new(office).expect("a code");
        self.run(Command::Confirm { office, person, action, clock: instant(LATER), seed: Seed([7; 32]) })
    }

    fn waits(&self) -> Vec<ActionId> {
        self.case.unconfirmed().map(|recorded| recorded.action.id).collect()
    }
}

fn code(verdict: Verdict) -> Code {
    match verdict {
        Verdict::Refused(flaws) => flaws.first().expect("a flaw").code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_person_of_the_office_confirms_it_once() {
    let (mut given, action) = entered(Some(ANNA));
    assert_eq!(given.waits(), [action]);
    assert_eq!(code(given.confirms(OFFICE, ANNA, action)), Code::OwnEntry);
    assert_eq!(code(given.confirms("vte-prosecutor", BOUN, action)), Code::OfAnotherOffice);
    assert_eq!(given.confirms(OFFICE, BOUN, action), Verdict::Accepted);
    let confirmed = given.case.confirmed(action).expect("it is confirmed");
    assert_eq!((confirmed.person, confirmed.at), (Some(BOUN), instant(LATER)));
    assert_eq!(given.confirms(OFFICE, BOUN, action), Verdict::Known);
    assert_eq!(given.confirms(OFFICE, Uuid::from_u128(3), action), Verdict::Known);
    assert!(given.waits().is_empty());
    assert_eq!(given.log.iter().filter(|event| event.to_json().contains("action_confirmed")).count(), 1);
}

#[test]
fn what_is_not_on_liberty_was_withdrawn_or_came_without_a_person_needs_none() {
    let (mut given, action) = entered(None);
    assert!(given.waits().is_empty(), "nobody is known who entered it");
    assert_eq!(code(given.confirms(OFFICE, BOUN, action)), Code::NoSecondLook);
    let (mut given, action) = entered(Some(ANNA));
    let withdrawal = r#""action":"action_withdrawn","at":"2026-03-01T10:10:00+07:00","withdraws":"00000000-0000-4000-9000-0000000000aa""#;
    let _ = given.when("2026-03-01T10:10:00+07:00", withdrawal);
    assert!(given.waits().is_empty());
    assert_eq!(code(given.confirms(OFFICE, BOUN, action)), Code::NoSecondLook);
    assert_eq!(code(given.confirms(OFFICE, BOUN, ActionId(Uuid::from_u128(9)))), Code::NoSuchAction);
}

#[test]
fn the_actions_on_liberty_begin_extend_or_end_that_it_is_taken() {
    let all: Vec<&str> = ON_LIBERTY.iter().map(ActionName::word).collect();
    let expected = [
        "brought_in",
        "arrested",
        "custody_started",
        "remand_ordered",
        "remand_extended",
        "released",
        "judgment_given",
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_confirmation_changes_no_assessment_and_no_alert() {
    let (mut confirmed, action) = entered(Some(ANNA));
    let (mut left, _) = entered(Some(ANNA));
    assert_eq!(confirmed.confirms(OFFICE, BOUN, action), Verdict::Accepted);
    let at = instant("2026-06-01T00:00:00+07:00");
    let said = |given: &Given| {
        let mut out = String::new();
        given.case.assess(&given.book, at).expect("an assessment").write_json(&given.book, &mut out);
        out
    };
    assert_eq!(said(&confirmed), said(&left));
    let next = |given: &Given| given.case.next_due(&given.book).map(|due| due.max(instant(LATER)));
    assert_eq!(next(&confirmed), next(&left));
    for clock in ["2026-03-04T00:00:00+07:00", "2026-05-01T00:00:00+07:00"] {
        let now = || Command::Now { clock: instant(clock), alerts: Alerts::Raised, seed: Seed([7; 32]) };
        let told = |given: &Given| {
            let events = decide(&given.case, &given.book, now()).events;
            events.iter().map(engine::case::Event::to_json).collect::<Vec<_>>()
        };
        assert_eq!(told(&confirmed), told(&left));
        let (events, others) =
            (decide(&confirmed.case, &confirmed.book, now()).events, decide(&left.case, &left.book, now()).events);
        confirmed.case = events.iter().fold(std::mem::take(&mut confirmed.case), evolve);
        left.case = others.iter().fold(std::mem::take(&mut left.case), evolve);
    }
}
