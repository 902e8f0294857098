//! `kamnot seal`: what it refuses, what is left behind, byte by byte, and what a sealed case still proves and shows.

use std::collections::BTreeMap;

use rusqlite::Connection;
use tests::lines::{action, custody, file, opening};
use tests::program::Desk;

/// What is personal in the case that is sealed.
const WORDS: [&str; 4] = ["C-Somsak", "2010-05-06", "moved to Pakse", "ORDER-77"];
const SEAL: [&str; 4] = ["seal", "A-1", "--reason", "retention_ended"];

/// A log with a case that is over, and one that is not.
fn desk() -> Desk {
    let desk = Desk::new();
    let at = |day: &str| format!("2026-03-{day}T09:00:00+07:00");
    let order = r#","order":{"by":"prosecutor","number":"ORDER-77"}"#;
    let other = opening("B-2").replace("C-Somsak", "C-Noy").replace("2010-05-06", "2011-07-08");
    let lines = [
        opening("A-1"),
        custody("A-1"),
        action("A-1", "arrested", "2026-03-01T09:00:00+07:00", order),
        action("A-1", "released", &at("02"), r#","kind":"from_custody""#),
        action("A-1", "case_closed", &at("03"), r#","reason":"moved to Pakse""#),
        other,
    ];
    desk.write("cases.jsonl", file(&lines));
    desk.run(["import", "cases.jsonl"]).ends_with(0);
    std::fs::remove_file(desk.path("cases.jsonl")).expect("removed");
    desk
}

/// What the files of the folder hold.
fn files(desk: &Desk) -> BTreeMap<String, Vec<u8>> {
    let folder = std::fs::read_dir(desk.path("")).expect("the folder");
    let files = folder.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).expect("read"))).collect()
}

/// The files in which any of these stands.
fn found(desk: &Desk, needles: &[Vec<u8>]) -> Vec<String> {
    let holds = |bytes: &[u8]| needles.iter().any(|needle| bytes.windows(needle.len()).any(|found| found == *needle));
    files(desk).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name).collect()
}

#[test]
fn an_open_case_and_an_unknown_reason_are_refused_and_nothing_changes() {
    let desk = desk();
    let before = std::fs::read(desk.path("kamnot.db.master-key")).expect("a key");
    desk.run(["seal", "B-2", "--reason", "ordered"]).ends_with(1).complains(&["the case B-2 is open"]);
    desk.run(["seal", "A-2", "--reason", "ordered"]).ends_with(1).complains(&["was never opened"]);
    desk.run(["seal", "A-1", "--reason", "tidiness"]).ends_with(2).complains(&["retention_ended, ordered, requested"]);
    assert_eq!(std::fs::read(desk.path("kamnot.db.master-key")).expect("a key"), before);
    desk.run(["timeline", "A-1"]).ends_with(0).says(&WORDS);
}

#[test]
fn of_a_sealed_case_nothing_personal_is_left_in_any_file() {
    let desk = desk();
    let keys = || Connection::open(desk.path("kamnot.db.keys")).expect("the keys");
    let master = std::fs::read(desk.path("kamnot.db.master-key")).expect("a key");
    let mut needles: Vec<Vec<u8>> = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    needles.push(master[..64].to_vec());
    let wrapped = |sql: &str| -> Vec<Vec<u8>> {
        let keys = keys();
        let mut rows = keys.prepare(sql).expect("a statement");
        rows.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("bytes")).collect()
    };
    let before = wrapped("SELECT wrapped FROM keys");
    assert!(
        before.iter().all(|key| found(&desk, std::slice::from_ref(key)).len() == 1),
        "the search finds what is there"
    );
    needles.extend(before);

    desk.run(SEAL).ends_with(0).says(&["A-1: sealed.", "destroy the copies of the old one"]);
    desk.run(["backup", "later.db"]).ends_with(0);
    assert_eq!(found(&desk, &needles), Vec::<String>::new());
    assert_eq!(wrapped("SELECT id FROM keys WHERE wrapped = x''").len(), 2, "the case, and the old master key");
    desk.run(["check"]).ends_with(0);
    desk.run(["timeline", "B-2"]).ends_with(0).says(&["C-Noy", "2011-07-08"]);
    desk.run(SEAL).ends_with(0);
    desk.run(["check"]).ends_with(0);
}

#[test]
fn a_sealed_case_is_shown_counted_proved_and_exported_as_such() {
    let desk = desk();
    desk.run(SEAL).ends_with(0);
    let log = Connection::open(desk.path("kamnot.db")).expect("the log");
    let frozen = "SELECT at <= (SELECT recorded_at FROM cases WHERE reference = 'A-1') FROM frozen_figures WHERE quarter = '2026-Q1'";
    assert!(log.query_row(frozen, [], |row| row.get::<_, bool>(0)).expect("kept"), "it was counted before");
    drop(log);
    let office = ["figures", "--office=vte-juvenile-court", "--period=2026", "--format=json"];
    desk.run(office).ends_with(0).says(&["sex_sealed", "age_sealed"]);

    let shown = desk.run(["timeline", "A-1"]).ends_with(0).out;
    assert!(shown.contains("sealed") && WORDS.iter().all(|word| !shown.contains(word)), "{shown}");
    desk.run(["timeline", "A-1", "--html"]).ends_with(0).says(&["was personal in this case is destroyed"]);

    desk.run(["key", "--log-key", "log-key", "new", "--origin", "kamnot.example/test", "--no-passphrase"]).ends_with(0);
    desk.run(["evidence", "A-1", "-o", "case.evidence", "--log-key", "log-key"]).ends_with(0);
    let show = desk.run(["key", "--log-key", "log-key", "show"]).ends_with(0).out;
    let fingerprint = show.lines().nth(2).expect("a fingerprint").trim();
    let verified = desk.run(["verify", "case.evidence", "--fingerprint", fingerprint]).ends_with(0);
    verified.says(&["holds everything that the log held of case A-1", "come out the same", "are not disclosed"]);

    desk.run(["export", "all.jsonl"]).ends_with(0);
    let lines = std::fs::read_to_string(desk.path("all.jsonl")).expect("an export");
    let of = |case: &str| lines.lines().filter(|line| line.contains(case)).collect::<Vec<&str>>().join("\n");
    assert_eq!(
        (of("\"A-1\"").matches("\"sealed\":true").count(), of("\"B-2\"").matches("\"sealed\":").count()),
        (5, 0)
    );
    assert!(of("\"A-1\"").contains("\"derived\":{\"basis\":\"birth_date\""), "{lines}");
    let taken = desk.run(["import", "all.jsonl", "--db", "new.db"]).ends_with(1);
    taken.complains(&["is of a case that was sealed"]);
    desk.run(["timeline", "B-2", "--db", "new.db"]).ends_with(0).says(&["C-Noy"]);
}

#[test]
fn a_master_key_that_another_log_uses_is_not_destroyed_and_nothing_is_recorded() {
    let desk = desk();
    let shared = ["--master-key", "kamnot.db.master-key"];
    desk.write("more.jsonl", file(&[opening("C-3")]));
    desk.run([&["import", "more.jsonl", "--db", "other.db"][..], &shared].concat()).ends_with(0);
    desk.run(SEAL).ends_with(2).complains(&["uses it too", "--master-key"]);
    desk.run(["timeline", "A-1"]).ends_with(0).says(&WORDS);
    desk.run([&["timeline", "C-3", "--db", "other.db"][..], &shared].concat()).ends_with(0).says(&["C-Somsak"]);
}
