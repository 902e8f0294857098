//! Several relays on one log, some with old knowledge: each alert stands in the stream once, without the server's help
//! in recognising ids.

use std::sync::Arc;
use std::time::Duration;

use adapters::nats::{NatsFault, Servers};
use adapters::relay::broker::{After, Answer, Broker, Held, Kept, Session};
use adapters::relay::{Relay, RelayFault};
use adapters::store::Position;
use async_trait::async_trait;
use futures::stream::BoxStream;
use projections::message::Message;
use tests::nats_server::NatsServer;
use tokio::sync::watch;

use crate::outage::{halves, pause, publish_and_do_not_mark, short_window};
use crate::world::{INSTALLATION, World, arrived, eventually};

const NOW: &str = "2026-10-01T08:00:00+07:00";

/// NATS, but what is sent waits until the gate is open: a relay that is stopped in the middle.
struct Gated {
    servers: Servers,
    open: watch::Receiver<bool>,
}

struct GatedSession {
    session: Box<dyn Session>,
    open: watch::Receiver<bool>,
}

#[async_trait]
impl Broker for Gated {
    async fn connect(&self) -> Result<Box<dyn Session>, NatsFault> {
        let session = self.servers.connect().await?;
        Ok(Box::new(GatedSession { session, open: self.open.clone() }))
    }
}

#[async_trait]
impl Session for GatedSession {
    fn server(&self) -> &str {
        self.session.server()
    }

    async fn held(&self) -> Result<Held, NatsFault> {
        self.session.held().await
    }

    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, NatsFault>> {
        self.session.read_back(from)
    }

    async fn send(&self, message: Message, after: After) -> Result<Answer, NatsFault> {
        self.open.clone().wait_for(|open| *open).await.expect("a gate");
        self.session.send(message, after).await
    }

    async fn broken(&self) -> NatsFault {
        self.session.broken().await
    }
}

async fn each_once(world: &World, server: &NatsServer) {
    let (mut found, mut told) = (arrived(server).await, world.ids().await);
    found.sort();
    told.sort();
    assert_eq!(found, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_relays_under_load_put_each_alert_into_the_stream_once() {
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    let serving: Vec<_> = (0..3).map(|_| world.serve(server.url())).collect();
    let (one, other) = halves();
    world.import(&one).await;
    pause(400).await;
    world.import(&other).await;
    for _ in 0..3 {
        pause(200).await;
        world.pass(30 * 86_400);
        world.all_is_told().await;
    }
    for serving in serving {
        serving.stop().await;
    }
    each_once(&world, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_was_held_before_it_sent_adds_nothing() {
    for already in [0, 5] {
        let server = NatsServer::start();
        short_window(&server).await;
        let world = World::at(NOW).await;
        world.import(&halves().0).await;
        publish_and_do_not_mark(&world, &server, already).await;
        let (tell, open) = watch::channel(false);
        let gated = Arc::new(Gated { servers: server.url().parse().expect("a URL"), open });
        let (store, book, clock) = (Arc::clone(&world.store), Arc::clone(&world.book), world.wall.clone());
        let stale = Relay::new(store, book, clock, gated, INSTALLATION.to_owned());
        let mut held = stale.connect().await.expect("a connection");
        let fresh = async {
            // By now the held one has read the outbox and waits to send.
            pause(300).await;
            let serving = world.serve(server.url());
            eventually("all is delivered", || async { world.waiting().await == 0 }).await;
            serving.stop().await;
            // Longer than the server recognises an id.
            pause(300).await;
            tell.send_replace(true);
        };
        let (ticked, ()) = tokio::join!(held.tick(Position(0)), fresh);
        assert!(matches!(ticked, Err(RelayFault::Nats(NatsFault::MovedOn { .. }))), "{already}: {ticked:?}");
        assert_eq!(arrived(&server).await, world.ids().await, "{already}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_in_the_stream_stops_nobody() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    let serving = world.serve(server.url());
    let (one, other) = halves();
    world.import(&one).await;
    world.all_is_told().await;
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    for _ in 0..3 {
        let ack = jetstream.publish("kamnot.alerts.an.outsider", "nothing of ours".into()).await;
        ack.expect("sent").await.expect("acknowledged");
    }
    world.import(&other).await;
    world.all_is_told().await;
    serving.stop().await;
    let found = crate::world::read(&server, "kamnot.alerts.>").await;
    let ours = found.iter().filter(|message| message.subject.as_str() != "kamnot.alerts.an.outsider");
    let ours: Vec<String> = ours.map(crate::world::id).collect();
    assert_eq!(found.len(), ours.len() + 3);
    assert_eq!(ours, world.ids().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_behind_a_refused_one_is_refused_too() {
    // Even where the numbers fit again: two were refused, and somebody else put two others in their place.
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    world.import(&halves().0).await;
    let servers: Servers = server.url().parse().expect("a URL");
    let session = servers.connect().await.expect("a session");
    publish_and_do_not_mark(&world, &server, 2).await;
    pause(50).await;
    let messages: Vec<Message> = world.messages().await.into_iter().skip(2).take(3).collect();
    let mut behind = After { sequence: 0, alert: None };
    let mut answers = Vec::new();
    for message in messages {
        let id = message.id;
        answers.push(session.send(message, behind).await.expect("sent"));
        behind = After { sequence: behind.sequence + 1, alert: Some(id) };
    }
    for answer in answers {
        let answer = tokio::time::timeout(Duration::from_secs(5), answer).await.expect("answered");
        assert!(matches!(answer, Err(NatsFault::MovedOn { .. })), "{answer:?}");
    }
    assert_eq!(arrived(&server).await.len(), 2);
}
