//! The second look on pages and over the API: what waits, who confirms it, and where it is marked.

use engine::action::CaseRef;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::{Desk, NOTHING, NOW, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::with_legal_aid;

on_each_log!(
    an_action_on_liberty_waits_until_another_person_of_the_office_confirms_it,
    a_program_cannot_confirm_and_what_it_sent_waits_for_a_person,
    an_office_that_does_not_ask_has_nothing_to_confirm,
);

const OFFICE: &str = "vte-investigation";
const ASKS: &str = r#"
[vte-investigation]
kind = "investigator"
name = { en = "Investigation, Vientiane", lo = "ສືບສວນ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
second_look = true
"#;
const ACTION: &str = "00000000-0000-4000-9000-0000000000aa";
const CUSTODY: &str = r#"{"case":"A-1","id":"00000000-0000-4000-9000-0000000000aa","action":"custody_started","at":"2026-03-03T09:30:00+07:00","by":"vte-investigation","evidence_firm":true}"#;

async fn investigator(desk: &Desk) -> Visitor {
    desk.login(Role::Investigator, Some(OFFICE), Language::En).await
}

async fn with_a_custody(log: &Log, offices: &str) -> (Desk, Visitor) {
    let desk = Desk::with_offices(log, NOW, offices);
    desk.hold(&[with_legal_aid("A-1")]).await;
    let anna = investigator(&desk).await;
    desk.post(&anna, CUSTODY).await.is_status(200).says(&["\"recorded\":1"]);
    (desk, anna)
}

async fn confirmed(desk: &Desk) -> usize {
    let stream = desk.store.stream(&CaseRef::new("A-1").unwrap()).await.expect("a stream");
    stream.iter().filter(|stored| stored.event.to_json().contains("action_confirmed")).count()
}

async fn an_action_on_liberty_waits_until_another_person_of_the_office_confirms_it(log: &Log) {
    let (desk, anna) = with_a_custody(log, ASKS).await;
    let boun = investigator(&desk).await;
    let fields = [("case", "A-1"), ("action", ACTION)];
    desk.get(&anna, "/").await.says(&["To confirm"]);
    desk.get(&anna, "/confirm").await.says(&["To confirm (1)", "A-1", "you", "another person of your office"]);
    desk.get(&boun, "/cases/A-1").await.says(&["not yet confirmed by a second person"]);
    desk.get(&boun, "/cases/A-1/print").await.says(&["not yet confirmed by a second person"]);
    desk.get(&boun, "/api/v1/cases/A-1/timeline").await.says(&["\"unconfirmed\":true"]);
    desk.get(&boun, "/api/v1/unconfirmed").await.says(&[ACTION]);
    desk.submit(&anna, "/confirm", &fields).await.is_status(422).says(&["you entered this action yourself"]);
    // Another office of the case sees the mark and confirms nothing.
    let court = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    desk.get(&court, "/cases/A-1").await.says(&["not yet confirmed by a second person"]);
    desk.get(&court, "/confirm").await.says(&["does not ask for a second look"]).does_not_say(&["A-1"]);
    desk.submit(&court, "/confirm", &fields).await.is_status(422);
    assert_eq!(confirmed(&desk).await, 0);
    desk.get(&boun, "/confirm").await.says(&["To confirm (1)"]);
    for _ in 0..2 {
        let done = desk.submit(&boun, "/confirm", &fields).await;
        assert_eq!(done.is_status(303).leads_to(), Some("/confirm?done=1"));
    }
    assert_eq!(confirmed(&desk).await, 1);
    desk.get(&boun, "/confirm?done=1").await.says(&["You confirmed it.", "Nothing to confirm."]);
    let page = desk.get(&anna, "/cases/A-1").await;
    page.says(&["Confirmed by a second person"]).does_not_say(&["not yet confirmed"]);
    let timeline = desk.get(&anna, "/api/v1/cases/A-1/timeline").await;
    timeline.says(&[&format!("\"confirmed_by\":\"{}\"", boun.id)]).does_not_say(&["unconfirmed"]);
}

async fn a_program_cannot_confirm_and_what_it_sent_waits_for_a_person(log: &Log) {
    let desk = Desk::with_offices(log, NOW, ASKS);
    desk.hold(&[with_legal_aid("A-1")]).await;
    let (one, other) = (desk.token(OFFICE, Role::Investigator).await, desk.token(OFFICE, Role::Investigator).await);
    desk.post(&one, CUSTODY).await.is_status(200).says(&["\"recorded\":1"]);
    desk.get(&other, "/api/v1/unconfirmed").await.says(&[ACTION]);
    let path = format!("/api/v1/cases/A-1/actions/{ACTION}/confirmation");
    desk.send_to(&other, &path, &[], NOTHING).await.is_status(200).says(&["refused", "person_needed"]);
    let anna = investigator(&desk).await;
    desk.send_to(&anna, &path, &[], NOTHING).await.is_status(200).says(&["\"recorded\""]);
    desk.send_to(&anna, &path, &[], NOTHING).await.is_status(200).says(&["\"known\""]);
    let foreign = format!("/api/v1/cases/B-7/actions/{ACTION}/confirmation");
    desk.send_to(&anna, &foreign, &[], NOTHING).await.is_status(200).says(&["no_such_action"]);
    assert_eq!(confirmed(&desk).await, 1);
}

async fn an_office_that_does_not_ask_has_nothing_to_confirm(log: &Log) {
    let (desk, anna) = with_a_custody(log, "").await;
    let boun = investigator(&desk).await;
    desk.get(&anna, "/").await.does_not_say(&["To confirm"]);
    desk.get(&anna, "/cases/A-1").await.does_not_say(&["not yet confirmed"]);
    desk.get(&boun, "/confirm").await.is_status(200).says(&["does not ask for a second look"]);
    desk.submit(&boun, "/confirm", &[("case", "A-1"), ("action", ACTION)]).await.is_status(422);
    assert_eq!(confirmed(&desk).await, 0);
}
