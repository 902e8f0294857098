//! Bad input: anything that a program can send. A clear answer in the reader's language, and nothing of it is repeated.

use axum::body::Body;
use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use service::intake::budget::Budget;
use tests::lines::action;
use web::remembered::Remembered;
use web::routes::ROUTES;

use crate::desk::{Desk, NOTHING, Visitor};
use crate::log::Log;
use crate::papers::check;

/// Words that no answer may repeat.
const PLANTED: &str = "ທ້າວສົມສັກ\u{202e}Somsak";

async fn investigator(log: &Log) -> (Desk, Visitor) {
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-investigation", Role::Investigator).await;
    (desk, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_type_is_refused() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "",
        "multipart/form-data",
    ];
    for kind in types {
        let answer = desk.post_with(&token, &[("content-type", kind)], check("A-1", "vte-investigation")).await;
        answer.is_problem(415, "wrong_type");
    }
    let answer = desk.post_with(&token, &[("content-encoding", "gzip")], check("A-1", "vte-investigation")).await;
    answer.is_problem(415, "wrong_type");
    let kind = [("content-type", "Application/JSON; charset=\"UTF-8\"")];
    assert_eq!(desk.post_with(&token, &kind, check("A-1", "vte-investigation")).await.is(200)["recorded"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_too_deep_or_broken_is_refused_whole() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    desk.post(&token, &" ".repeat((1 << 20) + 1)).await.is_problem(413, "too_large");
    let chunks = (0..40).map(|_| Ok::<_, std::io::Error>("x".repeat(1 << 15)));
    let body = Body::from_stream(futures::stream::iter(chunks));
    desk.post_with(&token, &[], body).await.is_problem(413, "too_large");
    desk.post(&token, &"[".repeat(100_000)).await.is_problem(400, "too_deep");
    desk.post(&token, &r#"{"a":"#.repeat(100_000)).await.is_problem(400, "too_deep");
    for broken in ["", " \n ", "[]", "[{}", "[{},]", "[{}] x"] {
        desk.post(&token, broken).await.is_problem(400, "unreadable");
    }
    let many = format!("[{}{{}}]", "{},".repeat(1_000));
    desk.post(&token, &many).await.is_problem(413, "too_many");
    assert_eq!(desk.post(&token, &format!("[{}{{}}]", "{},".repeat(999))).await.is(200)["refused"], 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_with_control_characters_or_another_encoding_is_refused_by_itself() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    let good = check("A-1", "vte-investigation");
    let nul = action("A-1", "case_closed", "2026-03-03T10:00:00+07:00", ",\"reason\":\"a\\u0000b\"");
    let raw = action("A-1", "case_closed", "2026-03-03T10:00:00+07:00", ",\"reason\":\"a\u{1}b\"");
    let mut body = format!("[{nul},{raw},\n\"").into_bytes();
    body.extend(b"\xff\n\",");
    body.extend(good.as_bytes());
    body.push(b']');
    let reply = desk.post_with(&token, &[], body).await.is(200);
    let outcomes: Vec<&str> = reply["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["outcome"].as_str().expect("a word"))
        .collect();
    assert_eq!(outcomes, ["refused", "refused", "refused", "recorded"], "{reply}");
    assert_eq!(reply["lines"][3]["line"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_bidirectional_overrides_or_html_comes_back_as_it_was_sent() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    let reason = "<script>alert(1)</script> \u{202e}abc\u{2066}";
    let closed = action("A-1", "case_closed", "2026-03-03T10:00:00+07:00", &format!(r#","reason":"{reason}""#));
    assert_eq!(desk.post(&token, &closed).await.is(200)["recorded"], 1);
    let timeline = desk.get(&token, "/api/v1/cases/A-1/timeline").await;
    assert_eq!(timeline.header("content-type"), "application/json");
    assert_eq!(timeline.header("x-content-type-options"), "nosniff");
    let entries = timeline.is(200);
    let said = entries.as_array().expect("entries").iter().find_map(|entry| entry["fields"]["reason"].as_str());
    assert_eq!(said, Some(reason));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_refusal_repeats_what_was_sent() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    let planted = PLANTED.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    for path in [
        format!("/api/v1/cases/{planted}"),
        format!("/api/v1/{planted}"),
        format!("/api/v1/docket?{planted}=1"),
        format!("/api/v1/docket?rule={planted}"),
        format!("/api/v1/docket?cursor={planted}"),
        format!("/api/v1/rules/{planted}"),
        format!("/api/v1/cases/A-1/timeline?as_known_on={planted}"),
    ] {
        let answer = desk.get(&token, &path).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert!(!answer.text.contains("Somsak") && !answer.text.contains("ສົມສັກ"), "{}", answer.text);
    }
    let line = action("A-1", PLANTED, "2026-03-03T10:00:00+07:00", &format!(r#","{PLANTED}":"{PLANTED}""#));
    let reply = desk.post(&token, &format!("[{line},{PLANTED}]")).await;
    assert_eq!(reply.is(200)["refused"], 2);
    assert!(!reply.text.contains("Somsak") && !reply.text.contains("ສົມສັກ"), "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_are_unknown_doubled_or_badly_written_are_refused_by_name() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    for (path, parameter) in [
        ("/api/v1/docket?held=yes", Some("held")),
        ("/api/v1/docket?held=true&held=true", Some("held")),
        ("/api/v1/docket?hold=true", None),
        ("/api/v1/docket?rule=A b", None),
        ("/api/v1/docket?state=over", Some("state")),
        ("/api/v1/docket?cursor=AAAA", Some("cursor")),
        ("/api/v1/alerts?limit=0", Some("limit")),
        ("/api/v1/alerts?limit=101", Some("limit")),
        ("/api/v1/alerts?kind=loud", Some("kind")),
        ("/api/v1/alerts?cursor=bm8", Some("cursor")),
        ("/api/v1/cases/A-1?at=2026-03-01", Some("at")),
        ("/api/v1/cases/A-1/timeline?as_known_on=yesterday", Some("as_known_on")),
        ("/api/v1/cases/A-1/looks?limit=3", None),
        ("/api/v1/rules?lang=lo", None),
    ] {
        let problem = desk.get(&token, &path.replace(' ', "%20")).await.is_problem(400, "bad_parameter");
        if path.contains("A b") {
            continue;
        }
        assert_eq!(problem["parameter"].as_str(), parameter, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_in_the_readers_language() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    for (accept, language) in [("en", "en"), ("EN-gb,lo;q=0.5", "en"), ("lo", "lo"), ("fr", "lo"), ("", "lo")] {
        let answer = desk.ask(Method::GET, "/api/v1/docket", &[("accept-language", accept)], NOTHING).await;
        let problem = answer.is_problem(401, "not_logged_in");
        assert_eq!(answer.header("content-language"), language, "{accept}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(problem["title"].as_str().expect("a title").is_ascii(), language == "en");
    }
    let (_, cookie) = desk.login(Role::Prosecutor, Some("vte-prosecutor"), Language::En).await.credentials();
    let answer = desk.ask(Method::GET, "/api/v1/cases/B-1", &[("cookie", &cookie)], NOTHING).await;
    assert_eq!(answer.header("content-language"), "en", "the person's own language");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_and_an_unknown_address_are_problems_too() {
    let log = &Log::in_sqlite().await;
    let (desk, token) = investigator(log).await;
    let ask = async |method, path| desk.ask_as(&token, method, path, &[], NOTHING).await;
    let answer = ask(Method::DELETE, "/api/v1/cases/A-1").await;
    answer.is_problem(405, "wrong_method");
    assert!(answer.header("allow").contains("GET"), "{}", answer.header("allow"));
    ask(Method::GET, "/api/v2/cases").await.is_problem(404, "not_found");
    ask(Method::GET, "/api/v1/actions").await.is_problem(405, "wrong_method");
    // Whoever asks, with whatever credentials.
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/")) {
        let path = route.path.replace("{case}", "A-1").replace("{rule}", "custody-48h");
        for (method, headers) in [(Method::PUT, &[][..]), (Method::OPTIONS, &[("authorization", "Bearer x")])] {
            let answer = desk.ask(method, &path, headers, NOTHING).await;
            answer.is_problem(405, "wrong_method");
            assert!(answer.header("allow").contains(route.method), "{path}");
        }
    }
    let head = ask(Method::HEAD, "/api/v1/cases/A-1").await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_used_up_a_budget_waits_and_no_other_does() {
    let log = &Log::in_sqlite().await;
    let budget = Budget { requests: 60, bytes: 0, events: 0 };
    let desk = Desk::with(log, |site| site.remembered = Remembered::with(budget));
    let one = desk.token("vte-investigation", Role::Investigator).await;
    let other = desk.token("vte-investigation", Role::Investigator).await;
    let mut last = desk.get(&one, "/api/v1/rules").await;
    for _ in 0..12 {
        last = desk.get(&one, "/api/v1/rules").await;
    }
    let problem = last.is_problem(429, "budget");
    assert_eq!(last.header("retry-after"), problem["retry_after"].to_string());
    desk.get(&other, "/api/v1/rules").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_changes_something_needs_the_token_of_its_forms() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    let person = desk.login(Role::Investigator, Some("vte-investigation"), Language::En).await;
    let other = desk.login(Role::Investigator, Some("vte-investigation"), Language::En).await;
    let body = check("A-1", "vte-investigation");
    for form in [String::new(), "x".to_owned(), other.form.expect("a session")] {
        let forged = Visitor { form: Some(form), ..person.clone() };
        desk.post(&forged, &body).await.is_problem(403, "no_form_token");
    }
    // The token alone is not enough: a page of ours sends its origin with it.
    let token = person.form.clone().expect("a session");
    let kind = ("content-type", "application/json");
    for origin in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let headers = [("host", "kamnot.test"), ("x-csrf-token", token.as_str()), kind, origin];
        let answer = desk.ask_as(&person, Method::POST, "/api/v1/actions", &headers, body.clone()).await;
        answer.is_problem(403, "no_form_token");
    }
    assert_eq!(desk.store.load(&engine::action::CaseRef::new("A-1").unwrap()).await.unwrap().recorded().len(), 2);
    assert_eq!(desk.post(&person, &body).await.is(200)["recorded"], 1);
}
