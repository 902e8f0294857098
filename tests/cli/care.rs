//! Looking after an installation: rebuild, check, the clock, the rulebook in force.

use engine::rulebook::LAW_05_NA_2006;
use tests::lines::{custody, opening, recorded};
use tests::program::Desk;

fn with_a_case() -> Desk {
    let released = tests::lines::action("A-1", "released", "2026-03-03T09:00:00+07:00", r#","kind":"from_custody""#);
    recorded(&[opening("A-1"), custody("A-1"), released])
}

/// The law with another number of hours.
fn with_hours(hours: &str) -> String {
    let changed = LAW_05_NA_2006.replacen("limit = \"48h\"", &format!("limit = \"{hours}\""), 1);
    assert_ne!(changed, LAW_05_NA_2006);
    changed
}

#[test]
fn check_finds_what_does_not_fit_and_rebuild_mends_it() {
    let desk = with_a_case();
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    log.execute("UPDATE cases SET court = 'elsewhere'", []).expect("one row");
    drop(log);
    desk.run(["check"]).ends_with(2).says(&["A-1"]).complains(&["problem", "see above"]);
    desk.run(["rebuild"]).ends_with(0).says(&[" events of 1 case; 1 row did not match the log and was corrected"]);
    desk.run(["check"]).ends_with(0).says(&["in order"]);
}

#[test]
fn the_clock_is_confirmed_in_the_log() {
    let desk = with_a_case();
    desk.run(["clock", "confirm"]).ends_with(0).says(&["is confirmed"]);
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    let said: String =
        log.query_row("SELECT value FROM meta WHERE key = 'clock_confirmed'", [], |row| row.get(0)).expect("a word");
    assert!(said.ends_with("+07:00"), "{said}");
}

#[test]
fn a_rulebook_is_checked_with_its_line() {
    let desk = Desk::new();
    desk.write("good.toml", LAW_05_NA_2006);
    desk.run(["rules", "check", "good.toml"]).ends_with(0).says(&["in order", "sha256:"]);
    desk.write("bad.toml", with_hours("two days"));
    desk.run(["rules", "check", "bad.toml"]).ends_with(1).complains(&["bad.toml, line ", "two days", "48h"]);
    desk.run(["rules", "check", "none.toml"]).ends_with(2).complains(&["none.toml: cannot be read"]);
}

#[test]
fn another_rulebook_is_refused_until_it_is_adopted() {
    let desk = with_a_case();
    desk.write("24h.toml", with_hours("24h"));
    let refused = desk.run(["docket", "--court=vte-juvenile-court", "--rulebook=24h.toml"]).ends_with(2);
    refused.complains(&["kamnot rules adopt"]);
    let shown = desk.run(["rules", "adopt", "24h.toml"]).ends_with(0);
    shown.says(&["A-1: custody-48h", "→", "1 of 1 cases would change", "add --yes"]);
    let in_force = || desk.run(["alerts", "--prosecutor=vte-prosecutor", "--format=json"]).ends_with(0).out;
    assert!(!in_force().contains("\"custody-48h\""), "nothing was written");
    desk.run(["rules", "adopt", "24h.toml", "--yes"]).ends_with(0).says(&["is in force"]);
    assert!(in_force().contains("\"custody-48h\""), "the breach under the new rulebook is told");
    desk.run(["check"]).ends_with(0);
    desk.run(["rules", "adopt", "24h.toml", "--yes"]).ends_with(0).says(&["in force already"]);
    desk.run(["rules", "custody-48h"]).ends_with(0).says(&["Limit: 24 hours"]);
}

#[test]
fn help_teaches_with_examples() {
    let desk = Desk::new();
    desk.run(["--help"]).ends_with(0).says(&["kamnot demo", "kamnot import", "Exit code"]);
    for command in [
        "demo",
        "import",
        "record",
        "assess",
        "docket",
        "inbox",
        "figures",
        "alerts",
        "timeline",
        "serve",
        "mail",
        "rules",
        "offices",
        "key",
        "checkpoint",
        "check",
        "evidence",
        "verify",
    ] {
        desk.run([command, "--help"]).ends_with(0).says(&["Usage: kamnot"]);
    }
    desk.run(["frobnicate"]).ends_with(2);
}

#[test]
fn a_damaged_event_is_left_out_of_a_list_and_named_and_the_other_cases_stand_in_it() {
    let desk = recorded(&[opening("A-1"), custody("A-1"), opening("B-2"), custody("B-2")]);
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    let spoilt = "UPDATE events SET payload = replace(payload, 'custody_started', 'custody_startee') WHERE position =
        (SELECT min(e.position) FROM events e JOIN alerts a ON a.position = e.position JOIN cases c USING (case_key)
         WHERE c.reference = 'A-1')";
    assert_eq!(log.execute(spoilt, []).expect("the harm"), 1);
    for list in [
        &["alerts", "--court=vte-juvenile-court", "--format=json"][..],
        // Before the custody: no view answers for that instant.
        &["docket", "--court=vte-juvenile-court", "--at=2026-03-01T09:20:00+07:00", "--format=json"],
    ] {
        let run = desk.run(list).ends_with(2).complains(&["the list is incomplete", "A-1"]);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&run.out).expect("an array");
        assert!(rows.iter().any(|row| row["case"] == "B-2"), "{list:?}: {rows:#?}");
    }
}
