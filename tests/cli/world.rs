//! What the world does to the program: full disks, foreign files, locks, closed pipes, signals.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::lines::{file, opening, sample, sample_and_a_bad_line, with_a_case};
use tests::program::{Desk, program};

#[test]
fn a_full_disk_ends_an_import_and_the_next_one_goes_on() {
    let desk = Desk::new();
    let actions = desk.write("sample.jsonl", sample_and_a_bad_line());
    // No file may grow beyond 2 MB, as on a disk with no more room.
    let script = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" import \"$1\"";
    let mut limited = Command::new("bash");
    limited.args(["-c", script]).arg(program()).arg(&actions).current_dir(desk.path(""));
    let output = limited.stdin(Stdio::null()).output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("import the file again once this is fixed"), "{said}");
    assert!(!said.contains("nothing of this was recorded"), "{said}");
    desk.run(["check"]).ends_with(0);
    desk.run(["import".as_ref(), actions.as_os_str()]).ends_with(1).complains(&[":8916: "]);
    desk.run(["check"]).ends_with(0);
    let docket = ["docket", "--court=vte-juvenile-court", "--format=json", "--at", tests::lines::SAMPLE_AT];
    let recovered = desk.run(docket).ends_with(0).out;
    let other = Desk::new();
    other.run(["import".as_ref(), actions.as_os_str()]).ends_with(1);
    assert_eq!(recovered, other.run(docket).ends_with(0).out);
}

#[test]
fn no_room_for_the_output_is_a_fault() {
    let desk = Desk::new();
    desk.write("case.jsonl", file(&[opening("A-1")]));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = desk.command(["assess", "case.jsonl"]).stdout(full).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("writing to standard output failed"));
}

#[test]
fn a_reader_who_has_enough_is_no_fault() {
    let desk = Desk::new();
    let actions = desk.write("sample.jsonl", sample_and_a_bad_line());
    let mut child = desk.command(["assess".as_ref(), actions.as_os_str()]).spawn().expect("the program starts");
    let mut first = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut first).expect("some output");
    let output = child.wait_with_output().expect("it ends");
    // One line is refused, which is all that the exit code says.
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_reader_who_has_enough_of_the_alerts_is_no_fault() {
    let desk = Desk::new();
    desk.run(["import".as_ref(), sample("actions-300.jsonl").as_os_str()]).ends_with(0);
    let list = ["alerts", "--prosecutor=vte-prosecutor", "--format=jsonl"];
    let mut child = desk.command(list).spawn().expect("the program starts");
    let mut first = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut first).expect("some output");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr)), (Some(0), "".into()));
}

#[test]
fn a_file_that_is_no_database() {
    let desk = Desk::new();
    desk.write("kamnot.db", "dear prosecutor, ".repeat(100));
    desk.run(["check"]).ends_with(2).complains(&["kamnot.db", "no database"]);
    desk.write("case.jsonl", file(&[opening("A-1")]));
    desk.run(["import", "case.jsonl"]).ends_with(2).complains(&["no database"]);
    let kept = std::fs::read_to_string(desk.path("kamnot.db")).expect("text");
    assert!(kept.starts_with("dear prosecutor, "));
}

#[test]
fn a_log_of_a_newer_program() {
    let desk = with_a_case();
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    log.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'", []).expect("one row");
    drop(log);
    desk.run(["docket", "--court", "vte-juvenile-court"]).ends_with(2).complains(&["layout 99", "newer"]);
}

#[test]
fn a_log_that_another_program_holds_locked() {
    let desk = with_a_case();
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    log.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    desk.write("more.jsonl", file(&[opening("B-2")]));
    let run = desk.run(["import", "more.jsonl", "--wait", "1"]).ends_with(2);
    run.complains(&[
        "another program has held kamnot.db locked for 1 s",
        "Whether any of its actions was recorded is unknown",
    ]);
    let run = desk.run_with(["record", "--wait", "0"], opening("B-2").as_bytes()).ends_with(2);
    run.complains(&["locked for 0 s; nothing of this was recorded"]);
    log.execute_batch("ROLLBACK").expect("it was begun");
    desk.run(["import", "more.jsonl"]).ends_with(0).says(&["1 action recorded"]);
}

#[test]
fn a_first_start_that_was_cut_short_is_begun_by_the_next() {
    let desk = Desk::new();
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("a file");
    log.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).expect("no log yet");
    drop(log);
    assert!(std::fs::metadata(desk.path("kamnot.db")).expect("a file").len() > 0);
    desk.run(["check"]).ends_with(2).complains(&["kamnot.db is empty; it holds no log"]);
    desk.write("case.jsonl", file(&[opening("A-1")]));
    desk.run(["import", "case.jsonl"]).ends_with(0).says(&["1 action recorded"]);
    desk.run(["check"]).ends_with(0);
}

#[test]
fn a_wait_of_more_than_a_day_is_refused() {
    let desk = with_a_case();
    desk.run(["check", "--wait", "3000000"]).ends_with(2).complains(&["3000000", "86400"]);
    desk.run(["check", "--wait", "86400"]).ends_with(0);
}

#[test]
fn names_from_outside_do_nothing_to_the_terminal() {
    let desk = with_a_case();
    desk.write(
        "offices.toml",
        r#"[vte-juvenile-court]
kind = "court"
court = "juvenile_court"
name = { en = "Court\u001b[2J", lo = "ສານ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
"#,
    );
    let named = "bad\u{1b}[2J.jsonl";
    desk.write(named, "{\n");
    let docket = ["docket", "--court=vte-juvenile-court", "--offices=offices.toml"];
    for arguments in [&docket[..], &["import", named], &["import", "no\u{1b}[2J.jsonl"]] {
        let run = desk.run(arguments);
        let said = run.out + &run.err;
        assert!(said.contains("\u{fffd}[2J") && !said.contains('\u{1b}'), "{said:?}");
    }
}

#[test]
fn a_log_that_is_not_there_is_not_begun_by_a_question() {
    let desk = Desk::new();
    desk.run(["docket", "--court", "vte-juvenile-court"]).ends_with(2).complains(&["kamnot.db", "no log"]);
    assert!(!desk.path("kamnot.db").exists());
}

#[test]
fn serve_ends_in_order_when_it_is_told_to() {
    let desk = with_a_case();
    for signal in ["-TERM", "-INT"] {
        let mut child = desk.command(["serve", "--log", "json"]).spawn().expect("the program starts");
        let mut err = child.stderr.take().expect("piped");
        let mut said = String::new();
        let begun = Instant::now();
        let mut byte = [0];
        while !said.contains("\"watching\"") && begun.elapsed() < Duration::from_secs(20) {
            if err.read(&mut byte).expect("readable") == 0 {
                break;
            }
            said.push(char::from(byte[0]));
        }
        let told = Command::new("kill").arg(signal).arg(child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        let status = child.wait().expect("it ends");
        err.read_to_string(&mut said).expect("text");
        assert_eq!(status.code(), Some(0), "{said}");
        assert!(said.contains("stopped"), "{said}");
    }
}

#[test]
fn no_colour_where_nobody_sees_it() {
    let desk = with_a_case();
    for command in [&["docket", "--court=vte-juvenile-court"][..], &["timeline", "A-1"], &["rules"]] {
        let run = desk.run(command).ends_with(0);
        assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    }
}
