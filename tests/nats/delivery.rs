//! What arrives, at a client that knows nothing of kamnot.

use std::collections::BTreeSet;

use scenarios::servers::nats_server::NatsServer;
use serde_json::Value;

use crate::world::{World, arrived, id, investigation, read};

const SAMPLE: &str = include_str!("../../scenarios/data/actions-300.jsonl");
const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn every_due_alert_of_an_imported_file_arrives_exactly_once() {
    let server = NatsServer::start();
    let world = World::at("2026-10-01T08:00:00+07:00").await;
    let serving = world.serve(&server.url());
    world.import(SAMPLE).await;
    world.all_is_told().await;
    let at_once = world.ids().await.len();
    // What falls due later is raised by the watch alone.
    for _ in 0..5 {
        world.pass(30 * DAY);
        world.all_is_told().await;
    }
    serving.stop().await;
    let told = world.ids().await;
    println!("{at_once} alerts at the import, {} later", told.len() - at_once);
    assert!(at_once > 300 && told.len() > at_once + 10, "{at_once} alerts, then {}", told.len());
    assert_eq!(arrived(&server).await, told, "in the order of the log, each once");
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn subject_headers_and_envelope_are_those_of_the_format() {
    let server = NatsServer::start();
    let world = World::at("2026-03-31T00:00:00+07:00").await;
    let serving = world.serve(&server.url());
    world.import(&investigation("VTE-2026-0001", 1, "2026-03-01")).await;
    world.all_is_told().await;
    serving.stop().await;
    let subject = "kamnot.alerts.vte-prosecutor.vte-juvenile-court.vte-investigation.none.arguable.investigation-30d";
    let found = read(&server, subject).await;
    let [message] = &found[..] else { panic!("{} messages on {subject}", found.len()) };
    assert_eq!(message.subject.as_str(), subject);
    let headers = message.headers.as_ref().expect("headers");
    let mut names: Vec<String> = headers.iter().map(|(name, _)| name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["Content-Type", "Nats-Expected-Last-Sequence", "Nats-Msg-Id"]);
    let content_type = headers.get("Content-Type").map(ToString::to_string);
    assert_eq!(content_type.as_deref(), Some("application/cloudevents+json"));
    let body: Value = serde_json::from_slice(&message.payload).expect("JSON");
    assert_eq!(body["specversion"], "1.0");
    assert_eq!(body["id"], id(message));
    assert_eq!(body["source"], "/kamnot/test");
    assert_eq!(body["type"], "la.kamnot.alert.arguable.v1");
    assert_eq!(body["subject"], "VTE-2026-0001");
    assert_eq!(body["time"], "2026-03-31T00:00:00+07:00");
    assert_eq!(body["data"]["rule"], "investigation-30d");
    let text = String::from_utf8_lossy(&message.payload);
    assert!(!text.contains("2010-06-15") && !text.contains("\"C1\""), "no personal data: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_relays_of_one_store_publish_arrives_once() {
    let server = NatsServer::start();
    let world = World::at("2026-10-01T08:00:00+07:00").await;
    let (one, other) = (world.serve(&server.url()), world.serve(&server.url()));
    world.import(SAMPLE).await;
    world.all_is_told().await;
    one.stop().await;
    other.stop().await;
    let (mut found, mut told) = (arrived(&server).await, world.ids().await);
    found.sort();
    told.sort();
    assert_eq!(found, told);
}
