//! A rulebook that a log keeps from before a program that knows more: it opens, and goes on as it was.

use engine::action::Action;
use engine::calendar::Instant;
use engine::explain::fill;
use engine::rulebook::{Digest, LAW_05_NA_2006, Language, Reading, RuleId, Rulebook, Rulebooks};
use std::sync::Arc;

/// The rulebook that came with the first program, which had its rules in its code.
const FIRST: &str = include_str!("../../tests/fixtures/first-rulebook.toml");

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

const LACKS: [&str; 4] = ["parents-notified", "custody-place", "remand-extension-length", "hearing-child-heard"];

/// A rulebook from before some rules, a question and some texts were known.
fn earlier() -> String {
    let source =
        LACKS.iter().fold(LAW_05_NA_2006.to_owned(), |source, rule| without_table(&source, &format!("[rules.{rule}]")));
    let source = without_line(&source, "[texts]", "\"action.charge_told\"");
    let source = without_line(&source, "[texts]", "\"field.openly\"");
    let source = without_table(&source, "[texts.finding-last]");
    let source = without_line(&source, "[questions]", "child_while");
    let source = without_line(&source, "[readings.protective]", "child_while");
    without_line(&source, "[readings.lenient]", "child_while")
}

fn id(name: &str) -> RuleId {
    RuleId::from_word(name).expect("the name of a rule")
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
    let whole = Rulebook::law_05_na_2006();
    let lacks: Vec<RuleId> = whole.rules().iter().map(|rule| rule.id).filter(|id| book.rule(*id).is_none()).collect();
    assert_eq!(lacks, LACKS.map(id));
    assert_eq!(book.source(), source);
    assert_eq!(book.digest(), Digest::of(source.as_bytes()));
    let before: Vec<RuleId> = named(&whole).into_iter().filter(|rule| !lacks.contains(rule)).collect();
    assert!(before.len() + 2 <= named(&whole).len());
    assert_eq!(named(&book), before);
    for rule in book.rules() {
        let known = whole.rule(rule.id).expect("the whole one has it");
        assert_eq!((rule.lengths(), &rule.law, &rule.name), (known.lengths(), &known.law, &known.name));
    }
    let answers = |book: &Rulebook| -> Vec<(String, String, String)> {
        let all = book.answers().filter(|(question, _)| question.name != "child_while");
        all.map(|(question, answers)| {
            (question.name.clone(), answers.protective.to_owned(), answers.lenient.to_owned())
        })
        .collect()
    };
    assert_eq!(answers(&book), answers(&whole));
    assert_eq!((book.at_once(), book.adult_age()), (whole.at_once(), whole.adult_age()));
}

#[test]
fn a_question_that_a_stored_rulebook_does_not_ask_has_the_one_protective_answer() {
    let book = Rulebook::stored(&earlier()).unwrap_or_else(|flaw| panic!("{flaw}"));
    let answer = |book: &Rulebook, reading| book.choices(reading).child_while;
    assert_eq!(answer(&book, Reading::Lenient), answer(&book, Reading::Protective));
    let whole = Rulebook::law_05_na_2006();
    assert_ne!(answer(&whole, Reading::Lenient), answer(&whole, Reading::Protective));
    assert_eq!(answer(&book, Reading::Protective), answer(&whole, Reading::Protective));
}

#[test]
fn a_sentence_that_a_stored_rulebook_lacks_is_the_programs_own() {
    let source = without_table(LAW_05_NA_2006, "[texts.breach-certain]");
    let book = Rulebook::stored(&source).unwrap_or_else(|flaw| panic!("{flaw}"));
    let whole = Rulebook::law_05_na_2006();
    for language in [Language::En, Language::Lo] {
        let values = ["2026-03-03T09:00:00+07:00".to_owned(), "2026-03-03T09:00:00+07:00".to_owned()];
        let said = |book| fill(book, id("custody-48h"), language, "breach-certain", &values, &[]);
        assert_eq!(said(&book), said(&whole));
    }
    assert!(whole.rules().iter().all(|rule| book.rule(rule.id) == Some(rule)));
    assert_eq!(book.text("no-such-key").en, "?");
}

#[test]
fn a_rulebook_that_a_user_gives_must_be_whole() {
    assert!(Rulebook::parse(&earlier()).is_err());
    assert!(Rulebook::parse(&without_table(LAW_05_NA_2006, "[texts.fact]")).is_err());
    assert!(Rulebook::parse(&without_table(LAW_05_NA_2006, "[rules.remand-extension-length]")).is_err());
}

#[test]
fn what_is_there_in_a_stored_rulebook_is_checked_as_ever() {
    let contradictory = earlier().replacen("limit = \"48h\"", "limit = \"48d\"", 1);
    let flaw = Rulebook::stored(&contradictory).expect_err("a length in another unit");
    assert!(flaw.what.contains("custody-48h"), "{flaw}");
    for (old, newer, says) in [
        ("procedure = \"custody\"", "procedure = \"custody_of_today\"", "found \"custody_of_today\""),
        ("on = \"training_centre_left\"", "on = \"training_centre_closed\"", "found \"training_centre_closed\""),
        ("fails = { no = \"support_arranged\" }", "fails = { no = \"support_given\" }", "found \"support_given\""),
    ] {
        let newer = earlier().replacen(old, newer, 1);
        let flaw = Rulebook::stored(&newer).expect_err("what only a newer program knows");
        assert!(flaw.what.contains(says), "{flaw}");
    }
}

#[test]
fn the_first_rulebook_is_read_by_its_rewriting() {
    let book = Rulebook::stored(FIRST).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert_eq!(book.source(), FIRST);
    assert_eq!(book.digest(), Digest::of(FIRST.as_bytes()));
    assert!(Rulebook::parse(FIRST).is_err(), "it says no test of any rule");
    let altered = FIRST.replacen("limit = \"48h\"", "limit = \"49h\"", 1);
    assert!(Rulebook::stored(&altered).is_err(), "the rewriting is that of one text");
    let books = Rulebooks::new(Arc::new(Rulebook::law_05_na_2006()), [FIRST.to_owned(), altered]);
    assert_eq!(books.book(Digest::of(FIRST.as_bytes())).source(), FIRST);
}

#[test]
fn the_rewriting_of_the_first_rulebook_says_what_that_said() {
    let book = Rulebook::stored(FIRST).unwrap_or_else(|flaw| panic!("{flaw}"));
    let first: toml::Table = FIRST.parse().expect("a TOML file");
    let (rules, texts) = (first["rules"].as_table().expect("a table"), first["texts"].as_table().expect("a table"));
    let mut names: Vec<&str> = book.rules().iter().map(|rule| rule.id.word()).collect();
    names.sort_unstable();
    let known: Vec<String> = rules.keys().cloned().collect();
    assert_eq!(names, known);
    for (name, table) in rules {
        let rule = book.rule(id(name)).expect("a rule");
        let text = |key: &str| table[key].as_str().expect("a text");
        assert_eq!((rule.article.as_str(), rule.sentence.en.as_str()), (text("article"), text("en")));
        assert_eq!((rule.sentence.lo.as_str(), rule.law[0].lo.as_str()), (text("sentence_lo"), text("lo")));
        assert_eq!(
            [rule.name.en.as_str(), rule.name.lo.as_str()],
            ["en", "lo"].map(|lang| table["name"][lang].as_str().expect("a text"))
        );
        let further = table.get("law").and_then(|law| law.as_array()).map_or(0, Vec::len);
        assert_eq!(rule.law.len(), 1 + further, "{name}");
        let leads = |of: &toml::Value| {
            of.as_array().expect("a list").iter().map(|lead| lead.as_str().expect("a lead").to_owned()).collect()
        };
        let leads: Vec<String> = table.get("warn_before").map(leads).unwrap_or_default();
        assert_eq!(rule.warn_before.iter().map(ToString::to_string).collect::<Vec<_>>(), leads, "{name}");
        if let Some(limit) = table.get("limit").and_then(|limit| limit.as_str()).filter(|limit| *limit != "at_once") {
            assert_eq!(rule.length().map(|length| length.to_string()).as_deref(), Some(limit), "{name}");
        }
    }
    for (question, answers) in book.answers() {
        for (reading, answer) in [("protective", answers.protective), ("lenient", answers.lenient)] {
            let known = first["readings"][reading].get(&question.name).and_then(|answer| answer.as_str());
            // What the first program did not ask has the same answer in both.
            assert!(
                known == Some(answer) || (known.is_none() && answers.protective == answers.lenient),
                "{}",
                question.name
            );
        }
    }
    for (key, text) in texts {
        if let Some(own) = book.known_text(key) {
            assert_eq!(
                (Some(own.en.as_str()), Some(own.lo.as_str())),
                (text["en"].as_str(), text["lo"].as_str()),
                "{key}"
            );
        }
    }
}
