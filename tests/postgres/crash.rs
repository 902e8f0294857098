//! Killed at any moment, the program or the server, the log holds what was acknowledged, and no half of anything.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::process::Child;
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use scenarios::servers::postgres::Cluster;
use store::Options;
use tests::children::{self, killed};
use tests::made;

use crate::world::{open, try_open};

/// A child that imports cases.
fn importing(cluster: &Cluster, cases: Range<usize>, seed: u64) -> Child {
    children::importing("crash::a_child_does_what_its_parent_asks", &cluster.url(), cases, seed)
}

#[test]
fn a_child_does_what_its_parent_asks() {
    let Some(work) = children::work() else { return };
    let options = Options { create: true, busy_timeout: Duration::from_secs(30), ..Options::default() };
    children::import_as_told(&work, async |url| try_open(url, &options).await);
}

fn ids_in_log(cluster: &Cluster) -> BTreeSet<String> {
    let ids = cluster.sql(
        "SELECT replace(payload->'data'->>'id', '-', '') FROM case_events WHERE payload->>'event' = 'action_recorded'",
    );
    ids.lines().map(str::to_owned).collect()
}

fn seed() -> u64 {
    let seed = std::env::var("KAMNOT_SEED").map_or(20_060_102, |seed| seed.parse().unwrap());
    println!("seed {seed}; another one: KAMNOT_SEED=…");
    seed
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_program_at_any_moment() {
    let cluster = Cluster::start();
    let seed = seed();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut acknowledged, mut killed_at_work) = (BTreeSet::new(), 0);
    for round in 0..30_usize {
        let child = importing(&cluster, round.saturating_sub(2)..round + 3, seed + round as u64);
        let some = random.random_range(usize::from(round == 0)..60);
        let (done, at_work) = killed(child, some, Duration::from_micros(random.random_range(0..8_000)));
        acknowledged.extend(done);
        killed_at_work += usize::from(at_work);
        let lost: Vec<_> = acknowledged.difference(&ids_in_log(&cluster)).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "seed {seed}, round {round}: acknowledged and not in the log");
    }
    println!("{} actions acknowledged, {killed_at_work} of 30 children killed at work", acknowledged.len());
    assert!(killed_at_work > 15 && acknowledged.len() > 200, "{killed_at_work}, {}", acknowledged.len());
    assert_whole(&cluster, &format!("seed {seed}"));
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_server_and_the_program_goes_on() {
    let mut cluster = Cluster::start();
    let seed = seed();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut expected = BTreeSet::new();
    for round in 0..6_usize {
        let cases = round * 8..round * 8 + 8;
        let mut child = importing(&cluster, cases.clone(), seed + round as u64);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let some = random.random_range(1..60);
        let told = |line: &String| line.starts_with("done ");
        let before = lines.by_ref().filter(told).take(some).count();
        cluster.kill();
        std::thread::sleep(Duration::from_millis(random.random_range(0..300)));
        cluster.start_again();
        // Nothing was refused, and what was sent when the server died is there once.
        let rest: Vec<String> = lines.collect();
        assert!(rest.iter().any(|line| line == "ended"), "seed {seed}, round {round}: {rest:?}");
        assert!(!rest.iter().any(|line| line.starts_with("fault ")), "seed {seed}, round {round}: {rest:?}");
        assert!(child.wait().unwrap().success());
        expected.extend(cases.flat_map(made::actions).map(|action| action.id.0.simple().to_string()));
        println!("round {round}: {before} acknowledged before, {} behind", rest.len() - 1);
        assert_eq!(ids_in_log(&cluster), expected, "seed {seed}, round {round}");
    }
    assert_whole(&cluster, &format!("seed {seed}"));
}

fn assert_whole(cluster: &Cluster, when: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async { children::assert_whole(&open(&cluster.url()).await, when).await });
}
