//! Live updates: a stream says that something has changed for its reader's office, and nothing else; the line says what.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use engine::rulebook::Language;
use futures::StreamExt as _;
use projections::rights::Role;
use tests::lines::{action, custody};
use tower::ServiceExt as _;

use crate::desk::{Desk, NOW, Visitor};
use crate::inbox::supervised_by;
use crate::listening::PATIENCE;
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};

on_each_log!(
    an_action_is_said_to_those_who_have_the_case_and_to_nobody_else,
    a_stream_goes_on_behind_the_place_that_was_said_last,
    a_stream_ends_as_soon_as_its_right_was_ended_here,
    a_stream_says_nothing_once_its_right_has_ended_elsewhere_or_by_itself,
    a_stream_keeps_no_session_alive,
    of_a_session_one_stream_is_open,
    whoever_handed_a_case_on_is_told_of_that_and_of_nothing_after_it,
    a_supervisor_is_told_of_what_is_escalated_alone,
    an_action_recorded_at_one_server_wakes_the_streams_of_the_other,
    the_line_counts_what_is_new_in_the_readers_own_inbox,
    the_line_of_a_case_is_for_whoever_has_it,
);

const COURT: &str = "vte-juvenile-court";
const ELSEWHERE: &str = "psl-juvenile-court";
/// For how long nothing is said: longer than changes gather, and than another process needs to notice them.
const QUIET: Duration = Duration::from_millis(700);

/// A stream, as its reader gets it.
struct Events(BodyDataStream);

impl Events {
    /// Opens one, behind a place.
    async fn behind(desk: &Desk, who: &Visitor, place: Option<&str>) -> Self {
        let (name, value) = who.credentials();
        let mut request = Request::get("/api/v1/changes").header(name, value);
        if let Some(place) = place {
            request = request.header("last-event-id", place);
        }
        let answer = desk.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert!(answer.headers().get("content-encoding").is_none());
        let mut events = Self(answer.into_body().into_data_stream());
        assert_eq!(events.next().await.as_deref(), Some("retry: 2000\n\n"));
        events
    }

    async fn of(desk: &Desk, who: &Visitor) -> Self {
        Self::behind(desk, who, None).await
    }

    /// What comes next; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something comes in time");
        next.map(|bytes| String::from_utf8(bytes.expect("bytes").to_vec()).expect("UTF-8"))
    }

    /// The place of the change that comes next.
    async fn changed(&mut self) -> String {
        let said = self.next().await.expect("it goes on");
        let place = said.strip_prefix("event: changed\nid: ").and_then(|rest| rest.split_once('\n'));
        let (place, rest) = place.unwrap_or_else(|| panic!("no change: {said:?}"));
        assert_eq!(rest, format!("data: {place}\n\n"));
        place.to_owned()
    }

    /// Asserts that nothing comes.
    async fn is_quiet(&mut self) {
        let next = tokio::time::timeout(QUIET, self.0.next()).await;
        assert!(next.is_err(), "{next:?}");
    }

    /// Asserts that it ends, without another word.
    async fn ends(&mut self) {
        assert_eq!(self.next().await, None);
    }
}

/// How many changes a place counts.
fn number(place: &str) -> &str {
    place.split_once('-').expect("a series and a number").1
}

async fn clerk(desk: &Desk, court: &str) -> Visitor {
    desk.login(Role::Clerk, Some(court), Language::En).await
}

/// The same case of another province.
fn elsewhere(line: &str) -> String {
    line.replace("vte-", "psl-")
}

async fn an_action_is_said_to_those_who_have_the_case_and_to_nobody_else(log: &Log) {
    let desk = Desk::new(log);
    let mut own = Events::of(&desk, &clerk(&desk, COURT).await).await;
    let mut lawyer = Events::of(&desk, &desk.token("vte-legal-aid", Role::Lawyer).await).await;
    let mut foreign = Events::of(&desk, &clerk(&desk, ELSEWHERE).await).await;
    // A court has no cases as a prosecutor's office.
    let mut seat = Events::of(&desk, &desk.login(Role::Prosecutor, Some(COURT), Language::En).await).await;
    desk.hold(&[with_legal_aid("A-1")]).await;
    let [first, of_lawyer] = [own.changed().await, lawyer.changed().await];
    assert_eq!((number(&first), number(&of_lawyer)), ("1", "1"));
    foreign.is_quiet().await;
    seat.is_quiet().await;
    // However much happens elsewhere, a place gives nothing of it away.
    for case in ["B-1", "B-2", "B-3"] {
        desk.hold(&[elsewhere(&with_legal_aid(case))]).await;
        assert!(number(&foreign.changed().await).parse::<u8>().expect("a number") <= 3);
    }
    own.is_quiet().await;
    desk.hold(&[custody("A-1")]).await;
    assert_eq!(number(&own.changed().await), "2");
}

async fn a_stream_goes_on_behind_the_place_that_was_said_last(log: &Log) {
    let desk = Desk::new(log);
    let who = clerk(&desk, COURT).await;
    // Somebody else of the office stays.
    let mut other = Events::of(&desk, &clerk(&desk, COURT).await).await;
    let mut lost = Events::of(&desk, &who).await;
    desk.hold(&[with_legal_aid("A-1")]).await;
    let place = lost.changed().await;
    other.changed().await;
    drop(lost);
    let mut nothing_missed = Events::behind(&desk, &who, Some(&place)).await;
    nothing_missed.is_quiet().await;
    drop(nothing_missed);
    desk.hold(&[custody("A-1")]).await;
    assert_ne!(other.changed().await, place);
    let mut missed = Events::behind(&desk, &who, Some(&place)).await;
    assert_ne!(missed.changed().await, place);
    missed.is_quiet().await;
    // Of a place that this process does not know, something may have been missed.
    let unknown = format!("{}-7", uuid::Uuid::new_v4().simple());
    Events::behind(&desk, &who, Some(&unknown)).await.changed().await;
}

async fn a_stream_ends_as_soon_as_its_right_was_ended_here(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let [leaves, disabled, ended, stays] = [(); 4].map(|()| clerk(&desk, COURT));
    let [leaves, disabled, ended, stays] = [leaves.await, disabled.await, ended.await, stays.await];
    let token = desk.token(COURT, Role::Clerk).await;
    let mut stream_that_stays = Events::of(&desk, &stays).await;
    let mut stream = Events::of(&desk, &leaves).await;
    desk.submit(&leaves, "/logout", &[]).await.is_status(303);
    stream.ends().await;
    let mut stream = Events::of(&desk, &disabled).await;
    desk.submit(&operator, &format!("/people/{}/disable", disabled.id), &[]).await.is_status(303);
    stream.ends().await;
    let mut stream = Events::of(&desk, &ended).await;
    let key = desk.session(&ended.secret).await.expect("a session").key;
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    desk.submit(&operator, "/sessions/end", &[("key", &hex)]).await.is_status(303);
    stream.ends().await;
    // A token that was seen a moment ago counts for a second more; before anything is said, it is asked again.
    let mut stream = Events::of(&desk, &token).await;
    desk.submit(&operator, &format!("/tokens/{}/revoke", token.id), &[]).await.is_status(303);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    desk.hold(&[with_legal_aid("A-1")]).await;
    stream.ends().await;
    stream_that_stays.changed().await;
}

async fn a_stream_says_nothing_once_its_right_has_ended_elsewhere_or_by_itself(log: &Log) {
    let desk = Desk::new(log);
    let [disabled, role, idle] = [(); 3].map(|()| clerk(&desk, COURT));
    let [disabled, role, idle] = [disabled.await, role.await, idle.await];
    let mut streams = Vec::new();
    for who in [&disabled, &role] {
        streams.push(Events::of(&desk, who).await);
    }
    web::people::disable(&*desk.store, disabled.id, desk.site.now()).await.expect("disabled");
    let membership = desk.person(&role).await.memberships.remove(0);
    web::people::leave(&*desk.store, role.id, &membership, desk.site.now()).await.expect("ended");
    let mut stream = Events::of(&desk, &idle).await;
    desk.clock.jump(30 * 60 + 1);
    let mut stays = Events::of(&desk, &clerk(&desk, COURT).await).await;
    desk.hold(&[with_legal_aid("A-1")]).await;
    stays.changed().await;
    for stream in streams.iter_mut().chain([&mut stream]) {
        stream.ends().await;
    }
}

async fn a_stream_keeps_no_session_alive(log: &Log) {
    let desk = Desk::new(log);
    let who = clerk(&desk, COURT).await;
    let mut stream = Events::of(&desk, &who).await;
    for minutes in [10, 20] {
        desk.clock.jump(10 * 60);
        desk.hold(&[with_legal_aid(&format!("A-{minutes}"))]).await;
        stream.changed().await;
        desk.get(&who, "/live?since=0").await.is_status(200);
    }
    assert!(desk.session(&who.secret).await.is_some_and(|session| session.seen == session.began));
    desk.clock.jump(10 * 60 + 1);
    desk.get(&who, "/docket").await.is_status(303);
}

async fn of_a_session_one_stream_is_open(log: &Log) {
    let desk = Desk::new(log);
    let who = clerk(&desk, COURT).await;
    let mut other_session = Events::of(&desk, &desk.login_again(&who).await).await;
    let mut older = Events::of(&desk, &who).await;
    let mut newer = Events::of(&desk, &who).await;
    assert_eq!(older.next().await.as_deref(), Some("event: replaced\ndata: -\n\n"));
    older.ends().await;
    desk.hold(&[with_legal_aid("A-1")]).await;
    newer.changed().await;
    other_session.changed().await;
}

async fn whoever_handed_a_case_on_is_told_of_that_and_of_nothing_after_it(log: &Log) {
    let desk = Desk::new(log);
    desk.hold(&[with_legal_aid("A-1")]).await;
    let mut former = Events::of(&desk, &clerk(&desk, COURT).await).await;
    let mut now = Events::of(&desk, &clerk(&desk, ELSEWHERE).await).await;
    let all = r#","court":"psl-juvenile-court","prosecutor":"psl-prosecutor","investigator":"psl-investigation","legal_aid":"psl-legal-aid""#;
    desk.hold(&[action("A-1", "case_transferred", "2026-03-02T08:00:00+07:00", all)]).await;
    former.changed().await;
    now.changed().await;
    desk.hold(&[custody("A-1")]).await;
    now.changed().await;
    former.is_quiet().await;
}

async fn a_supervisor_is_told_of_what_is_escalated_alone(log: &Log) {
    let desk = Desk::with_offices(log, NOW, &supervised_by("vte-juvenile-court"));
    desk.hold(&[with_legal_aid("A-1"), custody("A-1")]).await;
    // Programs, whose right outlasts the hours.
    let mut above = Events::of(&desk, &desk.token(COURT, Role::Supervisor).await).await;
    let mut own = Events::of(&desk, &desk.token(COURT, Role::Clerk).await).await;
    desk.hold(&[check("A-1", "vte-investigation")]).await;
    own.changed().await;
    above.is_quiet().await;
    let case = engine::action::CaseRef::new("A-1").expect("a reference");
    desk.clock.jump(3 * 3600);
    desk.site.recorder.tick(&case).await.expect("it is told the time");
    above.changed().await;
}

async fn an_action_recorded_at_one_server_wakes_the_streams_of_the_other(log: &Log) {
    let [one, other] = [Desk::new(log), Desk::new(&log.again().await)];
    let who = clerk(&one, COURT).await;
    let mut here = Events::of(&one, &who).await;
    let mut there = Events::of(&other, &clerk(&one, COURT).await).await;
    let mut foreign = Events::of(&other, &clerk(&one, ELSEWHERE).await).await;
    for case in ["A-1", "A-2"] {
        one.hold(&[with_legal_aid(case)]).await;
        here.changed().await;
        there.changed().await;
        other.hold(&[custody(case)]).await;
        here.changed().await;
        there.changed().await;
    }
    foreign.is_quiet().await;
    // A place of the one is another one's to go on from: it says that something may have changed.
    let place = here_place(&one, &who).await;
    Events::behind(&other, &who, Some(&place)).await.changed().await;
}

/// A place that a server says to somebody.
async fn here_place(desk: &Desk, who: &Visitor) -> String {
    let mut stream = Events::of(desk, who).await;
    desk.hold(&[with_legal_aid("A-9")]).await;
    stream.changed().await
}

/// The address at which a page asks for its line.
async fn asks(desk: &Desk, who: &Visitor, path: &str) -> Option<String> {
    let page = desk.get(who, path).await;
    let address = page.is_status(200).text.split_once("data-ask=\"")?.1.split('"').next()?;
    Some(address.replace("&#38;", "&").replace("&amp;", "&"))
}

/// How many alerts are new, and the line.
async fn line(desk: &Desk, who: &Visitor, address: &str) -> (u64, Option<String>) {
    let said = desk.get(who, address).await.is_status(200).json();
    (said["alerts"].as_u64().expect("a number"), said["line"].as_str().map(str::to_owned))
}

async fn the_line_counts_what_is_new_in_the_readers_own_inbox(log: &Log) {
    let desk = Desk::new(log);
    desk.hold(&[with_legal_aid("A-1")]).await;
    let [who, foreign] = [clerk(&desk, COURT).await, clerk(&desk, ELSEWHERE).await];
    let mut pages = Vec::new();
    for path in ["/", "/docket", "/inbox", "/cases/A-1"] {
        pages.push(asks(&desk, &who, path).await.expect("it asks"));
    }
    let elsewhere = asks(&desk, &foreign, "/inbox").await.expect("it asks");
    for address in &pages {
        assert_eq!(line(&desk, &who, address).await, (0, None), "{address}");
    }
    desk.clock.jump(1);
    // A custody that is over for a day: one limit.
    desk.hold(&[custody("A-1")]).await;
    let inbox = desk.get(&who, "/api/v1/inbox").await.json();
    let limits = inbox.as_array().expect("items").len() as u64;
    assert!(limits > 0);
    for address in &pages {
        let (alerts, said) = line(&desk, &who, address).await;
        assert_eq!(alerts, limits, "{address}");
        let said = said.expect("a line");
        assert!(said.contains("new alert") && said.ends_with("since 08:00:00."), "{said}");
    }
    assert_eq!(line(&desk, &foreign, &elsewhere).await, (0, None));
    // A page that was made since then has nothing to say, until something is recorded.
    desk.clock.jump(1);
    let address = asks(&desk, &who, "/docket").await.expect("it asks");
    assert_eq!(line(&desk, &who, &address).await, (0, None));
    desk.hold(&[with_legal_aid("A-2")]).await;
    assert_eq!(line(&desk, &who, &address).await, (0, Some("Changed since 08:00:02.".to_owned())));
}

async fn the_line_of_a_case_is_for_whoever_has_it(log: &Log) {
    let desk = Desk::new(log);
    desk.hold(&[with_legal_aid("A-1")]).await;
    let [who, foreign] = [clerk(&desk, COURT).await, clerk(&desk, ELSEWHERE).await];
    let address = asks(&desk, &who, "/cases/A-1").await.expect("it asks");
    desk.clock.jump(1);
    let tag = address.split_once("tag=").expect("a tag").1;
    for of in [&address, &address.replace(tag, "999&case=A-1"), &address.replace("A-1", "MISSING")] {
        assert_eq!(line(&desk, &foreign, of).await, (0, None), "{of}");
    }
    desk.hold(&[check("A-1", "vte-investigation")]).await;
    assert!(line(&desk, &who, &address).await.1.is_some());
    assert_eq!(line(&desk, &foreign, &address).await, (0, None));
    // Of another time, of a case that was handed on, and of one that is looked at with a reason, the page follows nothing.
    assert_eq!(asks(&desk, &who, "/cases/A-1?known=2%2F3%2F2026").await, None);
    let supervisor = desk.login(Role::Supervisor, Some(COURT), Language::En).await;
    desk.grant(supervisor.id, COURT, "A-1").await;
    assert_eq!(asks(&desk, &supervisor, "/cases/A-1").await, None);
    // Asking is no look.
    assert!(desk.looks(&foreign).await.iter().all(|look| !format!("{:?}", look.seen).contains("A-1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fifteen_seconds_a_stream_says_that_it_is_there() {
    let log = Log::in_sqlite().await;
    let desk = Desk::new(&log);
    let mut stream = Events::of(&desk, &clerk(&desk, COURT).await).await;
    let begun = std::time::Instant::now();
    assert_eq!(stream.next().await.as_deref(), Some(":\n\n"));
    assert!(begun.elapsed() >= Duration::from_secs(14), "{:?}", begun.elapsed());
}
