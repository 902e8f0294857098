//! Every rule is said in words: in both languages, by the file's own texts, and with everything that its table names.

use std::collections::BTreeSet;

use engine::action::ActionName;
use engine::action::describe::path_of;
use engine::explain::in_words::{self, InWords};
use engine::rulebook::{LAW_05_NA_2006, Language, Rulebook};
use toml::{Table, Value};

/// The first rulebook, as it was rewritten in the language of rules.
const FIRST: &str = include_str!("../rulebooks/law-05-na-2006.first.toml");

/// The lines, each behind as many marks as it is deep.
fn written(lines: &[InWords], depth: usize) -> String {
    let line = |line: &InWords| format!("{} {}\n{}", "–".repeat(depth), line.text, written(&line.of, depth + 1));
    lines.iter().map(line).collect()
}

/// What a table names: fields and actions as keys of texts, wherever they stand in it, and in the terms that it uses.
fn named(value: &Value, terms: &Table, found: &mut BTreeSet<String>) {
    let strings = |value: &Value| -> Vec<String> {
        match value {
            Value::String(word) => vec![word.clone()],
            Value::Array(words) => words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    };
    match value {
        Value::Array(values) => values.iter().for_each(|value| named(value, terms, found)),
        Value::Table(table) => {
            for (key, value) in table {
                let words = strings(value).into_iter();
                match key.as_str() {
                    "yes" | "no" | "null" | "left_out" | "empty" | "field" => {
                        found.extend(words.filter(|word| path_of(word).is_some()).map(|word| format!("field.{word}")));
                    }
                    "on" | "opens" | "counted_from" | "done_by" | "action" | "before" | "last_of" | "is" => {
                        let actions = words.filter(|word| ActionName::from_word(word).is_some());
                        found.extend(actions.map(|word| format!("action.{word}")));
                    }
                    "choice" => found.extend(words.map(|word| format!("question.{word}"))),
                    "term" => words.for_each(|term| named(&terms[&term], terms, found)),
                    _ => {}
                }
                named(value, terms, found);
            }
        }
        _ => {}
    }
}

/// What the rule on the closed hearing says if these lines stand in its table instead of its test.
#[track_caller]
fn hearing(lines: &str) -> String {
    let test = r#"fails = { any = [{ no = "closed" }, { no = "suitable_room" }] }"#;
    assert!(LAW_05_NA_2006.contains(test), "the rule on the closed hearing asks this");
    let book = Rulebook::parse(&LAW_05_NA_2006.replace(test, lines)).unwrap_or_else(|flaw| panic!("{flaw}"));
    let rule = book.rules().iter().find(|rule| rule.id.word() == "hearing-closed").expect("it is there");
    written(&in_words::rule(&book, rule, Language::En), 0)
}

#[test]
fn every_rule_is_said_with_everything_that_its_table_names() {
    for source in [LAW_05_NA_2006, FIRST] {
        let book = Rulebook::parse(source).expect("it loads");
        let file: Table = toml::from_str(source).expect("TOML");
        let terms = file["terms"].as_table().expect("a table");
        for (rule, language) in book.rules().iter().flat_map(|rule| [(rule, Language::En), (rule, Language::Lo)]) {
            let mut keys = BTreeSet::new();
            named(&file["rules"][rule.id.word()], terms, &mut keys);
            keys.extend(rule.may_owe().into_iter().map(|role| format!("role.{role}")));
            let said = written(&in_words::rule(&book, rule, language), 0);
            for key in keys {
                let words = book.text(&key).in_language(language);
                assert!(said.contains(words), "{}: {key} is not in\n{said}", rule.id);
            }
        }
    }
}

#[test]
fn no_line_lacks_a_text_or_a_value() {
    for book in [LAW_05_NA_2006, FIRST].map(|source| Rulebook::parse(source).expect("it loads")) {
        for (rule, language) in book.rules().iter().flat_map(|rule| [(rule, Language::En), (rule, Language::Lo)]) {
            let mut said = written(&in_words::rule(&book, rule, language), 0);
            assert!(said.lines().all(|line| !line.ends_with(' ')), "{}: {said}", rule.id);
            for question in book.questions() {
                let question = book.text(&format!("question.{}", question.name)).in_language(language);
                said = said.replace(question, "");
            }
            assert!(!said.contains(['{', '}', '?']), "{}: {said}", rule.id);
        }
    }
}

#[test]
fn a_test_is_said_as_it_is_written() {
    let said = hearing(r#"fails = { any = [{ no = "closed" }, { no = "suitable_room" }] }"#);
    let lines = [
        " Tested on: hearing held",
        " Fails if one of these holds:",
        "– closed hearing: no",
        "– suitable room: no",
        " Owed by: juvenile court",
    ];
    assert_eq!(said, lines.join("\n") + "\n");
}

#[test]
fn a_not_is_said_in_the_words_of_what_it_denies() {
    let said = hearing(
        r#"fails = { any = [
            { not = { all = [{ age_below = 18 }, { not = { penalty = "min", below = 12 } }] } },
            { not = { before = "mediation_ended", at_least = 3, where = { not = { yes = "settled" } }, level = "village" } },
            { not = { last_of = ["file_sent", "file_returned"], is = "file_sent" } },
            { not = { any = [{ left_out = "court_kind" }, { field = "court_kind", is_not = ["other", "juvenile_panel"] }] } },
            { not = { not = { penalty = "max", below = 12 } } },
            { not = { arguable_only = { offence = "serious" } } },
        ] }
        from = 2010-01-01
        until = 2019-12-31"#,
    );
    let lines = [
        " Fails if one of these holds:",
        "– not all of these hold:",
        "–– age of the child on that day: under 18 years",
        "–– lowest penalty of the gravest offence: 12 months or more",
        "– on record before it fewer than 3 times: mediation ended, of which all of these hold:",
        "–– this does not hold:",
        "––– settled by mediation: yes",
        "–– level of the mediation: village mediation unit",
        "– the last before it, of these (case file sent, case file returned): other than case file sent, or none",
        "– none of these holds:",
        "–– kind of court: not on record",
        "–– kind of court: other than juvenile panel of a people's court, or other",
        "– highest penalty of the gravest offence: below 12 months",
        "– this does not hold:",
        "–– under the protective reading alone, if this holds:",
        "––– the gravest offence: serious",
        " Owed by: juvenile court",
        " For actions of this day and later: 2010-01-01",
        " For actions of this day and earlier: 2019-12-31",
    ];
    assert_eq!(said, " Tested on: hearing held\n".to_owned() + &lines.join("\n") + "\n");
}
