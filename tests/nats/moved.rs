//! A log is moved while offices send actions over NATS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use engine::action::CaseRef;
use engine::rulebook::Rulebook;
use store::sqlite::{Options, SqliteStore};
use store::{LogStore as _, Position};
use tests::wait::eventually;

use crate::actions::serve;
use crate::ministry::{Ministry, end};
use crate::world::{id, investigation, read_by};

#[tokio::test(flavor = "multi_thread")]
async fn of_actions_sent_during_a_move_every_acknowledged_one_is_in_the_new_place() {
    let ministry = Ministry::start();
    let mut old = serve(&ministry, &["--wait", "5"]);
    let client = ministry.guest("vte-investigation").await.client;
    let (done, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (told, counted) = (Arc::clone(&done), Arc::clone(&count));
    let sending = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for n in 1.. {
            if told.load(Ordering::Relaxed) {
                break;
            }
            let lines = investigation(&format!("M-{n}"), n, "2026-03-01");
            // Nobody answers while none of the two is at work.
            match client.request("kamnot.actions.vte-investigation", lines.into()).await {
                Ok(answer) if String::from_utf8_lossy(&answer.payload).contains("\"recorded\":2") => {
                    acknowledged.push(format!("M-{n}"));
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        acknowledged
    });
    let some_more = async |than: usize| {
        eventually("some more are acknowledged", || async { count.load(Ordering::Relaxed) > than + 5 }).await;
    };
    some_more(0).await;
    ministry.desk.run(["move", "--from", "kamnot.db", "--to", "new.db"]).ends_with(0).says(&["is sealed"]);
    assert_eq!(old.wait().expect("a child").code(), Some(2));
    let new = serve(&ministry, &["--db", "new.db"]);
    some_more(count.load(Ordering::Relaxed)).await;
    done.store(true, Ordering::Relaxed);
    let acknowledged = sending.await.expect("no panic");

    let book = Arc::new(Rulebook::law_05_na_2006());
    let open = |name: &str| SqliteStore::open(ministry.desk.path(name), Arc::clone(&book), &Options::default());
    let (before, after) = (open("kamnot.db").expect("a log"), open("new.db").expect("a log"));
    let holds = async |log: &SqliteStore, case: &str| {
        log.cases().await.expect("cases").contains(&CaseRef::new(case).expect("a case"))
    };
    let mut in_old = 0;
    for case in &acknowledged {
        assert!(holds(&after, case).await, "{case} was acknowledged");
        in_old += usize::from(holds(&before, case).await);
    }
    println!("{} acknowledged, {in_old} of them before the move", acknowledged.len());
    assert!(0 < in_old && in_old < acknowledged.len());
    // Each alert stands once in the stream, whichever of the two published it.
    let kamnot = async_nats::jetstream::new(ministry.guest("kamnot").await.client);
    eventually("all is published", || async {
        after.log(Position(0), usize::MAX >> 1).await.is_ok() && waits(&after).await == 0
    })
    .await;
    let mut ids: Vec<String> = read_by(&kamnot, "kamnot.alerts.>").await.iter().map(id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
    end(new);
}

async fn waits(log: &SqliteStore) -> u64 {
    use store::CaseStore as _;
    log.backlog().await.expect("a log").waiting
}
