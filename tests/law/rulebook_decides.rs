//! The file decides: whatever a rule says, changed in a copy, changes what is assessed or alerted.
//!
//! The edits are made by walking the file, so a new rule is tried without a line here. Each is tried on the worked cases,
//! first on those about its rule, then on the sample of three hundred, until a case comes to something else. Left out are
//! words, articles and quotes, which tests of the file check; `procedure`; `on_liberty`, which decides the order of lists;
//! and the action that a condition is tested on if it is the only one: the worked cases about the rule show it.

mod bench;
mod edits;

use std::cell::OnceCell;

use chrono::{NaiveDate, TimeDelta};
use engine::rulebook::{LAW_05_NA_2006, Rulebook};
use scenarios::generator::Conduct;
use serde_json::Value;
use tests::cases::made_up;
use toml::de::DeTable;

use bench::{Bench, Known, told_in_time};
use edits::{Edit, Edits, file, tables};

/// Asserts that each edit changes a result, but for those that `exempt` names: the rule, and words of what is changed.
#[track_caller]
fn assert_all_seen(mut edits: Vec<Edit>, exempt: &[(&str, &str)], at_least: usize) {
    let bench = Bench::new();
    for (of, what) in exempt {
        let all = edits.len();
        edits.retain(|edit| edit.of != *of || !edit.what.contains(what));
        assert_eq!(edits.len() + 1, all, "{of}: {what} names no edit, or several");
    }
    let mut unseen = Vec::new();
    for edit in &edits {
        match edit.made() {
            Ok(book) if bench.sees(&book, &edit.of) => {}
            Ok(_) => unseen.push(format!("{}: {}: nothing else changed", edit.of, edit.what)),
            Err(flaws) => unseen.push(format!("{}: {}: refused: {flaws}", edit.of, edit.what)),
        }
    }
    assert!(unseen.is_empty(), "{} of {}:\n{}", unseen.len(), edits.len(), unseen.join("\n"));
    assert!(edits.len() >= at_least, "{} edits", edits.len());
}

/// The edits that `make` makes of each rule of the file.
fn of_each_rule(make: impl Fn(&mut Edits, &DeTable<'_>)) -> Vec<Edit> {
    let file = file();
    let mut all = Vec::new();
    for (name, rule) in tables(&file, "rules") {
        let mut edits = Edits::of(name);
        make(&mut edits, rule.get_ref().as_table().expect("a table"));
        all.append(&mut edits.made);
    }
    all
}

#[test]
fn whoever_owes_it_changes_a_result() {
    let edits = of_each_rule(|edits, rule| edits.owed_by(&rule["owed_by"]));
    assert_all_seen(edits, &[], 74);
}

#[test]
fn whatever_opens_a_limit_or_ends_it_changes_a_result() {
    let edits = of_each_rule(|edits, rule| {
        if let Some(opens) = rule.get("opens") {
            edits.opens(opens);
        }
        if let Some(done_by) = rule.get("done_by") {
            edits.done_by(done_by);
        }
        for key in ["counted_from", "arguable_only", "tested_if", "after_eighteen"] {
            if let Some(value) = rule.get(key) {
                edits.without_line(key, value);
            }
        }
    });
    // The test asks for the level itself; so it is only said what the rule is about.
    assert_all_seen(edits, &[("mediation-ladder", "`tested_if`")], 90);
}

/// One of several actions on which a condition is tested is left out, unless another line of the rule names it: such an
/// edit contradicts itself and is refused.
#[test]
fn each_action_that_a_condition_is_tested_on_changes_a_result() {
    let mut edits = of_each_rule(|edits, rule| {
        if let Some(on) = rule.get("on") {
            edits.on(on);
        }
    });
    let all = edits.len();
    edits.retain(|edit| edit.made().is_ok());
    assert!(all - edits.len() < 10, "{} of {all} refused", all - edits.len());
    assert_all_seen(edits, &[], 20);
}

#[test]
fn every_number_changes_a_result() {
    let mut edits = of_each_rule(|edits, rule| {
        for (key, value) in rule {
            edits.number(key.get_ref(), value);
        }
    });
    let file = file();
    for heading in ["numbers", "policy"] {
        let mut of = Edits::of(heading);
        for (key, value) in tables(&file, heading) {
            // These two have tests of their own below.
            if !["adult_age", "notice_hour"].contains(&key) {
                of.number(key, value);
            }
        }
        edits.append(&mut of.made);
    }
    // These two name each other, and are changed together below.
    let together = [("remand-term", "extension = \"2mo\""), ("numbers", "extension_months = 2")];
    assert_all_seen(edits, &together, 40);
}

#[test]
fn the_months_of_an_extension_change_a_result() {
    let copy = LAW_05_NA_2006.replace("\nextension = \"1mo\"", "\nextension = \"2mo\"");
    let copy = copy.replace("\nextension_months = 1", "\nextension_months = 2");
    let book = Rulebook::parse(&copy).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert!(Bench::new().sees(&book, "remand-term"));
}

#[test]
fn every_choice_of_a_reading_changes_a_result() {
    let file = file();
    let questions = tables(&file, "questions");
    let mut edits = Vec::new();
    for (reading, answers) in tables(&file, "readings") {
        let mut of = Edits::of(&format!("readings.{reading}"));
        for (question, answer) in answers.get_ref().as_table().expect("a table") {
            let all = questions.iter().find(|(name, _)| *name == question.get_ref()).expect("a question").1;
            of.answer(question.get_ref(), answer, all);
        }
        edits.append(&mut of.made);
    }
    assert_all_seen(edits, &[], 2 * questions.len());
}

#[test]
fn every_part_of_a_test_changes_a_result() {
    let mut edits = of_each_rule(|edits, rule| {
        for key in ["opens", "done_by", "owed_by", "fails", "tested_if"] {
            if let Some(test) = rule.get(key) {
                edits.test(test);
            }
        }
        for key in ["fails", "tested_if"] {
            if let Some(test) = rule.get(key) {
                edits.parts(test);
            }
        }
    });
    let file = file();
    for (name, test) in tables(&file, "terms") {
        let mut of = Edits::of(name);
        of.test(test);
        of.parts(test);
        edits.append(&mut of.made);
    }
    let protectors = "[\"parent\", \"guardian\", \"protector\", \"lawyer\"] without ";
    let of_lenient = ["\"parent\"", "\"guardian\"", "\"protector\""].map(|who| format!("{protectors}{who}"));
    let mut exempt = vec![
        // What fails under the lenient reading alone is no finding.
        ("custody-duties:reason_told", "test [\"reason_told\", \"rights_told\"] without \"reason_told\""),
        // They end the episode, so nothing of it is tested after them.
        ("custody-ends", "\"judgment_given\"] without \"released\""),
        ("custody-ends", "\"judgment_given\"] without \"judgment_given\""),
    ];
    for term in ["no-protector-attended", "no-protector-throughout"] {
        exempt.extend(of_lenient.iter().map(|what| (term, what.as_str())));
    }
    assert_all_seen(edits, &exempt, 150);
}

/// What a worked case says on a rule, and the civil date of the action that this is about.
struct Item<'b> {
    case: &'b Known,
    nth: usize,
    value: Value,
    date: NaiveDate,
}

/// What an assessment says on a rule: its limits in their first period, and its findings.
fn items<'a>(assessment: &'a Value, rule: &str) -> impl Iterator<Item = &'a Value> {
    let all = ["deadlines", "findings"].into_iter().flat_map(|list| assessment[list].as_array().expect("a list"));
    all.filter(move |item| item["rule"] == rule && item["period"].as_u64().unwrap_or(0) == 0)
}

impl<'b> Item<'b> {
    /// One that needs nothing of the days before it.
    fn of(bench: &'b Bench, book: &Rulebook, rule: &str) -> Self {
        for case in bench.worked_about(rule) {
            for (nth, assessment) in case.assessed(book).iter().enumerate() {
                for value in items(assessment, rule) {
                    let id = value.get("opened_by").unwrap_or(&value["action"]).as_str().expect("an id");
                    let item = Self { case, nth, value: value.clone(), date: case.date(id) };
                    if item.stands(&in_force("from", item.date)) {
                        return item;
                    }
                }
            }
        }
        panic!("no worked case on {rule}");
    }

    /// Whether the same is said under another rulebook.
    fn stands(&self, book: &Rulebook) -> bool {
        let rule = self.value["rule"].as_str().expect("a rule");
        items(&self.case.assessed(book)[self.nth], rule).any(|item| *item == self.value)
    }

    fn date(&self, days: i64) -> NaiveDate {
        self.date.checked_add_signed(TimeDelta::days(days)).expect("a date")
    }
}

/// The rulebook, in force from a day, or from its own first day until a day.
fn in_force(key: &str, date: NaiveDate) -> Rulebook {
    let from = LAW_05_NA_2006.lines().find(|line| line.starts_with("in_force_from = ")).expect("a line");
    let lines = if key == "from" { String::new() } else { format!("{from}\n") };
    let copy = LAW_05_NA_2006.replacen(from, &format!("{lines}in_force_{key} = {date}"), 1);
    Rulebook::parse(&copy).unwrap_or_else(|flaw| panic!("{key} {date}: {flaw}"))
}

/// A rule holds from its first day to its last, by the date of the action that opens it or is tested, and so does the
/// rulebook as a whole.
#[test]
fn every_rule_holds_from_its_first_day_to_its_last() {
    let (bench, book) = (Bench::new(), Rulebook::law_05_na_2006());
    let items: Vec<(&str, Item<'_>)> =
        book.rules().iter().map(|rule| (rule.id.word(), Item::of(&bench, &book, rule.id.word()))).collect();
    for (key, days, stands) in [("from", 0, true), ("from", 1, false), ("until", 0, true), ("until", -1, false)] {
        let mut copy = LAW_05_NA_2006.to_owned();
        for (rule, item) in &items {
            let heading = [format!("\n[rules.{rule}]\n"), format!("\n[rules.\"{rule}\"]\n")];
            let heading = heading.iter().find(|heading| copy.contains(*heading)).expect("a table");
            copy = copy.replacen(heading, &format!("{heading}{key} = {}\n", item.date(days)), 1);
        }
        let book = Rulebook::parse(&copy).unwrap_or_else(|flaw| panic!("{key}: {flaw}"));
        for (rule, item) in &items {
            assert_eq!(
                item.stands(&book),
                stands,
                "{rule}: {key} = {}, {} days from its action's",
                item.date(days),
                days
            );
        }
        for (rule, item) in items.iter().step_by(4) {
            let book = in_force(key, item.date(days));
            assert_eq!(item.stands(&book), stands, "{rule}: in_force_{key} = {}, {} days", item.date(days), days);
        }
    }
}

/// Art. 2(1): what is recorded of a child's age says who is under eighteen, and no more.
#[test]
fn a_rulebook_with_another_age_of_majority_is_refused() {
    for age in [17, 20] {
        let copy = LAW_05_NA_2006.replacen("\nadult_age = 18", &format!("\nadult_age = {age}"), 1);
        let flaw = Rulebook::parse(&copy).expect_err("a refusal").to_string();
        assert!(flaw.contains(&format!("numbers.adult_age: found {age}; expected 18")), "{flaw}");
    }
}

#[test]
fn every_lead_of_a_notice_and_the_notice_hour_change_what_is_told() {
    let mut edits = of_each_rule(|edits, rule| {
        if let Some(leads) = rule.get("warn_before") {
            edits.leads(leads);
        }
    });
    let mut policy = Edits::of("policy");
    policy.another_hour(&file()["policy"].get_ref().as_table().expect("a table")["notice_hour"]);
    edits.append(&mut policy.made);
    let book = Rulebook::law_05_na_2006();
    let histories: Vec<_> = (0..300).map(|seed| (made_up(seed, Conduct::Disorderly), OnceCell::new())).collect();
    for edit in &edits {
        let changed = edit.made().unwrap_or_else(|flaws| panic!("{}: {flaws}", edit.of));
        let seen = histories.iter().any(|(history, before)| {
            told_in_time(history, &changed) != *before.get_or_init(|| told_in_time(history, &book))
        });
        assert!(seen, "{}: {}: the same was told", edit.of, edit.what);
    }
    assert!(edits.len() > 20, "{} edits", edits.len());
}
