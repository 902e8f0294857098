//! `kamnot alerts`: a list to work from, for any office.

use serde_json::Value;
use tests::lines::{action, custody, file, opening, recorded};
use tests::program::Desk;

/// Custody of 60 hours in A-1, of which the child was released; B-2 is held to this day.
fn two_cases() -> Desk {
    let released = action("A-1", "released", "2026-03-03T21:30:00+07:00", r#","kind":"from_custody""#);
    recorded(&[opening("A-1"), custody("A-1"), released, opening("B-2"), custody("B-2")])
}

fn rows(desk: &Desk, more: &[&str]) -> Vec<Value> {
    let out = desk.run([&["alerts", "--format=jsonl"], more].concat()).ends_with(0).out;
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Case, rule and how it stands.
fn standing(rows: &[Value]) -> Vec<[&str; 3]> {
    let row = |row| {
        ["case", "rule", "kind"].map(|key: &str| {
            let row: &Value = row;
            row[key].as_str().unwrap_or("-")
        })
    };
    rows.iter().map(row).collect()
}

#[test]
fn the_help_names_every_kind_that_a_list_can_be_narrowed_to() {
    let help = Desk::new().run(["alerts", "--help"]).ends_with(0).out;
    let option: String = help.lines().skip_while(|line| !line.contains("--kind <KIND>")).take(3).collect();
    for word in engine::alert::Kind::WORDS {
        assert!(option.contains(word), "{word}: {option}");
    }
}

#[test]
fn each_office_of_a_case_reads_what_it_was_told() {
    let desk = two_cases();
    let of_prosecutor = rows(&desk, &["--prosecutor=vte-prosecutor"]);
    assert!(standing(&of_prosecutor).contains(&["A-1", "custody-48h", "settled"]), "{of_prosecutor:#?}");
    assert!(standing(&of_prosecutor).contains(&["B-2", "custody-48h", "breach"]), "{of_prosecutor:#?}");
    for office in ["--court=vte-juvenile-court", "--investigator=vte-investigation"] {
        assert_eq!(rows(&desk, &[office]), of_prosecutor, "{office}");
    }
    assert_eq!(rows(&desk, &["--court=lpb-juvenile-court"]), Vec::<Value>::new());
}

#[test]
fn one_row_a_limit_tells_its_life() {
    let rows = rows(&two_cases(), &["--prosecutor=vte-prosecutor", "--case=A-1"]);
    let custody = rows.iter().filter(|row| row["rule"] == "custody-48h").collect::<Vec<_>>();
    assert_eq!(custody.len(), 1, "{rows:#?}");
    let told = custody[0]["told"].as_array().expect("a list");
    let kinds: Vec<&str> = told.iter().filter_map(|telling| telling["kind"].as_str()).collect();
    assert_eq!((kinds, &told[1]["of"]), (vec!["breach", "settled"], &Value::from("breach")));
    assert!(rows.iter().filter(|row| row["rule"].is_null()).count() <= 1, "findings in one row");
}

#[test]
fn a_list_is_narrowed_to_what_is_open_of_a_kind_or_of_a_case() {
    let desk = two_cases();
    let office = "--prosecutor=vte-prosecutor";
    let open = rows(&desk, &[office, "--open"]);
    assert!(standing(&open).contains(&["B-2", "custody-48h", "breach"]) && open.iter().all(|row| row["open"] == true));
    assert!(!standing(&open).contains(&["A-1", "custody-48h", "settled"]));
    let settled = rows(&desk, &[office, "--kind=settled,withdrawn"]);
    assert!(standing(&settled).iter().all(|[_, _, kind]| *kind == "settled") && !settled.is_empty());
    let of_case = rows(&desk, &["--case=B-2"]);
    assert!(!of_case.is_empty() && of_case.iter().all(|row| row["case"] == "B-2"));
    desk.run(["alerts", office, "--kind=breached"]).ends_with(2).complains(&["expected one of notice, arguable"]);
    desk.run(["alerts"]).ends_with(1).complains(&["--prosecutor", "--case"]);
}

#[test]
fn at_an_instant_nothing_is_shown_that_was_told_later() {
    let desk = two_cases();
    let office = "--prosecutor=vte-prosecutor";
    assert_eq!(rows(&desk, &[office, "--at=2026-03-05T00:00:00+07:00"]), Vec::<Value>::new());
    assert_eq!(rows(&desk, &[office, "--case=A-1", "--at=2026-03-05T00:00:00+07:00"]), Vec::<Value>::new());
    assert_eq!(rows(&desk, &[office, "--at=2126-01-01T00:00:00+07:00"]), rows(&desk, &[office]));
    assert_eq!(rows(&desk, &[office, "--since=2126-01-01"]), Vec::<Value>::new());
    desk.run(["alerts", office, "--since=2126-01-01"]).ends_with(0).says(&["No alerts."]);
}

#[test]
fn the_table_marks_history_and_prints_the_life() {
    let desk = Desk::new();
    let released = action("A-1", "released", "2026-03-04T09:30:00+07:00", r#","kind":"from_custody""#);
    desk.write("old.jsonl", file(&[opening("A-1"), custody("A-1"), released]));
    desk.run(["import", "old.jsonl", "--as-history"]).ends_with(0);
    let list = |lang: &str| {
        let mut command = desk.command(["alerts", "--court=vte-juvenile-court", "--lang", lang]);
        tests::program::Run::from(command.env("COLUMNS", "250").output().expect("the program starts")).ends_with(0)
    };
    list("en").says(&["settled, history", "breach 2026-", " → settled 2026-", "Juvenile Court, Vientiane Capital"]);
    list("lo").says(&["ປະຫວັດ", "ສານເດັກ"]);
    let csv = desk.run(["alerts", "--court=vte-juvenile-court", "--format=csv"]).ends_with(0).out;
    assert!(csv.starts_with("\u{feff}Case,Kind,Open,"), "{csv}");
    assert!(csv.contains(",History,"), "{csv}");
}

#[test]
fn an_array_and_lines_hold_the_same_rows() {
    let desk = two_cases();
    let array = desk.run(["alerts", "--court=vte-juvenile-court", "--format=json"]).ends_with(0).out;
    let array: Vec<Value> = serde_json::from_str(&array).expect("an array");
    assert_eq!(array, rows(&desk, &["--court=vte-juvenile-court"]));
    let none = desk.run(["alerts", "--court=lpb-juvenile-court", "--format=json"]).ends_with(0).out;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&none).expect("an array"), Vec::<Value>::new());
}

#[test]
fn a_code_that_nobody_knows_is_no_empty_list() {
    let desk = two_cases();
    desk.run(["alerts", "--prosecutor=vte-prosecuter"]).ends_with(1).complains(&["vte-prosecuter", "vte-prosecutor"]);
    desk.run(["alerts", "--court=vte-prosecutor"]).ends_with(1).complains(&["--prosecutor"]);
}

#[test]
fn a_case_that_the_log_does_not_hold_is_no_empty_list() {
    let desk = two_cases();
    for more in [&["--case=NOPE"][..], &["--case=NOPE", "--prosecutor=vte-prosecutor", "--format=json"]] {
        let run = desk.run([&["alerts"], more].concat()).ends_with(1).complains(&["holds no case NOPE", "--db"]);
        assert_eq!(run.out, "");
    }
}

#[test]
fn what_is_summed_up_is_called_by_what_it_is_and_counted_right() {
    let desk = two_cases();
    let csv = desk.run(["alerts", "--case=B-2", "--format=csv"]).ends_with(0).out;
    let is_sum = |cell: &&str| {
        let what = cell.trim_end_matches('s');
        cell.starts_with(|first: char| first.is_ascii_digit())
            && (what.ends_with("notice") || what.ends_with("finding"))
    };
    let sums: Vec<&str> = csv.split([',', '\n']).filter(is_sum).collect();
    let summed: Vec<Value> = rows(&desk, &["--case=B-2"]).into_iter().filter(|row| row["rule"].is_null()).collect();
    assert_eq!((sums.len(), summed.len()), (1, 1), "{csv}");
    let words: Vec<&str> = sums[0].split(' ').filter(|word| *word != "and").collect();
    let mut all = 0;
    for pair in words.chunks(2) {
        let count: i64 = pair[0].parse().expect("a number");
        assert!(count > 0 && (count == 1) != pair[1].ends_with('s'), "{}", sums[0]);
        all += count;
    }
    assert_eq!(summed[0]["count"], all, "{}", sums[0]);
}
