//! The shift sheet: what runs out before the next shift, handed over by one and taken over by another.

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use store::people::ShiftSheet;
use tests::lines::{custody, opening};
use tests::made::office;
use uuid::Uuid;

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

const OFFICE: &str = "vte-investigation";
/// Custody since the day before yesterday, 09:30: it runs out within the shift.
const NOW: &str = "2026-03-03T08:00:00+07:00";

async fn desk(log: &Log) -> Desk {
    let desk = Desk::at(log, NOW);
    desk.hold(&[opening("A-1"), custody("A-1")]).await;
    desk
}

async fn investigator(desk: &Desk) -> Visitor {
    desk.login(Role::Investigator, Some(OFFICE), Language::En).await
}

/// Sends the form of a page that was shown under a path.
async fn confirm(desk: &Desk, who: &Visitor, path: &str, page: &Shown) -> Shown {
    let form = page.text.split("id=\"confirm\"").nth(1).expect("a form");
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|input| {
        let (name, rest) = input.split_once('"')?;
        Some((name, rest.split_once("value=\"")?.1.split_once('"')?.0))
    });
    let fields: Vec<(&str, &str)> = hidden.filter(|(name, _)| *name != "csrf").collect();
    desk.submit(who, path, &fields).await
}

/// Hands the shift over; the path of the sheet.
async fn hand_over(desk: &Desk, who: &Visitor) -> String {
    let page = desk.get(who, "/shift").await;
    let given = confirm(desk, who, "/shift", &page).await;
    let way = given.is_status(303).leads_to().expect("the sheet");
    way.split('?').next().unwrap_or_default().to_owned()
}

async fn a_shift_is_handed_over_by_one_and_taken_over_by_another_and_both_are_kept(log: &Log) {
    let desk = desk(log).await;
    let (one, other) = (investigator(&desk).await, investigator(&desk).await);
    let page = desk.get(&one, "/shift").await;
    page.is_status(200).says(&["before Tuesday 3 March 2026, 16:00", "A-1", "Custody", "nobody", "None yet."]);
    for _ in 0..2 {
        confirm(&desk, &one, "/shift", &page).await.is_status(303);
    }
    let sheet = hand_over(&desk, &one).await;
    let kept = desk.get(&one, &format!("{sheet}?done=given")).await;
    kept.says(&[
        "You handed it over.",
        "Handed over by",
        "Nobody has taken it over yet.",
        "Another person of the office",
    ]);
    confirm(&desk, &one, &sheet, &desk.get(&other, &sheet).await)
        .await
        .is_status(422)
        .says(&["You handed it over yourself."]);
    desk.get(&other, "/shift").await.says(&["Waiting to be taken over (2)"]);
    let page = desk.get(&other, &sheet).await;
    page.says(&["A-1", "Nothing is different since then.", "I take this over"]);
    for _ in 0..2 {
        confirm(&desk, &other, &sheet, &page).await.is_status(303);
    }
    let third = investigator(&desk).await;
    confirm(&desk, &third, &sheet, &page).await.is_status(422).says(&["Somebody else took it over before you."]);
    desk.get(&third, &sheet).await.says(&[
        "Handed over by",
        "Taken over by",
        "Nothing was different when it was taken over.",
    ]);
    desk.get(&third, "/shift").await.says(&["Waiting to be taken over (1)", "Earlier sheets", "Taken over by"]);
    let rows = desk.store.sheets(&office(OFFICE), 9).await.expect("rows");
    assert_eq!(rows.len(), 3, "sent twice, each counts once");
    let taken = rows.iter().find(|row| row.id == ShiftSheet::taken_over(row.sheet)).expect("taken over");
    assert_eq!(taken.person, other.id);
}

async fn what_changed_between_handing_over_and_taking_over_is_seen_and_confirmed_again(log: &Log) {
    let desk = desk(log).await;
    let (one, other) = (investigator(&desk).await, investigator(&desk).await);
    let sheet = hand_over(&desk, &one).await;
    let page = desk.get(&other, &sheet).await;
    let item = format!(
        r#"{{"id":"{}","case":"A-1","key":"custody-48h","doing":"takes","what":"free the child","until":"2026-03-03T09:00:00+07:00"}}"#,
        Uuid::new_v4()
    );
    let (name, token) = desk.token(OFFICE, Role::Investigator).await.credentials();
    let headers = [(name, token.as_str()), ("content-type", "application/json")];
    desk.ask(Method::POST, "/api/v1/inbox", &headers, item).await.is(200);
    desk.hold(&[opening("B-2"), custody("B-2")]).await;
    let moved = confirm(&desk, &other, &sheet, &page).await;
    moved.is_status(422).says(&[
        "The list has changed.",
        "Different since then (2)",
        "taken or given back",
        "B-2",
        "new",
    ]);
    confirm(&desk, &other, &sheet, &moved).await.is_status(303);
    let kept = desk.get(&other, &sheet).await;
    kept.says(&["As it was handed over (1)", "Different when it was taken over (2)", "Taken over by"]);
    // What will be done stands on no sheet.
    kept.does_not_say(&["free the child"]);
    let rows = desk.store.sheets(&office(OFFICE), 9).await.expect("rows");
    assert!(rows.iter().all(|row| !row.list.contains("free the child")));
    // The same goes for who hands over: what stood before them is what is kept.
    let page = desk.get(&one, "/shift").await;
    desk.hold(&[opening("C-3"), custody("C-3")]).await;
    confirm(&desk, &one, "/shift", &page).await.is_status(422).says(&["The list has changed.", "C-3"]);
}

async fn another_office_sees_no_sheet_and_a_program_confirms_none(log: &Log) {
    let desk = desk(log).await;
    let one = investigator(&desk).await;
    let sheet = hand_over(&desk, &one).await;
    let page = desk.get(&one, &sheet).await;
    for (role, code) in [(Role::Investigator, "lpb-investigation"), (Role::Clerk, "vte-juvenile-court")] {
        let foreign = desk.login(role, Some(code), Language::En).await;
        desk.get(&foreign, &sheet).await.is_status(404);
        desk.submit(&foreign, &sheet, &[("list", "x")]).await.is_status(404);
        desk.get(&foreign, "/shift").await.does_not_say(&["Handed over by"]);
    }
    let program = desk.token(OFFICE, Role::Investigator).await;
    desk.submit(&program, &sheet, &[("list", "x")]).await.is_status(422).says(&["A person confirms a shift sheet"]);
    let supervisor = desk.login(Role::Supervisor, Some(OFFICE), Language::En).await;
    desk.get(&supervisor, "/shift").await.is_status(404);
    desk.get(&supervisor, &sheet).await.is_status(404);
    page.says(&["A-1"]);
}

async fn an_offices_own_shifts_decide_what_is_on_the_sheet(log: &Log) {
    let shifts = format!(
        "[{OFFICE}]\nkind = \"investigator\"\nname = {{ en = \"I\", lo = \"I\" }}\nprovince = {{ en = \"P\", lo = \"P\" }}\nshifts = [\"06:00\", \"09:15\"]\n"
    );
    let desk = Desk::with_offices(log, NOW, &shifts);
    desk.hold(&[opening("A-1"), custody("A-1")]).await;
    let who = investigator(&desk).await;
    desk.get(&who, "/shift").await.says(&["before Tuesday 3 March 2026, 09:15", "Nothing runs out by then."]);
    desk.clock.jump(20 * 60);
    desk.get(&who, "/shift").await.says(&["before Wednesday 4 March 2026, 06:00", "A-1"]);
}

on_each_log! {
    a_shift_is_handed_over_by_one_and_taken_over_by_another_and_both_are_kept,
    what_changed_between_handing_over_and_taking_over_is_seen_and_confirmed_again,
    another_office_sees_no_sheet_and_a_program_confirms_none,
    an_offices_own_shifts_decide_what_is_on_the_sheet,
}
