//! The line of an action, in a file and in an export.

use engine::action::Action;
use engine::refusal::{Code, Refusal};
use engine::rulebook::Language;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use service::files::{Form, parse};

use crate::corpus::{assert_brief, assert_discreet, lines};
use crate::mutation::{mutated, mutations};

/// All that is said of the flaws of a line.
pub fn said(flaws: &[Refusal]) -> String {
    flaws.iter().map(|flaw| format!("{flaw:?} {flaw} {}\n", flaw.reason(Language::Lo))).collect::<Vec<_>>().concat()
}

/// The parser's own words of one flaw, in two languages and as values; the actions and fields that exist are among them.
pub const WORDS_OF_A_FLAW: usize = 4_000;

/// Of these nothing is said but that they are somewhere in the line.
const OF_THE_LINE_ALONE: [Code; 2] = [Code::OpenQuotationMark, Code::TextBehindQuotationMark];

/// Asserts that an action means the same when it is written and read again, and is then written the same.
#[track_caller]
pub fn assert_stable(action: &Action) {
    let write = |action: &Action| {
        let mut line = String::new();
        action.to_json().write(&mut line);
        line
    };
    let line = write(action);
    let again = Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?} of {line}"));
    assert_eq!(again, *action, "{line}");
    assert_eq!(write(&again), line);
}

/// Asserts what holds of flaws, whatever was read.
#[track_caller]
pub fn assert_said_well(flaws: &[Refusal], input: &[u8]) {
    assert!(!flaws.is_empty());
    let says_where = |flaw: &Refusal| {
        let says = flaw.field.is_some() || flaw.found.is_some() || flaw.expected.is_some();
        says || OF_THE_LINE_ALONE.contains(&flaw.code)
    };
    assert!(flaws.iter().all(says_where), "{flaws:?}");
    let said = said(flaws);
    assert_discreet(&said, input);
    assert_brief(said.len(), 8 * input.len(), flaws.len() * WORDS_OF_A_FLAW);
}

#[test]
fn the_corpus_itself_is_read() {
    for line in lines("actions.jsonl") {
        assert_stable(&Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}")));
    }
}

#[test]
fn a_nul_is_refused_with_its_column_and_the_field_whose_text_it_is_in() {
    let line = r#"{"case":"A-1","action":"case_closed","at":"2026-03-01","by":"o","reason":"a#b#"}"#;
    let exported = format!(r#"{{"action":{line}}}"#);
    for (line, form, field, column) in [
        (line, Form::JsonLines, Some("reason"), 76),
        (&exported, Form::Exported, Some("reason"), 86),
        (r#"{"case":"A-1",#"action":"case_closed"}"#, Form::JsonLines, None, 15),
        ("#", Form::JsonLines, None, 1),
    ] {
        let contents = parse(line.replace('#', "\0").as_bytes(), form).unwrap();
        let found = format!("at column {column}");
        let expected = Refusal { field: field.map(str::to_owned), ..Refusal::new(Code::NulCharacter).found(found) };
        assert_eq!(*contents.refused[0].flaws, [expected], "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6_000) })]

    #[test]
    fn a_mutated_line_is_read_the_same_again_or_refused_discreetly(
        line in select(lines("actions.jsonl")), mutations in mutations(100_000),
    ) {
        let line = mutated(line.as_bytes(), &mutations);
        match service::files::action(&line) {
            Ok(action) => assert_stable(&action),
            Err(flaws) => assert_said_well(&flaws, &line),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(800) })]

    #[test]
    fn a_mutated_file_gives_each_line_once_with_its_number(
        one in any::<Index>(), mutations in mutations(2_000), exported in any::<bool>(),
    ) {
        let mut lines = lines("actions.jsonl");
        if exported {
            let wrapped = |line: &String| format!(r#"{{"recorded_at":"2026-03-09","recorded_by":"x","action":{line}}}"#);
            lines = lines.iter().map(wrapped).collect();
        }
        let at = one.index(lines.len());
        let changed = mutated(lines[at].as_bytes(), &mutations);
        let file = [lines[..at].join("\n").as_bytes(), &changed, lines[at + 1..].join("\n").as_bytes()].join(&b'\n');
        let form = if exported { Form::Exported } else { Form::JsonLines };
        let contents = parse(&file, form).expect("one bad line doesn't spoil a file");
        let refused = contents.refused.iter().map(|refused| refused.line);
        let mut numbers: Vec<usize> = contents.cases.iter().flat_map(|case| case.lines.clone()).chain(refused).collect();
        numbers.sort_unstable();
        let filled = |(n, line): (usize, &[u8])| (!line.trim_ascii().is_empty()).then_some(n + 1);
        let expected: Vec<usize> = file.split(|byte| *byte == b'\n').enumerate().filter_map(filled).collect();
        prop_assert_eq!(numbers, expected);
        for refused in &contents.refused {
            assert_said_well(&refused.flaws, &file);
        }
        contents.cases.iter().flat_map(|case| &case.actions).for_each(assert_stable);
    }
}
