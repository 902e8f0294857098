//! The daily reconciliation of `serve`: once a day, by one of several, and made up for when it was missed.

use std::time::Duration;

use async_nats::Subscriber;
use futures::StreamExt as _;
use scenarios::servers::nats_server::NatsServer;
use serde_json::Value;
use service::reconcile::Reconciler;
use tests::wait::eventually;

use crate::world::{World, instant, investigation};

async fn listening(server: &NatsServer) -> Subscriber {
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let results = client.subscribe("kamnot.reconciliation").await.expect("subscribed");
    client.flush().await.expect("flushed");
    results
}

/// The next result that is published.
async fn next(results: &mut Subscriber) -> Value {
    let message = tokio::time::timeout(Duration::from_mins(1), results.next()).await.expect("within a minute");
    serde_json::from_slice(&message.expect("a message").payload).expect("JSON")
}

/// Sees that none comes for longer than it takes to begin one.
async fn quiet(results: &mut Subscriber) {
    let next = tokio::time::timeout(Duration::from_millis(3500), results.next()).await;
    assert!(next.is_err(), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_that_serve_one_log_one_reconciles_each_day() {
    let server = NatsServer::start();
    let mut world = World::at("2026-03-02T02:00:00+07:00").await;
    world.reconcile_at = Some("03:00".parse().expect("a time"));
    world.import(&investigation("VTE-2026-0001", 1, "2026-03-01")).await;
    let mut results = listening(&server).await;
    let (one, other) = (world.serve(&server.url()), world.serve(&server.url()));
    // There never was one.
    assert_eq!(next(&mut results).await["data"]["at"], "2026-03-02T02:00:00+07:00");
    quiet(&mut results).await;
    world.pass(3599);
    quiet(&mut results).await;
    world.pass(1);
    let event = next(&mut results).await;
    assert_eq!(event["data"]["at"], "2026-03-02T03:00:00+07:00");
    assert_eq!(event["data"]["evaluated"], 1);
    assert_eq!(event["data"]["different"], 0, "{event}");
    world.pass(23 * 3600);
    quiet(&mut results).await;
    one.stop().await;
    // The one that is left does it from now on.
    world.pass(3600);
    let event = next(&mut results).await;
    assert_eq!(event["data"]["at"], "2026-03-03T03:00:00+07:00");
    assert_eq!(event["data"]["different"], 0, "{event}");
    other.stop().await;
    // What was missed while nothing ran is made up for at the start, once.
    world.pass(3 * 86_400 + 3600);
    let serving = world.serve(&server.url());
    let event = next(&mut results).await;
    assert_eq!(event["data"]["at"], "2026-03-06T04:00:00+07:00");
    assert_eq!(event["data"]["different"], 0, "what the watch makes up for at the same time is waited for: {event}");
    quiet(&mut results).await;
    serving.stop().await;
    // One that is not missed is not made up for.
    let serving = world.serve(&server.url());
    quiet(&mut results).await;
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_reconciliation_does_not_wait_for_nats() {
    let server = NatsServer::stopped();
    let mut world = World::at("2026-03-02T04:00:00+07:00").await;
    world.reconcile_at = Some("03:00".parse().expect("a time"));
    let serving = world.serve(&server.url());
    let last = || async { Reconciler::last(world.store.as_ref()).await.expect("the store") };
    eventually("a result by the marks", || async { last().await.is_some() }).await;
    serving.stop().await;
    let last = last().await.expect("a result");
    assert_eq!(last.at, instant("2026-03-02T04:00:00+07:00"));
    assert!(last.to_json().contains("marks_for"), "{}", last.to_json());
}
