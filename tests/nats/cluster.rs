//! A real cluster of three servers that are killed, held and cut off while alerts flow: the stream has each alert
//! once, a subscriber shows each once, and what waited is through soon after the cluster takes messages again.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::action::Action;
use engine::decide::Alerts;
use nats::{Replicas, STREAM, Servers};
use scenarios::servers::nats_cluster::NatsCluster;
use service::lifecycle::{Stop, Stopper};
use service::relay::RelayFault;
use store::{CaseStore as _, Position};
use tests::wait::eventually;
use tokio::task::JoinHandle;

use crate::outage::pause;
use crate::subscriber::Following;
use crate::world::{Serving, World, id, investigation, read_by};

const NOW: &str = "2026-10-01T08:00:00+07:00";
/// A promise of the product, so a bar of time: within this all that waited is in the stream. What is promised is ten
/// seconds, and a test's machine may be loaded.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(20);
/// Within this a subscriber has shown it too: its position has a leader of its own to be agreed on. Seven seconds on 2.10,
/// up to 25 on 2.9, whose leaders go astray when a server comes back.
const SHOWN_WITHIN: Duration = Duration::from_secs(40);

/// Alerts that flow through a cluster to a subscriber.
struct Flow {
    cluster: NatsCluster,
    world: World,
    serving: Serving,
    following: Following,
    shown: Arc<Mutex<Vec<String>>>,
    recording: JoinHandle<()>,
    stop: Stopper,
}

fn three() -> Replicas {
    Replicas::new(3).expect("three")
}

impl Flow {
    async fn begin(cluster: NatsCluster) -> Self {
        let world = World::at(NOW).await;
        let servers: Servers = cluster.urls().parse().expect("URLs");
        let servers = servers.keeping(three());
        let serving = world.serve_on(servers.clone());
        let shown = Arc::new(Mutex::new(Vec::new()));
        // Like a process of its own, it chooses its server by itself.
        let its_own: Servers = cluster.urls().parse().expect("URLs");
        let following = Following::on(&world, its_own, &shown);
        let (stop, told) = Stop::pair();
        let recording = tokio::spawn(record(world.recorder(), told));
        let flow = Self { cluster, world, serving, following, shown, recording, stop };
        eventually("alerts flow", || async { flow.count() > 10 }).await;
        flow
    }

    fn count(&self) -> usize {
        self.shown.lock().expect("the list").len()
    }

    /// Waits until these servers take messages again, and then until all that was recorded by that time is through, to
    /// the stream and to the subscriber; each within its time.
    async fn catches_up(&self, what: &str, by: &[usize]) {
        let cut = Instant::now();
        self.cluster.answers_by(by, STREAM).await;
        let answered = Instant::now();
        let told = self.world.ids().await.len();
        let rows = self.world.store.outbox(Position(0), usize::MAX >> 2).await.expect("the outbox");
        let last = rows.last().map_or(Position(0), |row| row.position);
        eventually("the relay catches up", || async {
            let first = self.world.store.outbox(Position(0), 1).await.expect("the outbox");
            first.first().is_none_or(|row| row.position > last)
        })
        .await;
        let published = answered.elapsed();
        eventually("the subscriber catches up", || async { self.count() >= told }).await;
        let shown = answered.elapsed();
        let away = answered - cut;
        println!(
            "{what}: {} waited, the cluster was away {away:.1?}; published {published:.1?} later, shown {shown:.1?} later",
            rows.len()
        );
        assert!(published < PUBLISHED_WITHIN, "{what}: published after {published:?}");
        assert!(shown < SHOWN_WITHIN, "{what}: shown after {shown:?}");
    }

    /// Ends it: each alert of the log stands in the stream once, and was shown once.
    async fn end(mut self, least: usize) {
        self.stop.stop();
        (&mut self.recording).await.expect("no panic");
        self.world.all_is_told().await;
        let mut told = self.world.ids().await;
        eventually("all is shown", || async { self.count() >= told.len() }).await;
        self.serving.stop().await;
        self.following.stop().await;
        self.cluster.agrees().await;
        let messages = read_by(&self.cluster.client().await, "kamnot.alerts.>").await;
        let mut found: Vec<String> = messages.iter().map(id).collect();
        let mut shown = self.shown.lock().expect("the list").clone();
        for ids in [&mut told, &mut found, &mut shown] {
            ids.sort();
        }
        assert!(told.len() >= least, "{} alerts", told.len());
        assert_eq!(found, told, "in the stream");
        assert_eq!(shown, told, "shown");
    }
}

/// Records one case after the other whose investigation is overdue.
async fn record(recorder: Arc<service::recorder::Recorder>, stop: Stop) {
    for number in 1.. {
        let lines = investigation(&format!("VTE-2026-{number:04}"), number, "2026-03-01");
        let actions: Vec<Action> = lines.lines().map(|line| Action::read(line).expect("an action")).collect();
        let case = actions[0].case.clone();
        recorder.record(&case, actions, None, Alerts::Raised).await.expect("recorded");
        if stop.or(tokio::time::sleep(Duration::from_millis(40))).await.is_none() {
            return;
        }
    }
}

fn others(place: usize) -> Vec<usize> {
    (0..3).filter(|other| *other != place).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_killed_one_by_one_and_all_at_once_lose_and_double_nothing() {
    let mut flow = Flow::begin(NatsCluster::start().await).await;
    for place in 0..3 {
        flow.cluster.server_mut(place).kill();
        flow.catches_up(&format!("server {place} killed"), &others(place)).await;
        flow.cluster.start_again().await;
    }
    let leader = flow.cluster.leader(STREAM).await;
    flow.cluster.server_mut(leader).kill();
    flow.catches_up("the leader killed", &others(leader)).await;
    flow.cluster.start_again().await;
    (0..3).for_each(|place| flow.cluster.server_mut(place).kill());
    pause(1_000).await;
    flow.cluster.start_again().await;
    flow.catches_up("all killed and started again", &[0, 1, 2]).await;
    flow.end(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_held_and_comes_back_loses_and_doubles_nothing() {
    let mut flow = Flow::begin(NatsCluster::start().await).await;
    let leader = flow.cluster.leader(STREAM).await;
    let rest = others(leader);
    for place in [leader, rest[0], rest[1]] {
        flow.cluster.server(place).freeze();
        flow.catches_up(&format!("server {place} held"), &others(place)).await;
        flow.cluster.server(place).thaw();
        flow.cluster.agrees().await;
    }
    flow.end(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_cut_off_from_the_others_loses_and_doubles_nothing() {
    let mut flow = Flow::begin(NatsCluster::wired().await).await;
    let leader = flow.cluster.leader(STREAM).await;
    let rest = others(leader);
    for (place, which) in [(leader, "the leader"), (rest[0], "another"), (rest[1], "the third")] {
        flow.cluster.cut_off(place);
        flow.catches_up(&format!("{which} cut off"), &others(place)).await;
        // Long enough that both sides have gone on by themselves.
        pause(3_000).await;
        flow.cluster.join_again();
        flow.catches_up(&format!("{which} back"), &[0, 1, 2]).await;
        flow.cluster.agrees().await;
    }
    flow.end(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_keeps_as_many_copies_as_asked_and_tells_of_its_other_servers() {
    let mut cluster = NatsCluster::start().await;
    let world = World::at(NOW).await;
    // More than there are servers: more may come, so it waits.
    let five: Servers = cluster.urls().parse().expect("URLs");
    let relay = world.relay_through(Arc::new(five.keeping(Replicas::new(5).expect("five"))));
    let Err(RelayFault::Broker(fault)) = Box::pin(relay.connect()).await else { panic!("made on five") };
    assert!(fault.passes() && fault.to_string().contains("keep 5 replicas"), "{fault}");
    let one: Servers = cluster.server(0).url().parse().expect("a URL");
    let relay = world.relay_through(Arc::new(one.keeping(three())));
    assert!(Box::pin(relay.connect()).await.is_ok());
    let stream = cluster.client().await.get_stream(STREAM).await.expect("the stream");
    assert_eq!(stream.cached_info().config.num_replicas, 3);
    // Only the first server was given, and it goes; the others are known by what it said.
    cluster.server_mut(0).kill();
    cluster.answers_by(&[1, 2], STREAM).await;
    eventually("another server takes over", || async { Box::pin(relay.connect()).await.is_ok() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_on_fewer_servers_than_asked_is_used_and_left_as_it_is() {
    let cluster = NatsCluster::start().await;
    let world = World::at(NOW).await;
    let servers: Servers = cluster.urls().parse().expect("URLs");
    for replicas in [Replicas::ONE, three()] {
        let relay = world.relay_through(Arc::new(servers.clone().keeping(replicas)));
        assert!(Box::pin(relay.connect()).await.is_ok());
        let stream = cluster.client().await.get_stream(STREAM).await.expect("the stream");
        assert_eq!(stream.cached_info().config.num_replicas, 1);
    }
}
