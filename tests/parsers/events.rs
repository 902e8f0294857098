//! An event as the log stores it.

use engine::case::{Event, Unreadable};
use proptest::prelude::*;
use proptest::sample::select;

use crate::corpus::{assert_brief, assert_discreet, lines};
use crate::mutation::{mutated, mutations};

/// Reads a payload and, behind a tab, what is disclosed of it.
fn read(text: &str) -> Result<Event, Unreadable> {
    let (payload, disclosures) = text.split_once('\t').unwrap_or((text, ""));
    Event::from_json(Event::VERSION, payload, disclosures)
}

fn written(event: &Event) -> String {
    format!("{}\t{}", event.to_json(), event.disclosures())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5_000) })]

    #[test]
    fn a_mutated_event_is_read_the_same_again_or_refused_discreetly(
        line in select(lines("events.tsv")), mutations in mutations(100_000),
    ) {
        let bytes = mutated(line.as_bytes(), &mutations);
        let text = String::from_utf8_lossy(&bytes);
        match read(&text) {
            Ok(event) => {
                let written = written(&event);
                let again = read(&written);
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", written);
                prop_assert_eq!(again.map(|event| event.to_json()), Ok(event.to_json()));
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
    for line in lines("events.tsv") {
        let (payload, _) = line.split_once('\t').unwrap_or((&line, ""));
        assert_eq!(read(&line).unwrap().to_json(), payload);
    }
}
