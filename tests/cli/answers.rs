//! The lists and the timeline: what a court, a prosecutor and a lawyer read.

use tests::lines::{SAMPLE_AT, action, custody, opening, recorded, sample, width, with_a_case};
use tests::program::Desk;

/// A desk with the sample in its log.
fn with_the_sample() -> Desk {
    let desk = Desk::new();
    desk.run(["import".as_ref(), sample("actions-300.jsonl").as_os_str()]).ends_with(0);
    desk
}

#[test]
fn tables_fit_the_line_in_both_languages() {
    let desk = with_the_sample();
    for lang in ["en", "lo"] {
        let docket = ["docket", "--court=vte-juvenile-court", "--at", SAMPLE_AT, "--lang", lang];
        for (most, arguments) in [("80", &docket[..]), ("100", &docket), ("100", &["rules", "--lang", lang])] {
            let output = desk.command(arguments).env("COLUMNS", most).output().expect("the program starts");
            let out = String::from_utf8(output.stdout).expect("UTF-8");
            let widest = out.lines().map(width).max().expect("lines");
            assert!(widest <= most.parse().expect("a number"), "{widest} columns\n{out}");
        }
    }
}

#[test]
fn the_docket_names_the_court_and_puts_the_children_who_are_held_first() {
    let desk = with_the_sample();
    let docket = ["docket", "--court=vte-juvenile-court", "--at", SAMPLE_AT];
    desk.run(docket).ends_with(0).says(&["Juvenile Court, Vientiane Capital", "as of 2026-10-01"]);
    let rows = desk.run([&docket[..], &["--format=json"]].concat()).ends_with(0).out;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&rows).expect("an array");
    let held: Vec<bool> = rows.iter().map(|row| row["standing"] == "remand" || row["standing"] == "custody").collect();
    assert!(held.contains(&true) && held.contains(&false));
    assert!(held.is_sorted_by(|a, b| a >= b));
    desk.run(["docket", "--court=vte-juvenile-court", "--lang=lo"]).ends_with(0).says(&["ສານເດັກ ນະຄອນຫຼວງວຽງຈັນ", "ຄະດີ"]);
}

#[test]
fn a_docket_of_a_past_day_knows_the_court_of_that_day() {
    let moved = action("A-1", "case_transferred", "2026-04-01", r#","court":"lpb-juvenile-court""#);
    let desk = recorded(&[opening("A-1"), custody("A-1"), moved]);
    let holds = |court: &str, at: &str| {
        let run = desk.run(["docket", "--court", court, "--at", at, "--format=json"]).ends_with(0);
        run.out.contains("\"A-1\"")
    };
    for (at, vte, lpb) in [("2026-03-10T00:00:00+07:00", true, false), ("2026-04-10T00:00:00+07:00", false, true)] {
        assert_eq!((holds("vte-juvenile-court", at), holds("lpb-juvenile-court", at)), (vte, lpb), "{at}");
    }
}

#[test]
fn csv_opens_in_a_spreadsheet_and_runs_nothing() {
    let released = action("-1", "rights_told", "2026-03-01", "");
    let desk = recorded(&[opening("-1"), custody("-1"), released]);
    let csv = desk.run(["docket", "--court=vte-juvenile-court", "--format=csv"]).ends_with(0).out;
    assert!(csv.starts_with("\u{feff}Case,"), "{csv}");
    assert!(csv.lines().count() == 2 && csv.matches("\r\n").count() == 2, "{csv}");
    assert!(csv.contains("\r\n'-1,"), "{csv}");
    for format in
        [&["alerts", "--prosecutor=vte-prosecutor", "--format=csv"][..], &["timeline", "--format=csv", "--", "-1"]]
    {
        let csv = desk.run(format).ends_with(0).out;
        assert!(csv.starts_with('\u{feff}') && csv.contains("\r\n"), "{csv}");
    }
}

#[test]
fn limits_on_liberty_stand_first_and_findings_of_a_case_in_one_row() {
    let desk = with_the_sample();
    let rows = desk.run(["alerts", "--prosecutor=vte-prosecutor", "--format=json"]).ends_with(0).out;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&rows).expect("an array");
    let sums: Vec<&serde_json::Value> = rows.iter().filter(|row| row["rule"].is_null()).collect();
    let cases: std::collections::BTreeSet<String> = sums.iter().map(|row| row["case"].to_string()).collect();
    assert_eq!(sums.len(), cases.len());
    let liberty = ["custody-48h", "remand-term", "remand-cap", "parents-notified"];
    let first = |row: &serde_json::Value| {
        row["rule"].as_str().is_some_and(|rule| liberty.contains(&rule) || rule.starts_with("release-"))
    };
    let firsts: Vec<bool> = rows.iter().map(first).collect();
    assert!(firsts.contains(&true) && firsts.contains(&false));
    assert!(firsts.is_sorted_by(|a, b| a >= b));
    desk.run(["alerts", "--prosecutor=vte-prosecutor", "--since=2126-01-01"]).ends_with(0).says(&["No alerts."]);
}

#[test]
fn as_known_on_a_day_shows_what_was_on_record_by_then() {
    let desk = with_a_case();
    let before = ["timeline", "A-1", "--as-known-on", "2026-03-05"];
    desk.run(before).ends_with(1).complains(&["holds no case A-1 by then"]);
    desk.run(["timeline", "A-1", "--as-known-on", "2126-03-05"]).ends_with(0).says(&["as known on 2126-03-05"]);
}

#[test]
fn a_rule_shows_the_law_and_both_readings() {
    let desk = Desk::new();
    desk.run(["rules"]).ends_with(0).says(&["custody-48h", "training-centre", "law-05-na-2006"]);
    let run = desk.run(["rules", "remand-cap"]).ends_with(0);
    run.says(&[
        "Art. 64",
        "ສູງສຸດບໍ່ໃຫ້ກາຍ",
        "4 months, 8 months",
        "Protective reading:",
        "Lenient reading:",
        "Not reviewed",
    ])
    .says(&["In English (no official translation)", "Period not to exceed"]);
    for wrong in ["custody-49h", "custody48", "custody48h"] {
        let run = desk.run(["rules", wrong]).ends_with(1).complains(&["no such rule; did you mean custody-48h?"]);
        assert_eq!(run.out, "", "{wrong} is no article");
    }
}

#[test]
fn an_article_shows_its_words_and_the_rules_on_it() {
    let desk = Desk::new();
    let run = desk.run(["rules", "64"]).ends_with(0);
    assert!(!run.out.contains("custody-48h"), "{}", run.out);
    run.says(&["Art. 64", "ກຳນົດເວລາຂອງການກັກຂັງພາງເດັກ", "Art. 64 Remand.", "remand-cap", "visits-allowed", "1 month"]);
    let run = desk.run(["rules", "62(1)"]).ends_with(0);
    let run = run.says(&["Art. 62(1)", "custody-duties:rights_told"]);
    assert!(!run.out.contains("custody-place"), "{}", run.out);
    desk.run(["rules", "99"]).ends_with(1).complains(&["no such rule", "expected custody-48h, 64 or 62(1)"]);
    for named in ["Art. 64", "Art 64", "art.64", "Article 64", "ມາດຕາ 64"] {
        desk.run(["rules", named]).ends_with(0).says(&["Art. 64", "remand-cap"]);
    }
}

#[test]
fn an_article_without_an_english_text_is_said_to_have_none() {
    let desk = Desk::new();
    let none = "There is no English translation of this article here.";
    desk.run(["rules", "48", "--lang", "en"]).ends_with(0).says(&["Art. 48", "ມາດຕາ 48.", none]);
    let lao = desk.run(["rules", "48", "--lang", "lo"]).ends_with(0);
    assert!(!lao.out.contains(none), "{}", lao.out);
    let both = desk.run(["rules", "64", "--lang", "en"]).ends_with(0);
    assert!(!both.out.contains(none), "{}", both.out);
}

#[test]
fn a_limit_of_ours_is_said_to_be_policy() {
    let desk = Desk::new();
    desk.run(["rules", "parents-notified"]).ends_with(0).says(&["1 hour (policy, not law)"]);
    desk.run(["rules"]).ends_with(0).says(&["1 hour (policy,"]);
}

#[test]
fn a_lao_page_of_the_rules_has_no_codes() {
    let desk = Desk::new();
    for page in [&["rules"][..], &["rules", "64"], &["rules", "custody-48h"]] {
        let out = desk.run([page, &["--lang", "lo"]].concat()).ends_with(0).out;
        for code in ["48h", "remand-term", "custody-", "investigator", "prosecutor"] {
            assert!(!out.contains(code), "{code} in\n{out}");
        }
    }
}
