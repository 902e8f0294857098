//! An event as the log stores it.

use engine::case::Event;
use proptest::prelude::*;
use proptest::sample::select;

use crate::corpus::{assert_brief, assert_discreet, lines};
use crate::mutation::{mutated, mutations};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5_000) })]

    #[test]
    fn a_mutated_event_is_read_the_same_again_or_refused_discreetly(
        line in select(lines("events.jsonl")), mutations in mutations(100_000),
    ) {
        let bytes = mutated(line.as_bytes(), &mutations);
        let text = String::from_utf8_lossy(&bytes);
        match Event::from_json(Event::VERSION, &text) {
            Ok(event) => {
                let json = event.to_json();
                let again = Event::from_json(Event::VERSION, &json);
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", json);
                prop_assert_eq!(again.map(|event| event.to_json()), Ok(json));
            }
            Err(unreadable) => {
                let said = unreadable.to_string();
                assert_discreet(&said, &bytes);
                assert_brief(said.len(), bytes.len(), 4_000);
            }
        }
    }
}

#[test]
fn the_corpus_itself_is_read() {
    for line in lines("events.jsonl") {
        assert_eq!(Event::from_json(Event::VERSION, &line).unwrap().to_json(), line);
    }
}
