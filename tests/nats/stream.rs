//! A stream that somebody deletes, that is set otherwise than it must be, or that holds what is not ours.

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;
use nats::NatsFault;
use scenarios::servers::nats_server::{NatsServer, newer};
use serde_json::{Value, json};
use tests::wait::eventually;

use crate::outage::halves;
use crate::settings::refusal;
use crate::world::{World, arrived, id, read};

const NOW: &str = "2026-10-01T08:00:00+07:00";

async fn jetstream(server: &NatsServer) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(async_nats::connect(server.url()).await.expect("a connection"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_deleted_while_nothing_is_published_is_made_anew_and_filled_again() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    world.import(&halves().0).await;
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    let told = arrived(&server).await;
    assert!(!told.is_empty());
    let connected = || world.figures.nats_connected.is_set();
    assert!(connected());
    jetstream(&server).await.delete_stream("KAMNOT_ALERTS").await.expect("deleted");
    eventually("it is noticed", || async { !connected() }).await;
    eventually("all stand in the stream again", || async { connected() && world.waiting().await == 0 }).await;
    assert_eq!(arrived(&server).await, told);
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_under_an_alerts_id_that_says_something_else_is_not_taken_for_the_alert() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    // The stream is there before any alert is.
    let relay = world.relay(&server.url());
    drop(Box::pin(relay.connect()).await.expect("connected"));
    world.import(&halves().0).await;
    let ours = world.messages().await.into_iter().next().expect("an alert");
    // Read back at the connection, where the id alone is looked at first; and a double by its id where it is sent.
    let mut body: Value = serde_json::from_str(&ours.body).expect("JSON");
    body["data"]["case"] = json!("VTE-2026-9999");
    let foreign = [body.to_string(), "{}".to_owned()];
    for foreign in &foreign {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, ours.id.to_string());
        let jetstream = jetstream(&server).await;
        let sent = jetstream.publish_with_headers(ours.subject.clone(), headers, foreign.clone().into());
        sent.await.expect("sent").await.expect("taken");
    }
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    serving.stop().await;
    let found = read(&server, "kamnot.alerts.>").await;
    let under_its_id: Vec<&[u8]> =
        found.iter().filter(|message| id(message) == ours.id.to_string()).map(|message| &*message.payload).collect();
    assert_eq!(under_its_id.first(), Some(&foreign[0].as_bytes()));
    assert_eq!(under_its_id.last(), Some(&ours.body.as_bytes()), "the alert itself is published");
    assert_eq!(under_its_id.len(), 2, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_newer_servers_know_are_looked_at_too() {
    let settings = [
        ("subject_transform", json!({"src": "kamnot.alerts.>", "dest": "elsewhere.>"})),
        ("republish", json!({"src": "kamnot.alerts.>", "dest": "copied.>"})),
        ("max_consumers", json!(1)),
        ("allow_msg_ttl", json!(true)),
        ("allow_msg_counter", json!(true)),
    ];
    for (name, value) in settings {
        let server = NatsServer::of(&newer(), "jetstream { store_dir: DATA }");
        let mut config = json!({
            "name": "KAMNOT_ALERTS", "subjects": ["kamnot.alerts.>"], "storage": "file", "retention": "limits",
            "discard": "old", "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "num_replicas": 1,
            "deny_delete": true, "deny_purge": true, "description": "made by hand", "compression": "s2"
        });
        config[name] = value;
        let made: Value =
            jetstream(&server).await.request("STREAM.CREATE.KAMNOT_ALERTS", &config).await.expect("an answer");
        assert!(made.get("error").is_none(), "{name}: {made}");
        let NatsFault::OtherSettings { differences, .. } = refusal(server.url()).await else { panic!("{name}") };
        let named: Vec<&str> = differences.iter().map(|difference| difference.setting.as_str()).collect();
        assert_eq!(named, [name]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_server_takes_our_own_stream() {
    let server = NatsServer::of(&newer(), "jetstream { store_dir: DATA }");
    let world = World::at(NOW).await;
    world.import(&halves().0).await;
    for _ in 0..2 {
        let serving = world.serve(&server.url());
        world.all_is_told().await;
        serving.stop().await;
    }
    assert_eq!(arrived(&server).await, world.ids().await);
}
