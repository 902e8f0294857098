//! Forms of sessions that have ended.

use axum::http::Method;
use store::people::Sessions;

use super::{CUSTODY, clerk, record, recorded, sure};
use crate::desk::{Desk, FROM_HERE, Visitor, form};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

/// What stands in no file.
const PLANTED: &str = "a reason with Somsak's name";

/// Sends a form that was made for somebody, as a browser with this session, or none.
async fn send(desk: &Desk, who: &Visitor, fields: &[(&str, &str)]) -> Shown {
    let token = who.form.as_deref().expect("a form");
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token)]).collect();
    desk.ask_as(who, Method::POST, "/enter/custody_started", &FROM_HERE, form(&fields)).await
}

async fn a_form_of_a_lost_session_is_given_back_to_the_same_person_alone_for_an_hour(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let page = desk.get(&who, "/enter/custody_started?case=A-1").await;
    let (owner, id) =
        (page.hidden("owner").expect("an owner").to_owned(), page.hidden("id").expect("an id").to_owned());
    let typed = [&CUSTODY[..], &[("owner", owner.as_str()), ("id", id.as_str())]].concat();
    desk.store.end_sessions(Sessions::Of(who.id)).await.expect("ended");
    let lost = send(&desk, &who, &typed).await;
    let next =
        lost.is_status(303).leads_to().expect("a way").strip_prefix("/login?next=").expect("the login").to_owned();
    assert!(!next.contains("A-1"), "{next}");
    let other = clerk(&desk).await;
    assert_eq!(desk.get(&other, &next).await.is_status(303).leads_to(), Some("/enter"), "it is nobody else's");
    let again = desk.login_again(&who).await;
    let given = desk.get(&again, &next).await;
    given.is_status(200).says(&["Your session had ended. This is what you typed; nothing of it was recorded."]);
    for kept in ["value=\"4/3/2026\"", "value=\"07:30\"", "value=\"no\" checked", &*id] {
        assert!(given.text.contains(kept), "{kept}: {}", given.text);
    }
    // It is recorded as any other, and dropped then.
    let typed = [&CUSTODY[..], &[("id", id.as_str()), ("kept", "yes")]].concat();
    let shown = desk.submit(&again, "/enter/custody_started", &typed).await;
    let sure = sure(&shown);
    record(&desk, &again, "custody_started", &shown, &[("sure", &sure)]).await.is_status(303);
    assert_eq!(desk.get(&again, &next).await.is_status(303).leads_to(), Some("/enter"));
    assert_eq!(recorded(&desk, "A-1").await, 3);
}

async fn a_form_of_the_session_before_is_given_back_at_once_and_after_an_hour_no_more(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let owner = desk.get(&who, "/enter/custody_started").await.hidden("owner").expect("an owner").to_owned();
    let typed = [&CUSTODY[..], &[("owner", owner.as_str()), ("id", "0197a000-0000-7000-8000-000000000001")]].concat();
    let again = desk.login_again(&who).await;
    let old = Visitor { form: who.form.clone(), ..again.clone() };
    let kept = send(&desk, &old, &typed).await;
    let way = kept.is_status(303).leads_to().expect("a way").to_owned();
    assert!(way.starts_with("/enter/kept/"), "{way}");
    desk.get(&again, &way).await.is_status(200).says(&["Your session had ended."]);
    for _ in 0..3 {
        desk.clock.jump(21 * 60);
        desk.get(&again, "/enter").await.is_status(200);
    }
    assert_eq!(desk.get(&again, &way).await.is_status(303).leads_to(), Some("/enter"));
}

async fn without_the_owners_seal_nothing_is_kept_and_of_many_forms_the_last_four_are(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let owner = desk.get(&who, "/enter/custody_started").await.hidden("owner").expect("an owner").to_owned();
    desk.store.end_sessions(Sessions::Of(who.id)).await.expect("ended");
    for forged in ["", "x", &owner[1..], &"A".repeat(owner.len())] {
        let lost = send(&desk, &who, &[&CUSTODY[..], &[("owner", forged)]].concat()).await;
        assert_eq!(lost.is_status(303).leads_to(), Some("/login"), "{forged}");
    }
    let mut ways = Vec::new();
    for nth in 0..6 {
        desk.clock.jump(1);
        let id = format!("0197a000-0000-7000-8000-00000000000{nth}");
        let lost =
            send(&desk, &who, &[&CUSTODY[..], &[("owner", owner.as_str()), ("id", &id), ("why", PLANTED)]].concat())
                .await;
        ways.push(lost.leads_to().expect("a way").trim_start_matches("/login?next=").to_owned());
    }
    let again = desk.login_again(&who).await;
    for (nth, way) in ways.iter().enumerate() {
        desk.get(&again, way).await.is_status(if nth < 2 { 303 } else { 200 });
    }
    // What was typed is not readable in the file of the log.
    assert!(log.files_with(PLANTED).is_empty(), "it lies there in clear");
}

on_each_log! {
    a_form_of_a_lost_session_is_given_back_to_the_same_person_alone_for_an_hour,
    a_form_of_the_session_before_is_given_back_at_once_and_after_an_hour_no_more,
    without_the_owners_seal_nothing_is_kept_and_of_many_forms_the_last_four_are,
}
