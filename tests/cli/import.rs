//! `kamnot import` and `kamnot record`.

use std::process::Stdio;

use tests::lines::{action, custody, file, opening, sample, sample_and_a_bad_line};
use tests::program::Desk;

#[test]
fn importing_a_file_twice_adds_nothing() {
    let desk = Desk::new();
    let actions = desk.write("sample.jsonl", sample_and_a_bad_line());
    let import = || desk.run(["import".as_ref(), actions.as_os_str()]).ends_with(1);
    import().says(&["8900 actions recorded, 15 known already, 1 refused; 300 cases"]);
    let docket =
        || desk.run(["docket", "--court", "vte-juvenile-court", "--format", "json", "--at", tests::lines::SAMPLE_AT]);
    let before = docket().ends_with(0).out;
    import().says(&["0 actions recorded, 8915 known already, 1 refused"]);
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
        desk.run(["docket", "--court=vte-juvenile-court", "--format=json", "--at", tests::lines::SAMPLE_AT])
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
    desk.run_with(["record"], custody("A-1").as_bytes()).ends_with(0).says(&["recorded already; nothing changed"]);
    desk.run_with(["record"], b"").ends_with(1).complains(&["found nothing"]);
    let two = file(&[custody("A-1"), opening("B-2")]);
    desk.run_with(["record"], two.as_bytes()).ends_with(1).complains(&["use kamnot import"]);
    let log = desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0).out;
    assert!(log.contains("\"recorded_by\":\"vte-prosecutor\""), "{log}");
}

#[test]
fn a_log_given_in_place_of_a_file_of_actions_is_named_in_one_sentence() {
    let desk = tests::lines::with_a_case();
    let run = desk.run(["--db", "other.db", "import", "kamnot.db"]);
    let run = run.ends_with(2).complains(&["kamnot.db: found a database such as a log of kamnot", "kamnot export"]);
    assert_eq!(run.err.trim().lines().count(), 1, "{}", run.err);
}

#[test]
fn a_file_that_is_not_there_is_a_fault_and_begins_no_log() {
    let desk = Desk::new();
    desk.run(["import", "nothing.jsonl"]).ends_with(2).complains(&["nothing.jsonl: cannot be read"]);
    assert!(!desk.path("kamnot.db").exists());
}

#[test]
fn a_reader_who_goes_away_stops_no_recording_and_what_was_refused_decides_the_exit_code() {
    let desk = Desk::new();
    for name in ["a", "b", "c"] {
        desk.write(&format!("{name}.jsonl"), file(&[opening(&format!("{name}-1"))]));
    }
    let unread = |files: &[&str]| {
        let mut importing = desk.command(["import"].iter().chain(files));
        let mut child = importing.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        drop(child.stdout.take());
        child.wait().expect("it ends").code()
    };
    assert_eq!(unread(&["a.jsonl", "b.jsonl"]), Some(0));
    desk.write("bad.jsonl", "{}\n");
    assert_eq!(unread(&["bad.jsonl", "c.jsonl"]), Some(1));
    for name in ["a", "b", "c"] {
        desk.run(["timeline", &format!("{name}-1")]).ends_with(0);
    }
}

#[test]
fn a_program_is_told_the_verdict_on_each_line() {
    let desk = Desk::new();
    let early = action("A-1", "complaint_received", "2026-02-26", "");
    let bad = action("A-1", "custody_start", "2026-02-30", "");
    desk.write("mixed.jsonl", file(&[opening("A-1"), early, bad, "{}".to_owned()]));
    let run = desk.run(["import", "mixed.jsonl", "--format", "json"]).ends_with(1);
    let files: serde_json::Value = serde_json::from_str(&run.out).expect("an array");
    let of_file = &files[0];
    assert_eq!((&of_file["file"], &of_file["recorded"]), (&"mixed.jsonl".into(), &2.into()), "{files}");
    let lines = of_file["lines"].as_array().expect("a list");
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().expect("a word")).collect();
    assert_eq!(outcomes, ["recorded", "recorded", "refused", "refused"]);
    assert!(lines[0]["id"].is_string() && lines[0]["warnings"].is_null(), "{files}");
    let warning = &lines[1]["warnings"][0];
    assert_eq!((&warning["code"], &warning["found"]), (&"before_offence".into(), &"2026-02-26".into()), "{files}");
    assert_eq!((&lines[2]["code"], &lines[2]["expected"]), (&"misspelt_word".into(), &"custody_started".into()));
    let codes: Vec<_> = lines[2]["flaws"].as_array().expect("a list").iter().map(|flaw| &flaw["code"]).collect();
    assert_eq!(codes, ["misspelt_word", "not_an_instant"], "{files}");
    assert_eq!(run.err.lines().count(), 2 + 4 + 1, "each flaw and the warning has a line: {}", run.err);
}

#[test]
fn warnings_are_printed_at_first_and_then_counted_and_change_no_exit_code() {
    let desk = Desk::new();
    let early = |n: usize| action("A-1", "medical_check", &format!("2026-02-{:02}T08:00:00+07:00", n + 1), "");
    desk.write("early.jsonl", file(&[vec![opening("A-1")], (0..25).map(early).collect()].concat()));
    let run =
        desk.run(["import", "early.jsonl"]).ends_with(0).says(&["26 actions recorded", "25 lines with a warning"]);
    let run = run.complains(&[
        "early.jsonl:2: warning: `at`: 2026-02-01T08",
        "25 lines in all have this warning (before_offence); 5 of them",
    ]);
    assert_eq!(run.err.lines().count(), 21, "{}", run.err);
    let same = early(3).replace("vte-investigation", "vte-prosecutor");
    desk.run_with(["record"], same.as_bytes()).ends_with(0).complains(&["warning", "another medical_check"]);
}

#[test]
fn office_codes_are_held_against_an_offices_file() {
    let desk = Desk::new();
    desk.write("offices.toml", "");
    let swapped = opening("A-1").replace("vte-juvenile-court", "vte-prosecutor");
    let misspelt = opening("A-2").replace("\"vte-prosecutor\"", "\"vte-prosecuter\"");
    let transfer = action("A-2", "case_transferred", "2026-03-02", r#","court":"nowhere-at-all""#);
    desk.write("codes.jsonl", file(&[swapped, misspelt, transfer.replace("vte-inv", "vt-inv")]));
    let quiet = desk.run(["import", "codes.jsonl"]).ends_with(0);
    assert_eq!(quiet.err, "", "without a file nothing is known of them");
    let import = |language: &str| desk.run(["import", "codes.jsonl", "--offices", "offices.toml", "--lang", language]);
    let run = import("en").ends_with(0).complains(&[
        "codes.jsonl:1: warning: `court`: vte-prosecutor is listed as another kind of office; expected one of the kind court",
        "codes.jsonl:2: warning: `prosecutor`: vte-prosecuter is not among the offices; did you mean vte-prosecutor?",
        "codes.jsonl:3: warning: `by`: vt-investigation is not among the offices; did you mean vte-investigation?",
        "codes.jsonl:3: warning: `court`: nowhere-at-all is not among the offices\n",
    ]);
    assert_eq!(run.err.lines().count(), 4, "{}", run.err);
    import("lo").ends_with(0).complains(&["codes.jsonl:2: ຄຳເຕືອນ: `prosecutor`: vte-prosecuter ບໍ່ຢູ່ໃນບັນຊີຫ້ອງການ"]);
    let assess = desk.run(["assess", "codes.jsonl", "--offices", "offices.toml", "--format", "jsonl"]).ends_with(0);
    assert_eq!(assess.err, run.err);
}

#[test]
fn what_was_exported_can_be_imported_again_and_says_the_same() {
    let desk = Desk::new();
    let sample = sample("actions-300.jsonl");
    desk.run(["import".as_ref(), sample.as_os_str()]).ends_with(0);
    desk.run(["export", "out.jsonl"]).ends_with(0).says(&["8900 actions of 300 cases", "personal data"]);
    let exported = std::fs::read_to_string(desk.path("out.jsonl")).expect("the export");
    let first: serde_json::Value = serde_json::from_str(exported.lines().next().expect("a line")).expect("JSON");
    assert!(first["recorded_at"].is_string() && first["recorded_by"].is_string() && first["action"]["id"].is_string());
    assert_eq!(desk.run(["export"]).ends_with(0).out, exported);
    desk.run(["export", "out.jsonl"]).ends_with(1).complains(&["out.jsonl exists already"]);
    assert_eq!(std::fs::read_to_string(desk.path("out.jsonl")).expect("the export"), exported, "it stays as it was");
    desk.run(["export", "nowhere/out.jsonl"]).ends_with(2).complains(&["out.jsonl: cannot be written"]);

    let again = ["import", "out.jsonl", "--db", "again.db", "--as-history"];
    desk.run(again).ends_with(0).says(&["8900 actions recorded, 0 known already, 0 refused; 300 cases"]);
    desk.run(["import", "out.jsonl"]).ends_with(0).says(&["0 actions recorded, 8900 known already"]);
    let actions = |db: &str| {
        let run = desk.run(["export", "--db", db]).ends_with(0);
        let action = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["action"].to_string();
        let mut all: Vec<String> = run.out.lines().map(action).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(actions("kamnot.db"), actions("again.db"));
}

#[test]
fn of_very_many_warnings_it_is_said_how_many_lines_have_them_and_how_many_are_not_shown() {
    let desk = Desk::new();
    let check = |nth: usize| {
        let id = format!(r#","id":"00000000-0000-4000-8000-{nth:012}""#);
        action("A-1", "medical_check", "2026-03-01T11:00:00+07:00", &id)
    };
    let lines: Vec<String> = [opening("A-1")].into_iter().chain((1..=25).map(check)).collect();
    desk.write("same.jsonl", file(&lines));
    let run = desk.run(["import", "same.jsonl"]).ends_with(0);
    let shown = run.err.lines().filter(|line| line.contains("another medical_check")).count();
    assert_eq!(shown, 20, "{}", run.err);
    run.complains(&["same.jsonl: warning: 24 lines in all have this warning (same_moment); 4 of them are not shown"]);
    let lao = desk.run(["import", "same.jsonl", "--lang", "lo", "--db", "other.db"]).ends_with(0);
    lao.complains(&["ທັງໝົດ 24 ແຖວມີຄຳເຕືອນນີ້ (same_moment); ບໍ່ໄດ້ສະແດງ 4 ແຖວ"]);
}
