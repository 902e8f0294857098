//! What the API shows, and that it is what the engine writes and what the record of looks names.

use engine::action::CaseRef;
use engine::calendar::Instant;
use projections::rights::Role;
use serde_json::{Value, json};
use store::people::{LooksOf, Seen};
use tests::lines::{action, custody};

use crate::desk::{Desk, NOW};
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};

on_each_log!(
    an_assessment_is_what_the_engine_writes_at_any_instant,
    explanations_are_the_limits_and_findings_of_the_timeline_in_the_readers_language,
    a_timeline_as_known_on_a_day_has_what_was_recorded_by_then,
    a_docket_is_paged_by_key_and_every_case_stands_on_one_page,
    alerts_come_in_pages_that_end_with_a_case,
    each_look_is_recorded_once_before_the_answer_and_shown_to_the_office,
    rules_and_offices_are_those_in_force,
    a_former_office_sees_the_case_as_known_at_the_transfer_and_nothing_personal,
);

fn reference(case: &str) -> CaseRef {
    CaseRef::new(case).expect("a reference")
}

async fn an_assessment_is_what_the_engine_writes_at_any_instant(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let case = desk.store.load(&reference("A-1")).await.expect("the case");
    for at in [NOW, "2026-03-02T08:00:00+07:00", "2027-01-01T00:00:00Z"] {
        let mut written = String::new();
        let instant = Instant::parse(at).expect("an instant");
        case.assess(&desk.site.book, instant).expect("it is open").write_json(&desk.site.book, &mut written);
        let path = format!("/api/v1/cases/A-1/assessment?at={}", at.replace('+', "%2B"));
        assert_eq!(desk.get(&token, &path).await.text, written);
    }
    let now = desk.get(&token, "/api/v1/cases/A-1/assessment").await.is(200);
    assert_eq!((&now["case"], &now["at"]), (&json!("A-1"), &json!(NOW)));
    assert_eq!(now["deadlines"][1]["breach"], "certain", "{now}");
    desk.get(&token, "/api/v1/cases/A-1/assessment?at=2020-01-01T00:00:00Z").await.is_problem(404, "not_found");
}

async fn explanations_are_the_limits_and_findings_of_the_timeline_in_the_readers_language(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let entries = desk.get(&token, "/api/v1/cases/A-1/timeline").await.is(200);
    let explains = |entry: &&Value| !["action", "alert"].contains(&entry["entry"].as_str().expect("a word"));
    let expected: Vec<&Value> = entries.as_array().expect("entries").iter().filter(explains).collect();
    let explanations = desk.get(&token, "/api/v1/cases/A-1/explanations").await.is(200);
    assert_eq!(explanations.as_array().expect("entries").iter().collect::<Vec<_>>(), expected);
    let custody = expected.iter().find(|entry| entry["rule"] == "custody-48h").expect("the limit");
    assert!(custody["because"].as_array().expect("steps").len() > 2, "{custody}");
}

async fn a_timeline_as_known_on_a_day_has_what_was_recorded_by_then(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    desk.clock.set(Instant::parse("2026-03-09T08:00:00+07:00").expect("an instant"));
    desk.hold(&[check("A-1", "vte-investigation")]).await;
    let checks = async |path: &str| {
        let entries = desk.get(&token, path).await.is(200);
        entries.as_array().expect("entries").iter().filter(|entry| entry["action"] == "medical_check").count()
    };
    assert_eq!(checks("/api/v1/cases/A-1/timeline?as_known_on=2026-03-08").await, 0);
    assert_eq!(checks("/api/v1/cases/A-1/timeline?as_known_on=2026-03-09").await, 1);
    assert_eq!(checks("/api/v1/cases/A-1/timeline").await, 1);
    desk.get(&token, "/api/v1/cases/A-1/timeline?as_known_on=2026-03-01").await.is_problem(404, "not_found");
}

async fn a_docket_is_paged_by_key_and_every_case_stands_on_one_page(log: &Log) {
    let desk = Desk::new(log);
    for n in 0..60 {
        desk.hold(&[with_legal_aid(&format!("A-{n}"))]).await;
    }
    desk.hold(&[with_legal_aid("H-1"), custody("H-1")]).await;
    let token = desk.token("vte-juvenile-court", Role::Clerk).await;
    let mut cases: Vec<String> = Vec::new();
    let mut path = "/api/v1/docket".to_owned();
    let mut pages = 0;
    loop {
        let page = desk.get(&token, &path).await.is(200);
        cases.extend(
            page["items"].as_array().expect("rows").iter().map(|row| row["case"].as_str().expect("a case").to_owned()),
        );
        pages += 1;
        // A case that is opened meanwhile moves no other one.
        desk.hold(&[with_legal_aid(&format!("N-{pages}")), custody(&format!("N-{pages}"))]).await;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/docket?cursor={next}");
    }
    assert_eq!(cases[0], "H-1", "held beyond a limit");
    let once: std::collections::BTreeSet<&String> = cases.iter().filter(|case| !case.starts_with("N-")).collect();
    assert_eq!(once.len(), 61);
    assert_eq!(cases.iter().filter(|case| case.starts_with("A-")).count(), 60);
    assert_eq!(pages, 3);
    let held = desk.get(&token, "/api/v1/docket?held=true&rule=custody-48h&state=certain").await.is(200);
    assert!(held["items"].as_array().expect("rows").iter().all(|row| row["standing"] == "custody"), "{held}");
    let figures = desk.get(&token, "/api/v1/figures").await.is(200);
    assert_eq!((&figures["open"], &figures["held"]), (&json!(64), &json!(4)), "{figures}");
    let of_custody = figures["rules"].as_array().expect("rules").iter().find(|rule| rule["rule"] == "custody-48h");
    assert_eq!(of_custody.expect("the rule")["certain"], 4, "{figures}");
    assert_eq!(held["items"].as_array().expect("rows").len(), 4, "the number leads to its cases");
}

async fn alerts_come_in_pages_that_end_with_a_case(log: &Log) {
    let desk = Desk::new(log);
    for n in 0..6 {
        desk.hold(&[with_legal_aid(&format!("A-{n}")), custody(&format!("A-{n}"))]).await;
    }
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let all = desk.get(&token, "/api/v1/alerts?limit=100").await.is(200);
    assert!(all["next"].is_null(), "{all}");
    let rows = |page: &Value| page["items"].as_array().expect("rows").clone();
    let mut paged = Vec::new();
    let mut path = "/api/v1/alerts?limit=2".to_owned();
    loop {
        let page = desk.get(&token, &path).await.is(200);
        paged.extend(rows(&page));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/alerts?limit=2&cursor={next}");
    }
    assert_eq!(paged, rows(&all));
    let of_case = desk.get(&token, "/api/v1/cases/A-3/alerts").await.is(200);
    let same: Vec<Value> = rows(&all).into_iter().filter(|row| row["case"] == "A-3").collect();
    assert_eq!(of_case, json!(same));
    let breaches = rows(&desk.get(&token, "/api/v1/alerts?kind=breach&open=true").await.is(200));
    assert!(!breaches.is_empty() && breaches.iter().all(|row| row["kind"] == "breach" && row["open"] == true));
}

async fn each_look_is_recorded_once_before_the_answer_and_shown_to_the_office(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let id = desk.store.tokens().await.expect("tokens")[0].id;
    for path in ["", "/assessment", "/timeline", "/assessment"] {
        desk.get(&token, &format!("/api/v1/cases/A-1{path}")).await.is(200);
    }
    desk.get(&token, "/api/v1/docket?held=true").await.is(200);
    desk.get(&token, "/api/v1/cases/B-1").await.is_problem(404, "not_found");
    let looks = desk.store.looks(&LooksOf::Person(id), 10).await.expect("looks");
    let mut seen: Vec<Seen> = looks.iter().map(|look| look.seen.clone()).collect();
    seen.sort();
    let listed = Seen::List { list: "docket".to_owned(), filters: "held=true".to_owned(), count: 1 };
    assert_eq!(seen, [Seen::Case(reference("A-1")), listed, Seen::Refused { route: "case".to_owned() }]);
    let at_case = desk.get(&token, "/api/v1/cases/A-1/looks").await.is(200);
    assert_eq!(
        at_case,
        json!([{ "at": NOW, "case": "A-1", "office": "vte-prosecutor", "role": "prosecutor", "who": id.to_string() }])
    );
    assert_eq!(desk.get(&token, "/api/v1/looks").await.is(200).as_array().expect("looks").len(), 3);
    // A quarter of an hour later it is another look.
    desk.clock.jump(15 * 60);
    desk.get(&token, "/api/v1/cases/A-1").await.is(200);
    let looks = desk.store.looks(&LooksOf::Case(reference("A-1")), 10).await.expect("looks");
    assert_eq!(looks.len(), 2);
}

async fn rules_and_offices_are_those_in_force(log: &Log) {
    let desk = Desk::new(log);
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let rules = desk.get(&token, "/api/v1/rules").await.is(200);
    assert_eq!(rules["digest"], desk.site.book.digest().to_string());
    assert_eq!(rules["rules"].as_array().expect("rules").len(), desk.site.book.rules().len());
    let rule = desk.get(&token, "/api/v1/rules/custody-48h").await.is(200);
    assert_eq!((&rule["article"], &rule["lengths"]), (&json!("62"), &json!(["48h"])), "{rule}");
    assert!(rule["law"][0]["lo"].as_str().is_some_and(|lo| !lo.is_ascii()), "{rule}");
    desk.get(&token, "/api/v1/rules/custody-49h").await.is_problem(404, "not_found");
    let offices = desk.get(&token, "/api/v1/offices").await.is(200);
    assert_eq!(offices.as_array().expect("offices").len(), desk.site.offices.all().count());
}

async fn a_former_office_sees_the_case_as_known_at_the_transfer_and_nothing_personal(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let own = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let former = own.clone();
    let personal = ["C-Somsak", "2010-05-06", "birth_date", "a reason with a name"];
    let closed = action(
        "A-1",
        "summons_missed",
        "2026-03-02T10:00:00+07:00",
        r#","authority":"prosecutor","reason":"a reason with a name""#,
    );
    desk.hold(&[closed]).await;
    let before = desk.get(&own, "/api/v1/cases/A-1/timeline").await;
    assert!(personal.iter().all(|word| before.text.contains(word)), "{}", before.text);
    desk.clock.jump(60);
    let transfer = action("A-1", "case_transferred", "2026-03-04T07:00:00+07:00", r#","prosecutor":"psl-prosecutor""#);
    desk.hold(&[transfer]).await;
    desk.clock.jump(3600);
    desk.hold(&[action("A-1", "released", "2026-03-04T07:30:00+07:00", r#","kind":"from_custody""#)]).await;
    let after = desk.get(&former, "/api/v1/cases/A-1/timeline").await;
    assert_eq!(after.status.as_u16(), 200);
    assert!(personal.iter().all(|word| !after.text.contains(word)), "{}", after.text);
    assert!(!after.text.contains("\"released\"") && after.text.contains("case_transferred"), "{}", after.text);
    assert!(
        after.text.contains("\"offences\"") && after.text.contains("\"authority\":\"prosecutor\""),
        "{}",
        after.text
    );
    let case = desk.get(&former, "/api/v1/cases/A-1").await;
    assert_eq!(case.is(200)["standing"], "custody", "as it was then");
    assert_eq!(case.header("etag"), "");
    let assessed = desk.get(&former, "/api/v1/cases/A-1/assessment").await.is(200);
    assert_eq!(assessed["at"], "2026-03-04T08:01:00+07:00");
    let new = desk.token("psl-prosecutor", Role::Prosecutor).await;
    assert_eq!(desk.get(&new, "/api/v1/cases/A-1").await.is(200)["standing"], "free");
    desk.get(&former, "/api/v1/cases/A-1/looks").await.is_problem(404, "not_found");
}
