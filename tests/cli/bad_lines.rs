//! Lines that cannot be recorded: each is refused with its number, says what was found and expected, echoes nothing of
//! a child, and takes nothing else with it.

use tests::lines::{action, custody, file, opening, recorded};
use tests::program::{Desk, Run};

/// Imports `bad` as line 2 of three; the other two are recorded.
#[track_caller]
fn refused(bad: impl AsRef<[u8]>, says: &[&str]) -> Run {
    let desk = Desk::new();
    let mut content = format!("{}\n", opening("A-1")).into_bytes();
    content.extend(bad.as_ref());
    content.extend(format!("\n{}\n", custody("A-1")).into_bytes());
    desk.write("bad.jsonl", content);
    let run = desk.run(["import", "bad.jsonl"]).ends_with(1).complains(&["bad.jsonl:2: "]).complains(says);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    assert!(!run.err.contains("Somsak"), "{}", run.err);
    let run = run.says(&["2 actions recorded, 0 known already, 1 refused; 1 case"]);
    desk.run(["timeline", "A-1"]).ends_with(0).says(&["case opened", "custody started"]);
    run
}

#[test]
fn a_line_that_is_not_json() {
    refused("custody_started Somsak", &["not JSON"]);
    refused(r#"{"case":"A-1","action":"rights_told""#, &["not JSON"]);
}

#[test]
fn a_line_that_is_no_object() {
    refused("[1]", &["found a list", "expected a JSON object with one action"]);
}

#[test]
fn an_unknown_action() {
    refused(action("A-1", "custody_begun", "2026-03-01", ""), &["`action`", "custody_started"]);
}

#[test]
fn an_unknown_field() {
    let bad = action("A-1", "rights_told", "2026-03-01", r#","told_to":"Somsak""#);
    refused(bad, &["unknown field, number 5;", "check its spelling or leave it out"]);
}

#[test]
fn a_value_of_the_wrong_type() {
    let bad = action("A-1", "custody_started", "2026-03-01", r#","evidence_firm":"yes""#);
    refused(bad, &["`evidence_firm`", "found a text", "true or false"]);
}

#[test]
fn an_impossible_date() {
    refused(action("A-1", "rights_told", "2026-02-30", ""), &["`at`", "found 2026-02-30,", "a date of the calendar"]);
    let bad = action("A-1", "rights_told", "2026-02-30T09:00:00+07:00", "");
    refused(bad, &["`at`", "2026-02-30T09:00:00+07:00", "a date of the calendar"]);
}

#[test]
fn an_instant_in_the_future() {
    let bad = action("A-1", "rights_told", "2126-03-01T00:00:00+07:00", "");
    refused(bad, &["lies in the future", "record what happened, not what is planned"]);
}

#[test]
fn an_action_of_a_case_that_was_never_opened() {
    refused(action("B-2", "rights_told", "2026-03-01", ""), &["the case B-2 was never opened", "case_opened first"]);
}

#[test]
fn a_case_opened_twice() {
    let again = opening("A-1").replace("08:00:00", "08:30:00");
    refused(again, &["the case A-1 was opened before"]);
}

#[test]
fn a_used_id_with_other_content() {
    let id = r#","id":"0197a000-0000-7000-8000-000000000001""#;
    let first = action("A-1", "rights_told", "2026-03-01", id);
    let desk = recorded(&[opening("A-1"), first.clone(), opening("B-2")]);
    desk.write("second.jsonl", file(&[action("A-1", "medical_check", "2026-03-01", id), first]));
    let run = desk.run(["import", "second.jsonl"]).ends_with(1);
    run.complains(&["second.jsonl:1: the id 0197a000", "under its own id"]).says(&["1 known already"]);
    // In another case it is another action.
    desk.write("third.jsonl", file(&[action("B-2", "rights_told", "2026-03-01", id)]));
    desk.run(["import", "third.jsonl"]).ends_with(0).says(&["1 action recorded"]);
}

#[test]
fn a_nul() {
    let bad = action("A-1", "case_closed", "2026-03-02", r#","reason":"a\u0000b""#);
    refused(bad, &["`reason`", "NUL", "remove it"]);
    refused(b"{\"case\":\"A-1\0\"}", &["NUL", "remove it"]);
}

#[test]
fn a_line_of_ten_megabytes() {
    let bad = action("A-1", "case_closed", "2026-03-02", &format!(r#","reason":"{}""#, "x".repeat(10_000_000)));
    refused(bad, &["found a line of 100000", "expected at most 1048576"]);
}

#[test]
fn a_line_that_is_no_text() {
    refused(b"{\"case\":\"A-1\xff\"}", &["not valid UTF-8", "from byte 13"]);
}

#[test]
fn a_key_given_twice() {
    refused(action("A-1", "rights_told", "2026-03-01", r#","by":"vte-prosecutor""#), &["a key is given twice"]);
}

#[test]
fn a_person_who_was_grown_up() {
    let desk = Desk::new();
    desk.write("adult.jsonl", file(&[opening("A-1").replace("2010-05-06", "2001-05-06"), custody("A-1")]));
    let run = desk.run(["import", "adult.jsonl"]).ends_with(1);
    assert!(!run.err.contains("2001"), "{}", run.err);
    run.complains(&["adult.jsonl:1: ", "Art. 2(1)", "adult.jsonl:2: ", "never opened"]).says(&["0 actions recorded"]);
}

#[test]
fn a_file_in_utf_16() {
    let desk = Desk::new();
    let utf_16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk.write("wide.jsonl", utf_16);
    desk.run(["import", "wide.jsonl"]).ends_with(2).complains(&["wide.jsonl: found UTF-16 text, expected UTF-8"]);
}

#[test]
fn a_row_of_a_table_that_is_wrong_has_its_line() {
    let desk = Desk::new();
    let table = "case,id,action,at,by,details\r\n\
        A-1,,rights_told,2026-03-01,a,\r\n\r\n\
        A-1,,\"rights_told\",2026-03-01,a,\"{\"\"x\"\":\n1}\"\r\n\
        A-1,,rights_told,2026-03-01,a\r\n\
        A-1,,rights_told,2026-03-01,a,[]\r\n\
        A-1,,rights_told,2026-03-01,a,\"{\"\"by\"\":\"\"b\"\"}\"\r\n";
    desk.write("rows.csv", table);
    let run = desk.run(["import", "rows.csv"]).ends_with(1).complains(&[
        "rows.csv:2: the case A-1 was never opened",
        "rows.csv:4: unknown field, number 1;",
        "rows.csv:4: the row spans lines 4-5",
        "rows.csv:6: found 5 columns, expected 6",
        "rows.csv:7: `details`: found a list",
        "rows.csv:8: `details`: found a field that has its own column",
    ]);
    assert_eq!(run.err.lines().count(), 6, "{}", run.err);
}
