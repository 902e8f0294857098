//! The embedded store's own: killed at any moment it holds what it acknowledged, and no half of anything.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::children::{self, killed};
use tests::made;

use crate::processes::{ids_in_log, importing};

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let seed = std::env::var("KAMNOT_SEED").map_or(20_060_101, |seed| seed.parse().unwrap());
    println!("seed {seed}; another one: KAMNOT_SEED=…");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut acknowledged = BTreeSet::new();
    let mut killed_at_work = 0;
    for round in 0..100_usize {
        // Some cases anew, and those that were cut short: an import is simply started again.
        let first = round * 2;
        let child = importing(&path, first.saturating_sub(4)..first + 2, seed + round as u64);
        let some = random.random_range(usize::from(round == 0)..60);
        let (done, at_work) = killed(child, some, Duration::from_micros(random.random_range(0..8_000)));
        acknowledged.extend(done);
        killed_at_work += usize::from(at_work);
        let lost: Vec<_> = acknowledged.difference(&ids_in_log(&path)).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "seed {seed}, round {round}: acknowledged and not in the log");
        assert_whole(&path, &format!("seed {seed}, round {round}"));
    }
    println!("{} actions acknowledged, {killed_at_work} of 100 children killed at work", acknowledged.len());
    assert!(killed_at_work > 50 && acknowledged.len() > 500, "{killed_at_work} of 100 were killed at work");
}

fn assert_whole(path: &Path, when: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(children::assert_whole(&made::open(path), when));
}
