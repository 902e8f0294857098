//! Our own subscriber: each alert once, across restarts of everything.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::action::OfficeCode;
use nats::Servers;
use nats::subscriber::{Heard, Name, Subscription, follow};
use scenarios::servers::nats_server::NatsServer;
use service::lifecycle::{Stop, Stopper};
use service::offices::OfficeKind;
use tests::wait::eventually;
use tokio::task::JoinHandle;

use crate::world::{World, id, read};

const SAMPLE: &str = include_str!("../../scenarios/data/actions-300.jsonl");

/// A subscriber at work.
pub struct Following {
    stopper: Stopper,
    work: JoinHandle<Result<(), nats::NatsFault>>,
}

impl Following {
    fn start(world: &World, server: &NatsServer, shown: &Arc<Mutex<Vec<String>>>) -> Self {
        Self::on(world, server.url().parse().expect("a URL"), shown)
    }

    pub fn on(world: &World, servers: Servers, shown: &Arc<Mutex<Vec<String>>>) -> Self {
        let (stopper, stop) = Stop::pair();
        let subscription = Subscription {
            kind: OfficeKind::Prosecutor,
            office: OfficeCode::new("vte-prosecutor").expect("a code"),
            name: Name::Own("vte-prosecutor".to_owned()),
            seen: world.folder.path().join("shown"),
            since: None,
        };
        let shown = Arc::clone(shown);
        let work = tokio::spawn(async move {
            let show = |heard: Heard<'_>| {
                if let Heard::Alert(alert) = heard {
                    shown.lock().expect("the list").push(alert.id.to_string());
                }
                Ok(())
            };
            follow(&servers, &subscription, &stop, show).await
        });
        Self { stopper, work }
    }

    pub async fn stop(self) {
        self.stopper.stop();
        self.work.await.expect("no panic").expect("no fault");
    }

    /// Killed: no acknowledgement that is under way gets out.
    async fn kill(self) {
        self.work.abort();
        let _ = self.work.await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_alert_is_shown_once_across_restarts() {
    let mut server = NatsServer::start();
    let world = World::at("2026-10-01T08:00:00+07:00").await;
    let serving = world.serve(&server.url());
    let shown = Arc::new(Mutex::new(Vec::new()));
    let count = || shown.lock().expect("the list").len();
    let following = Following::start(&world, &server, &shown);
    let lines: Vec<&str> = SAMPLE.lines().filter(|line| line.contains("\"case\":\"VTE")).collect();
    world.import(&lines.join("\n")).await;
    eventually("some are shown", || async { count() > 5 }).await;
    following.kill().await;
    let following = Following::start(&world, &server, &shown);
    eventually("more are shown", || async { count() > 10 }).await;
    server.stop();
    server.start_again();
    world.all_is_told().await;
    world.pass(90 * 86_400);
    world.all_is_told().await;
    let expected: Vec<String> = read(&server, "kamnot.alerts.vte-prosecutor.>").await.iter().map(id).collect();
    assert!(expected.len() > 20, "{}", expected.len());
    eventually("all are shown", || async { count() >= expected.len() }).await;
    following.stop().await;
    // What the killed one didn't acknowledge comes again, and isn't shown again.
    let following = Following::start(&world, &server, &shown);
    tokio::time::sleep(Duration::from_secs(1)).await;
    following.stop().await;
    serving.stop().await;
    let mut shown = shown.lock().expect("the list").clone();
    let mut expected = expected;
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_position_on_the_server_shows_nothing_again() {
    let server = NatsServer::start();
    let world = World::at("2026-10-01T08:00:00+07:00").await;
    let serving = world.serve(&server.url());
    let lines: Vec<&str> = SAMPLE.lines().filter(|line| line.contains("\"case\":\"VTE")).collect();
    world.import(&lines.join("\n")).await;
    world.all_is_told().await;
    serving.stop().await;
    let all = read(&server, "kamnot.alerts.vte-prosecutor.>").await.len();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let following = Following::start(&world, &server, &shown);
    eventually("all are shown", || async { shown.lock().expect("the list").len() >= all }).await;
    following.stop().await;
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    jetstream.delete_consumer_from_stream("vte-prosecutor", "KAMNOT_ALERTS").await.expect("deleted");
    let following = Following::start(&world, &server, &shown);
    tokio::time::sleep(Duration::from_secs(2)).await;
    following.stop().await;
    assert_eq!(shown.lock().expect("the list").len(), all);
}
