//! Lines of actions for the tests of the command line.

use std::path::PathBuf;

use crate::program::Desk;

/// The opening of a case.
pub fn opening(case: &str) -> String {
    format!(
        r#"{{"case":"{case}","action":"case_opened","at":"2026-03-01T08:00:00+07:00","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{{"ref":"C-Somsak","birth_date":"2010-05-06"}},"offences":[{{"class":"major","penalty_months":{{"min":36,"max":60}},"committed_on":"2026-02-27","serious":true}}]}}"#
    )
}

/// An action of a case, with more fields (`,"…":…`) or none.
pub fn action(case: &str, name: &str, at: &str, more: &str) -> String {
    format!(r#"{{"case":"{case}","action":"{name}","at":"{at}","by":"vte-investigation"{more}}}"#)
}

/// Custody from 09:30 on the day of the opening.
pub fn custody(case: &str) -> String {
    action(case, "custody_started", "2026-03-01T09:30:00+07:00", r#","evidence_firm":true"#)
}

/// The lines as a file.
pub fn file(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// A file of the sample data.
pub fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios/data").join(name)
}

/// The text of the sample's actions, and behind them a line that is refused.
///
/// # Panics
/// If the sample can't be read.
pub fn sample_and_a_bad_line() -> String {
    let actions = std::fs::read_to_string(sample("actions-300.jsonl")).expect("the sample");
    format!("{}\n{{\"case\":\"A-1\"}}\n", actions.trim_end())
}

/// The sample's instant.
pub const SAMPLE_AT: &str = "2026-10-01T00:00:00+07:00";

/// How many columns a line takes: the Lao vowels and tone marks above and below a letter take none.
pub fn width(line: &str) -> usize {
    let mark = |letter: &char| matches!(letter, '\u{eb1}' | '\u{eb4}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}');
    line.chars().filter(|letter| !mark(letter)).count()
}

/// A desk with these lines in its log.
pub fn recorded(lines: &[String]) -> Desk {
    let desk = Desk::new();
    desk.write("cases.jsonl", file(lines));
    desk.run(["import", "cases.jsonl"]).ends_with(0);
    desk
}

/// A desk with one case of long ago in its log, of which there is something to tell.
pub fn with_a_case() -> Desk {
    recorded(&[opening("A-1"), custody("A-1")])
}
