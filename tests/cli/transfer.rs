//! `kamnot transfer`: what it would change, what it changes, and a run that was killed.

use std::time::Duration;

use tests::lines::{action, custody, file, opening};
use tests::program::Desk;

const CHANGE: &str = r#"
[vte-investigation]
kind = "investigator"
name = { en = "Old Investigation", lo = "ສືບສວນເກົ່າ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
succeeded_by = ["new-investigation"]

[new-investigation]
kind = "investigator"
name = { en = "New Investigation", lo = "ສືບສວນໃໝ່" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
"#;
const FROM_TO: [&str; 5] = ["transfer", "--from", "vte-investigation", "--to", "new-investigation"];

/// A log in which an office is a former one, with so many cases.
fn desk(cases: usize) -> Desk {
    let desk = Desk::new();
    desk.write("offices.toml", CHANGE);
    let lines: Vec<String> =
        (1..=cases).flat_map(|n| [opening(&format!("A-{n}")), custody(&format!("A-{n}"))]).collect();
    desk.write("cases.jsonl", file(&lines));
    desk.run(["import", "cases.jsonl"]).ends_with(0);
    desk.run(["offices", "adopt", "offices.toml", "--yes"]).ends_with(0);
    desk
}

fn transfers(desk: &Desk) -> usize {
    desk.run(["export"]).ends_with(0).out.matches("\"case_transferred\"").count()
}

fn transfer(desk: &Desk, more: &[&str]) -> tests::program::Run {
    desk.run([&FROM_TO[..], more].concat())
}

#[test]
fn without_yes_it_shows_what_would_change_and_then_does_exactly_that_once() {
    let desk = desk(3);
    let shown = transfer(&desk, &[]).ends_with(0);
    let shown = shown.says(&["Cases: 3.", "Alerts withdrawn", "A-1", "A-3", "add --yes"]);
    assert_eq!(transfers(&desk), 0);
    assert_eq!(transfer(&desk, &["--list"]).ends_with(0).out, "A-1\nA-2\nA-3\n");
    let done = transfer(&desk, &["--yes"]).ends_with(0);
    assert_eq!(done.out.lines().next(), shown.out.lines().next(), "as it was shown");
    assert_eq!(transfers(&desk), 3);
    transfer(&desk, &["--yes"]).ends_with(0).says(&["Cases: 0."]);
    assert_eq!(transfers(&desk), 3);
    desk.run(["today", "--office", "new-investigation"]).ends_with(0).says(&["A-1", "A-2", "A-3"]);
    desk.run(["check"]).ends_with(0);
    desk.run(["offices"]).ends_with(0).says(&["Old Investigation → new-investigation"]);
}

#[test]
fn a_part_goes_by_a_list_or_by_an_office_that_has_the_cases_too() {
    let desk = desk(3);
    desk.write("north.txt", "A-2\n\n");
    transfer(&desk, &["--cases", "north.txt", "--yes"]).ends_with(0).says(&["Cases: 1."]);
    assert_eq!(transfers(&desk), 1);
    transfer(&desk, &["--with", "lpb-juvenile-court", "--yes"]).ends_with(0).says(&["Cases: 0."]);
    transfer(&desk, &["--with", "vte-juvenile-court", "--yes"]).ends_with(0).says(&["Cases: 2."]);
    desk.write("bad.txt", "A 2\n");
    transfer(&desk, &["--cases", "bad.txt"]).ends_with(1).complains(&["bad.txt:1", "reference"]);
}

#[test]
fn cases_go_only_to_an_office_that_takes_the_place_of_the_other() {
    let desk = desk(1);
    let refused = |to: &str, says: &str| {
        desk.run(["transfer", "--from", "vte-investigation", "--to", to, "--yes"]).ends_with(1).complains(&[says]);
    };
    refused("lpb-investigation", "succeeded_by");
    refused("vte-prosecutor", "one kind");
    refused("nowhere", "nowhere is not in the list of offices");
    refused("vte-investigation", "the same");
    assert_eq!(transfers(&desk), 0);
}

#[test]
fn an_action_that_names_a_former_office_is_warned_of_with_its_successor() {
    let desk = desk(1);
    let line = action("A-1", "medical_check", "2026-03-01T10:00:00+07:00", "");
    desk.write("late.jsonl", file(&[line]));
    desk.run(["import", "late.jsonl"])
        .ends_with(0)
        .complains(&["vte-investigation no longer exists", "new-investigation"]);
}

#[test]
fn a_run_that_is_killed_is_run_again_and_no_case_goes_twice() {
    const CASES: usize = 1_500;
    let desk = desk(CASES);
    for pause in [300, 700] {
        let mut child = desk.command([&FROM_TO[..], &["--yes"]].concat()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().expect("it is killed");
        child.wait().expect("it ended");
    }
    let before = transfers(&desk);
    transfer(&desk, &["--yes"]).ends_with(0).says(&[&format!("Cases: {}.", CASES - before)]);
    assert_eq!(transfers(&desk), CASES);
    desk.run(["check"]).ends_with(0);
}

#[test]
fn a_wrong_successor_is_refused_with_its_line() {
    let desk = Desk::new();
    for (from, to) in [
        ("new-investigation\"]", "nowhere\"]"),
        ("new-investigation\"]", "vte-prosecutor\"]"),
        ("new-investigation\"]", "vte-investigation\"]"),
    ] {
        desk.write("bad.toml", CHANGE.replacen(from, to, 1));
        desk.run(["offices", "check", "bad.toml"]).ends_with(1).complains(&["bad.toml:2", "succeeded_by"]);
    }
}
