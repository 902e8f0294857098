//! Limits, thresholds, grace, caps and choices are read from the rulebook: each, changed in a copy, changes a result.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::rulebook::{LAW_05_NA_2006, Reading, Rulebook};
use scenarios::generator::Conduct;
use scenarios::worked::worked_cases;
use tests::cases::{admitted, assessments, instant, made_up};

type Cases = BTreeMap<String, Vec<Action>>;

/// Everything that the worked cases come to under a rulebook, at their own instants.
struct Bench {
    cases: Vec<(Cases, Vec<Instant>)>,
}

impl Bench {
    fn new() -> Self {
        let book = Rulebook::law_05_na_2006();
        let worked = worked_cases().expect("the worked cases load");
        let cases = worked.iter().map(|case| {
            let instants = case.expected.iter().map(|expected| instant(&expected.at)).collect();
            (admitted(&case.actions, &book), instants)
        });
        Self { cases: cases.collect() }
    }

    fn results(&self, book: &Rulebook) -> String {
        let mut all = String::new();
        for (actions, instants) in &self.cases {
            for &at in instants {
                all.push_str(&assessments(actions, book, at));
            }
        }
        all
    }
}

/// The rulebook with `from` replaced by `to` in the table that `table` heads.
fn changed(table: &str, from: &str, to: &str) -> Rulebook {
    let start = LAW_05_NA_2006.find(&format!("\n[{table}]\n")).unwrap_or_else(|| panic!("no table [{table}]"));
    let at = LAW_05_NA_2006[start..].find(&format!("\n{from}")).unwrap_or_else(|| panic!("no `{from}` in [{table}]"))
        + start
        + 1;
    let mut copy = LAW_05_NA_2006.to_owned();
    copy.replace_range(at..at + from.len(), to);
    Rulebook::parse(&copy).unwrap_or_else(|flaw| panic!("[{table}] {from} -> {to}: {flaw}"))
}

#[test]
fn every_choice_of_a_reading_changes_a_result() {
    let bench = Bench::new();
    let book = Rulebook::law_05_na_2006();
    let before = bench.results(&book);
    let pairs = book.protective.answers().into_iter().zip(book.lenient.answers());
    for ((question, protective), (_, lenient)) in pairs {
        for (reading, from, to) in [(Reading::Protective, protective, lenient), (Reading::Lenient, lenient, protective)]
        {
            let line = format!("{question} = \"{from}\"");
            let copy = changed(&format!("readings.{reading}"), &line, &format!("{question} = \"{to}\""));
            assert_ne!(
                bench.results(&copy),
                before,
                "{reading}: {question} changed from {from} to {to} and nothing else did"
            );
        }
    }
}

#[test]
fn every_limit_and_threshold_changes_a_result() {
    let bench = Bench::new();
    let before = bench.results(&Rulebook::law_05_na_2006());
    let numbers = [
        ("rules.interview-90min", "limit = \"90min\"", "limit = \"60min\""),
        ("rules.custody-48h", "limit = \"48h\"", "limit = \"36h\""),
        ("rules.custody-48h", "joined_by_bringing_in_within = \"48h\"", "joined_by_bringing_in_within = \"1h\""),
        ("rules.investigation-30d", "limit = \"30d\"", "limit = \"29d\""),
        ("rules.investigation-30d", "extension = \"30d\"", "extension = \"29d\""),
        ("rules.investigator-mediation-30d", "limit = \"30d\"", "limit = \"29d\""),
        ("rules.remand-cap", "major = \"4mo\"", "major = \"3mo\""),
        ("rules.remand-cap", "crime = \"8mo\"", "crime = \"7mo\""),
        ("rules.release-opinion-24h", "limit = \"24h\"", "limit = \"23h\""),
        ("rules.release-decision-24h", "limit = \"24h\"", "limit = \"23h\""),
        ("rules.release-decision-24h", "from_request = \"48h\"", "from_request = \"47h\""),
        ("rules.prosecutor-10d", "limit = \"10d\"", "limit = \"9d\""),
        ("rules.prosecutor-mediation-30d", "limit = \"30d\"", "limit = \"29d\""),
        ("rules.court-15d", "limit = \"15d\"", "limit = \"14d\""),
        ("rules.age-of-responsibility", "years = 15", "years = 14"),
        ("rules.three-summonses", "count = 3", "count = 2"),
        ("policy", "at_once = \"1h\"", "at_once = \"2h\""),
        ("scope", "grave_penalty_months = 36", "grave_penalty_months = 24"),
    ];
    for (table, from, to) in numbers {
        let copy = changed(table, from, to);
        assert_ne!(bench.results(&copy), before, "[{table}] {from} changed to {to} and nothing else did");
    }
}

/// The month of a remand and the length of an extension name each other, so they are changed together.
#[test]
fn the_months_of_a_remand_and_of_its_extension_change_results() {
    let bench = Bench::new();
    let before = bench.results(&Rulebook::law_05_na_2006());
    let remand = LAW_05_NA_2006.replace("limit = \"1mo\"", "limit = \"2mo\"");
    let remand = Rulebook::parse(&remand).expect("a remand of two months");
    assert_ne!(bench.results(&remand), before);
    let extension = LAW_05_NA_2006.replace("\nextension = \"1mo\"", "\nextension = \"2mo\"");
    let start = extension.find("\n[rules.remand-extension-length]\n").expect("the rule");
    let extension = format!("{}{}", &extension[..start], extension[start..].replacen("months = 1", "months = 2", 1));
    let extension = Rulebook::parse(&extension).expect("an extension of two months");
    assert_ne!(bench.results(&extension), before);
}

/// Art. 2(1) is the scope: with a higher age of majority somebody is let in who was refused.
#[test]
fn the_age_of_majority_is_read_from_the_rulebook() {
    let copy = changed("scope", "adult_age = 18", "adult_age = 20");
    let opening = r#"{"case":"A-1","action":"case_opened","at":"2026-01-01","by":"o","court":"c","prosecutor":"p","investigator":"o","child":{"ref":"C1","birth_date":"2007-01-01"},"offences":[{"class":"major","penalty_months":{"min":12,"max":60},"committed_on":"2025-12-01","serious":true}]}"#;
    assert!(admitted(opening, &Rulebook::law_05_na_2006())["A-1"].is_empty());
    assert_eq!(admitted(opening, &copy)["A-1"].len(), 1);
}

/// Plays made-up cases, waking each when it is due, and lists what is told.
fn told(book: &Rulebook) -> String {
    let mut all = String::new();
    for seed in 0..60 {
        let mut case = Case::default();
        for (clock, action) in made_up(seed, Conduct::Disorderly) {
            while let Some(due) = case.next_due(book).filter(|&due| due < clock) {
                for event in decide(&case, book, Command::Now { clock: due, alerts: Alerts::Raised })
                    .expect("time is never refused")
                {
                    let _ = writeln!(all, "{due} {:?}", event.fact);
                    case = evolve(case, &event);
                }
            }
            let command = Command::Record { actions: vec![action], by: None, clock, alerts: Alerts::Raised };
            for event in decide(&case, book, command).expect("a made-up action can be recorded") {
                case = evolve(case, &event);
            }
        }
    }
    all
}

#[test]
fn every_lead_of_a_notice_and_the_notice_hour_change_what_is_told() {
    let before = told(&Rulebook::law_05_na_2006());
    assert_ne!(told(&changed("policy", "notice_hour = \"08:00\"", "notice_hour = \"09:00\"")), before);
    let book = Rulebook::law_05_na_2006();
    for rule in book.rules().iter().filter(|rule| !rule.warn_before.is_empty()) {
        let leads: Vec<String> = rule.warn_before.iter().map(|lead| format!("\"{lead}\"")).collect();
        let line = format!("warn_before = [{}]", leads.join(", "));
        let copy = changed(&format!("rules.{}", rule.id), &line, "warn_before = [\"5h\"]");
        assert_ne!(told(&copy), before, "{}: other leads, and the same was told", rule.id);
    }
}
