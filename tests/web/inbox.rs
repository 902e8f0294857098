//! The inbox: what nobody has, who took what, and what the supervising office sees.

use std::sync::Arc;

use engine::rulebook::Language;
use projections::rights::Role;
use service::intake::Intake;
use service::verdict::Outcome;

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

const OWING: &str = "vte-investigation";
const ABOVE: &str = "vte-juvenile-court";

async fn investigator(desk: &Desk) -> Visitor {
    desk.login(Role::Investigator, Some(OWING), Language::En).await
}

/// The page on which the form of the custody's item is open.
async fn open(desk: &Desk, who: &Visitor, doing: &str) -> String {
    let inbox = desk.get(who, "/inbox").await;
    let ways = inbox.links("").into_iter().map(|way| way.replace("&amp;", "&"));
    let of_custody = |way: &String| way.contains("key=custody-48h") && way.contains(&format!("form={doing}"));
    let way = ways.into_iter().find(of_custody).expect("an item to act on");
    desk.get(who, way.split('#').next().unwrap_or_default()).await.text.clone()
}

/// Sends the form of a page that does something, with these fields beside its own.
async fn send(desk: &Desk, who: &Visitor, page: &str, doing: &str, fields: &[(&str, &str)]) -> Shown {
    let form =
        page.split("<form").find(|form| form.contains(&format!("name=\"doing\" value=\"{doing}\""))).expect("a form");
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|input| {
        let (name, rest) = input.split_once('"')?;
        Some((name, rest.split_once("value=\"")?.1.split_once('"')?.0))
    });
    let own: Vec<(&str, &str)> = hidden.filter(|(name, _)| *name != "csrf").collect();
    desk.submit(who, "/inbox", &[&own[..], fields].concat()).await
}

async fn what_nobody_has_is_taken_and_is_nobodys_again_when_it_lapses(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = investigator(&desk).await;
    let inbox = desk.get(&who, "/inbox").await;
    inbox.is_status(200).says(&["Nobody has these", "A-1", "Over, both readings", "does not use the inbox yet"]);
    assert!(open(&desk, &who, "hands_over").await.contains("Nobody else of your office uses these pages"));
    let shown = open(&desk, &who, "takes").await;
    let done = send(&desk, &who, &shown, "takes", &[("what", "free the child"), ("until", "10:00")]).await;
    let way = done.is_status(303).leads_to().expect("back to the inbox").to_owned();
    assert!(way.starts_with("/inbox?done=takes#i-A-1-"), "{way}");
    let inbox = desk.get(&who, "/inbox?done=takes").await;
    inbox
        .says(&["You took it.", "you: “free the child”, until", "Taken (1)"])
        .does_not_say(&["does not use the inbox"]);
    // Another office of the case has an inbox of its own.
    let court = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    desk.get(&court, "/inbox").await.does_not_say(&["free the child", "Taken ("]);
    desk.clock.jump(3 * 3600);
    let who = desk.login_again(&who).await;
    desk.get(&who, "/inbox").await.says(&["Lapsed 1 hour ago", "Nothing was recorded", "Nobody has these"]);
}

async fn a_form_sent_twice_counts_once_and_a_wrong_one_keeps_what_was_typed(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = investigator(&desk).await;
    let shown = open(&desk, &who, "takes").await;
    let wrong = send(&desk, &who, &shown, "takes", &[("what", "call <b>them</b>"), ("until", "soon")]).await;
    wrong.is_status(422).says(&["Nothing was recorded", "Write until when"]);
    assert!(
        wrong.text.contains("call &lt;b&gt;them&lt;/b&gt;") || wrong.text.contains("call &#60;b&#62;them&#60;/b&#62;")
    );
    send(&desk, &who, &shown, "takes", &[("what", "x"), ("until", "1/3/2026 8:00")])
        .await
        .is_status(422)
        .says(&["an instant ahead, at most 31 days"]);
    for _ in 0..2 {
        send(&desk, &who, &shown, "takes", &[("what", "call"), ("until", "12:00")]).await.is_status(303);
    }
    let stream = desk.store.stream(&engine::action::CaseRef::new("A-1").unwrap()).await.expect("a stream");
    let taken = stream.iter().filter(|stored| stored.event.to_json().contains("alert_acknowledged"));
    assert_eq!(taken.count(), 1);
}

async fn two_who_take_one_are_both_told_and_one_hands_over_or_gives_back(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let (one, other) = (investigator(&desk).await, investigator(&desk).await);
    for who in [&one, &other] {
        let shown = open(&desk, who, "takes").await;
        send(&desk, who, &shown, "takes", &[("what", "free the child"), ("until", "12:00")]).await.is_status(303);
    }
    for who in [&one, &other] {
        desk.get(who, "/inbox").await.says(&["both took this"]);
    }
    let inbox = desk.get(&one, "/inbox").await;
    send(&desk, &one, &inbox.text, "gives_back", &[]).await.is_status(303);
    desk.get(&one, "/inbox").await.does_not_say(&["both took this", "you: “free"]).says(&["Taken (1)"]);
    let shown = open(&desk, &other, "hands_over").await;
    assert!(!shown.contains("Nobody else of your office uses these pages"));
    let stranger = desk.login(Role::Clerk, Some("lpb-juvenile-court"), Language::En).await;
    for to in [String::new(), stranger.id.to_string(), other.id.to_string()] {
        let fields = [("what", "go on"), ("until", "13:00"), ("to", to.as_str())];
        send(&desk, &other, &shown, "hands_over", &fields)
            .await
            .is_status(422)
            .says(&["Choose a person of your office"]);
    }
    let to = one.id.to_string();
    let fields = [("what", "go on"), ("until", "13:00"), ("to", to.as_str())];
    send(&desk, &other, &shown, "hands_over", &fields).await.is_status(303);
    desk.get(&one, "/inbox").await.says(&["you: “go on”"]);
}

async fn the_office_that_first_took_an_alert_stands_on_the_case_also_one_that_does_not_owe_the_duty(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let court = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    desk.get(&court, "/cases/A-1").await.says(&["First taken by nobody"]);
    let shown = open(&desk, &court, "takes").await;
    send(&desk, &court, &shown, "takes", &[("what", "ask"), ("until", "10:00")]).await.is_status(303);
    let shown = desk.get(&court, "/cases/A-1").await;
    shown.says(&["First taken 4 March 08:00:00, Juvenile Court, Vientiane Capital"]).does_not_say(&["by nobody"]);
}

async fn a_finding_is_noted_and_leaves_the_inbox(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = investigator(&desk).await;
    let inbox = desk.get(&who, "/inbox").await;
    inbox.says(&["Findings (1)"]);
    send(&desk, &who, &inbox.text, "notes", &[]).await.is_status(303);
    desk.get(&who, "/inbox").await.does_not_say(&["Findings ("]);
}

/// The lines of an offices file by which an office supervises the one that owes the custody's duties.
pub fn supervised_by(above: &str) -> String {
    format!(
        "[{OWING}]\nkind = \"investigator\"\nname = {{ en = \"I\", lo = \"I\" }}\nprovince = {{ en = \"P\", lo = \"P\" }}\nsupervised_by = \"{above}\"\n"
    )
}

/// A desk with a case of which something was escalated to an office.
async fn supervised(log: &Log, above: &str) -> Desk {
    let desk = Desk::with_offices(log, crate::desk::NOW, &supervised_by(above));
    desk.hold(&[crate::papers::with_legal_aid("A-1"), tests::lines::custody("A-1")]).await;
    desk.clock.jump(3 * 3600);
    desk.site.recorder.tick(&engine::action::CaseRef::new("A-1").unwrap()).await.expect("ticked");
    desk
}

async fn the_supervising_office_sees_what_was_escalated_and_takes_it(log: &Log) {
    let desk = supervised(log, ABOVE).await;
    let above = desk.login(Role::Supervisor, Some(ABOVE), Language::En).await;
    desk.get(&above, "/inbox")
        .await
        .is_status(200)
        .says(&["A-1", "Over, both readings", "This office does not use the inbox."])
        .does_not_say(&["href=\"/cases/A-1\""]);
    let shown = open(&desk, &above, "takes").await;
    send(&desk, &above, &shown, "takes", &[("what", "ask the office"), ("until", "tomorrow")]).await.is_status(303);
    desk.get(&above, "/inbox").await.says(&["you: “ask the office”"]);
    let elsewhere = desk.login(Role::Supervisor, Some("lpb-juvenile-court"), Language::En).await;
    desk.get(&elsewhere, "/inbox").await.does_not_say(&["A-1"]);
    send(&desk, &elsewhere, &shown, "takes", &[("what", "x"), ("until", "tomorrow")]).await.is_status(422);
}

async fn a_duty_that_was_done_in_time_is_said_for_a_day(log: &Log) {
    let desk = Desk::at(log, "2026-03-02T22:00:00+07:00");
    desk.hold(&[tests::lines::opening("A-1"), tests::lines::custody("A-1")]).await;
    let who = investigator(&desk).await;
    desk.get(&who, "/inbox").await.says(&["A-1"]).does_not_say(&["Done in time"]);
    let released = r#","kind":"from_custody""#;
    desk.hold(&[tests::lines::action("A-1", "released", "2026-03-02T21:30:00+07:00", released)]).await;
    desk.get(&who, "/inbox").await.says(&["Done in the last day (1)", "Done in time A-1 Custody", "21:30"]);
    desk.clock.jump(25 * 3600);
    let who = desk.login_again(&who).await;
    desk.get(&who, "/inbox").await.does_not_say(&["Done in time"]);
}

async fn a_program_of_the_supervising_office_acts_over_nats_on_what_was_escalated_alone(log: &Log) {
    // An office that has no seat in the case.
    let outside = "lpb-juvenile-court";
    let desk = supervised(log, outside).await;
    let intake = Intake::new(Arc::clone(&desk.site.recorder)).knowing(Some(Arc::clone(&desk.site.offices)));
    let handle = async |office: &str, key: &str| {
        let sent = format!(
            r#"{{"id":"{}","case":"A-1","key":"{key}","doing":"takes","what":"ask them","until":"2026-03-05T09:00:00+07:00"}}"#,
            uuid::Uuid::new_v4()
        );
        let office = tests::made::office(office);
        let reply = intake.handle(&office, sent.as_bytes(), engine::decide::Alerts::Raised).await.reply;
        reply.lines[0].outcome
    };
    let above = desk.login(Role::Supervisor, Some(outside), Language::En).await;
    assert_eq!(handle(outside, "custody-48h").await, Outcome::Recorded);
    desk.get(&above, "/inbox").await.says(&["a program of the office: “ask them”"]);
    for (office, key) in [("psl-juvenile-court", "custody-48h"), (outside, "no-such-rule"), (outside, "findings")] {
        assert_eq!(handle(office, key).await, Outcome::Refused, "{office} {key}");
    }
}

on_each_log! {
    what_nobody_has_is_taken_and_is_nobodys_again_when_it_lapses,
    a_form_sent_twice_counts_once_and_a_wrong_one_keeps_what_was_typed,
    two_who_take_one_are_both_told_and_one_hands_over_or_gives_back,
    the_office_that_first_took_an_alert_stands_on_the_case_also_one_that_does_not_owe_the_duty,
    a_finding_is_noted_and_leaves_the_inbox,
    a_duty_that_was_done_in_time_is_said_for_a_day,
    a_program_of_the_supervising_office_acts_over_nats_on_what_was_escalated_alone,
    the_supervising_office_sees_what_was_escalated_and_takes_it,
}
