//! Several relays on one log, one that was stopped in the middle, and somebody who publishes beside them: each alert
//! stands in the stream once and in the order of the log, also when the server has long forgotten the ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use nats::Servers;
use projections::message::Message;
use scenarios::servers::nats_server::NatsServer;
use service::broker::BrokerFault;
use service::broker::{After, Answer, Broker, Held, Kept, Session};
use service::lifecycle::Stop;
use service::relay::RelayFault;
use store::Position;
use tests::wait::eventually;
use tokio::sync::Notify;

use crate::outage::{halves, pause, publish_and_do_not_mark, short_window};
use crate::world::{World, arrived, id, read};

const NOW: &str = "2026-10-01T08:00:00+07:00";

/// Longer than the server recognises an id in these tests.
const FORGOTTEN: Duration = Duration::from_millis(400);

/// A way to NATS on which it is counted how often a relay connects, and on which a relay can be stopped.
struct Way {
    servers: Servers,
    connected: AtomicUsize,
    stops: Option<Arc<Barrier>>,
}

/// Where a relay stops: before it sends so many messages more.
struct Barrier {
    sends_left: AtomicUsize,
    reached: Notify,
    lifted: Notify,
}

struct OnTheWay {
    session: Box<dyn Session>,
    stops: Option<Arc<Barrier>>,
}

impl Way {
    fn open(server: &NatsServer) -> Self {
        Self { servers: server.url().parse().expect("a URL"), connected: AtomicUsize::new(0), stops: None }
    }

    fn stopping_after(server: &NatsServer, sends: usize) -> (Self, Arc<Barrier>) {
        let sends_left = AtomicUsize::new(sends);
        let barrier = Arc::new(Barrier { sends_left, reached: Notify::new(), lifted: Notify::new() });
        (Self { stops: Some(Arc::clone(&barrier)), ..Self::open(server) }, barrier)
    }
}

#[async_trait]
impl Broker for Way {
    async fn connect(&self) -> Result<Box<dyn Session>, BrokerFault> {
        self.connected.fetch_add(1, Ordering::SeqCst);
        let session = self.servers.connect().await?;
        Ok(Box::new(OnTheWay { session, stops: self.stops.clone() }))
    }
}

#[async_trait]
impl Session for OnTheWay {
    fn server(&self) -> &str {
        self.session.server()
    }

    async fn held(&self) -> Result<Held, BrokerFault> {
        self.session.held().await
    }

    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, BrokerFault>> {
        self.session.read_back(from)
    }

    async fn send(&self, message: Message, after: After) -> Result<Answer, BrokerFault> {
        if let Some(barrier) = &self.stops
            && barrier.sends_left.fetch_sub(1, Ordering::SeqCst) == 0
        {
            barrier.reached.notify_one();
            barrier.lifted.notified().await;
        }
        self.session.send(message, after).await
    }

    async fn broken(&self) -> BrokerFault {
        self.session.broken().await
    }
}

/// Imports in parts, slowly, so that relays at work have something to contend for. Returns how many parts.
async fn import_slowly(world: &World) -> usize {
    let (one, other) = halves();
    let lines: Vec<&str> = one.lines().chain(other.lines()).collect();
    let mut cases: Vec<&str> = lines.iter().filter_map(|line| line.split('"').nth(3)).collect();
    cases.sort_unstable();
    cases.dedup();
    let parts = cases.chunks(cases.len() / 40);
    let many = parts.len();
    for some in parts {
        let of_these = |line: &&&str| line.split('"').nth(3).is_some_and(|case| some.contains(&case));
        let part: Vec<&str> = lines.iter().filter(of_these).copied().collect();
        world.import(&part.join("\n")).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    many
}

#[tokio::test(flavor = "multi_thread")]
async fn several_relays_under_load_publish_each_alert_once_and_do_not_fight() {
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    let (stopper, stop) = Stop::pair();
    let ways = [Way::open(&server), Way::open(&server), Way::open(&server)].map(Arc::new);
    let relays = ways.each_ref().map(|way| {
        let relay = world.relay_through(Arc::clone(way) as Arc<dyn Broker>);
        let stop = stop.clone();
        tokio::spawn(async move { relay.run(&stop, &|| None).await })
    });
    let parts = import_slowly(&world).await;
    eventually("all is delivered", || async { world.waiting().await == 0 }).await;
    stopper.stop();
    for relay in relays {
        relay.await.expect("no panic").expect("no fault");
    }
    assert_eq!(arrived(&server).await, world.ids().await);
    let connected = ways.each_ref().map(|way| way.connected.load(Ordering::SeqCst));
    println!("connected {connected:?} times for {parts} parts");
    // Who comes too late with a part connects again, once; with each of its alerts would be a fight.
    assert!(connected.iter().all(|times| *times <= 1 + parts), "{connected:?} for {parts} parts");
}

/// A relay that is stopped after so many messages and goes on when another has published all, and more besides;
/// `already` stood in the stream before, without a mark.
async fn stopped_after(already: usize, sends: usize) {
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    let (one, other) = halves();
    world.import(&one).await;
    publish_and_do_not_mark(&world, &server, already).await;
    let (way, barrier) = Way::stopping_after(&server, sends);
    let relay = world.relay_through(Arc::new(way));
    let stopped = tokio::spawn(async move {
        let mut connected = relay.connect().await.expect("a connection");
        connected.tick(Position(0)).await
    });
    barrier.reached.notified().await;
    let serving = world.serve(&server.url());
    eventually("the other publishes", || async { world.waiting().await == 0 }).await;
    world.import(&other).await;
    world.all_is_told().await;
    tokio::time::sleep(FORGOTTEN).await;
    let before = arrived(&server).await;
    assert_eq!(before, world.ids().await);
    barrier.lifted.notify_one();
    let result = stopped.await.expect("no panic");
    assert!(matches!(result, Err(RelayFault::Broker(BrokerFault::MovedOn(_)))), "{result:?}");
    tokio::time::sleep(FORGOTTEN).await;
    assert_eq!(arrived(&server).await, before, "nothing was added");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_stopped_before_it_sends_adds_nothing_when_it_comes_back() {
    stopped_after(0, 0).await;
    stopped_after(5, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_stopped_while_it_sends_adds_nothing_when_it_comes_back() {
    stopped_after(0, 10).await;
    stopped_after(5, 97).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_publishes_makes_no_place_for_a_later_alert() {
    let server = NatsServer::start();
    short_window(&server).await;
    let world = World::at(NOW).await;
    world.import(&halves().0).await;
    let (way, barrier) = Way::stopping_after(&server, 10);
    let relay = Arc::new(world.relay_through(Arc::new(way)));
    let one = Arc::clone(&relay);
    let stopped = tokio::spawn(async move { one.connect().await.expect("a connection").tick(Position(0)).await });
    barrier.reached.notified().await;
    // Sent is not yet there: the connection writes when it comes to it.
    eventually("ten are stored", || async { read(&server, "kamnot.alerts.>").await.len() == 10 }).await;
    // The stream now ends where the relay means to put its 16th alert: without the 11th it must not stand there.
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    for _ in 0..5 {
        let sent = jetstream.publish("kamnot.alerts.of.somebody.else", "?".into()).await;
        sent.expect("sent").await.expect("stored");
    }
    barrier.lifted.notify_one();
    let result = stopped.await.expect("no panic");
    assert!(matches!(result, Err(RelayFault::Broker(BrokerFault::MovedOn(_)))), "{result:?}");
    assert_eq!(read(&server, "kamnot.alerts.*.*.*.*.*.*").await.len(), 10);
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    serving.stop().await;
    let found: Vec<String> = read(&server, "kamnot.alerts.*.*.*.*.*.*").await.iter().map(id).collect();
    assert_eq!(found, world.ids().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_get_through_beside_a_stranger_who_publishes_all_the_time() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    let stranger = async {
        let client = async_nats::connect(server.url()).await.expect("a connection");
        let jetstream = async_nats::jetstream::new(client);
        for _ in 0..150 {
            // Before the relay has made the stream, nothing is stored.
            let sent = jetstream.publish("kamnot.alerts.of.somebody.else", "?".into()).await;
            let _ = sent.expect("sent").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::join!(import_slowly(&world), stranger);
    world.all_is_told().await;
    serving.stop().await;
    let found: Vec<String> = read(&server, "kamnot.alerts.*.*.*.*.*.*").await.iter().map(id).collect();
    assert_eq!(found, world.ids().await);
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
        assert!(matches!(answer, Err(BrokerFault::MovedOn(_))), "{answer:?}");
    }
    assert_eq!(arrived(&server).await.len(), 2);
}
