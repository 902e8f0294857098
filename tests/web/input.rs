//! Whatever a browser can send is answered clearly, in the reader's language, and changes nothing.

use std::collections::BTreeSet;

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use tests::lines::action;
use web::routes::ROUTES;

use crate::desk::{Desk, FROM_HERE, NOTHING, Visitor, form};
use crate::log::Log;
use crate::papers::with_legal_aid;
use crate::people::GOOD;
use crate::shown::Shown;

/// The pages of a method, for a case that is there.
fn pages(method: &'static str) -> impl Iterator<Item = String> {
    let pages = ROUTES.iter().filter(move |route| route.method == method && !route.path.starts_with("/api/"));
    pages.map(|route| {
        let path = route.path.replace("{reference}", "A-1").replace("{rule}", "custody-48h");
        let id = "00000000-0000-0000-0000-000000000000";
        path.replace("{article}", "62").replace("{id}", id).replace("{act}", "enable").replace("{name}", "style.css")
    })
}

/// Asserts that an answer is one of ours, in a language.
#[track_caller]
fn is_clear(shown: &Shown, language: &str, what: &str) {
    let status = shown.status;
    assert!(!status.is_server_error(), "{what}: {status} {}", shown.text);
    if status.is_client_error() {
        assert_eq!(shown.header("content-type"), "text/html; charset=utf-8", "{what}: {status} {}", shown.text);
        assert!(shown.text.contains(&format!("<html lang=\"{language}\">")), "{what}: {}", shown.text);
    }
    assert!(shown.headers.contains_key("content-security-policy"), "{what}");
    assert!(!shown.text.contains("<script>alert"), "{what}: {}", shown.text);
}

/// Texts that mean harm, or none.
const STRANGE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{0}\u{1}\u{7f}",
    "a\r\nset-cookie: x=y",
    "\u{202e}abc\u{2066}\u{200b}",
    "'; DROP TABLE people; --",
    "../../etc/passwd",
    "{{7*7}}{% if 1 %}${x}",
    "ກຳນົດ \u{1f9d2}",
];

async fn everybody(desk: &Desk, language: Language) -> Vec<Visitor> {
    vec![
        desk.login(Role::Clerk, Some("vte-juvenile-court"), language).await,
        desk.login(Role::Supervisor, Some("vte-juvenile-court"), language).await,
        desk.login(Role::Operator, None, language).await,
        Visitor { secret: "none".to_owned(), ..desk.token("vte-prosecutor", Role::Prosecutor).await },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn any_query_is_answered_by_a_page() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    for who in everybody(&desk, Language::En).await {
        for path in pages("GET") {
            for strange in STRANGE {
                let query =
                    form(&[(strange, strange), ("next", strange), ("on", strange), ("to", strange), ("q", strange)]);
                is_clear(&desk.get(&who, &format!("{path}?{query}")).await, "en", &path);
            }
            for broken in
                ["%FF", "%", "%zz=%zz", "a&a&&==&", "next=a&next=b&on=a&on=b&saved&saved", &"q=x&".repeat(2_000)]
            {
                is_clear(&desk.get(&who, &format!("{path}?{broken}")).await, "en", &path);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_field_is_answered_by_a_page_and_shown_as_text() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    for who in everybody(&desk, Language::En).await {
        let names = ["u", "p", "c", "next", "reference", "code", "reason", "login", "name", "role", "office", "from"];
        let names =
            names.into_iter().chain(["until", "old", "new", "again", "as", "key", "which", "language", "factor"]);
        let names: Vec<&str> = names.collect();
        for path in pages("POST").filter(|path| path != "/logout") {
            for strange in STRANGE {
                let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, strange)).collect();
                let shown = desk.submit(&who, &path, &fields).await;
                is_clear(&shown, "en", &path);
                assert!(!shown.text.contains("<img src=x"), "{path}: {}", shown.text);
                desk.clock.jump(61);
            }
            desk.clock.set(tests::cases::instant(crate::desk::NOW));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_or_size_is_refused_in_the_readers_language() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    let who = desk.login(Role::Operator, None, Language::Lo).await;
    let token = who.form.clone().expect("a token");
    let large = |most: usize| form(&[("csrf", &token), ("name", &"x".repeat(most))]).into_bytes();
    for path in pages("POST") {
        let ask = async |kind: &str, body: Vec<u8>| {
            let headers = [FROM_HERE[0], FROM_HERE[1], ("content-type", kind), ("x-csrf-token", token.as_str())];
            let shown = desk.ask_as(&who, Method::POST, &path, &headers[..3], body).await;
            is_clear(&shown, "lo", &path);
            shown.status.as_u16()
        };
        let fields = form(&[("csrf", &token), ("login", "x")]).into_bytes();
        for kind in ["", "application/json", "text/plain", "multipart/form-data; boundary=x", "\u{e9}"] {
            assert_eq!(ask(kind, fields.clone()).await, 403, "{path} {kind}");
        }
        let urlencoded = FROM_HERE[2].1;
        assert_eq!(ask(urlencoded, b"\xff\xfe%ff=%00".to_vec()).await, 403, "{path}");
        assert_eq!(ask(urlencoded, "[".repeat(60_000).into_bytes()).await, 403, "{path}");
        // A file of actions may be longer than what people type.
        let most = if path == "/enter/upload" { 4 << 20 } else { 64 << 10 };
        assert_eq!(ask(urlencoded, large(most)).await, 413, "{path}");
    }
    assert!(desk.session(&who.secret).await.is_some());
    assert_eq!(desk.store.people().await.expect("people").len(), 1);
    // Of somebody who is not logged in, less.
    let body = form(&[("u", "keo"), ("p", &"x".repeat(20_000))]);
    let headers = [&FROM_HERE[..], &[("accept-language", "en")]].concat();
    let shown = desk.ask(Method::POST, "/login", &headers, body).await;
    shown.is_status(413).says(&["This form is too long. Nothing was recorded."]);
}

/// The methods that an address takes.
fn methods(path: &str) -> BTreeSet<&'static str> {
    let all = [("GET", "GET"), ("GET", "HEAD"), ("POST", "POST")].into_iter();
    all.filter(|(of, _)| pages(of).any(|page| page == path)).map(|(_, method)| method).collect()
}

/// The methods that an answer says the address takes.
fn taken(shown: &Shown) -> BTreeSet<&str> {
    shown.header("allow").split(',').map(str::trim).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_by_a_page() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    let who = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    for path in pages("GET").chain(pages("POST")) {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            let shown = desk.ask_as(&who, method.parse().expect("a method"), &path, &FROM_HERE, NOTHING).await;
            is_clear(&shown, "en", &path);
            assert_eq!((shown.status.as_u16(), taken(&shown)), (405, methods(&path)), "{method} {path}");
            shown.says(&["This address does not take this method."]);
            // Whoever asks, and without a reason to record.
            let of_nobody = desk.ask(method.parse().expect("a method"), &path, &[], NOTHING).await;
            assert_eq!(of_nobody.status.as_u16(), 405, "{method} {path}");
        }
        // A head without its body.
        let head = desk.ask_as(&who, Method::HEAD, &path, &[], NOTHING).await;
        assert_eq!(head.status.as_u16() == 405, !methods(&path).contains("HEAD"), "{path}");
        assert!(head.text.is_empty() || head.status.as_u16() == 405, "{path}");
    }
    assert!(desk.session(&who.secret).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_is_shown_as_text_and_turns_no_line_around() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let reason = "<script>alert(1)</script> & <i>\\u202eabc\\u2066 \\\"quoted\\\"";
    let more = format!(r#","authority":"prosecutor","reason":"{reason}""#);
    desk.hold(&[with_legal_aid("A-1"), action("A-1", "summons_missed", "2026-03-02T10:00:00+07:00", &more)]).await;
    for language in [Language::En, Language::Lo] {
        let who = desk.login(Role::Prosecutor, Some("vte-prosecutor"), language).await;
        for path in ["/cases/A-1", "/cases/A-1/print"] {
            let shown = desk.get(&who, path).await;
            assert!(shown.is_status(200).text.contains("alert(1)"), "{path}: {}", shown.text);
            shown.does_not_say(&["<script>alert", "<i>", "\u{202e}", "\u{2066}"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_again_changes_nothing_more() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let fields = [("login", "keo"), ("name", "Keo"), ("role", "clerk"), ("office", "vte-juvenile-court")];
    desk.submit(&operator, "/people", &fields).await.is_status(200);
    desk.submit(&operator, "/people", &fields).await.is_status(422);
    let keo = desk.store.person_by_login("keo").await.expect("a person").expect("keo");
    let join = [("role", "supervisor"), ("office", "vte-juvenile-court")];
    let path = format!("/people/{}/join", keo.id);
    desk.submit(&operator, &path, &join).await.is_status(303);
    desk.submit(&operator, &path, &join).await.is_status(422);
    assert_eq!(desk.store.person(keo.id).await.expect("a person").expect("keo").memberships.len(), 2);
    // A token is made once, also by a form that is sent twice at once; nor does one without an id make any.
    let token = [("name", "case register"), ("role", "clerk"), ("office", "vte-juvenile-court")];
    let id = desk.get(&operator, "/tokens").await.hidden("id").expect("an id").to_owned();
    let with_id = [&[("id", id.as_str())], &token[..]].concat();
    let twice = [desk.submit(&operator, "/tokens", &with_id), desk.submit(&operator, "/tokens", &with_id)];
    let mut statuses =
        futures::future::join_all(twice).await.iter().map(|shown| shown.status.as_u16()).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    for again in [&with_id[..], &token[..]] {
        desk.submit(&operator, "/tokens", again).await.is_status(422).says(&["This form was sent before"]);
    }
    assert_eq!(desk.store.tokens().await.expect("tokens").len(), 1);
    // A form of the session before, after somebody has logged in anew.
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let again = desk.login_again(&clerk).await;
    let replayed = Visitor { form: clerk.form.clone(), ..again.clone() };
    desk.submit(&replayed, "/me/language", &[("language", "lo")]).await.is_status(403);
    desk.submit(&replayed, "/me/password", &[("old", "x"), ("new", GOOD), ("again", GOOD)]).await.is_status(403);
    // A logout that is sent again ends nobody's session.
    desk.submit(&clerk, "/logout", &[]).await.is_status(303);
    desk.submit(&clerk, "/logout", &[]).await.is_status(303);
    assert!(desk.session(&again.secret).await.is_some());
}
