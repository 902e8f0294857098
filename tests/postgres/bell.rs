//! A process that has recorded something rings for the others, and every process listens.

use std::sync::Arc;

use scenarios::servers::database::Database;
use tests::made::record_case;
use tests::wait::eventually;

use crate::world::open;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_rung_for_the_other_processes() {
    let database = Arc::new(Database::create());
    let store = Arc::new(open(&database.url()).await);
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE";
    eventually("it listens", async || database.sql(&format!("{sessions} 'LISTEN%'")) == "1").await;
    let listening = Arc::clone(&database);
    let heard = tokio::task::spawn_blocking(move || listening.notified("kamnot_recorded", 3.0));
    eventually("we listen", async || database.sql(&format!("{sessions} 'SELECT pg_sleep%'")) == "1").await;
    record_case(&store, 1).await;
    let heard = heard.await.expect("heard");
    assert!(heard.contains("\"kamnot_recorded\""), "{heard:?}");
    // Its own bell wakes no process: it says who rings, and nothing else.
    let payload = heard.split("payload \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a payload");
    assert!(uuid::Uuid::try_parse(payload).is_ok(), "{payload}");
}
