//! NATS away, stopped, held, and the relay killed: nothing is lost, nothing stands in the stream twice.

use std::time::Duration;

use async_nats::HeaderMap;
use scenarios::servers::nats_server::NatsServer;
use store::Position;
use tests::wait::eventually;

use crate::world::{World, arrived};

const SAMPLE: &str = include_str!("../../scenarios/data/actions-300.jsonl");
const NOW: &str = "2026-10-01T08:00:00+07:00";

pub async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// The first part of the sample, in whole cases, and the rest.
pub fn halves() -> (String, String) {
    let of_case = |line: &&str| line.split('"').nth(3).is_some_and(|case| case.ends_with(['1', '3', '5', '7', '9']));
    let (one, other): (Vec<&str>, Vec<&str>) = SAMPLE.lines().partition(of_case);
    (one.join("\n"), other.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_raised_while_nats_is_away_arrive_when_it_comes() {
    let mut server = NatsServer::stopped();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    world.import(SAMPLE).await;
    pause(500).await;
    let told = world.ids().await;
    assert_eq!(world.waiting().await, told.len());
    server.start_again();
    world.all_is_told().await;
    serving.stop().await;
    assert_eq!(arrived(&server).await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_lost_is_filled_again_with_the_same_ids() {
    let mut server = NatsServer::start();
    let world = World::at(NOW).await;
    let (one, other) = halves();
    world.import(&one).await;
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    serving.stop().await;
    server.stop();
    server.lose_data();
    server.start_again();
    let serving = world.serve(&server.url());
    world.import(&other).await;
    pause(1500).await;
    world.all_is_told().await;
    serving.stop().await;
    let (mut told, mut found) = (world.ids().await, arrived(&server).await);
    told.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_restarted_in_the_middle_gets_each_alert_once() {
    let mut server = NatsServer::start();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    let (one, other) = halves();
    let restarts = async {
        for _ in 0..4 {
            pause(150).await;
            server.stop();
            pause(150).await;
            server.start_again();
        }
    };
    let imports = async {
        world.import(&one).await;
        pause(400).await;
        world.import(&other).await;
    };
    tokio::join!(imports, restarts);
    world.each_arrived_once(serving, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_held_for_longer_than_we_wait_gets_each_alert_once() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    let (one, other) = halves();
    world.import(&one).await;
    world.all_is_told().await;
    server.freeze();
    world.import(&other).await;
    // Longer than a message's acknowledgement is waited for.
    pause(6_000).await;
    assert!(world.waiting().await > 0);
    server.thaw();
    world.each_arrived_once(serving, &server).await;
}

/// What a relay does that is killed between the acknowledgements and the marks, done by a plain client.
pub async fn publish_and_do_not_mark(world: &World, server: &NatsServer, most: usize) {
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    for message in world.messages().await.into_iter().take(most) {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", message.id.to_string());
        let ack = jetstream.publish_with_headers(message.subject, headers, message.body.into()).await;
        ack.expect("sent").await.expect("acknowledged");
    }
}

pub async fn short_window(server: &NatsServer) {
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let config = async_nats::jetstream::stream::Config {
        name: "KAMNOT_ALERTS".to_owned(),
        subjects: vec!["kamnot.alerts.>".to_owned()],
        deny_delete: true,
        deny_purge: true,
        duplicate_window: Duration::from_millis(100),
        ..Default::default()
    };
    async_nats::jetstream::new(client).create_stream(config).await.expect("the stream");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_before_the_mark_doubles_nothing_after_the_servers_window() {
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    let (one, other) = halves();
    // Some alerts are marked, some only published, some neither.
    world.import(&one).await;
    let connected = world.relay(&server.url());
    let first = connected.connect().await.expect("a connection").tick(Position(0)).await.expect("published");
    assert!(first.is_some());
    let marked = world.ids().await.len() - world.waiting().await;
    world.import(&other).await;
    publish_and_do_not_mark(&world, &server, 200).await;
    pause(300).await;
    let unmarked = world.waiting().await;
    let serving = world.serve(&server.url());
    eventually("all is delivered", || async { world.waiting().await == 0 }).await;
    serving.stop().await;
    println!("{marked} marked, 200 of {unmarked} published and not marked");
    assert!(marked > 100 && unmarked > 200);
    assert_eq!(arrived(&server).await, world.ids().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_window_alone_would_double() {
    // The check above could not fail if the server recognised the ids for longer.
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    world.import(&halves().0).await;
    publish_and_do_not_mark(&world, &server, 20).await;
    pause(300).await;
    publish_and_do_not_mark(&world, &server, 20).await;
    assert_eq!(arrived(&server).await.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_relay_stops_when_told() {
    let server = NatsServer::stopped();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    pause(500).await;
    tokio::time::timeout(Duration::from_secs(3), serving.stop()).await.expect("within three seconds");
}
