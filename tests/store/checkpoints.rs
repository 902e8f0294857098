//! The embedded store's own: SQLite, and checkpoints beside several writers.
//!
//! SQLite from 3.7.0 to 3.51.2 can corrupt a log or lose commits where one connection runs a checkpoint right behind
//! another's, while a third commits. We have several connections and tidy up while nobody writes.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use tests::children::{child, killed, say};
use tests::made;

use crate::processes::{CHILD, ids_in_log, importing};

/// What a child is told that only runs checkpoints.
pub const WORK: &str = " checkpoints";

#[test]
fn the_sqlite_that_is_linked_does_not_lose_its_log() {
    assert!(rusqlite::version_number() > 3_051_002, "SQLite {}: the WAL-reset bug", rusqlite::version());
    // As much as the store itself links.
    let stores = made::open(tempfile::tempdir().unwrap().path().join("log.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let kept_by = runtime.block_on(store::LogStore::kept_by(&stores)).unwrap();
    assert_eq!(kept_by, format!("SQLite {}", rusqlite::version()));
}

/// Runs checkpoints of every kind until it is killed; says `done` for each, so that its parent knows it at work.
pub fn keep_checkpointing(path: &Path) {
    let connection = Connection::open(path).unwrap();
    say("\n");
    for kind in ["RESTART", "PASSIVE", "TRUNCATE", "FULL"].iter().cycle() {
        // Busy is an answer too.
        let ran = connection.query_row(&format!("PRAGMA wal_checkpoint({kind})"), [], |_| Ok(()));
        if ran.is_ok() {
            say("done a checkpoint\n");
        }
    }
}

fn checkpointing(path: &Path) -> Child {
    child(Command::new(std::env::current_exe().unwrap()), CHILD, &format!("{}{WORK}", path.display()))
}

#[test]
fn checkpoints_beside_writers_that_are_killed_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(made::open(&path));
    let seed = std::env::var("KAMNOT_SEED").map_or(20_060_102, |seed| seed.parse().unwrap());
    println!("seed {seed}; another one: KAMNOT_SEED=…");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut acknowledged, mut at_work, mut checkpoints) = (BTreeSet::new(), 0, 0);
    for round in 0..20_usize {
        let tidying: Vec<Child> = (0..2).map(|_| checkpointing(&path)).collect();
        let first = round * 3;
        let cases = [first.saturating_sub(4)..first + 2, first.saturating_sub(2)..first + 3];
        let writers: Vec<Child> =
            cases.into_iter().zip(0..).map(|(cases, n)| importing(&path, cases, seed + n)).collect();
        for writer in writers {
            let (done, worked) =
                killed(writer, random.random_range(0..50), Duration::from_micros(random.random_range(0..8_000)));
            acknowledged.extend(done);
            at_work += usize::from(worked);
        }
        for tidying in tidying {
            checkpoints += killed(tidying, 1, Duration::ZERO).0.len();
        }
        let lost: Vec<_> = acknowledged.difference(&ids_in_log(&path)).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "seed {seed}, round {round}: acknowledged and not in the log");
        assert_eq!(made::open(&path).check(|_, _| ()).unwrap(), Vec::<String>::new(), "seed {seed}, round {round}");
        let sound: String =
            Connection::open(&path).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "seed {seed}, round {round}");
    }
    println!(
        "{} actions acknowledged, {at_work} of 40 writers killed at work, {checkpoints}+ checkpoints",
        acknowledged.len()
    );
    assert!(at_work > 10 && acknowledged.len() > 200 && checkpoints >= 40, "{at_work}, {checkpoints}");
}
