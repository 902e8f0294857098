//! A preview over the API: the verdicts of recording, what would change, and nothing recorded.

use engine::action::CaseRef;
use engine::rulebook::Language;
use projections::rights::Role;
use serde_json::{Value, json};
use tests::lines::{action, custody};

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};
use crate::shown::Shown;

on_each_log!(
    what_would_change_is_what_recording_the_same_changes,
    a_case_that_is_to_be_opened_is_previewed_too,
    a_refused_line_is_refused_as_recording_refuses_it_and_nothing_is_said_of_the_case,
    a_foreign_case_and_a_missing_one_have_no_preview,
    a_preview_is_of_one_case_and_of_the_version_that_is_named,
    messages_are_in_the_readers_language_and_held_back_where_recording_holds_them_back,
);

const INVESTIGATOR: &str = "vte-investigation";

async fn events(desk: &Desk, case: &str) -> usize {
    desk.store.stream(&CaseRef::new(case).expect("a reference")).await.expect("a stream").len()
}

async fn previewed(desk: &Desk, who: &Visitor, case: &str, more: &[(&str, &str)], body: &str) -> Shown {
    desk.send_to(who, &format!("/api/v1/cases/{case}/preview"), more, body.to_owned()).await
}

fn told() -> String {
    action("A-1", "parents_notified", "2026-03-02T10:00:00+07:00", "")
}

/// Each change: what becomes of which rule.
fn changes(answer: &Value) -> Vec<(&str, &str)> {
    let word = |change: &'_ Value, name: &str| change[name].as_str().map(str::to_owned).expect("a word");
    let changes = answer["changes"].as_array().expect("changes").iter();
    changes
        .map(|change| {
            assert!(!word(change, "article").is_empty());
            (change["becomes"].as_str().expect("a word"), change["rule"].as_str().expect("a rule"))
        })
        .collect()
}

async fn what_would_change_is_what_recording_the_same_changes(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token(INVESTIGATOR, Role::Investigator).await;
    let before = events(&desk, "A-1").await;
    let shown = previewed(&desk, &token, "A-1", &[], &told()).await;
    let tag = shown.header("etag").to_owned();
    let answer = shown.is(200);
    assert_eq!(answer["verdicts"]["lines"][0]["outcome"], "recorded", "{answer}");
    let ends = changes(&answer);
    assert!(ends.iter().any(|(becomes, rule)| *becomes == "ends" && rule.contains("parents")), "{answer}");
    let change = &answer["changes"].as_array().expect("changes")[0];
    assert_eq!((&change["action"], &change["at"]), (&json!("custody_started"), &json!("2026-03-01T09:30:00+07:00")));
    assert_eq!(events(&desk, "A-1").await, before, "nothing is recorded");
    assert_eq!(desk.get(&token, "/api/v1/cases/A-1").await.header("etag"), tag);
    // What is recorded on the version that was previewed is what was shown.
    let reply = desk.post_with(&token, &[("if-match", &tag)], told()).await.is(200);
    assert_eq!(reply, answer["verdicts"]);
    let messages = answer["messages"].as_array().expect("messages").len();
    assert_eq!(events(&desk, "A-1").await, before + 1 + messages);
    // And once it is recorded, it is known and changes nothing.
    let answer = previewed(&desk, &token, "A-1", &[], &told()).await.is(200);
    assert_eq!(answer["verdicts"]["lines"][0]["outcome"], "known");
    assert_eq!((&answer["changes"], &answer["messages"]), (&json!([]), &json!([])));
}

async fn a_case_that_is_to_be_opened_is_previewed_too(log: &Log) {
    let desk = Desk::new(log);
    let token = desk.token(INVESTIGATOR, Role::Investigator).await;
    let body = format!("[{},{}]", with_legal_aid("N-1"), custody("N-1"));
    let shown = previewed(&desk, &token, "N-1", &[], &body).await;
    assert!(!shown.headers.contains_key("etag"), "it has no version yet");
    let answer = shown.is(200);
    assert!(changes(&answer).contains(&("breached", "custody-48h")), "{answer}");
    let custody = answer["changes"].as_array().expect("changes").iter().find(|change| change["rule"] == "custody-48h");
    let custody = custody.expect("the custody");
    assert_eq!((&custody["was"], &custody["is"]["stands"]), (&Value::Null, &json!("over")));
    assert_eq!((&custody["is"]["owed_by"], &custody["is"]["breach"]), (&json!(INVESTIGATOR), &json!("certain")));
    assert_eq!(events(&desk, "N-1").await, 0);
    desk.post(&token, &body).await.is(200);
    desk.get(&token, "/api/v1/cases/N-1").await.is(200);
}

async fn a_refused_line_is_refused_as_recording_refuses_it_and_nothing_is_said_of_the_case(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-legal-aid", Role::Lawyer).await;
    let misspelt = action("A-1", "custody_begun", "2026-03-02T10:00:00+07:00", "");
    let request = action("A-1", "release_requested", "2026-03-03T10:00:00+07:00", r#","requested_by":"lawyer""#);
    let body = format!("[{request},{},{misspelt}]", check("A-1", "vte-legal-aid"));
    let answer = previewed(&desk, &token, "A-1", &[], &body).await.is(200);
    assert_eq!((&answer["changes"], &answer["messages"]), (&Value::Null, &Value::Null), "{answer}");
    assert_eq!(answer["verdicts"], desk.post(&token, &body).await.is(200));
    let answer = previewed(&desk, &token, "A-1", &[], &request).await.is(200);
    assert_eq!(answer["verdicts"]["lines"][0]["outcome"], "known");
}

async fn a_foreign_case_and_a_missing_one_have_no_preview(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let foreign = desk.token("psl-prosecutor", Role::Prosecutor).await;
    let supervisor = desk.login(Role::Supervisor, Some("vte-juvenile-court"), Language::En).await;
    let of_foreign = previewed(&desk, &foreign, "A-1", &[], &told()).await;
    let of_none = previewed(&desk, &foreign, "B-1", &[], &told().replace("A-1", "B-1")).await;
    assert_eq!((of_foreign.status, &of_foreign.text), (of_none.status, &of_none.text));
    of_foreign.is_problem(404, "not_found");
    previewed(&desk, &supervisor, "A-1", &[], &told()).await.is_problem(404, "not_found");
    // A reference that is taken: the same as when recording, and nothing more.
    let opening = with_legal_aid("A-1").replace("vte-", "psl-");
    previewed(&desk, &foreign, "A-1", &[], &opening).await.is_problem(404, "not_found");
}

async fn a_preview_is_of_one_case_and_of_the_version_that_is_named(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token(INVESTIGATOR, Role::Investigator).await;
    let other = told().replace("A-1", "A-2");
    for body in [other.clone(), format!("{}\n{other}", told())] {
        previewed(&desk, &token, "A-1", &[], &body).await.is_problem(400, "several_cases");
    }
    for broken in ["", "[", "[{},]"] {
        previewed(&desk, &token, "A-1", &[], broken).await.is_problem(400, "unreadable");
    }
    let tag = desk.get(&token, "/api/v1/cases/A-1").await.header("etag").to_owned();
    previewed(&desk, &token, "A-1", &[("if-match", &tag)], &told()).await.is(200);
    desk.hold(&[check("A-1", INVESTIGATOR)]).await;
    previewed(&desk, &token, "A-1", &[("if-match", &tag)], &told()).await.is_problem(412, "moved");
    previewed(&desk, &token, "A-1", &[("if-match", "1")], &told()).await.is_problem(400, "bad_if_match");
    // Of a session only with the token of its forms.
    let mut clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    previewed(&desk, &clerk, "A-1", &[], &told()).await.is(200);
    clerk.form = Some("guess".to_owned());
    previewed(&desk, &clerk, "A-1", &[], &told()).await.is_problem(403, "no_form_token");
}

async fn messages_are_in_the_readers_language_and_held_back_where_recording_holds_them_back(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token(INVESTIGATOR, Role::Investigator).await;
    let unfit = custody("A-1")
        .replace("03-01T09:30", "03-04T07:30")
        .replace('}', r#","place":{"children_only":false,"sexes_separated":true}}"#);
    let texts = async |language: &str| {
        let answer = previewed(&desk, &token, "A-1", &[("accept-language", language)], &unfit).await.is(200);
        let messages = answer["messages"].as_array().expect("messages").clone();
        assert!(!messages.is_empty(), "{answer}");
        for message in &messages {
            assert_eq!(message["to"].as_array().expect("offices").len(), 4, "{message}");
        }
        messages.iter().map(|message| message["text"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    let (en, lo) = (texts("en").await, texts("lo").await);
    assert!(en.iter().zip(&lo).all(|(en, lo)| en != lo), "{en:?} {lo:?}");
    assert!(en.iter().any(|text| text.contains("appears")), "{en:?}");
}
