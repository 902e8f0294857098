//! Three hundred made-up cases, and what two other programs answer for them.

use std::path::Path;
use tests::cases::{admitted, assessments, instant};

use engine::rulebook::Rulebook;

#[test]
fn three_hundred_sample_cases_agree_to_the_byte() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/data");
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let book = Rulebook::law_05_na_2006();
    let cases = admitted(&read("actions-300.jsonl"), &book);
    let found = assessments(&cases, &book, instant("2026-10-01T00:00:00+07:00"));
    let expected = read("assessed-300.jsonl");
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
