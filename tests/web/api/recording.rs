//! Recording over the API: what is recorded and by whom, what is known, what a version guards.

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Event;
use engine::rulebook::Language;
use projections::rights::Role;
use serde_json::{Value, json};
use tests::lines::{action, custody};

use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};

on_each_log!(
    an_object_an_array_and_lines_are_recorded_once,
    the_envelope_names_the_callers_office_and_the_token_or_person_whoever_acted,
    a_lawyer_records_a_request_for_release_and_nothing_else,
    warnings_and_refusals_come_line_by_line_in_the_readers_language,
    a_version_guards_a_case_against_what_was_recorded_since_and_alerts_do_not_change_it,
    a_version_says_nothing_of_another_offices_case,
    of_two_with_the_same_version_one_is_recorded,
);

async fn events(desk: &Desk, case: &str) -> Vec<Event> {
    let stream = desk.store.stream(&CaseRef::new(case).expect("a reference")).await.expect("a stream");
    stream.into_iter().map(|stored| stored.event).collect()
}

fn outcomes(reply: &Value) -> Vec<(u64, &str)> {
    let lines = reply["lines"].as_array().expect("lines").iter();
    lines.map(|line| (line["line"].as_u64().expect("a number"), line["outcome"].as_str().expect("a word"))).collect()
}

async fn an_object_an_array_and_lines_are_recorded_once(log: &Log) {
    let desk = Desk::new(log);
    let token = desk.token("vte-investigation", Role::Investigator).await;
    let array = format!("[{},\n {}]", with_legal_aid("A-1"), custody("A-1"));
    let reply = desk.post(&token, &array).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded"), (2, "recorded")], "{reply}");
    assert_eq!((&reply["office"], &reply["recorded"]), (&json!("vte-investigation"), &json!(2)));
    let lines = format!("{}\n\n{}\n{}\n", with_legal_aid("A-1"), custody("A-1"), check("A-1", "vte-investigation"));
    let reply = desk.post_with(&token, &[("content-type", "application/jsonl")], lines).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "known"), (3, "known"), (4, "recorded")], "{reply}");
    let recorded = events(&desk, "A-1").await.len();
    let reply = desk.post(&token, &check("A-1", "vte-investigation").replace(',', ",\n")).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "known")], "one object over several lines: {reply}");
    assert_eq!(events(&desk, "A-1").await.len(), recorded);
}

async fn the_envelope_names_the_callers_office_and_the_token_or_person_whoever_acted(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-juvenile-court", Role::Clerk).await;
    let reply = desk.post(&token, &check("A-1", "vte-prosecutor")).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded")], "{reply}");
    let person = desk.login(Role::Prosecutor, Some("vte-prosecutor"), Language::En).await;
    let told = action("A-1", "rights_told", "2026-03-01T10:00:00+07:00", "");
    let reply = desk.post(&person, &told).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded")], "{reply}");
    let by = |event: &Event| (event.recorded_by.to_string(), event.person);
    let recorded = events(&desk, "A-1").await;
    let named: Vec<_> = recorded.iter().filter(|event| event.person.is_some()).map(by).collect();
    assert_eq!(
        named,
        [("vte-juvenile-court".to_owned(), Some(token.id)), ("vte-prosecutor".to_owned(), Some(person.id))]
    );
    let of_action = recorded.iter().filter_map(|event| Some((event.fact.action()?.by.to_string(), event.person?)));
    assert_eq!(of_action.map(|(by, _)| by).collect::<Vec<_>>(), ["vte-prosecutor", "vte-investigation"]);
}

async fn a_lawyer_records_a_request_for_release_and_nothing_else(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-legal-aid", Role::Lawyer).await;
    let at = "2026-03-03T10:00:00+07:00";
    let request = action("A-1", "release_requested", at, r#","requested_by":"lawyer""#);
    let lines = format!("[{request},{},{}]", check("A-1", "vte-legal-aid"), with_legal_aid("B-1"));
    let reply = desk.post(&token, &lines).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded"), (2, "refused"), (3, "refused")], "{reply}");
    for line in [1, 2] {
        let line = &reply["lines"][line];
        assert_eq!(
            (&line["code"], &line["found"], &line["expected"]),
            (&json!("not_for_role"), &json!("lawyer"), &json!("release_requested")),
            "{reply}"
        );
    }
    assert_eq!(events(&desk, "B-1").await.len(), 0);
}

async fn warnings_and_refusals_come_line_by_line_in_the_readers_language(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-investigation", Role::Investigator).await;
    let unknown = check("A-1", "vte-prosecuter");
    let misspelt = action("A-1", "custody_begun", "2026-03-02T10:00:00+07:00", "");
    let reply = desk.post(&token, &format!("[{unknown},{misspelt},7]")).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded"), (2, "refused"), (3, "refused")], "{reply}");
    assert_eq!(reply["lines"][0]["warnings"][0]["code"], "unknown_office");
    assert_eq!(reply["lines"][1]["code"], "misspelt_word");
    assert_eq!(reply["lines"][2]["code"], "not_an_object");
    assert!(reply["lines"][1]["reason"].as_str().expect("a sentence").contains("found another text"), "{reply}");
    let lao = desk.post_with(&token, &[("accept-language", "lo")], "[7]").await.is(200);
    assert!(lao["lines"][0]["reason"].as_str().expect("a sentence").contains("ພົບ"), "{lao}");
}

async fn a_version_guards_a_case_against_what_was_recorded_since_and_alerts_do_not_change_it(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-investigation", Role::Investigator).await;
    let tag = async || desk.get(&token, "/api/v1/cases/A-1").await.header("etag").to_owned();
    let first = tag().await;
    assert_eq!(first, format!("\"2-{}\"", desk.site.book.digest()));
    // A day passes, and alerts are raised.
    let before = events(&desk, "A-1").await.len();
    desk.clock.set(Instant::parse("2026-04-20T08:00:00+07:00").expect("an instant"));
    desk.site.recorder.tick(&CaseRef::new("A-1").expect("a reference")).await.expect("a tick");
    let looked = desk.get(&token, "/api/v1/cases/A-1/timeline").await;
    assert_eq!(looked.status.as_u16(), 200);
    let alerted = events(&desk, "A-1").await.len();
    assert_eq!(tag().await, first, "{before} to {alerted} events");
    let reply = desk.post_with(&token, &[("if-match", &first)], check("A-1", "vte-investigation")).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded")], "{reply}");
    let second = tag().await;
    assert_ne!(second, first);
    let told = action("A-1", "rights_told", "2026-03-01T10:00:00+07:00", "");
    desk.post_with(&token, &[("if-match", &first)], told.clone()).await.is_problem(412, "moved");
    assert!(desk.get(&token, "/api/v1/cases/A-1").await.header("etag") == second, "nothing was recorded");
    // The reply was lost: what is recorded already is known.
    let reply = desk.post_with(&token, &[("if-match", &first)], check("A-1", "vte-investigation")).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "known")], "{reply}");
    // Another rulebook's tag is another one.
    let digest = second.split_once('-').expect("a digest").1;
    let other = format!("\"{}-{}", 3, digest.replace(char::is_numeric, "0"));
    desk.post_with(&token, &[("if-match", &other)], told.clone()).await.is_problem(412, "moved");
    desk.post_with(&token, &[("if-match", "*")], told.clone()).await.is_problem(400, "bad_if_match");
    desk.post_with(&token, &[("if-match", "W/\"1\"")], told.clone()).await.is_problem(400, "bad_if_match");
    let two = format!("[{told},{}]", check("B-1", "vte-investigation"));
    desk.post_with(&token, &[("if-match", &second)], two).await.is_problem(400, "several_cases");
    let reply = desk.post_with(&token, &[("if-match", &second)], told).await.is(200);
    assert_eq!(outcomes(&reply), [(1, "recorded")], "{reply}");
}

async fn a_version_says_nothing_of_another_offices_case(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("psl-investigation", Role::Investigator).await;
    let tag = format!("\"2-{}\"", desk.site.book.digest());
    let answers = [
        desk.post_with(&token, &[("if-match", &tag)], check("A-1", "psl-investigation")).await,
        desk.post_with(&token, &[("if-match", &tag)], check("B-1", "psl-investigation")).await,
    ];
    assert_eq!(answers[0].text, answers[1].text);
    answers[0].is_problem(412, "moved");
}

async fn of_two_with_the_same_version_one_is_recorded(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-investigation", Role::Investigator).await;
    let tag = format!("\"2-{}\"", desk.site.book.digest());
    let tag = [("if-match", tag.as_str())];
    let at = "2026-03-01T10:00:00+07:00";
    let send = async |name: &str| desk.post_with(&token, &tag, action("A-1", name, at, "")).await.status.as_u16();
    let (a, b, c) = tokio::join!(send("rights_told"), send("reason_told"), send("charge_told"));
    let mut statuses = [a, b, c];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412]);
}
