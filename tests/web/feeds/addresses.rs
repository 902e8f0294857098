//! The addresses of feeds: who makes and revokes them, what they lead to, and what a wrong one is answered.

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use service::intake::budget::Budget;
use store::people::{Feed, Person, Seen};
use tests::cases::instant;
use tests::made::office;
use uuid::Uuid;
use web::remembered::Remembered;

use super::{PROSECUTOR, in_remand, made, path_in, prosecutor, read};
use crate::desk::{Desk, NOTHING};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

on_each_log!(
    a_guessed_a_revoked_and_a_forgotten_address_look_like_a_page_that_there_is_not,
    a_secret_is_shown_once_and_kept_as_a_hash_and_a_form_makes_one_feed,
    an_office_keeps_its_own_feeds_and_an_operator_revokes_any,
    a_feed_stops_when_its_maker_leaves_and_goes_on_with_the_next_ones,
    an_office_has_a_bounded_number_of_feeds_and_each_is_read_so_often_and_no_more,
);

async fn a_guessed_a_revoked_and_a_forgotten_address_look_like_a_page_that_there_is_not(log: &Log) {
    let desk = in_remand(log).await;
    let who = prosecutor(&desk).await;
    let path = made(&desk, &who, "en").await;
    let none = read(&desk, "/no/such/page").await;
    none.is_status(404);
    let secret = path.split('/').nth(2).expect("a secret");
    let other = if secret.starts_with('A') { "B" } else { "A" };
    let guesses = [
        path.replace(secret, &format!("{other}{}", &secret[1..])),
        path.replace(secret, &secret[1..]),
        path.replace(secret, &secret.to_uppercase()),
        "/feed/x/limits.ics".to_owned(),
        "/feed/%00/limits.ics".to_owned(),
        path.replace("limits", "limit"),
    ];
    let is_like_none = |shown: &Shown| {
        assert_eq!((shown.status, &shown.text), (none.status, &none.text));
        let names = |shown: &Shown| shown.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(shown), names(&none));
    };
    for guess in &guesses {
        is_like_none(&read(&desk, guess).await);
    }
    let feed = desk.store.feeds().await.expect("feeds").remove(0);
    desk.submit(&who, &format!("/feeds/{}/revoke", feed.id), &[]).await.is_status(303);
    is_like_none(&read(&desk, &path).await);
    desk.get(&who, "/feeds").await.says(&["Duty phone", "Revoked"]);
    // Counted for whoever looks through the record, as wrong logins are, and without what was guessed.
    desk.clock.set(instant("2026-03-30T12:05:00+07:00"));
    let counted = desk.site.logins.counted(desk.site.now());
    let routes: Vec<String> = counted
        .into_iter()
        .map(|look| if let Seen::Refused { route } = look.seen { route } else { String::new() })
        .collect();
    assert_eq!(routes.len(), 1, "{routes:?}");
    assert!(routes[0].starts_with("GET /feed/{secret}/limits.ics from elsewhere") && routes[0].ends_with(": 6"));
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_one_address_are_answered_later_and_later_and_the_right_secret_at_once() {
    let log = Log::in_sqlite().await;
    let desk = in_remand(&log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let address = Some(std::net::IpAddr::from([203, 0, 113, 7]));
    let ask = async |path: &str| {
        let begun = std::time::Instant::now();
        let shown = desk.ask_from(address, Method::GET, path, &[], NOTHING).await;
        (shown.status.as_u16(), begun.elapsed().as_millis())
    };
    for _ in 0..24 {
        assert_eq!(ask("/feed/guess/limits.ics").await.0, 404);
    }
    let (status, after) = ask("/feed/guess/limits.ics").await;
    assert!(status == 404 && after >= 500, "{status} after {after} ms");
    let (status, after) = ask(&path).await;
    assert!(status == 200 && after < 500, "{status} after {after} ms");
}

async fn a_secret_is_shown_once_and_kept_as_a_hash_and_a_form_makes_one_feed(log: &Log) {
    let desk = in_remand(log).await;
    let who = prosecutor(&desk).await;
    let page = desk.get(&who, "/feeds").await;
    page.says(&["There are no feeds.", "never the alarm"]);
    let id = page.hidden("id").expect("an id").to_owned();
    let fields = [("name", "Duty phone"), ("language", "lo"), ("id", &*id)];
    let path = path_in(&desk.submit(&who, "/feeds", &fields).await);
    let secret = path.split('/').nth(2).expect("a secret");
    assert_eq!(secret.len(), 43, "256 bits");
    let again = desk.submit(&who, "/feeds", &fields).await;
    again.is_status(422).says(&["This form was sent before"]).does_not_say(&[secret]);
    let feeds = desk.store.feeds().await.expect("feeds");
    let made = Feed { id: Uuid::try_parse(&id).expect("an id"), ..feeds[0].clone() };
    assert_eq!(feeds, [Feed { key: web_key(secret), maker: Some(who.id), ..made }]);
    desk.get(&who, "/feeds").await.says(&["Duty phone", "ພາສາລາວ", "Active"]).does_not_say(&[secret]);
    for wrong in [[("name", ""), ("id", "00000000-0000-4000-8000-000000000009")], [("name", "x"), ("id", "")]] {
        desk.submit(&who, "/feeds", &wrong).await.is_status(422);
    }
    desk.get(&who, "/me").await.says(&["Feeds of your office"]);
}

fn web_key(secret: &str) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest(secret.as_bytes()).into()
}

async fn an_office_keeps_its_own_feeds_and_an_operator_revokes_any(log: &Log) {
    let desk = in_remand(log).await;
    let (who, colleague) = (prosecutor(&desk).await, prosecutor(&desk).await);
    let other = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let (path, of_court) = (made(&desk, &who, "en").await, made(&desk, &other, "en").await);
    let feeds = desk.store.feeds().await.expect("feeds");
    let revoke = |code: &str| {
        let feed = feeds.iter().find(|feed| feed.office == office(code)).expect("a feed");
        format!("/feeds/{}/revoke", feed.id)
    };
    desk.submit(&other, &revoke(PROSECUTOR), &[]).await.is_status(404);
    read(&desk, &path).await.is_status(200);
    desk.get(&colleague, "/feeds").await.says(&[PROSECUTOR]).does_not_say(&["vte-juvenile-court"]);
    desk.submit(&colleague, &revoke(PROSECUTOR), &[]).await.is_status(303);
    read(&desk, &path).await.is_status(404);
    desk.get(&operator, "/feeds").await.says(&[PROSECUTOR, "vte-juvenile-court"]).does_not_say(&["name=\"language\""]);
    desk.submit(&operator, &revoke("vte-juvenile-court"), &[]).await.is_status(303);
    read(&desk, &of_court).await.is_status(404);
    let supervisor = desk.login(Role::Supervisor, Some(PROSECUTOR), Language::En).await;
    desk.get(&supervisor, "/feeds").await.is_status(404);
    desk.get(&supervisor, "/me").await.does_not_say(&["/feeds"]);
}

async fn a_feed_stops_when_its_maker_leaves_and_goes_on_with_the_next_ones(log: &Log) {
    let desk = in_remand(log).await;
    let (who, colleague) = (prosecutor(&desk).await, prosecutor(&desk).await);
    let (path, next) = (made(&desk, &who, "en").await, made(&desk, &colleague, "en").await);
    let change = async |change: fn(&mut Person)| {
        let mut person = desk.person(&who).await;
        change(&mut person);
        person.version += 1;
        desk.store.put_person(&person).await.expect("a person");
    };
    let status = async || read(&desk, &path).await.status.as_u16();
    change(|person| person.disabled = Some(instant("2026-03-30T11:00:00+07:00"))).await;
    assert_eq!(status().await, 404);
    desk.get(&colleague, "/feeds").await.says(&["its maker no longer acts for the office"]);
    read(&desk, &next).await.is_status(200);
    change(|person| person.disabled = None).await;
    assert_eq!(status().await, 200);
    change(|person| person.memberships[0].until = Some(instant("2026-03-30T11:00:00+07:00"))).await;
    assert_eq!(status().await, 404);
}

async fn an_office_has_a_bounded_number_of_feeds_and_each_is_read_so_often_and_no_more(log: &Log) {
    let budget = Budget { requests: 5, ..Budget::default() };
    let desk = Desk::with(log, |site| site.remembered = Remembered::with(budget));
    let who = prosecutor(&desk).await;
    let path = made(&desk, &who, "en").await;
    for _ in 1..20 {
        made(&desk, &who, "en").await;
    }
    let id = Uuid::new_v4().to_string();
    let one_more = desk.submit(&who, "/feeds", &[("name", "x"), ("id", &*id)]).await;
    one_more.is_status(422).says(&["as many feeds as it may"]);
    let mut answered = 0;
    while read(&desk, &path).await.status == 200 {
        answered += 1;
        assert!(answered <= budget.requests);
    }
    assert!(answered > 0 && read(&desk, &path).await.is_status(429).headers.contains_key("retry-after"));
}
