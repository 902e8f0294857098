//! `kamnot import` and `kamnot record`.

use tests::program::Desk;

use crate::lines::{action, custody, file, opening, sample};

#[test]
fn importing_a_file_twice_adds_nothing() {
    let desk = Desk::new();
    let actions = sample("actions-300.jsonl");
    let import = || desk.run(["import".as_ref(), actions.as_os_str()]).ends_with(1);
    import().says(&["7129 actions recorded, 12 known already, 1 refused; 300 cases"]);
    let docket =
        || desk.run(["docket", "--court", "vte-juvenile-court", "--format", "json", "--at", crate::lines::SAMPLE_AT]);
    let before = docket().ends_with(0).out;
    import().says(&["0 actions recorded, 7141 known already, 1 refused"]);
    assert_eq!(before, docket().ends_with(0).out);
    desk.run(["check"]).ends_with(0).says(&["in order (SQLite 3."]);
}

#[test]
fn the_docket_is_the_same_in_whichever_order_the_actions_were_recorded() {
    let text = std::fs::read_to_string(sample("actions-300.jsonl")).expect("the sample");
    let openings = |line: &&str| line.contains("\"case_opened\"");
    let (first, mut rest): (Vec<&str>, Vec<&str>) = text.lines().partition(openings);
    rest.reverse();
    let dockets = [text.clone(), [first, rest].concat().join("\n")].map(|text| {
        let desk = Desk::new();
        // In two files, so that the second order really is another order of recording.
        let lines: Vec<&str> = text.lines().collect();
        let (a, b) = lines.split_at(lines.len() / 2);
        desk.write("a.jsonl", a.join("\n"));
        desk.write("b.jsonl", b.join("\n"));
        desk.run(["import", "a.jsonl", "b.jsonl"]);
        desk.run(["docket", "--court=vte-juvenile-court", "--format=json", "--at", crate::lines::SAMPLE_AT])
            .ends_with(0)
            .out
    });
    assert_eq!(dockets[0], dockets[1]);
}

#[test]
fn all_or_nothing_records_nothing_of_a_file_with_a_bad_line() {
    let desk = Desk::new();
    desk.write("bad.jsonl", file(&[opening("A-1"), action("A-1", "rights_told", "2026-02-30", "")]));
    let run = desk.run(["import", "bad.jsonl", "--all-or-nothing"]).ends_with(1);
    run.complains(&["bad.jsonl:2: "]).says(&["nothing recorded"]);
    desk.run(["timeline", "A-1"]).ends_with(1).complains(&["holds no case A-1"]);
    desk.write("good.jsonl", file(&[opening("A-1")]));
    desk.run(["import", "good.jsonl", "--all-or-nothing"]).ends_with(0).says(&["1 action recorded"]);
}

#[test]
fn all_or_nothing_sees_an_id_of_another_case_of_the_log() {
    let desk = Desk::new();
    let id = r#","id":"0197a000-0000-7000-8000-000000000001""#;
    desk.write("first.jsonl", file(&[opening("A-1"), action("A-1", "rights_told", "2026-03-01", id)]));
    desk.run(["import", "first.jsonl"]).ends_with(0);
    desk.write("second.jsonl", file(&[opening("B-2"), action("B-2", "rights_told", "2026-03-01", id)]));
    let run = desk.run(["import", "second.jsonl", "--all-or-nothing"]).ends_with(1);
    run.complains(&["second.jsonl:2: the id 0197a000"]).says(&["nothing recorded"]);
    desk.run(["timeline", "B-2"]).ends_with(1);
}

#[test]
fn standard_input_is_json_lines() {
    let desk = Desk::new();
    let lines = file(&[opening("A-1"), "{".to_owned()]);
    let run = desk.run_with(["import", "-"], lines.as_bytes()).ends_with(1);
    run.says(&["standard input: 1 action recorded"]).complains(&["standard input:2: not JSON"]);
}

#[test]
fn history_is_recorded_and_marked() {
    let desk = Desk::new();
    let released = action("A-1", "released", "2026-03-04T09:30:00+07:00", r#","kind":"from_custody""#);
    desk.write("old.jsonl", file(&[opening("A-1"), custody("A-1"), released]));
    desk.run(["import", "old.jsonl", "--as-history"]).ends_with(0).says(&["3 actions recorded"]);
    let alerts = desk.run(["alerts", "--prosecutor", "vte-prosecutor", "--format", "json"]).ends_with(0).out;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&alerts).expect("an array");
    let custody = rows.iter().find(|row| row["rule"] == "custody-48h").expect("the breach is on record");
    assert_eq!(custody["history"], true);
}

#[test]
fn record_takes_one_action_and_says_what_it_led_to() {
    let desk = Desk::new();
    desk.run_with(["record", "--as", "vte-prosecutor"], opening("A-1").as_bytes())
        .ends_with(0)
        .says(&["case_opened recorded"]);
    let run = desk.run_with(["record"], custody("A-1").as_bytes()).ends_with(0);
    run.says(&["custody_started recorded", "Custody of at most 48 hours"]);
    desk.run_with(["record"], custody("A-1").as_bytes()).ends_with(0).says(&["recorded already; nothing changes"]);
    desk.run_with(["record"], b"").ends_with(1).complains(&["found nothing"]);
    let two = file(&[custody("A-1"), opening("B-2")]);
    desk.run_with(["record"], two.as_bytes()).ends_with(1).complains(&["use kamnot import"]);
    let log = desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0).out;
    assert!(log.contains("\"recorded_by\":\"vte-prosecutor\""), "{log}");
}

#[test]
fn a_file_that_is_not_there_is_a_fault_and_begins_no_log() {
    let desk = Desk::new();
    desk.run(["import", "nothing.jsonl"]).ends_with(2).complains(&["nothing.jsonl: can't be read"]);
    assert!(!desk.path("kamnot.db").exists());
}
