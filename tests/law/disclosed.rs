//! What is personal stands apart from an event: rules decide the same without it, and no commitment can be turned to another
//! use.

use std::collections::BTreeMap;
use std::path::Path;

use engine::action::{Action, ActionName};
use engine::assess::{Assessment, assess};
use engine::calendar::Instant;
use engine::case::{Case, Commitment, Event, Fact, evolve};
use engine::decide::{Alerts, Command, Verdict, admit, decide};
use engine::explain::{self, Step};
use engine::handling::{Doing, Handling, Promise};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use proptest::prelude::*;
use scenarios::generator::Conduct;
use tests::cases::{admitted, instant, made_up, needs};
use tests::personal::{self, PROMISED, WORDS};
use uuid::Uuid;

use crate::given::Given;

fn book() -> &'static Rulebook {
    static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(Rulebook::law_05_na_2006);
    &BOOK
}

fn sample() -> BTreeMap<String, Vec<Action>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/data/actions-300.jsonl");
    admitted(&std::fs::read_to_string(path).expect("the sample cases"), book())
}

/// The event as who reads the events alone meets it.
fn withheld(event: &Event) -> Event {
    Event::from_json(Event::VERSION, &event.to_json(), "").unwrap_or_else(|unreadable| panic!("{unreadable}"))
}

fn record(actions: Vec<Action>, clock: Instant) -> Command {
    Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) }
}

/// The answers of an assessment, and the steps of each.
fn answers(assessment: &Assessment<'_>) -> (String, Vec<Vec<Step>>) {
    let mut json = String::new();
    assessment.write_json(book(), &mut json);
    let of_limits = assessment.deadlines.iter().map(|deadline| explain::deadline(assessment, deadline, book()));
    let found = assessment.findings.iter().map(|found| (found.rule, found.action));
    let missing = assessment.not_on_record.iter().map(|missing| (missing.rule, missing.action));
    let of_findings = found.chain(missing).map(|(rule, entry)| explain::finding(assessment, rule, entry, book()));
    (json, of_limits.chain(of_findings).collect())
}

/// Sees that a case of these events answers the same, disclosed or not, and that both answer as its actions alone do.
#[track_caller]
fn answers_the_same(events: &[Event], instants: &[Instant]) {
    let (whole, apart) = (Case::fold(events), Case::fold(events.iter().map(withheld).collect::<Vec<_>>().iter()));
    assert_eq!(whole.version(), apart.version());
    for &at in instants {
        let [of_whole, of_apart] = [&whole, &apart].map(|case| case.assess(book(), at).map(|known| answers(&known)));
        assert_eq!(of_whole, of_apart, "{} at {at}", whole.reference());
        let plain = assess(whole.actions(), book(), at).map(|known| answers(&known));
        assert_eq!(of_whole, plain, "{} at {at}, derived anew", whole.reference());
        let told = |case: &Case| {
            let now = Command::Now { clock: at, alerts: Alerts::Raised, seed: Seed([9; 32]) };
            decide(case, book(), now).events
        };
        assert_eq!(told(&whole), told(&apart), "{} at {at}", whole.reference());
    }
}

#[test]
fn the_sample_cases_are_answered_the_same_with_and_without_disclosures() {
    let (mut disclosures, mut cases) = (0, 0);
    for actions in sample().into_values() {
        let last = actions.iter().map(|action| action.at.last()).max().expect("an action");
        let events = decide(&Case::default(), book(), record(actions, last)).events;
        disclosures += events.iter().map(|event| event.commitments.len()).sum::<usize>();
        cases += 1;
        let long_after = instant("2026-10-01T00:00:00+07:00").max(last);
        answers_the_same(&events, &[last, last.plus(40 * 86_400), long_after]);
    }
    assert!(disclosures > 2 * cases && cases > 200, "{disclosures} disclosures of {cases} cases");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Recorded one by one, and late: a statement of the age comes before or behind what it is related to.
    #[test]
    fn what_is_recorded_in_any_order_is_answered_the_same_with_and_without_disclosures(seed: u64, orderly: bool) {
        let conduct = if orderly { Conduct::Orderly } else { Conduct::Disorderly };
        let mut history = made_up(seed, conduct);
        let at = history.iter().map(|(clock, _)| *clock).max().expect("an action");
        let of = |action: &Action| (action.name != ActionName::CaseOpened, needs(action), action.id.0.as_u128() ^ u128::from(seed));
        history.sort_by_key(|(_, action)| of(action));
        let mut events: Vec<Event> = Vec::new();
        let mut case = Case::default();
        for (_, action) in history {
            for event in decide(&case, book(), record(vec![action], at)).events {
                prop_assert_eq!(case.contradicts(&event), None);
                prop_assert_eq!(case.contradicts(&withheld(&event)), None);
                case = evolve(case, &event);
                events.push(event);
            }
        }
        answers_the_same(&events, &[at, at.plus(200 * 86_400)]);
    }
}

/// A case that says each of the planted words, all of them personal.
fn planted() -> Given {
    let mut given = Given::nothing();
    for action in personal::actions() {
        given.apply(record(vec![action], instant("2026-03-01T09:30:00+07:00")));
    }
    given.when_it_is("2026-03-03T10:00:00+07:00");
    let open = given.case.open_alerts().next().map(|open| (open.alert.topic, open.alert.occurrence));
    let (topic, occurrence) = open.expect("an alert that stands");
    let clock = instant("2026-03-03T11:00:00+07:00");
    let promise = Promise { what: PROMISED.into(), until: clock.plus(3600) };
    let handling = Handling { id: Uuid::from_u128(1), topic, occurrence, doing: Doing::Takes(promise) };
    let office = given.case.open_alerts().next().expect("it stands").alert.owing_office().clone();
    given.apply(Command::Handle { office, person: None, handling, clock, seed: Seed([8; 32]) });
    given
}

#[test]
fn no_payload_holds_a_personal_word_and_the_disclosures_hold_each() {
    let log = planted().log;
    let payloads: String = log.iter().map(Event::to_json).collect();
    for word in WORDS.into_iter().chain([PROMISED]) {
        assert!(!payloads.contains(word), "{word}");
    }
    assert!(payloads.contains(r#""reason":null"#) && payloads.contains(r#""reason_given":true"#));
    assert!(payloads.contains(r#""by":"prosecutor""#), "who gave the order is public");
    let read: Vec<Event> = log
        .iter()
        .map(|event| Event::from_json(2, &event.to_json(), &event.disclosures()).expect("it is read"))
        .collect();
    assert_eq!(read, log);
    let mut said = String::new();
    for event in &read {
        match &event.fact {
            Fact::ActionRecorded(action) => action.to_json().write(&mut said),
            Fact::AlertHandled(handling) => {
                said += handling.doing.promise().expect("a promise").what.words().expect("words");
            }
            _ => {}
        }
    }
    for word in WORDS.into_iter().chain([PROMISED]) {
        assert!(said.contains(word), "{word}");
    }
    let digests: Vec<String> = log.iter().flat_map(|event| &event.commitments).map(Commitment::digest_text).collect();
    assert_eq!(digests.len(), 9);
}

/// What an event says when this is put in place of that, in its payload or its disclosures.
fn altered(event: &Event, (that, this): (&str, &str), disclosures: &str) -> String {
    let payload = event.to_json();
    assert!(payload.contains(that), "{that} is not in {payload}");
    let read = Event::from_json(2, &payload.replacen(that, this, 1), disclosures);
    read.expect_err(this).to_string()
}

#[test]
fn a_commitment_that_could_hide_or_double_something_is_refused() {
    let log = planted().log;
    let of = |name: &str| log.iter().find(|event| event.to_json().contains(name)).expect("an event");
    let (identified, arrested) = (of("child_identified"), of("\"arrested\""));
    let digests = |event: &Event| event.commitments.iter().map(Commitment::digest_text).collect::<Vec<_>>();
    let [first, second, ..] = &digests(identified)[..] else { panic!("several digests") };
    let all = identified.disclosures();
    let turned = (format!("\"{first}\",\"{second}\""), format!("\"{second}\",\"{first}\""));
    let doubled = (format!("\"{first}\","), format!("\"{first}\",\"{first}\","));
    assert!(altered(identified, (&turned.0, &turned.1), &all).contains("not in order"));
    assert!(altered(identified, (&doubled.0, &doubled.1), &all).contains("not in order"));
    let gone = (format!("\"{first}\","), String::new());
    assert!(altered(identified, (&gone.0, &gone.1), &all).contains("a disclosure has no digest"));
    let plain = ("\"by\":\"vte-investigation\"", "\"by\":\"vte-investigation\",\"sex\":\"m\"");
    assert!(altered(identified, plain, &all).contains("stands plain"));
    // Nothing of an arrest but its order's number may be committed to: neither a disclosed field nor an undisclosed one.
    let number = &digests(arrested)[0];
    let moved = (format!("\"_sd\":[\"{number}\"],\"by\":\"prosecutor\""), "\"by\":\"prosecutor\"".to_owned());
    assert!(altered(arrested, (&moved.0, &moved.1), "").contains("missing"), "the number is required");
    let hidden = ("\"action\":\"arrested\"", format!("\"_sd\":[\"{first}\"],\"action\":\"arrested\""));
    assert!(altered(arrested, (hidden.0, &hidden.1), "").contains("not those of the personal fields"));
}

#[test]
fn a_disclosure_of_a_public_field_is_refused() {
    let log = planted().log;
    let identified = log.iter().find(|event| event.to_json().contains("child_identified")).expect("an event");
    // The digest of another disclosure in place of one of its own: SHA-256 over base64url of a list of three.
    for (disclosure, digest, said) in [
        // ["AAAAAAAAAAAAAAAAAAAAAA","by","x"]
        (
            "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiYnkiLCJ4Il0",
            "537NOd9vU4ZuclqgylkAA2sHd5yVCGS0NczjcWxdw_k",
            "a commitment to a field that is not personal",
        ),
        // ["AAAAAAAAAAAAAAAAAAAAAA","_sd",[]]
        (
            "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiX3NkIixbXV0",
            "rBG1MG1pZdi9VSyBc3Ce7B2SogXXEi_hMgIVi31lX18",
            "a commitment to a field that is not personal",
        ),
        // ["AAAAAAAAAAAAAAAAAAAAAA","sex",null]
        (
            "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwic2V4IixudWxsXQ",
            "H4PkV2E7VBZrKZmQVxtQQXQH0hKHokiQH5vWoYxLtc4",
            "a commitment to null",
        ),
        // ["A","sex","m"]
        ("WyJBIiwic2V4IiwibSJd", "W7v_Xl5RKT9SOoU33ZwBhm6tUS-9E4DC_rLg7ZVKEfg", "a disclosure can't be read"),
    ] {
        let own = &identified.commitments[0].digest_text();
        let payload = identified.to_json().replacen(own, digest, 1);
        let mut value: serde_json::Value = serde_json::from_str(&payload).expect("JSON");
        let list = value["data"]["_sd"].as_array_mut().expect("digests");
        list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        let refused = Event::from_json(2, &value.to_string(), disclosure).expect_err(said).to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn a_derived_fact_that_its_disclosure_contradicts_is_named_and_one_without_is_not_checked() {
    let log = planted().log;
    let opening = &log[0];
    let payload = opening.to_json();
    for (that, this) in [("\"years\":16", "\"years\":14"), ("\"birth_date\"", "\"none\"")] {
        assert!(payload.contains(that), "{payload}");
        let altered = payload.replacen(that, this, 1);
        let [given, apart] = [opening.disclosures(), String::new()]
            .map(|disclosures| Event::from_json(2, &altered, &disclosures).expect("it is read"));
        let said = "what it derives of the child's age is not what was stated";
        assert_eq!(Case::default().contradicts(&given), Some(said));
        assert_eq!(Case::default().contradicts(&apart), None);
    }
}

#[test]
fn an_action_that_comes_again_is_known_by_its_public_fields_where_the_rest_is_withheld() {
    let log = planted().log;
    let apart = Case::fold(log.iter().map(withheld).collect::<Vec<_>>().iter());
    let actions: Vec<Action> = Case::fold(&log).actions().cloned().collect();
    let verdicts = admit(&apart, &actions, None, book());
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Known), "{verdicts:?}");
    let mut other = actions[0].clone();
    other.at = engine::action::When::parse("2026-02-01T08:00:01+07:00").expect("an instant");
    assert!(matches!(&admit(&apart, &[other], None, book())[..], [Verdict::Refused(_)]));
}

#[test]
fn a_command_that_is_tried_again_gives_the_same_events_and_another_seed_gives_others() {
    let given = Given::custody();
    let now = |seed| Command::Now {
        clock: instant("2026-03-04T00:00:00+07:00"),
        alerts: Alerts::Raised,
        seed: Seed([seed; 32]),
    };
    let events = |seed| decide(&given.case, &given.book, now(seed)).events;
    assert!(!events(1).is_empty());
    assert_eq!(events(1), events(1));
    let nonces: std::collections::BTreeSet<_> = events(1).iter().chain(&events(2)).map(|event| event.nonce).collect();
    assert_eq!(nonces.len(), 2 * events(1).len());
}
