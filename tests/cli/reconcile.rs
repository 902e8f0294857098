//! `kamnot reconcile`: what it prints and how it ends.

use serde_json::Value;
use tests::lines::{custody, file, opening, recorded};
use tests::program::Desk;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_log_in_order_is_said_to_be_so_and_one_that_nobody_watches_is_an_alarm() {
    let desk = Desk::new();
    desk.write("case.jsonl", file(&[opening("A-1"), custody("A-1")]));
    desk.run(["reconcile"]).ends_with(2).complains(&["kamnot.db"]);
    desk.run(["import", "case.jsonl"]).ends_with(0);
    desk.run(["reconcile", "--last"]).ends_with(1).complains(&["never reconciled"]);
    let run = desk.run(["reconcile"]).ends_with(0);
    run.says(&["1 case recomputed from", "0 delivered", "marks of delivery", "Nothing differs."]);
    desk.run(["reconcile", "--last"]).ends_with(0).says(&["Nothing differs."]);

    // Ten years on nobody has told what fell due since, nor delivered what was told.
    let later = ["reconcile", "--at", "2036-10-01T08:00:00+07:00", "--patience", "0"];
    let run = desk.run(later).ends_with(1);
    run.says(&[
        "DIFFERENT",
        "undelivered",
        "does `kamnot serve` run",
        "A-1",
        "Silent for 14 days or more",
        "vte-prosecutor",
    ]);
    let last = desk.run(["reconcile", "--last", "--format", "json"]).ends_with(1).out;
    let last = json(&last);
    assert_eq!(last["evaluated"], 1);
    assert!(last["different"].as_u64() > Some(0), "{last}");
    assert_eq!(last["first"][0]["case"], "A-1");
    assert!(!last.to_string().contains("Somsak") && !last.to_string().contains("2010-05-06"), "{last}");
}

#[test]
fn offices_that_are_silent_are_listed_the_longest_silent_first() {
    let desk = Desk::new();
    desk.write("case.jsonl", file(&[opening("A-1"), custody("A-1")]));
    desk.run(["offices", "--silent"]).ends_with(2);
    desk.run(["import", "case.jsonl"]).ends_with(0);
    desk.run(["offices", "--silent"]).ends_with(1).complains(&["`kamnot reconcile` does it"]);
    // The court and the prosecutor have the case and never sent anything.
    desk.run(["reconcile", "--silent-days", "0"]).ends_with(0).says(&["vte-juvenile-court", "never"]);
    let silent = desk.run(["offices", "--silent"]).ends_with(0).says(&["As of the reconciliation of"]).out;
    let row = |office: &str| silent.lines().position(|line| line.starts_with(office)).expect(office);
    assert!(silent.lines().nth(row("vte-prosecutor")).expect("a row").contains("never"), "{silent}");
    assert!(!silent.lines().nth(row("vte-investigation")).expect("a row").contains("never"), "{silent}");
    // A closed case is nobody's to speak of.
    let closed = r#"{"case":"A-1","action":"case_closed","at":"2026-03-02","by":"vte-prosecutor","reason":"merged"}"#;
    desk.run_with(["record"], closed.as_bytes()).ends_with(0);
    desk.run(["reconcile"]).ends_with(0);
    let silent = desk.run(["offices", "--silent"]).ends_with(0).says(&["no office has an open case"]).out;
    assert!(!silent.contains("vte-") && silent.lines().count() == 1, "{silent}");
}

#[test]
fn a_server_that_cannot_be_reached_is_a_fault_and_no_finding() {
    let desk = recorded(&[opening("A-1")]);
    let port = scenarios::servers::nats_server::free_ports(1)[0];
    let nats = format!("nats://127.0.0.1:{port}");
    desk.run(["reconcile", "--patience", "0", "--nats", &nats]).ends_with(2).complains(&["cannot be reached"]);
    desk.run(["reconcile", "--nats", "nowhere at all"]).ends_with(2).complains(&["not of the form"]);
    desk.run(["serve", "--reconcile-at", "25:00"]).ends_with(2).complains(&["a time of the day in Vientiane"]);
}
