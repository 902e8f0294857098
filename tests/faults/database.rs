//! The database dies under load, alone and together with NATS.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use engine::action::CaseRef;
use engine::decide::Alerts;
use engine::rulebook::Rulebook;
use scenarios::servers::postgres::Cluster;
use service::clock::SystemClock;
use service::recorder::{Recorded, Recorder};
use store::postgres::PostgresStore;
use store::{Fault, LogStore, Options};
use tests::load::{actions, case_due_at, unix_now};
use tests::reckoning::{actions as in_log, log_of};
use tests::way::Way;

use crate::world::{Fault as Outage, World, pause, store};

#[tokio::test(flavor = "multi_thread")]
async fn postgres_killed_and_started_again_loses_nothing() {
    let mut world = World::at_work(2).await;
    let mut faults = Vec::new();
    for seconds in [0.0, 4.0] {
        let fault = Outage::begins();
        world.cluster.kill();
        pause(seconds).await;
        world.cluster.start_again();
        faults.push(fault.ends());
        pause(2.0).await;
    }
    world.account().await.caught_up(&faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_and_nats_killed_together_lose_nothing_whichever_comes_back_first() {
    let mut world = World::at_work(2).await;
    let mut faults = Vec::new();
    for nats_first in [true, false] {
        let fault = Outage::begins();
        world.cluster.kill();
        world.nats.kill();
        pause(1.0).await;
        if nats_first {
            world.nats.start_again();
            pause(1.5).await;
            world.cluster.start_again();
        } else {
            world.cluster.start_again();
            pause(1.5).await;
            world.nats.start_again();
        }
        faults.push(fault.ends());
        pause(2.0).await;
    }
    world.account().await.caught_up(&faults);
}

/// Records a case whose limit is far away.
async fn record(store: Arc<dyn LogStore>, case: &str) -> Result<Recorded, Fault> {
    let actions = actions(&case_due_at(case, unix_now() + 3600));
    let recorder = Recorder::new(store, Arc::new(Rulebook::law_05_na_2006()), Arc::new(SystemClock));
    recorder.record(&CaseRef::new(case).expect("a reference"), actions, None, Alerts::Raised).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_lost_in_a_crash_is_not_taken_for_another_one_that_got_its_number() {
    // What a transaction wrote lies in memory until a commit; with it, in a crash, the server forgets its number.
    let mut cluster = Cluster::with(&[
        "wal_level=minimal",
        "max_wal_senders=0",
        "wal_writer_delay=10000ms",
        "bgwriter_delay=10000ms",
        "autovacuum=off",
    ]);
    let way = Way::to(cluster.port()).await;
    let direct = store(&cluster.url()).await;
    let options = Options { busy_timeout: Duration::from_mins(1), ..Options::default() };
    let by_the_way = way.instead_of(&cluster.url(), cluster.port());
    let book = Arc::new(Rulebook::law_05_na_2006());
    let cut_off: Arc<dyn LogStore> = Arc::new(PostgresStore::open(&by_the_way, book, &options).await.expect("the log"));
    way.cut_before(b"COMMIT\0");
    let lost = tokio::spawn({
        let store = Arc::clone(&cut_off);
        async move { record(store, "VTE-LOST").await }
    });
    way.is_cut().await;
    let number = cluster.sql("SELECT backend_xid FROM pg_stat_activity WHERE state = 'idle in transaction'");
    cluster.kill();
    cluster.start_again();
    let next = || cluster.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())");
    assert_eq!(next(), number, "the server has forgotten that it gave this number");
    record(Arc::clone(&direct), "VTE-OTHER").await.expect("recorded");
    let other = "SELECT DISTINCT xact FROM case_events e JOIN cases c ON c.stream_id = e.aggregate_id
                 WHERE c.reference = 'VTE-OTHER'";
    assert_eq!(cluster.sql(other), number);
    way.heal();
    way.close_all();
    let healed = SystemTime::now();
    let answer = tokio::time::timeout(Duration::from_secs(10), lost).await.expect("answered soon").expect("no panic");
    println!("answered {:.2?} after the way was open again", healed.elapsed().expect("a clock that goes on"));
    assert!(answer.is_ok(), "{answer:?}");
    let log = log_of(direct.as_ref()).await;
    assert!(in_log(&log).values().all(|times| *times == 1) && in_log(&log).len() == 4, "{:?}", in_log(&log));
    assert_eq!(direct.check(tests::made::nothing_told()).await, Ok(Vec::new()));
}
