//! Killed at any moment, the program or the server, the log holds what was acknowledged, and no half of anything.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::decide::{Alerts, Command as Decide, decide};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use scenarios::servers::postgres::Cluster;
use store::postgres::PostgresStore;
use store::{CaseStore as _, LogStore as _, Options};
use tests::children::killed;
use tests::clock::SetClock;
use tests::made::{self, after_all, recorder};

use crate::world::{open, try_open};

/// Tells the test binary that it is a child: the address of the log, the cases, the seed.
const WORK: &str = "KAMNOT_POSTGRES_CHILD";

/// A child that imports cases and prints `done ID` for each action when it is acknowledged.
fn importing(cluster: &Cluster, cases: &Range<usize>, seed: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::a_child_does_what_its_parent_asks", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(WORK, format!("{} {} {} {seed}", cluster.url(), cases.start, cases.end));
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

#[test]
fn a_child_does_what_its_parent_asks() {
    let Ok(work) = std::env::var(WORK) else { return };
    let mut words = work.split(' ');
    let url = words.next().unwrap().to_owned();
    let mut number = || words.next().unwrap().parse::<usize>().unwrap();
    let (first, last, seed) = (number(), number(), number());
    // The harness has begun a line of its own, and the first word on it would be lost.
    say("\n");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options { create: true, busy_timeout: Duration::from_secs(30), ..Options::default() };
        let store = Arc::new(try_open(&url, &options).await.unwrap());
        let cases: Vec<_> = (first..last).map(|n| tokio::spawn(import(Arc::clone(&store), n, seed))).collect();
        for case in cases {
            case.await.unwrap();
        }
    });
    say("ended\n");
}

/// Imports one case, some actions at a time.
async fn import(store: Arc<PostgresStore>, n: usize, seed: usize) {
    let mut random = ChaCha8Rng::seed_from_u64((seed * 1_000 + n) as u64);
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let mut rest = made::actions(n);
    while !rest.is_empty() {
        let some: Vec<_> = rest.drain(..random.random_range(1..=3).min(rest.len())).collect();
        let ids: Vec<String> = some.iter().map(|action| format!("done {}\n", action.id.0)).collect();
        let case = some[0].case.clone();
        recorder.record(&case, some, None, Alerts::Raised).await.unwrap();
        say(&ids.concat());
    }
}

/// Printed past the test harness, whole lines at a time; a parent that went away is no matter.
fn say(lines: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}

fn ids_in_log(cluster: &Cluster) -> BTreeSet<String> {
    let ids = cluster.sql("SELECT payload->'data'->>'id' FROM case_events WHERE payload->>'event' = 'action_recorded'");
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
        let child = importing(&cluster, &(round.saturating_sub(2)..round + 3), seed + round as u64);
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
        let mut child = importing(&cluster, &cases, seed + round as u64);
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
        assert!(child.wait().unwrap().success());
        expected.extend(cases.flat_map(made::actions).map(|action| action.id.0.to_string()));
        println!("round {round}: {before} acknowledged before, {} behind", rest.len() - 1);
        assert_eq!(ids_in_log(&cluster), expected, "seed {seed}, round {round}");
    }
    assert_whole(&cluster, &format!("seed {seed}"));
}

/// Versions, views and alerts are as a rebuild gives them, and no append left its alerts behind: each was decided for
/// the same instant, at which there is nothing left to tell.
fn assert_whole(cluster: &Cluster, when: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open(&cluster.url()).await;
        assert_eq!(store.check(Arc::new(|_, _| ())).await.unwrap(), Vec::<String>::new(), "{when}");
        for case in store.cases().await.unwrap() {
            let known = store.load(&case).await.unwrap();
            let now = Decide::Now { clock: after_all(), alerts: Alerts::Raised };
            assert_eq!(
                decide(&known, &made::book(), now).all_or_none().unwrap(),
                [],
                "{when}: case {case} has half of an append"
            );
        }
    });
}
