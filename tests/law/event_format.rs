//! The event format is frozen: what was ever written is read for ever, and written again to the same bytes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use engine::action::describe::leaves;
use engine::action::{Action, ActionName, CaseRef};
use engine::case::{Case, Event, Fact, Unreadable, evolve};
use engine::rulebook::Rulebook;
use projections::message::message;
use serde_json::Value;

/// The logs of two cases in format version 2, each event with its disclosures behind a tab. In the first stands every kind of event, and every action of the first reading
/// of the law; in the second, every action and field that was added.
const LOGS: [&str; 2] = ["events-v2.tsv", "events-v2-second-reading.tsv"];

/// What people do: one event of each kind, and the seal behind them.
const OF_PEOPLE: &str = "events-v2-people.tsv";

/// Actions with all that is personal, and a child that comes of age.
const PERSONAL: &str = "events-v2-personal.tsv";

fn log(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

fn frozen() -> Vec<String> {
    LOGS.into_iter().chain([OF_PEOPLE, PERSONAL]).flat_map(log).collect()
}

/// The payload of an event, and its disclosures.
fn parts(line: &str) -> (&str, &str) {
    line.split_once('\t').unwrap_or((line, ""))
}

fn stored(line: &str) -> Result<Event, Unreadable> {
    let (payload, disclosures) = parts(line);
    Event::from_json(2, payload, disclosures)
}

fn events(lines: &[String]) -> Vec<Event> {
    lines.iter().map(|line| stored(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The actions among the frozen events.
fn actions() -> Vec<Arc<Action>> {
    let events = events(&frozen()).into_iter();
    events.filter_map(|event| if let Fact::ActionRecorded(action) = event.fact { Some(action) } else { None }).collect()
}

#[test]
fn events_of_version_2_are_read_and_written_to_the_same_bytes() {
    fn sorted(disclosures: &str) -> Vec<&str> {
        let mut all: Vec<&str> = disclosures.split('~').collect();
        all.sort_unstable();
        all
    }
    for line in frozen() {
        let event = stored(&line).unwrap_or_else(|unreadable| panic!("{unreadable}: {line}"));
        let (payload, disclosures) = parts(&line);
        assert_eq!(event.to_json(), payload);
        assert_eq!(sorted(&event.disclosures()), sorted(disclosures));
    }
}

#[test]
fn every_event_and_every_action_has_a_fixture() {
    for name in LOGS {
        let events = events(&log(name));
        let facts: BTreeSet<_> =
            events.iter().map(|event| std::mem::discriminant(&event.fact)).map(|fact| format!("{fact:?}")).collect();
        assert_eq!(facts.len(), 4, "{name}: action recorded, alert raised, settled, withdrawn");
        assert_eq!(Case::fold(&events).version() as usize, events.len());
    }
    let actions: BTreeSet<ActionName> = actions().iter().map(|action| action.name).collect();
    let missing: Vec<_> = ActionName::ALL.iter().filter(|name| !actions.contains(name)).collect();
    assert!(missing.is_empty(), "no fixture of {missing:?}");
}

/// The fixtures were written by another program than this one, from the page of the formats.
#[test]
fn what_the_fixtures_derive_follows_from_what_their_disclosures_state() {
    for name in LOGS.into_iter().chain([PERSONAL]) {
        let mut case = Case::default();
        for event in events(&log(name)) {
            if event.fact.action().is_some() {
                assert_eq!(case.contradicts(&event), None, "{name}: {}", event.to_json());
            }
            case = evolve(case, &event);
        }
    }
    let all = log(PERSONAL).concat();
    for part in ["\"grown\"", "\"years\"", "\"reason_given\"", "\"reason\":null", "\"order\":null", "\"_sd\""] {
        assert!(all.contains(part), "no fixture of {part}");
    }
}

#[test]
fn everything_that_people_do_has_a_fixture() {
    let names: Vec<String> = log(OF_PEOPLE)
        .iter()
        .map(|line| {
            let event: Value = serde_json::from_str(parts(line).0).expect("JSON");
            event["event"].as_str().expect("a name").to_owned()
        })
        .collect();
    let all = [
        "alert_acknowledged",
        "alert_handed_over",
        "alert_given_back",
        "alert_noted",
        "action_confirmed",
        "case_sealed",
    ];
    assert_eq!(names, all);
}

#[test]
fn every_field_of_every_action_has_a_fixture() {
    let mut found: BTreeSet<(ActionName, String)> = BTreeSet::new();
    for action in actions() {
        let mut json = String::new();
        action.to_json().write(&mut json);
        note(action.name, "", &serde_json::from_str(&json).expect("JSON"), &mut found);
    }
    let all = ActionName::ALL.iter().flat_map(|name| leaves(*name).into_iter().map(|leaf| (*name, leaf.path)));
    let missing: Vec<_> = all.filter(|field| !found.contains(field)).collect();
    assert!(missing.is_empty(), "no fixture of {missing:?}");
}

/// Notes the paths of the fields of an action; of a list of objects, those of the first.
fn note(name: ActionName, path: &str, value: &Value, found: &mut BTreeSet<(ActionName, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                note(name, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value, found);
            }
        }
        Value::Array(items) if items.first().is_some_and(Value::is_object) => {
            note(name, &format!("{path}.0"), &items[0], found);
        }
        _ => _ = found.insert((name, path.to_owned())),
    }
}

#[test]
fn an_unknown_event_or_version_is_an_error_and_never_skipped() {
    let line = &frozen()[0];
    let (payload, disclosures) = parts(line);
    for version in [1, 3] {
        assert!(Event::from_json(version, payload, disclosures).is_err());
    }
    assert!(stored(&line.replace("action_recorded", "action_dreamt")).is_err());
    assert!(stored("{}").is_err());
}

/// Every letter of the stored events is flipped in turn: what can be read all the same, a reader can be told.
#[test]
fn one_flipped_letter_is_told_or_harmless() {
    let book = Rulebook::law_05_na_2006();
    let (mut unreadable, mut read) = (0, 0);
    for line in frozen() {
        let event = stored(&line).expect("a fixture");
        if event.fact.alert().is_none() {
            continue;
        }
        for at in (0..line.len()).filter(|&at| line.is_char_boundary(at)).step_by(3) {
            let mut bytes = line.clone().into_bytes();
            bytes[at] ^= 1;
            let Some(event) = String::from_utf8(bytes).ok().and_then(|text| stored(&text).ok()) else {
                unreadable += 1;
                continue;
            };
            read += 1;
            let case = CaseRef::new("X").expect("a reference");
            let said = message(&case, &event, &book, "here").expect("an alert");
            assert!(!said.body.contains(" ?"), "{}", said.body);
        }
    }
    // What is left are letters of ids, instants, numbers and office codes, which are as good as any other.
    assert!(unreadable > 1000 && read > 1000, "{unreadable} unreadable, {read} read");
}

#[test]
fn a_step_an_action_or_a_key_that_is_not_of_this_program_is_unreadable() {
    for (word, flipped) in [
        ("custody_started\"]", "custody_startee\"]"),
        ("\"late_record\"", "\"late_recore\""),
        ("\"protective\"", "\"protectivf\""),
        ("\"start\"", "\"stars\""),
        ("\"finding-asks\"", "\"finding-askr\""),
        ("\"owed_by\"", "\"owed_bx\""),
        ("\"investigator\",\"period\"", "\"investigatos\",\"period\""),
    ] {
        let raised =
            frozen().into_iter().find(|line| line.contains("\"event\":\"alert_raised\"") && line.contains(word));
        let line = raised.unwrap_or_else(|| panic!("no fixture with {word}")).replacen(word, flipped, 1);
        let unreadable = stored(&line).expect_err(flipped).to_string();
        assert!(unreadable.contains("can't be read") && !unreadable.contains(flipped), "{unreadable}");
    }
}

/// A log may have been decided under a rulebook with other rules.
#[test]
fn a_rule_that_no_rulebook_has_is_read_and_told_by_its_name() {
    let raised = |line: &String| line.contains("\"event\":\"alert_raised\"") && line.contains("\"custody-48h\"");
    let line = frozen().into_iter().find(raised).expect("a fixture of an alert on a custody");
    let (case, read) = (CaseRef::new("F-0001").expect("a reference"), |line: &str| stored(line).expect("it is read"));
    let (event, other) = (read(&line), read(&line.replace("custody-48h", "custody-48i")));
    assert_ne!(event.id(&case), other.id(&case), "a check sees that it is another's id");
    let said = message(&case, &other, &Rulebook::law_05_na_2006(), "here").expect("an alert");
    assert!(said.subject.ends_with(".custody-48i") && said.body.contains("\\\"custody-48i\\\""), "{}", said.body);
}
