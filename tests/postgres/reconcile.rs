//! Reconciliation of a log in PostgreSQL, with a real stream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nats::Servers;
use scenarios::servers::database::Database;
use scenarios::servers::nats_server::NatsServer;
use service::clock::Clock;
use service::reconcile::{DifferenceKind, Pace, Reconciler, Reconciliation, Terms, WithoutNats};
use service::relay::Relay;
use store::postgres::PostgresStore;
use store::{LogStore, Position};
use tests::clock::SetClock;
use tests::made::{after_all, book, nothing_told, record_case};

use crate::world::open;

const INSTALLATION: &str = "test";

async fn reconciled(store: &Arc<PostgresStore>, server: &NatsServer) -> Reconciliation {
    let servers: Servers = server.url().parse().unwrap();
    let reconciler = Reconciler {
        store: Arc::clone(store) as Arc<dyn LogStore>,
        book: book(),
        clock: SetClock::at(after_all()),
        alerts: Some(Arc::new(servers)),
        installation: INSTALLATION.to_owned(),
        terms: Terms { patience: Duration::from_millis(100), without_nats: WithoutNats::Fail, pace: Pace::Full },
    };
    reconciler.run(after_all().plus(301), &nothing_told()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_postgres_is_held_against_the_stream_and_each_harm_to_it_is_found() {
    let (database, server) = (Database::create(), NatsServer::start());
    let store = Arc::new(open(&database.url()).await);
    // More cases than one look takes.
    for n in 0..70 {
        record_case(&store, n).await;
    }
    let clock: Arc<dyn Clock> = SetClock::at(after_all());
    let servers: Servers = server.url().parse().unwrap();
    let relay = Relay::new(store.clone(), book(), clock, Arc::new(servers), INSTALLATION.to_owned());
    let mut connected = relay.connect().await.unwrap();
    let mut after = Position(0);
    while let Some(last) = connected.tick(after).await.unwrap() {
        after = last;
    }
    let result = reconciled(&store, &server).await;
    assert!(result.is_clean(), "{:#?}", result.differences);
    assert_eq!((result.evaluated, result.waiting), (70, 0));
    assert!(result.due > 70 && result.due == result.delivered, "{} due, {} delivered", result.due, result.delivered);
    let some = "(SELECT min(position) FROM deliveries)";
    let another = "(SELECT position FROM deliveries ORDER BY position OFFSET 3 LIMIT 1)";
    let harms = [
        (
            "UPDATE cases SET next_due = 1 WHERE reference = (SELECT min(reference) FROM cases)".to_owned(),
            DifferenceKind::ViewDiffers,
        ),
        (format!("UPDATE deliveries SET stream_sequence = 9999 WHERE position = {some}"), DifferenceKind::MarkDiffers),
        (
            format!(
                "UPDATE alerts SET pending = true WHERE position = {another}; DELETE FROM deliveries WHERE position = {another}"
            ),
            DifferenceKind::Unmarked,
        ),
        (
            "UPDATE case_events SET payload = '{}' WHERE position = (SELECT max(position) FROM case_events)".to_owned(),
            DifferenceKind::LogDamaged,
        ),
    ];
    let mut expected = BTreeMap::new();
    for (harm, kind) in harms {
        database.sql(&harm);
        expected.insert(kind, 1);
        let mut result = reconciled(&store, &server).await;
        // What the damaged case told is in the stream, and can no longer be found in the log.
        let unknown = result.differences.kinds.remove(&DifferenceKind::Unknown);
        assert!(unknown.is_none() || kind == DifferenceKind::LogDamaged, "{unknown:?}");
        assert_eq!(result.differences.kinds, expected, "{harm}: {:#?}", result.differences.first);
    }
}
