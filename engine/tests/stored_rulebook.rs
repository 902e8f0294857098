//! A rulebook that a log keeps from before a program that knows more: it opens, and goes on as it was.

use engine::action::Action;
use engine::calendar::Instant;
use engine::explain::fill;
use engine::rulebook::{LAW_05_NA_2006, Language, RuleId, Rulebook};

/// The program's rulebook without the table under this header.
#[track_caller]
fn without_table(source: &str, header: &str) -> String {
    let start = source.find(&format!("\n{header}\n")).expect("the table is in the file") + 1;
    let end = source[start..].find("\n[").map_or(source.len(), |end| start + end + 1);
    source[..start].to_owned() + &source[end..]
}

/// The program's rulebook without the first line behind a header that begins so.
#[track_caller]
fn without_line(source: &str, header: &str, begins: &str) -> String {
    let table = source.find(&format!("\n{header}\n")).expect("the table is in the file");
    let start = table + source[table..].find(&format!("\n{begins}")).expect("the line is in the table") + 1;
    let end = start + source[start..].find('\n').expect("the line ends") + 1;
    source[..start].to_owned() + &source[end..]
}

/// A rulebook from before some rules, texts, numbers and questions were known.
fn earlier() -> String {
    let source = without_table(LAW_05_NA_2006, "[rules.parents-notified]");
    let source = without_table(&source, "[rules.custody-place]");
    let source = without_table(&source, "[rules.remand-extension-length]");
    let source = without_line(&source, "[rules.custody-48h]", "joined_by_bringing_in_within");
    let source = without_line(&source, "[readings.protective]", "lower_cap");
    without_line(&source, "[readings.lenient]", "lower_cap")
}

const LINES: [&str; 2] = [
    r#"{"case":"A","action":"case_opened","at":"2026-03-01T08:00:00+07:00","by":"i","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"1","birth_date":"2010-01-01"},"offences":[{"class":"major","penalty_months":{"min":40,"max":60},"committed_on":"2026-02-27","serious":true}]}"#,
    r#"{"case":"A","action":"custody_started","at":"2026-03-01T09:00:00+07:00","by":"i","place":{"children_only":false}}"#,
];

/// The rules that an assessment names, long after.
fn named(book: &Rulebook) -> Vec<RuleId> {
    let actions = LINES.map(|line| Action::read(line).expect("an action"));
    let at = Instant::parse("2026-06-01T09:00:00+07:00").expect("an instant");
    let assessment = engine::assess::assess(actions.iter(), book, at).expect("an opened case");
    let deadlines = assessment.deadlines.iter().map(|deadline| deadline.rule);
    let findings = assessment.findings.iter().map(|finding| finding.rule);
    let mut rules: Vec<RuleId> =
        deadlines.chain(findings).chain(assessment.not_on_record.iter().map(|missing| missing.rule)).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn a_rule_that_a_stored_rulebook_lacks_is_never_raised() {
    let source = earlier();
    let book = Rulebook::stored(&source).unwrap_or_else(|flaw| panic!("{flaw}"));
    let lacks = [RuleId::ParentsNotified, RuleId::CustodyPlace, RuleId::RemandExtensionLength];
    assert_eq!(book.lacks().collect::<Vec<_>>(), lacks);
    assert_eq!(book.source, source);
    let whole = Rulebook::law_05_na_2006();
    let before: Vec<RuleId> = named(&whole).into_iter().filter(|rule| !lacks.contains(rule)).collect();
    assert!(before.len() + 2 <= named(&whole).len());
    assert_eq!(named(&book), before);
    assert_eq!((book.numbers, book.lenient), (whole.numbers, whole.lenient));
}

#[test]
fn a_sentence_that_a_stored_rulebook_lacks_is_the_programs_own() {
    let source = without_table(LAW_05_NA_2006, "[texts.breach-certain]");
    let book = Rulebook::stored(&source).unwrap_or_else(|flaw| panic!("{flaw}"));
    let whole = Rulebook::law_05_na_2006();
    for language in [Language::En, Language::Lo] {
        let values = ["2026-03-03T09:00:00+07:00".to_owned(), "2026-03-03T09:00:00+07:00".to_owned()];
        let said = |book| fill(book, RuleId::Custody48h, language, "breach-certain", &values, &[]);
        assert_eq!(said(&book), said(&whole));
    }
    assert_eq!(book.lacks().count(), 0);
    assert_eq!(book.text("no-such-key").en, "?");
}

#[test]
fn a_rulebook_that_a_user_gives_must_be_whole() {
    assert!(Rulebook::parse(&earlier()).is_err());
    assert!(Rulebook::parse(&without_table(LAW_05_NA_2006, "[texts.fact]")).is_err());
}

#[test]
fn what_is_there_in_a_stored_rulebook_is_checked_as_ever() {
    let contradictory = earlier().replacen("limit = \"48h\"", "limit = \"48d\"", 1);
    let flaw = Rulebook::stored(&contradictory).expect_err("a length in another unit");
    assert!(flaw.what.contains("custody-48h"), "{flaw}");
    let newer = earlier().replacen("[rules.training-centre]", "[rules.not-known-yet]", 1);
    let flaw = Rulebook::stored(&newer).expect_err("a rule that only a newer program knows");
    assert!(flaw.what.contains("no such rule"), "{flaw}");
}
