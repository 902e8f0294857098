//! A machine of its own for one of two processes: a network namespace, whose cable is pulled and put back.
//!
//! Unlike behind a way of the test's own, TCP itself is at work here: what is sent meanwhile is sent again, and ever
//! more seldom. It needs Linux and root; elsewhere it says that nothing was tested.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

use scenarios::servers::nats_server::{NatsServer, free_ports};
use scenarios::servers::postgres::Cluster;
use tests::serving::Serving;
use tests::skipped::not_tested;

use crate::world::{Fault, World, pause};

/// A namespace and the cable to it; removed when it goes out of scope.
struct Machine {
    name: String,
    /// The end of the cable on this side.
    cable: String,
    network: String,
}

fn ip(arguments: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(arguments.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

impl Machine {
    /// None where this machine doesn't allow it.
    fn new() -> Option<Self> {
        let id = std::process::id();
        let network = format!("10.{}.{}", 200 + id / 256 % 50, id % 256);
        let machine = Self { name: format!("kamnot-{id}"), cable: format!("kamnot{}", id % 1_000_000), network };
        let Self { name, cable, network } = &machine;
        let made = ip(&format!("netns add {name}"))
            && ip(&format!("link add {cable} type veth peer name eth0 netns {name}"))
            && ip(&format!("addr add {network}.1/30 dev {cable}"))
            && ip(&format!("link set {cable} up"))
            && ip(&format!("-n {name} addr add {network}.2/30 dev eth0"))
            && ip(&format!("-n {name} link set eth0 up"));
        made.then_some(machine)
    }

    /// An address of this side as the other one sees it.
    fn seen_from_there(&self, url: &str) -> String {
        url.replacen("127.0.0.1", &format!("{}.1", self.network), 1)
    }

    fn pull_the_cable(&self) {
        assert!(ip(&format!("link set {} down", self.cable)), "the cable is not pulled");
    }

    fn put_it_back(&self) {
        assert!(ip(&format!("link set {} up", self.cable)), "the cable is not put back");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        ip(&format!("netns del {}", self.name));
        ip(&format!("link del {}", self.cable));
    }
}

/// A cluster that the other machine may use too.
fn cluster_for(machine: &Machine) -> Cluster {
    let Machine { network, .. } = machine;
    let cluster = Cluster::with(&[&format!("listen_addresses=127.0.0.1,{network}.1")]);
    let rules = File::options().append(true).open(cluster.folder().join("data/pg_hba.conf"));
    writeln!(rules.expect("the rules"), "host all all {network}.0/30 scram-sha-256").expect("a rule added");
    cluster.sql("SELECT pg_reload_conf()");
    cluster
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_cable_is_pulled_is_replaced_and_doubles_nothing_when_it_is_back() {
    let Some(machine) = Machine::new() else {
        not_tested("a partition between network namespaces", "`ip netns add` needs Linux and root");
        return;
    };
    let port = free_ports(1)[0];
    let mut nats = NatsServer::on(port, &format!("listen: \"0.0.0.0:{port}\"\njetstream {{ store_dir: DATA }}"));
    nats.start_again();
    let mut world = World::with(cluster_for(&machine), nats).await;
    let (db, there) = (machine.seen_from_there(&world.db), machine.seen_from_there(&world.nats.url()));
    let mut serving = Serving::of(&db, &there).by_way_of(&["ip", "netns", "exec", &machine.name]);
    serving.start();
    world.serves.push(serving);
    world.add_serve(&world.db.clone(), &world.nats.url());
    world.begin_load().await;
    world.divided(2).await;
    // The machine that is to be cut off shall be the one that publishes. Both are started again: beside one that keeps a high
    // id, the other would have to draw a higher one.
    while world.first() != 0 {
        for serving in &mut world.serves {
            serving.kill();
            serving.start();
        }
        world.divided(2).await;
    }
    pause(1.0).await;
    let fault = Fault::begins();
    machine.pull_the_cable();
    pause(5.0).await;
    machine.put_it_back();
    world.has_recovered(fault.ends()).await;
}
