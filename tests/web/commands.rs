//! `kamnot people`, `kamnot tokens` and `kamnot offices adopt` beside a `serve` that shows pages.

use std::time::{Duration, Instant};

use tests::lines::{custody, file};
use tests::program::Desk;

use crate::browser::{Browser, add, handed, logged_in};
use crate::papers::with_legal_aid;
use crate::people::GOOD;
use crate::serving::Process;

const CLERK: [&str; 4] = ["--role", "clerk", "--office", "vte-juvenile-court"];

/// A log with a case.
fn with_a_case() -> Desk {
    let desk = Desk::new();
    desk.write("case.jsonl", file(&[with_legal_aid("A-1"), custody("A-1")]));
    desk.run(["import", "case.jsonl", "--as-history"]).ends_with(0);
    desk
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn a_person_added_on_the_command_line_logs_in_and_is_out_at_once_when_disabled() {
    let desk = with_a_case();
    let process = Process::serve(&desk, &[]);
    let (keo, mut codes) = logged_in(&desk, &process, "keo", &CLERK);
    assert_eq!(status(&keo.get("/cases/A-1")), "200");
    desk.run(["people", "list"]).ends_with(0).says(&["keo", "Keo Sisouk", "vte-juvenile-court", "39"]);
    desk.run(["people", "disable", "keo"]).ends_with(0);
    assert_eq!(status(&keo.get("/cases/A-1")), "303");
    let mut enter = |password: &str| Browser::at(&process).enter("keo", password, &codes.remove(0));
    assert_eq!(enter(GOOD), None);
    desk.run(["people", "list"]).ends_with(0).says(&["disabled"]);
    desk.run(["people", "enable", "keo"]).ends_with(0);
    assert_eq!(enter(GOOD).as_deref(), Some("/"));
    assert_eq!(status(&keo.get("/cases/A-1")), "303", "its sessions stay ended");
    let (password, new) = handed(&desk.run(["people", "reset", "KEO", "--paper"]).ends_with(0));
    assert_eq!(enter(GOOD), None);
    assert_eq!(Browser::at(&process).enter("keo", &password, &new[0]).as_deref(), Some("/"));
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn what_may_not_be_is_refused_and_nothing_is_kept() {
    let desk = Desk::new();
    let refused = |arguments: &[&str], code: i32, says: &[&str]| {
        let fixed = ["people", "add", "keo", "--name", "Keo Sisouk"];
        desk.run([&fixed[..], arguments].concat()).ends_with(code).complains(says);
    };
    desk.run(["people", "list"]).ends_with(2);
    refused(&["--role", "king"], 2, &["operator"]);
    refused(&["--role", "clerk"], 1, &["office"]);
    refused(&["--role", "clerk", "--office", "vte-prosecutor"], 1, &["kind"]);
    refused(&["--role", "clerk", "--office", "nowhere"], 1, &["office"]);
    refused(&["--role", "operator", "--office", "vte-prosecutor"], 1, &["operator"]);
    refused(&["--role", "operator", "--from", "2026-05-02", "--until", "2026-05-01"], 1, &[]);
    desk.run(["people", "reset", "keo"]).ends_with(1).complains(&["keo"]);
    add(&desk, "keo", &CLERK);
    refused(&CLERK, 1, &["login"]);
    desk.run(["people", "add", "Keo Sisouk", "--name", "x", "--role", "operator"]).ends_with(1);
    desk.run(["tokens", "add", "x", "--role", "operator"]).ends_with(1).complains(&["operator"]);
    let list = desk.run(["people", "list"]).ends_with(0);
    assert_eq!(list.out.matches("keo").count(), 1, "{}", list.out);
}

#[test]
fn a_token_counts_until_it_is_revoked_on_the_command_line() {
    let desk = with_a_case();
    let process = Process::serve(&desk, &[]);
    let add = |more: &[&str]| {
        let run = desk.run([&["tokens", "add", "case register"], &CLERK[..], more].concat()).ends_with(0);
        let value = |name: &str| run.out.lines().find_map(|line| line.strip_prefix(name)).expect(name).to_owned();
        (value("Id: "), value("Secret: "))
    };
    let ((id, secret), (_, past)) = (add(&[]), add(&["--until", "2026-01-31"]));
    let ask = |secret: &str| {
        let answer = process.get("/api/v1/cases/A-1", &format!("Authorization: Bearer {secret}\r\n"));
        status(&answer).to_owned()
    };
    assert_eq!([ask(&secret), ask(&past), ask(&secret[1..])], ["200", "401", "401"]);
    desk.run(["tokens", "revoke", &id]).ends_with(0);
    let begun = Instant::now();
    while ask(&secret) == "200" {
        assert!(begun.elapsed() < Duration::from_secs(2), "a revoked token counts for a second at most");
        std::thread::sleep(Duration::from_millis(50));
    }
    let list = desk.run(["tokens", "list"]).ends_with(0).says(&[&id, "case register"]);
    assert!(!list.out.contains(&secret[8..]), "{}", list.out);
    desk.run(["tokens", "revoke", "00000000-0000-0000-0000-000000000000"]).ends_with(1);
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn a_feed_counts_until_it_is_revoked_on_the_command_line() {
    let desk = with_a_case();
    let process = Process::serve(&desk, &[]);
    let run = desk.run(["feeds", "add", "duty phone", "--office", "vte-prosecutor"]).ends_with(0);
    let value = |name: &str| run.out.lines().find_map(|line| line.strip_prefix(name)).expect(name).to_owned();
    let (id, path) = (value("Id: "), value("Address: "));
    assert!(process.get(&path, "").contains("ສິ່ງຊ່ວຍຈື່"));
    let list = desk.run(["feeds", "list"]).ends_with(0).says(&[&id, "duty phone", "vte-prosecutor", "active"]);
    assert!(!list.out.contains(path.split('/').nth(2).expect("a secret")), "{}", list.out);
    desk.run(["feeds", "revoke", &id]).ends_with(0);
    assert_eq!(status(&process.get(&path, "")), "404", "at once");
    desk.run(["feeds", "list"]).ends_with(0).says(&["revoked"]);
    desk.run(["feeds", "revoke", "00000000-0000-0000-0000-000000000000"]).ends_with(1);
    desk.run(["feeds", "add", "x", "--office", "nowhere"]).ends_with(1);
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn people_of_a_restored_log_wait_for_people_confirm() {
    let desk = with_a_case();
    let (password, codes) = add(&desk, "keo", &CLERK);
    let (operator, keys) = add(&desk, "phet", &["--role", "operator"]);
    desk.run(["backup", "copy.db"]).ends_with(0);
    std::fs::remove_file(desk.path("kamnot.db")).expect("gone");
    std::fs::rename(desk.path("copy.db"), desk.path("kamnot.db")).expect("restored");
    for rest in ["kamnot.db-wal", "kamnot.db-shm"] {
        let _ = std::fs::remove_file(desk.path(rest));
    }
    let process = Process::serve(&desk, &[]);
    let enter = |login: &str, password: &str, code: &str| Browser::at(&process).enter(login, password, code);
    assert_eq!([enter("keo", &password, &codes[0]), enter("phet", &operator, &keys[0])], [None, None]);
    let page = process.get("/login", "Accept-Language: en\r\n");
    assert!(page.contains("kamnot people confirm"), "{page}");
    desk.run(["people", "confirm"]).ends_with(0);
    assert_eq!(enter("keo", &password, &codes[0]).as_deref(), Some("/"));
    assert_eq!(process.stop(), Some(0));
}

/// An office beside those of the program, or instead of one.
fn office(code: &str, kind: &str, more: &str) -> String {
    let text = "{ en = \"A new office\", lo = \"x\" }";
    format!("[{code}]\nkind = \"{kind}\"\nname = {text}\nprovince = {text}\n{more}\n")
}

#[test]
fn an_offices_file_is_shown_adopted_and_then_the_only_one_that_counts() {
    let desk = with_a_case();
    let own = office("xyz-prosecutor", "prosecutor", "");
    desk.write("offices.toml", &own);
    desk.write("other.toml", own.replace("A new office", "Another"));
    desk.write("wrong.toml", office("vte-prosecutor", "mediation", ""));
    let new = ["people", "add", "kham", "--name", "Kham", "--role", "prosecutor", "--office", "xyz-prosecutor"];
    desk.run(new).ends_with(1);
    // Shown, and nothing is written.
    desk.run(["offices", "adopt", "offices.toml"]).ends_with(0).says(&["xyz-prosecutor", "--yes"]);
    desk.run(new).ends_with(1);
    // What contradicts the cases of the log is refused.
    desk.run(["offices", "adopt", "wrong.toml", "--yes"]).ends_with(1).complains(&["vte-prosecutor"]);
    desk.run(["offices", "adopt", "offices.toml", "--yes"]).ends_with(0);
    desk.run(new).ends_with(0);
    desk.run(["offices", "adopt", "offices.toml", "--yes"]).ends_with(0).says(&["in force already"]);
    // A process with another one is refused, one with the same or none is not.
    let refused = ["--offices", "other.toml", "serve", "--web", "127.0.0.1:0"];
    desk.run(refused).ends_with(1).complains(&["has another offices file in force", "offices adopt"]);
    desk.run(["--offices", "other.toml", "people", "add", "noy", "--name", "Noy", "--role", "operator"])
        .ends_with(1)
        .complains(&["has another offices file in force"]);
    // Nor does one go on with the former when another is adopted.
    let process = Process::serve(&desk, &[]);
    desk.run(["offices", "adopt", "other.toml", "--yes"]).ends_with(0);
    let (code, said) = process.ends();
    assert!(code == Some(2) && said.contains("another offices file was put in force"), "{code:?} {said}");
    desk.run(["offices", "adopt", "offices.toml", "--yes"]).ends_with(0);
    for arguments in [&["--offices", "offices.toml"][..], &[]] {
        assert_eq!(Process::serve(&desk, arguments).stop(), Some(0));
    }
}
