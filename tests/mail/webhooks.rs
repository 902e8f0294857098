//! Webhooks: what comes, that it can be verified, and what a receiver cannot make the sender do.

use engine::rulebook::Language;
use mail::signature::signature;
use projections::letters::Trouble;
use serde_json::Value;
use service::clock::{Clock as _, SystemClock};
use store::place::LogPlace;
use tests::on_each_log;
use tests::recipes::python_under;

use crate::receiver::Receiver;
use crate::world::{OFFICE, Ways, World, wanted};

on_each_log!(
    an_alert_comes_as_it_is_published_and_signed_with_the_key_that_was_shown,
    a_webhook_that_answers_500_for_a_day_loses_nothing,
);

#[test]
fn the_recipe_of_the_page_knows_a_genuine_request() {
    let (key, body) = ("0f".repeat(32), r#"{"id":"1"}"#);
    let header = signature(&key, SystemClock.now(), body);
    let recipe = python_under("\n### Alerts: mail and webhooks\n");
    let asked = format!(
        "{recipe}\nbody = {body:?}.encode()\nprint(is_genuine({key:?}, {header:?}, body), is_genuine({key:?}, {header:?}, body + b' '), is_genuine({:?}, {header:?}, body))",
        "f0".repeat(32)
    );
    let said = std::process::Command::new("python3").args(["-c", &asked]).output().expect("python3 runs");
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "True False False", "{said:?}");
    let old = signature(&key, SystemClock.now().plus(-400), body);
    let asked = format!("{recipe}\nprint(is_genuine({key:?}, {old:?}, {body:?}.encode()))");
    let said = std::process::Command::new("python3").args(["-c", &asked]).output().expect("python3 runs");
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "False", "{said:?}");
}

async fn world(place: &LogPlace, receiver: &Receiver, listed: &[&'static str]) -> World {
    let authority = Some(receiver.authority.roots());
    World::new(place, Ways { authority, listed: listed.to_vec(), ..Ways::default() }).await
}

async fn alerts(world: &World) -> Vec<String> {
    world.alerts().await.into_iter().map(|(id, _)| id).collect()
}

async fn an_alert_comes_as_it_is_published_and_signed_with_the_key_that_was_shown(place: &LogPlace) {
    let receiver = Receiver::start("127.0.0.1").await;
    let mut world = world(place, &receiver, &["127.0.0.1"]).await;
    let (_, key) = world.wanted(wanted(OFFICE, &receiver.url("127.0.0.1"))).await;
    assert_eq!(key.len(), 64);
    world.a_breach("A-1").await;
    world.round().await;
    assert_eq!(receiver.ids(), alerts(&world).await);
    for request in receiver.requests() {
        assert!(request.head.starts_with("POST /hook?of=kamnot HTTP/1.1\r\n"), "{}", request.head);
        assert_eq!(request.header("content-type"), Some("application/cloudevents+json; charset=utf-8"));
        let signed = request.header("kamnot-signature").expect("a signature");
        assert_eq!(signed, signature(&key, world.clock.now(), &request.body));
        let event: Value = serde_json::from_str(&request.body).expect("an object");
        assert_eq!((&event["specversion"], &event["source"]), (&"1.0".into(), &"/kamnot/test".into()));
        assert!(!request.body.contains("Somsak") && !request.body.contains("2010-05-06"), "{}", request.body);
    }
}

async fn a_webhook_that_answers_500_for_a_day_loses_nothing(place: &LogPlace) {
    let receiver = Receiver::start("127.0.0.1").await;
    let mut world = world(place, &receiver, &["127.0.0.1"]).await;
    let address = world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    world.a_breach("A-1").await;
    let began = world.clock.now();
    receiver.answers(500);
    while world.clock.now().since(began) < 86_400 {
        world.later(60).await;
    }
    let (since, trouble) = world.now(&address).await.progress.failing.expect("trouble");
    assert_eq!((trouble, since), (Trouble::Refused(500), began.plus(60)));
    let (attempts, alerts) = (receiver.ids(), alerts(&world).await);
    assert!(attempts.iter().all(|id| *id == alerts[0]), "the others wait behind the first");
    assert!((280..300).contains(&attempts.len()), "every five minutes: {}", attempts.len());
    receiver.answers(202);
    world.later(300).await;
    assert_eq!(receiver.ids()[attempts.len()..], alerts);
    assert_eq!((world.waiting().await, world.trouble(&address).await), (0, None));
}

/// What comes of one alert's way to a webhook at `host` that answers with these bytes.
async fn outcome(host: &str, listed: &[&'static str], answer: Option<&str>) -> (Option<Trouble>, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start("127.0.0.1").await;
    if let Some(answer) = answer {
        receiver.answers_with(answer);
    }
    let mut world = world(&LogPlace::File(folder.path().join("log.db")), &receiver, listed).await;
    let address = world.address(OFFICE, &receiver.url(host), Language::En).await;
    world.a_breach("A-1").await;
    world.round().await;
    (world.trouble(&address).await, receiver.requests().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_inside_a_network_is_not_connected_to_unless_it_is_listed_however_it_is_named() {
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"] {
        assert_eq!(outcome(host, &[], None).await, (Some(Trouble::Inside), 0), "{host}");
        assert_eq!(outcome(host, &["10.0.0.0/8"], None).await, (Some(Trouble::Inside), 0), "{host}");
    }
    let (trouble, requests) = outcome("127.0.0.1", &["127.0.0.0/8"], None).await;
    assert!(trouble.is_none() && requests > 2, "{trouble:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (receiver, other) = (Receiver::start("127.0.0.1").await, Receiver::start("127.0.0.1").await);
    for code in [301, 302, 307, 308] {
        let place = LogPlace::File(folder.path().join(format!("{code}.db")));
        let to = other.url("127.0.0.1");
        receiver.answers_with(&format!("HTTP/1.1 {code} There\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
        let mut world = world(&place, &receiver, &["127.0.0.1"]).await;
        let address = world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
        world.a_breach("A-1").await;
        world.round().await;
        assert_eq!(world.trouble(&address).await, Some(Trouble::Redirected(code)));
    }
    assert!(other.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_read_within_bounds() {
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "X-More: more\r\n".repeat(100_000));
    assert_eq!(outcome("127.0.0.1", &["127.0.0.1"], Some(&endless)).await, (Some(Trouble::Dropped), 1));
    assert_eq!(outcome("127.0.0.1", &["127.0.0.1"], Some("no HTTP at all")).await, (Some(Trouble::Dropped), 1));
    // Of a body nothing is read, however long it says that it is.
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nxxx";
    let (trouble, requests) = outcome("127.0.0.1", &["127.0.0.1"], Some(long)).await;
    assert!(trouble.is_none() && requests > 2, "{trouble:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_not_known_gets_nothing_and_one_that_is_silent_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (receiver, stranger) = (Receiver::start("127.0.0.1").await, Receiver::start("127.0.0.1").await);
    let mut world = world(&LogPlace::File(folder.path().join("log.db")), &receiver, &["127.0.0.1"]).await;
    let unknown = world.address(OFFICE, &stranger.url("127.0.0.1"), Language::En).await;
    let silent = world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    receiver.answers_with("");
    world.a_breach("A-1").await;
    world.round().await;
    assert_eq!(world.trouble(&unknown).await, Some(Trouble::NoEncryption));
    assert_eq!(world.trouble(&silent).await, Some(Trouble::Slow));
    assert_eq!((stranger.requests().len(), receiver.requests().len()), (0, 1));
}
