//! Servers and streams that are not fit for alerts, and what we say about them.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, StorageType};
use kamnot::serve::ServeFault;
use nats::{Link, NatsFault, Replicas, Servers, SettingDifference, ensure_stream};
use scenarios::servers::nats_server::NatsServer;
use service::relay::RelayFault;

use crate::world::World;

/// What `serve` says when it is started against this server.
pub async fn refusal(url: String) -> NatsFault {
    refusal_of(url.parse().expect("a URL")).await
}

/// What `serve` says when it is started against these servers: it ends, since waiting would not mend it.
pub async fn refusal_of(servers: Servers) -> NatsFault {
    let made = async { ensure_stream(&Link::open(&servers).await?, servers.replicas()).await };
    let fault = Box::pin(made).await.expect_err("a server that is not fit");
    let world = World::at("2026-03-02T08:00:00+07:00").await;
    let served = Box::pin(world.until(Some(servers), world.doubt(), std::future::pending()));
    let served = tokio::time::timeout(Duration::from_secs(30), served).await.expect("an answer");
    let Err(ServeFault::Broker(said)) = served else { panic!("served: {served:?}") };
    assert_eq!(said, fault.clone().into());
    assert!(!fault.passes() && !said.passes(), "{fault}");
    fault
}

async fn with_stream(config: Config) -> NatsServer {
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.expect("a connection");
    async_nats::jetstream::new(client).create_stream(config).await.expect("the stream");
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_other_settings_is_refused_with_what_differs() {
    let server = with_stream(Config {
        name: "KAMNOT_ALERTS".to_owned(),
        subjects: vec!["kamnot.alerts.>".to_owned(), "orders.>".to_owned()],
        storage: StorageType::Memory,
        max_age: Duration::from_hours(24),
        deny_delete: true,
        ..Config::default()
    })
    .await;
    let fault = refusal(server.url()).await;
    let NatsFault::OtherSettings { differences, .. } = &fault else { panic!("{fault}") };
    let difference = |setting: &str, found: &str, expected: &str| {
        let [setting, found, expected] = [setting, found, expected].map(str::to_owned);
        SettingDifference { setting, found, expected }
    };
    assert_eq!(
        *differences,
        [
            difference("deny_purge", "false", "true"),
            difference("max_age", "86400s", "no limit"),
            difference("storage", "memory", "file"),
            difference("subjects", "kamnot.alerts.> orders.>", "kamnot.alerts.>"),
        ]
    );
    assert!(fault.to_string().contains("storage: found memory, expected file"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_jetstream_is_refused() {
    let server = NatsServer::with("");
    assert_eq!(refusal(server.url()).await, NatsFault::NoJetStream(server.url()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_jetstream_is_refused() {
    let lines = "jetstream { store_dir: DATA }
        accounts { WITH { jetstream: enabled, users: [{ user: a, password: a }] }
                   WITHOUT { users: [{ user: b, password: b }] } }";
    let server = NatsServer::with(lines);
    let url = server.url().replace("://", "://b:b@");
    assert_eq!(refusal(url).await, NatsFault::NoJetStream(server.url()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_not_repeated() {
    let server = NatsServer::with("jetstream { store_dir: DATA }\nauthorization { user: kamnot, password: right }");
    let url = server.url().replace("://", "://kamnot:wrong@");
    let fault = refusal(url).await;
    assert_eq!(fault, NatsFault::Refused(server.url()));
    assert!(!fault.to_string().contains("wrong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn user_and_password_of_the_url_let_us_in() {
    let server = NatsServer::with("jetstream { store_dir: DATA }\nauthorization { user: kamnot, password: \"p@ss\" }");
    let world = World::at("2026-03-02T08:00:00+07:00").await;
    let connected = world.relay(&server.url().replace("://", "://kamnot:p%40ss@"));
    assert!(Box::pin(connected.connect()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named() {
    let lines = r#"jetstream { store_dir: DATA }
        authorization { users: [ { user: kamnot, password: k, permissions: {
            publish: ["kamnot.alerts.>"], subscribe: ["_INBOX.>"] } } ] }"#;
    let server = NatsServer::with(lines);
    let fault = refusal(server.url().replace("://", "://kamnot:k@")).await;
    let NatsFault::Denied { reason, .. } = &fault else { panic!("{fault}") };
    assert!(reason.contains("$JS.API.STREAM.INFO.KAMNOT_ALERTS"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_name_on_our_subjects_is_reported() {
    let server = with_stream(Config {
        name: "EVERYTHING".to_owned(),
        subjects: vec!["kamnot.>".to_owned()],
        ..Config::default()
    })
    .await;
    assert_eq!(refusal(server.url()).await, NatsFault::SubjectsTaken(server.url()));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_make_the_stream_at_once_all_use_it() {
    let world = World::at("2026-03-02T08:00:00+07:00").await;
    for _ in 0..30 {
        let server = NatsServer::start();
        let making = (0..24).map(|_| {
            let relay = world.relay(&server.url());
            tokio::spawn(async move { Box::pin(relay.connect()).await.map(|_| ()) })
        });
        for made in futures::future::join_all(making).await {
            made.expect("no panic").expect("it is ours, whoever made it");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_server_keeps_no_stream_on_three() {
    let server = NatsServer::start();
    let three = Replicas::new(3).expect("three");
    let fault = refusal_of(server.url().parse::<Servers>().expect("a URL").keeping(three)).await;
    assert_eq!(fault, NatsFault::NoCluster { server: server.url(), replicas: three });
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_one_that_answers_is_enough_and_else_each_says_why() {
    let (server, away) = (NatsServer::start(), [NatsServer::stopped(), NatsServer::stopped()]);
    let world = World::at("2026-03-02T08:00:00+07:00").await;
    let relay = world.relay(&format!("{},{},{}", away[0].url(), server.url(), away[1].url()));
    for _ in 0..4 {
        assert!(Box::pin(relay.connect()).await.is_ok());
    }
    let relay = world.relay(&format!("{},{}", away[0].url(), away[1].url()));
    let Err(RelayFault::Broker(fault)) = Box::pin(relay.connect()).await else { panic!("connected") };
    let told = fault.to_string();
    let [one, two] = away.each_ref().map(|server| format!("{}: Connection refused", server.url()));
    assert!(fault.passes() && told.contains(&one) && told.contains(&two), "{told}");
}
