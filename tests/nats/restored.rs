//! A log that is older than the stream, since it was restored from a backup.

use std::sync::Arc;
use std::time::Duration;

use scenarios::servers::nats_server::NatsServer;
use store::sqlite::backup::Existing;
use store::sqlite::{Options, SqliteStore};
use tests::made::after_all;

use crate::outage::{halves, pause, short_window};
use crate::reconcile::reconciled;
use crate::world::{World, arrived};

const NOW: &str = "2026-10-01T08:00:00+07:00";
/// Longer than the server recognises an id in these tests, in milliseconds.
const FORGOTTEN: u64 = 400;

/// The lines in three parts, each of whole cases.
fn thirds(lines: &str) -> [String; 3] {
    let mut cases: Vec<&str> = lines.lines().filter_map(|line| line.split('"').nth(3)).collect();
    cases.sort_unstable();
    cases.dedup();
    let third = |n: usize| {
        let of_these = |line: &&str| {
            let case = line.split('"').nth(3).unwrap_or_default();
            cases.binary_search(&case).is_ok_and(|place| place % 3 == n)
        };
        lines.lines().filter(of_these).collect::<Vec<_>>().join("\n")
    };
    [third(0), third(1), third(2)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_publishes_nothing_that_the_stream_holds_already() {
    let server = NatsServer::start();
    short_window(&server).await;
    let mut world = World::at(NOW).await;
    let (one, other) = halves();
    let serving = world.serve(&server.url());
    world.import(&one).await;
    world.all_is_told().await;
    let [log, backup] = ["kamnot.db", "backup.db"].map(|name| world.folder.path().join(name));
    let wait = Duration::from_secs(10);
    SqliteStore::copy(&log, &backup, Existing::Stays, &world.book, wait, after_all(), |_, _, _| ()).expect("a backup");
    world.import(&other).await;
    world.all_is_told().await;
    serving.stop().await;
    let before = arrived(&server).await;
    assert_eq!(before, world.ids().await);

    let restored = SqliteStore::open(&backup, Arc::clone(&world.book), &Options::default()).expect("the backup");
    world.store = Arc::new(restored);
    world.pass(3600);
    let known = world.ids().await.len();
    assert!(known > 100 && before.len() > known + 100, "{known} of {}", before.len());
    // What was lost comes in again while a relay is at work, each time another one.
    for part in thirds(&other) {
        pause(FORGOTTEN).await;
        let serving = world.serve(&server.url());
        pause(500).await;
        world.import(&part).await;
        world.all_is_told().await;
        serving.stop().await;
        assert_eq!(arrived(&server).await, before, "nothing is added to the stream");
    }
    let (mut told, mut there) = (world.ids().await, before.clone());
    told.sort();
    there.sort();
    assert_eq!(told, there);
    // An alert that was raised again says another time than its message; that is no difference.
    let result = reconciled(&world, world.store.clone(), Some(&server)).await;
    assert!(result.is_clean(), "{result:?}");

    // And what is new goes out.
    let serving = world.serve(&server.url());
    world.pass(30 * 86_400);
    world.all_is_told().await;
    serving.stop().await;
    let (after, mut told) = (arrived(&server).await, world.ids().await);
    assert!(after.len() > before.len() + 10 && after.starts_with(&before));
    let mut after = after;
    after.sort();
    told.sort();
    assert_eq!(after, told);
}
