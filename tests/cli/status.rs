//! `kamnot status`: whether all is well, on one screen and for scripts.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;
use tests::lines::opening;
use tests::program::Desk;

/// A log with a case, reconciled and backed up.
fn looked_after() -> Desk {
    let desk = Desk::new();
    desk.run_with(["import", "-"], opening("VTE-2026-0001").as_bytes()).ends_with(0);
    desk.run(["reconcile"]).ends_with(0);
    desk.run(["backup", "backup.db"]).ends_with(0);
    desk
}

/// The state of each check.
fn states(out: &str) -> Vec<(String, String)> {
    let status: Value = serde_json::from_str(out).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let checks = status["checks"].as_array().expect("a list");
    checks.iter().map(|check| (text(&check["check"]), text(&check["state"]))).collect()
}

fn state(out: &str, of: &str) -> String {
    states(out).into_iter().find(|(check, _)| check == of).expect("a check").1
}

#[test]
fn a_log_that_is_looked_after_is_well_and_the_exit_code_says_so() {
    let desk = looked_after();
    let said = desk.run(["status"]).ends_with(0).says(&["all is well", "SQLite 3.", "law-05-na-2006"]).out;
    assert!(said.lines().count() <= 24, "one screen: {said}");
    let out = desk.run(["status", "--format", "json"]).ends_with(0).out;
    let unknown: Vec<String> =
        states(&out).into_iter().filter(|(_, state)| state == "unknown").map(|(check, _)| check).collect();
    assert_eq!(unknown, ["nats", "serve"], "what it was not asked to look at is not taken for well");
    desk.run(["status", "--lang", "lo"]).ends_with(0).says(&["ທຸກຢ່າງປົກກະຕິ"]);
}

#[test]
fn what_wants_attention_is_named_each_by_itself() {
    let desk = Desk::new();
    desk.run(["status"]).ends_with(2);
    desk.run_with(["import", "-"], opening("VTE-2026-0001").as_bytes()).ends_with(0);
    let out = desk.run(["status", "--format", "json"]).ends_with(1).out;
    assert_eq!([state(&out, "reconciliation"), state(&out, "backup")], ["attention", "attention"]);
    let desk = looked_after();
    let set = |key: &str, value: &str| {
        let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
        log.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [key, value]).expect("set");
    };
    set("clock_in_doubt", "yes");
    let out = desk.run(["status", "--format", "json"]).ends_with(1).out;
    assert_eq!(state(&out, "clock"), "attention");
    set("clock_in_doubt", "no");
    set("backup", "2026-01-05T08:00:00+07:00");
    let out = desk.run(["status", "--format", "json"]).ends_with(1).out;
    assert_eq!(state(&out, "backup"), "attention");
    let out = desk.run(["status", "--format", "json", "--nats", "nats://127.0.0.1:1"]).ends_with(1).out;
    assert_eq!(state(&out, "nats"), "attention");
}

#[test]
fn what_a_running_serve_says_of_itself_is_passed_on() {
    let desk = looked_after();
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\n\r\nready\n", "well"),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\nthe store: locked\n", "attention"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let serve = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("asked");
            let mut asked = [0; 256];
            let read = stream.read(&mut asked).expect("a question");
            assert!(asked[..read].starts_with(b"GET /readyz HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).expect("answered");
        });
        let run = desk.run(["status", "--format", "json", "--listen", &address]);
        assert_eq!(state(&run.out, "serve"), expected, "{}", run.out);
        serve.join().expect("asked once");
    }
}

#[test]
fn a_log_that_was_moved_wants_attention_and_says_where_it_is() {
    let desk = looked_after();
    desk.run(["move", "--from", "kamnot.db", "--to", "new.db"]).ends_with(0);
    let run = desk.run(["status", "--format", "json"]).ends_with(1).says(&["new.db and sealed"]);
    assert_eq!([state(&run.out, "log"), state(&run.out, "watch")], ["attention", "unknown"]);
    assert!(!run.err.contains("nothing of this was recorded"), "{}", run.err);
    desk.run(["status"]).ends_with(1).says(&["ATTENTION", "moved to"]);
    let again = ["move", "--from", "kamnot.db", "--to", "third.db"];
    let run = desk.run(again).ends_with(2).complains(&["was moved to", "is sealed; work on"]);
    assert!(!run.err.contains("nothing of this was recorded"), "{}", run.err);
    let run = desk.run_with(["record"], opening("A-9").as_bytes()).ends_with(2);
    run.complains(&["is sealed; nothing of this was recorded; work on"]);
}
