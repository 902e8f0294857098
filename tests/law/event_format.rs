//! The event format is frozen: what was ever written is read for ever, and written again to the same bytes.

use std::collections::BTreeSet;
use std::path::Path;

use engine::case::{Case, Event, Fact};

/// The log of one case in format version 1: every kind of event and every kind of action is in it.
fn frozen() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/events-v1.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn events_of_version_1_are_read_and_written_to_the_same_bytes() {
    for line in frozen() {
        let event = Event::from_json(1, &line).unwrap_or_else(|unreadable| panic!("{unreadable}: {line}"));
        assert_eq!(event.to_json(), line);
    }
}

#[test]
fn every_event_and_every_action_has_a_fixture() {
    let events: Vec<Event> = frozen().iter().map(|line| Event::from_json(1, line).expect("a fixture")).collect();
    let facts: BTreeSet<_> =
        events.iter().map(|event| std::mem::discriminant(&event.fact)).map(|fact| format!("{fact:?}")).collect();
    assert_eq!(facts.len(), 4, "action recorded, alert raised, settled, withdrawn");
    let actions: BTreeSet<_> = events
        .iter()
        .filter_map(|event| if let Fact::ActionRecorded(action) = &event.fact { Some(action.name()) } else { None })
        .collect();
    let missing: Vec<_> = engine::action::ActionName::ALL.iter().filter(|name| !actions.contains(name)).collect();
    assert!(missing.is_empty(), "no fixture of {missing:?}");
    assert_eq!(Case::fold(&events).version() as usize, events.len());
}

#[test]
fn an_unknown_event_or_version_is_an_error_and_never_skipped() {
    let line = &frozen()[0];
    assert!(Event::from_json(2, line).is_err());
    assert!(Event::from_json(1, &line.replace("action_recorded", "action_dreamt")).is_err());
    assert!(Event::from_json(1, "{}").is_err());
}
