//! `kamnot assess`: what others check the program by.

use tests::lines::{SAMPLE_AT, action, custody, file, opening, sample, sample_and_a_bad_line};
use tests::program::{Desk, Run};

const AT: &str = "2026-03-04T08:00:00+07:00";

fn jsonl(desk: &Desk, file: &std::path::Path) -> Run {
    desk.run(["assess".as_ref(), file.as_os_str(), "--at".as_ref(), AT.as_ref(), "--format=jsonl".as_ref()])
}

/// An assessment line without its digest, which names the rulebook's bytes.
fn without_digest(line: &str) -> String {
    let start = line.find(",\"digest\":\"").expect("a digest");
    let end = start + ",\"digest\":\"sha256:\"".len() + 64;
    format!("{}{}", &line[..start], &line[end..])
}

#[test]
fn the_sample_gives_the_sample_s_answers_to_the_byte() {
    let desk = Desk::new();
    let actions = desk.write("sample.jsonl", sample_and_a_bad_line());
    let run = desk.run([
        "assess".as_ref(),
        actions.as_os_str(),
        "--at".as_ref(),
        SAMPLE_AT.as_ref(),
        "--format=jsonl".as_ref(),
    ]);
    let run = run.ends_with(1).complains(&[":8916: "]);
    let expected = std::fs::read_to_string(sample("assessed-300.jsonl")).expect("the sample");
    assert_eq!(run.out.lines().count(), expected.lines().count());
    for (found, expected) in run.out.lines().zip(expected.lines()) {
        assert_eq!(without_digest(found), expected);
    }
}

#[test]
fn the_order_of_the_lines_does_not_matter() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(sample("actions-300.jsonl")).expect("the sample");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    let forwards = jsonl(&desk, &sample("actions-300.jsonl")).out;
    let backwards = jsonl(&desk, &desk.write("backwards.jsonl", lines.join("\n"))).out;
    assert_eq!(forwards, backwards);
}

#[test]
fn json_is_one_array_and_jsonl_one_object_a_line() {
    let desk = Desk::new();
    let path = desk.write("two.jsonl", file(&[opening("B-2"), opening("A-1"), custody("A-1")]));
    let lines = jsonl(&desk, &path).ends_with(0).out;
    let references: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object")["case"].to_string())
        .collect();
    assert_eq!(references, ["\"A-1\"", "\"B-2\""]);
    let array = desk.run(["assess", "two.jsonl", "--at", AT, "--format", "json"]).ends_with(0).out;
    let array: Vec<serde_json::Value> = serde_json::from_str(&array).expect("an array");
    let one_by_one: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(array, one_by_one);
    let none = desk.write("none.jsonl", "\n");
    let none = desk.run(["assess".as_ref(), none.as_os_str(), "--format=json".as_ref()]).ends_with(0).out;
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&none).expect("an array").len(), 0);
}

#[test]
fn a_mark_at_the_start_and_windows_line_ends_and_blank_lines_are_read() {
    let desk = Desk::new();
    let plain = file(&[opening("A-1"), custody("A-1")]);
    let windows = format!("\u{feff}\r\n{}", plain.replace('\n', "\r\n\r\n"));
    let plain = jsonl(&desk, &desk.write("plain.jsonl", plain)).ends_with(0).out;
    let windows = jsonl(&desk, &desk.write("windows.jsonl", windows)).ends_with(0).out;
    assert_eq!(plain, windows);
}

#[test]
fn a_case_that_opens_later_is_left_out() {
    let desk = Desk::new();
    let path = desk.write("later.jsonl", file(&[opening("A-1")]));
    let before = ["assess", "later.jsonl", "--at", "2026-02-28T00:00:00+07:00", "--format", "jsonl"];
    assert_eq!(desk.run(before).ends_with(0).out, "");
    assert_ne!(jsonl(&desk, &path).ends_with(0).out, "");
}

#[test]
fn csv_says_the_same_as_json_lines() {
    let desk = Desk::new();
    let csv = "case,id,action,at,by,details\r\n\
        A-1,,case_opened,2026-03-01T08:00:00+07:00,vte-investigation,\"{\"\"court\"\":\"\"vte-juvenile-court\"\",\"\"prosecutor\"\":\"\"vte-prosecutor\"\",\
        \"\"investigator\"\":\"\"vte-investigation\"\",\"\"child\"\":{\"\"ref\"\":\"\"C-Somsak\"\",\"\"birth_date\"\":\"\"2010-05-06\"\"},\
        \"\"offences\"\":[{\"\"class\"\":\"\"major\"\",\"\"penalty_months\"\":{\"\"min\"\":36,\"\"max\"\":60},\"\"committed_on\"\":\"\"2026-02-27\"\",\"\"serious\"\":true}]}\"\r\n\
        A-1,,custody_started,2026-03-01T09:30:00+07:00,vte-investigation,\"{\"\"evidence_firm\"\":true}\"\r\n\
        A-1,,rights_told,2026-03-01,vte-investigation,\r\n";
    let lines = [opening("A-1"), custody("A-1"), action("A-1", "rights_told", "2026-03-01", "")];
    let csv = jsonl(&desk, &desk.write("table.csv", csv)).ends_with(0).out;
    assert_eq!(csv, jsonl(&desk, &desk.write("lines.jsonl", file(&lines))).ends_with(0).out);
}

#[test]
fn the_table_names_rule_article_and_standing() {
    let desk = Desk::new();
    desk.write("held.jsonl", file(&[opening("A-1"), custody("A-1")]));
    desk.run(["assess", "held.jsonl", "--at", AT]).ends_with(0).says(&["A-1", "certain", "custody-48h", "Art. 62"]);
}

#[test]
fn an_instant_without_its_offset_is_refused() {
    let desk = Desk::new();
    desk.write("held.jsonl", file(&[opening("A-1")]));
    desk.run(["assess", "held.jsonl", "--at", "2026-03-04"]).ends_with(2).complains(&["2026-03-04T08:00:00+07:00"]);
}
