//! What people do about alerts, and the escalation of those that nobody takes.

use std::collections::BTreeSet;

use engine::action::OfficeCode;
use engine::alert::{Alert, Kind, Stage};
use engine::breach::Breach;
use engine::case::{Case, Event, Fact, evolve};
use engine::decide::{Alerts, Command, Setting, Verdict, decide, decide_in};
use engine::handling::{Doing, Handling, Holding, Promise};
use engine::randomness::Seed;
use engine::refusal::Code;
use engine::rulebook::Rulebook;
use projections::message;
use tests::cases::instant;
use uuid::Uuid;

use crate::given::{Given, released};

const PASSED: &str = "2026-03-03T09:30:01+07:00";
/// Two hours later, by `[policy.escalation]`.
const DUE: &str = "2026-03-03T11:30:01+07:00";
const ANNA: Uuid = Uuid::from_u128(1);
const BOUN: Uuid = Uuid::from_u128(2);

impl Given {
    fn alert(&self, stage: Stage) -> Alert {
        let standing = self.case.standing_alerts().find(|alert| alert.topic.stage == stage);
        standing.expect("an alert of this stage stands").clone()
    }

    fn holdings(&self, stage: Stage) -> Vec<Holding> {
        let open = self.case.open_alerts().find(|open| open.alert.topic.stage == stage);
        open.expect("an alert of this stage stands").holdings.to_vec()
    }

    fn does(&mut self, id: u128, who: (&str, Uuid), stage: Stage, doing: Doing, clock: &str) -> Verdict {
        let alert = self.alert(stage);
        let (office, person) = (OfficeCode::new(who.0).unwrap(), Some(who.1));
        let handling = Handling { id: Uuid::from_u128(id), topic: alert.topic, occurrence: alert.occurrence, doing };
        let mut decided = decide(
            &self.case,
            &self.book,
            Command::Handle { office, person, handling, clock: instant(clock), seed: Seed([7; 32]) },
        );
        for event in decided.events {
            self.case = evolve(std::mem::take(&mut self.case), &event);
            self.log.push(event);
        }
        decided.verdicts.pop().expect("a verdict")
    }
}

fn takes(until: &str) -> Doing {
    Doing::Takes(promise(until))
}

fn promise(until: &str) -> Promise {
    Promise { what: "ask for the release".into(), until: instant(until) }
}

const OWING: (&str, Uuid) = ("vte-investigation", ANNA);

/// The 48 hours of custody are over.
fn passed() -> Given {
    let mut given = Given::custody();
    given.when_it_is(PASSED).then(&["breach custody-48h"]);
    given
}

#[test]
fn a_breach_that_nobody_takes_is_escalated_once() {
    let mut given = passed();
    assert_eq!(given.due(), Some(instant(DUE)));
    given.when_it_is("2026-03-03T11:30:00+07:00").then(&[]);
    given.when_it_is(DUE).then(&["escalated-breach custody-48h"]);
    given.when_it_is("2026-05-03T11:30:01+07:00");
    let escalated = |event: &&Event| event.fact.alert().is_some_and(|(_, kind)| kind == Kind::Escalated);
    assert_eq!(given.log.iter().filter(escalated).count(), 1);
}

#[test]
fn an_escalation_names_its_alert_and_goes_to_the_supervising_subject() {
    let mut given = passed();
    let breach = given.alert(Stage::Breach).id(given.case.reference());
    given.when_it_is(DUE).then(&["escalated-breach custody-48h"]);
    let said = given.last_message();
    assert_eq!(said["type"], "la.kamnot.alert.escalated.v1");
    assert_eq!(said["data"]["of"], breach.to_string());
    assert_eq!(said["data"]["kind"], "escalated");
    assert_eq!(said["data"]["breach"], "certain");
    assert!(said["data"]["text"]["en"].as_str().unwrap().contains("for 2 hours"), "{said}");
    let told = given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    assert!(told.0.contains(&"settled-escalated-breach custody-48h".to_owned()), "{:?}", told.0);
    let settled = |event: &&Event| {
        event.fact.alert().is_some_and(|(alert, kind)| kind == Kind::Settled && alert.topic.stage.is_escalated())
    };
    let subjects = given.log.iter().filter(settled).map(|event| {
        message(given.case.reference(), event, &given.book, "test")
            .unwrap()
            .subject
            .split('.')
            .skip(6)
            .collect::<Vec<_>>()
            .join(".")
    });
    let subjects: Vec<String> = subjects.collect();
    assert!(subjects.contains(&"escalated.custody-48h".to_owned()), "{subjects:?}");
}

#[test]
fn who_takes_an_alert_stops_its_escalation_until_the_taking_lapses() {
    let mut given = passed();
    assert_eq!(
        given.does(1, OWING, Stage::Breach, takes("2026-03-03T15:00:00+07:00"), "2026-03-03T10:00:00+07:00"),
        Verdict::Accepted
    );
    given.when_it_is(DUE).then(&[]);
    assert_eq!(given.due(), Some(instant("2026-03-03T17:00:00+07:00")));
    given.when_it_is("2026-03-03T16:59:59+07:00").then(&[]);
    given.when_it_is("2026-03-03T17:00:00+07:00").then(&["escalated-breach custody-48h"]);
}

#[test]
fn only_the_office_that_owes_the_duty_stops_an_escalation() {
    let mut given = passed();
    let court = ("vte-juvenile-court", BOUN);
    assert_eq!(
        given.does(1, court, Stage::Breach, takes("2026-03-04T15:00:00+07:00"), "2026-03-03T10:00:00+07:00"),
        Verdict::Accepted
    );
    given.when_it_is(DUE).then(&["escalated-breach custody-48h"]);
}

#[test]
fn a_taking_that_is_given_back_counts_from_then() {
    let mut given = passed();
    given.does(1, OWING, Stage::Breach, takes("2026-03-04T15:00:00+07:00"), "2026-03-03T10:00:00+07:00");
    given.does(2, OWING, Stage::Breach, Doing::GivesBack, "2026-03-03T11:00:00+07:00");
    assert_eq!(given.due(), Some(instant("2026-03-03T13:00:00+07:00")));
    // Somebody else of the office has it too.
    given.does(
        3,
        ("vte-investigation", BOUN),
        Stage::Breach,
        takes("2026-03-03T18:00:00+07:00"),
        "2026-03-03T11:00:00+07:00",
    );
    assert_eq!(given.due(), Some(instant("2026-03-03T20:00:00+07:00")));
}

#[test]
fn two_who_take_one_alert_both_have_it_and_handing_over_moves_it() {
    let mut given = passed();
    given.does(1, OWING, Stage::Breach, takes("2026-03-03T15:00:00+07:00"), "2026-03-03T10:00:00+07:00");
    given.does(
        2,
        ("vte-investigation", BOUN),
        Stage::Breach,
        takes("2026-03-03T16:00:00+07:00"),
        "2026-03-03T10:01:00+07:00",
    );
    let holders = |given: &Given| -> Vec<Option<Uuid>> {
        given.holdings(Stage::Breach).iter().map(|holding| holding.person).collect()
    };
    assert_eq!(holders(&given), [Some(ANNA), Some(BOUN)]);
    let cham = Uuid::from_u128(3);
    let over = Doing::HandsOver { to: cham, promise: promise("2026-03-03T18:00:00+07:00") };
    given.does(3, OWING, Stage::Breach, over, "2026-03-03T10:02:00+07:00");
    assert_eq!(holders(&given), [Some(BOUN), Some(cham)]);
}

#[test]
fn the_same_taking_twice_counts_once_and_a_wrong_one_is_refused() {
    let mut given = passed();
    let at = "2026-03-03T10:00:00+07:00";
    assert_eq!(given.does(1, OWING, Stage::Breach, takes("2026-03-03T15:00:00+07:00"), at), Verdict::Accepted);
    assert_eq!(given.does(1, OWING, Stage::Breach, takes("2026-03-03T15:00:00+07:00"), at), Verdict::Known);
    let code = |verdict: Verdict| match verdict {
        Verdict::Refused(flaws) => flaws[0].code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(given.does(2, OWING, Stage::Breach, takes(at), at)), Code::UntilOutOfRange);
    assert_eq!(
        code(given.does(2, OWING, Stage::Breach, takes("2026-05-03T15:00:00+07:00"), at)),
        Code::UntilOutOfRange
    );
    let long = Promise { what: "x".repeat(201).as_str().into(), until: instant("2026-03-03T15:00:00+07:00") };
    assert_eq!(code(given.does(2, OWING, Stage::Breach, Doing::Takes(long), at)), Code::TextTooLong);
    assert_eq!(
        code(given.does(2, ("lpb-prosecutor", ANNA), Stage::Breach, takes("2026-03-03T15:00:00+07:00"), at)),
        Code::AlertNotOpen
    );
    assert_eq!(
        code(given.does(2, ("vte-investigation", BOUN), Stage::Breach, Doing::GivesBack, at)),
        Code::AlertNotTaken
    );
    assert_eq!(code(given.does(2, OWING, Stage::Breach, Doing::Notes, at)), Code::AlertNotNotable);
    let settled = given.alert(Stage::Breach);
    given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    let handling = Handling {
        id: Uuid::from_u128(9),
        topic: settled.topic,
        occurrence: 0,
        doing: takes("2026-03-03T15:00:00+07:00"),
    };
    let office = OfficeCode::new(OWING.0).unwrap();
    let late = Command::Handle {
        office,
        person: None,
        handling,
        clock: instant("2026-03-03T12:00:01+07:00"),
        seed: Seed([7; 32]),
    };
    assert_eq!(code(decide(&given.case, &given.book, late).verdicts.pop().unwrap()), Code::AlertNotOpen);
}

#[test]
fn a_taking_passes_to_the_alert_that_replaces_it_but_not_over_a_transfer() {
    let taken = || {
        let mut given = passed();
        given.does(1, OWING, Stage::Breach, takes("2026-03-04T15:00:00+07:00"), "2026-03-03T10:00:00+07:00");
        given
    };
    let brought_in = r#""action":"brought_in","at":"2026-03-01T06:00:00+07:00","authority":"investigator","accompanied_by":["parent"]"#;
    let mut given = taken();
    given.when("2026-03-03T10:30:00+07:00", brought_in);
    let corrected = given.alert(Stage::Breach);
    assert_eq!((corrected.occurrence, given.holdings(Stage::Breach).len()), (1, 1));
    let transfer = r#""action":"case_transferred","at":"2026-03-03T10:30:00+07:00","prosecutor":"lpb-prosecutor""#;
    let mut given = taken();
    given.when("2026-03-03T10:30:00+07:00", transfer);
    assert!(given.holdings(Stage::Breach).is_empty());
    assert_eq!(given.due(), Some(instant("2026-03-03T12:30:00+07:00")));
}

#[test]
fn an_escalation_is_withdrawn_with_its_alert_and_the_next_one_has_an_id_of_its_own() {
    let mut given = passed();
    given.when_it_is(DUE).then(&["escalated-breach custody-48h"]);
    let brought_in = r#""action":"brought_in","at":"2026-03-01T06:00:00+07:00","authority":"investigator","accompanied_by":["parent"]"#;
    let told = given.when("2026-03-03T11:45:00+07:00", brought_in);
    assert!(told.0.contains(&"withdrawn-escalated-breach custody-48h".to_owned()), "{:?}", told.0);
    let told = given.when_it_is("2026-03-03T13:45:00+07:00");
    assert!(told.0.contains(&"escalated-breach custody-48h".to_owned()), "{:?}", told.0);
    assert_eq!(given.alert(Stage::Escalated(Breach::Certain)).occurrence, 1);
    let mut ids: Vec<_> = given.log.iter().map(|event| event.id(given.case.reference())).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), given.log.len());
}

#[test]
fn a_withdrawn_discharge_opens_the_escalation_again() {
    let mut given = passed();
    given.when_it_is(DUE);
    given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    let withdraw = r#""action":"action_withdrawn","at":"2026-03-03T13:00:00+07:00","withdraws":"00000000-0000-4000-8000-000000000004""#;
    let told = given.when("2026-03-03T13:00:00+07:00", withdraw);
    assert!(told.0.contains(&"withdrawn-settled-escalated-breach custody-48h".to_owned()), "{:?}", told.0);
    assert_eq!(given.alert(Stage::Escalated(Breach::Certain)).occurrence, 0);
}

#[test]
fn a_finding_that_was_noted_is_never_escalated_and_others_only_for_offices_that_use_their_inbox() {
    let interview = r#""action":"interview_started","at":"2026-03-01T10:00:00+07:00","attended_by":[]"#;
    let raised = |inboxes: &[&str]| {
        let mut given = Given::custody();
        let inboxes: BTreeSet<OfficeCode> = inboxes.iter().filter_map(|code| OfficeCode::new(code)).collect();
        let line = format!(
            r#"{{"case":"T-1","id":"00000000-0000-4000-8000-000000000077","by":"vte-investigation",{interview}}}"#
        );
        let actions = vec![engine::action::Action::read(&line).unwrap()];
        let clock = instant("2026-03-01T10:00:00+07:00");
        let record = Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
        let setting = Setting { inboxes: &inboxes, ..Setting::PLAIN };
        for event in decide_in(&given.case, &given.book, record, setting).events {
            given.case = evolve(std::mem::take(&mut given.case), &event);
            given.log.push(event);
        }
        given
    };
    let finding = |given: &Given| {
        let finding = given.case.standing_alerts().find(|alert| alert.topic.rule.word() == "interview-attended");
        finding.expect("nobody attended").clone()
    };
    assert_eq!(finding(&raised(&["vte-prosecutor"])).escalate_after, None);
    let mut given = raised(&["vte-investigation"]);
    let alert = finding(&given);
    assert_eq!(alert.escalate_after.map(|hours| hours.0), Some(72));
    let escalates = |given: &mut Given| {
        let told = given.when_it_is("2026-03-10T10:00:00+07:00");
        told.0.contains(&format!("escalated-{} interview-attended", alert.topic.stage))
    };
    assert!(escalates(&mut given));
    let mut given = raised(&["vte-investigation"]);
    let handling = Handling { id: ANNA, topic: alert.topic, occurrence: 0, doing: Doing::Notes };
    let office = OfficeCode::new("vte-investigation").unwrap();
    let noted = Command::Handle {
        office,
        person: Some(ANNA),
        handling,
        clock: instant("2026-03-01T11:00:00+07:00"),
        seed: Seed([7; 32]),
    };
    given.apply(noted).then(&[]);
    assert!(!escalates(&mut given));
}

#[test]
fn without_the_table_nothing_is_escalated() {
    let mut given = Given::custody();
    let source = Rulebook::law_05_na_2006().source().to_owned();
    let (before, behind) = source.split_once("[policy.escalation]").unwrap();
    let rest = behind.split_once("\n\n").unwrap().1;
    given.book = Rulebook::parse(&format!("{before}{rest}")).unwrap();
    given.when_it_is(PASSED).then(&["breach custody-48h"]);
    let told = given.when_it_is("2026-03-20T09:30:01+07:00");
    assert!(told.0.iter().all(|told| !told.starts_with("escalated")), "{:?}", told.0);
}

#[test]
fn what_was_handled_reads_back_as_it_was_written() {
    let mut given = passed();
    let over = Doing::HandsOver { to: BOUN, promise: promise("2026-03-03T18:00:00+07:00") };
    given.does(1, OWING, Stage::Breach, takes("2026-03-03T15:00:00+07:00"), "2026-03-03T10:00:00+07:00");
    given.does(2, OWING, Stage::Breach, over, "2026-03-03T10:00:00+07:00");
    given.does(3, ("vte-investigation", BOUN), Stage::Breach, Doing::GivesBack, "2026-03-03T10:00:00+07:00");
    given.when_it_is("2026-03-03T12:00:00+07:00").then(&["escalated-breach custody-48h"]);
    let mut case = Case::default();
    for event in &given.log {
        let read = Event::from_json(Event::VERSION, &event.to_json(), &event.disclosures()).expect("a stored event");
        assert_eq!(read.to_json(), event.to_json());
        assert_eq!(case.contradicts(&read), None, "{}", event.to_json());
        case = evolve(case, &read);
    }
    assert_eq!(case, given.case);
    let handled = given.log.iter().filter(|event| matches!(event.fact, Fact::AlertHandled(_))).count();
    assert_eq!(handled, 3);
}
