//! `kamnot inbox`: what an office has to act on, and what it does about it, in a log.

use serde_json::Value;
use service::clock::{Clock as _, SystemClock};
use tests::lines::{custody, opening, recorded};
use tests::program::Desk;

const OFFICE: &str = "vte-investigation";
const ID: &str = "00000000-0000-4000-8000-000000000007";

fn desk() -> Desk {
    recorded(&[opening("A-1"), custody("A-1")])
}

fn until() -> String {
    SystemClock.now().plus(3600).to_string()
}

fn take(desk: &Desk, office: &str, key: &str, until: &str) -> tests::program::Run {
    desk.run(["inbox", "take", "A-1", key, "--as", office, "--doing", "free the child", "--until", until, "--id", ID])
}

#[test]
fn an_item_is_listed_taken_given_back_and_the_timeline_says_so_without_what_is_the_offices_own() {
    let (desk, until) = (desk(), until());
    let list = |language: &str| desk.run(["inbox", "list", "--as", OFFICE, "--lang", language]).ends_with(0);
    list("en").says(&["To act on", "A-1", "nobody", "custody-48h."]);
    list("lo").says(&["ສິ່ງທີ່ຕ້ອງຈັດການ", "ບໍ່ມີໃຜ"]);
    take(&desk, OFFICE, "custody-48h", &until).ends_with(0).says(&["A-1: takes recorded as", ID]);
    take(&desk, OFFICE, "custody-48h", &until).ends_with(0).says(&["was recorded already; nothing changed"]);
    list("en").says(&["the office, "]);
    let csv = desk.run(["inbox", "list", "--as", OFFICE, "--format", "csv"]).ends_with(0).out;
    assert!(csv.lines().count() > 1 && csv.contains("the office, "), "{csv}");
    desk.run(["inbox", "give-back", "A-1", "custody-48h", "--as", OFFICE]).ends_with(0);
    desk.run(["inbox", "note", "A-1", "--as", OFFICE]).ends_with(0);

    let timeline = |format: &str| desk.run(["timeline", "A-1", "--format", format]).ends_with(0).out;
    let entries: Vec<Value> = serde_json::from_str(&timeline("json")).expect("an array");
    let handled: Vec<&Value> = entries.iter().filter(|entry| entry["entry"] == "handling").collect();
    let taken =
        handled.iter().find(|entry| entry["doing"] == "takes" && entry["kind"] == "breach").expect("the taking");
    assert_eq!((&taken["rule"], &taken["by"]), (&"custody-48h".into(), &OFFICE.into()), "{taken}");
    assert_eq!(taken["until"], until.as_str());
    let alert = entries.iter().find(|entry| entry["entry"] == "alert" && entry["id"] == taken["alert"]);
    assert_eq!(alert.expect("the alert")["kind"], "breach");
    for doing in ["gives_back", "notes"] {
        assert!(handled.iter().any(|entry| entry["doing"] == doing && entry["until"].is_null()), "{doing}");
    }
    for (format, words) in [("table", "given back"), ("csv", "given back (")] {
        let out = timeline(format);
        assert!(out.contains(words) && out.contains("noted"), "{out}");
    }
    for format in ["table", "csv", "json"] {
        assert!(!timeline(format).contains("free the child"), "{format}");
    }
}

#[test]
fn what_is_not_the_offices_own_or_unclear_is_refused_and_nothing_is_recorded() {
    let (desk, until) = (desk(), until());
    take(&desk, "lpb-prosecutor", "custody-48h", &until).ends_with(1).complains(&["was not raised for this office"]);
    take(&desk, OFFICE, "remand-cap", &until).ends_with(1).complains(&["is not open any more"]);
    take(&desk, OFFICE, "custody-48h", "2026-01-01").ends_with(1).complains(&["expected an instant ahead"]);
    desk.run(["inbox", "note", "A-1", "custody-48h", "--as", OFFICE])
        .ends_with(1)
        .complains(&["is about a time limit"]);
    let to =
        ["inbox", "hand-over", "A-1", "custody-48h", "--as", OFFICE, "--to", ID, "--doing", "x", "--until", &until];
    desk.run(to).ends_with(1).complains(&["not a person of this office"]);
    desk.run(["inbox", "list", "--as", "vte-investigatoin"]).ends_with(1).complains(&["vte-investigation"]);
    assert!(!desk.run(["export"]).ends_with(0).out.contains("alert_acknowledged"));
}

#[test]
fn an_item_is_handed_to_a_person_by_login_name_or_by_the_id_that_the_list_of_people_shows() {
    let (desk, until) = (desk(), until());
    for (login, office) in [("noy", OFFICE), ("keo", "lpb-investigation")] {
        let role = ["--name", "Somebody", "--role", "investigator", "--office", office];
        desk.run([&["people", "add", login], &role[..]].concat()).ends_with(0);
    }
    let to = |person: &str, more: &[&str]| {
        let own = ["inbox", "hand-over", "A-1", "custody-48h", "--as", OFFICE, "--doing", "x", "--until", &until];
        desk.run([&own[..], &["--to", person], more].concat())
    };
    to("Noy", &[]).ends_with(0).says(&["hands_over recorded"]);
    to("keo", &[]).ends_with(1).complains(&["not a person of this office"]);
    to("somebody", &[]).ends_with(1).complains(&["nobody has this login name"]);
    to("noy", &["--nats", "nats://127.0.0.1:1"]).ends_with(1).complains(&["people list --format json"]);
    let people = desk.run(["people", "list", "--format", "json"]).ends_with(0).out;
    let people: Vec<Value> = serde_json::from_str(&people).expect("an array");
    let noy = people.iter().find(|person| person["login"] == "noy").expect("a person");
    assert_eq!((&noy["roles"][0]["office"], &noy["disabled"]), (&OFFICE.into(), &Value::Null), "{noy}");
    to(noy["id"].as_str().expect("an id"), &[]).ends_with(0);
    desk.run(["people", "list", "--format", "csv"]).ends_with(0).says(&["noy,Somebody,"]);
}

#[test]
fn one_finding_is_counted_in_the_singular() {
    let run = desk().run(["inbox", "list", "--as", OFFICE]).ends_with(0);
    assert!(!run.out.contains("1 findings"), "{}", run.out);
}

#[test]
fn today_for_a_shift_lists_what_runs_out_before_the_next_one_alone() {
    let desk = desk();
    let today = |at: &str, more: &[&str]| {
        let own = ["today", "--office", OFFICE, "--format", "json", "--at", at];
        let out = desk.run([&own[..], more].concat()).ends_with(0).out;
        let owed: Vec<Value> = serde_json::from_str(&out).expect("an array");
        owed.iter().filter(|duty| duty["rule"] == "custody-48h").count()
    };
    // It ends on 3 March at 09:29:59.
    assert_eq!((today("2026-03-02T17:00:00+07:00", &[]), today("2026-03-02T17:00:00+07:00", &["--shift"])), (1, 0));
    assert_eq!(today("2026-03-03T07:30:00+07:00", &["--shift"]), 1);
    assert_eq!((today("2026-03-03T10:00:00+07:00", &[]), today("2026-03-03T10:00:00+07:00", &["--shift"])), (1, 0));
}
