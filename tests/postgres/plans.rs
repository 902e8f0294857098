//! What the server does for a question that is asked all the time doesn't grow with the log.

use std::sync::Arc;

use projections::view::Seat;
use scenarios::servers::postgres::Cluster;
use store::alerts::AlertsTo;
use store::{CaseStore as _, Position};
use tests::made::{delivery, record_case};

use crate::world::open;

/// A log of 200,000 events more in 20,000 cases, a tenth of them alerts. Those wait, and so it stands in the server's
/// statistics; then all are delivered.
const LONG: &str = "
    INSERT INTO cases (stream_id, reference, version)
        SELECT gen_random_uuid(), 'LONG-' || n, 10 FROM generate_series(1, 20000) n;
    INSERT INTO case_events (id, aggregate_id, payload, occurred_on, sequence_number, version, position)
        SELECT gen_random_uuid(), c.stream_id, e.payload, e.occurred_on, n, e.version, nextval('case_events_position')
        FROM generate_series(1, 10) n, (SELECT stream_id FROM cases WHERE reference LIKE 'LONG-%') c,
            (SELECT * FROM case_events LIMIT 1) e;
    INSERT INTO alerts (position, stream_id, rule, addressees, recorded_at, publishable, pending)
        SELECT position, aggregate_id, 'custody-48h', 'other-prosecutor.other-court.other-investigation.none', 0, true, true
        FROM case_events WHERE position % 10 = 0
        ON CONFLICT DO NOTHING;
    VACUUM ANALYZE;
    UPDATE alerts SET pending = false";

/// What the outbox is read by, and an office's list of alerts.
const OUTBOX: [&str; 2] = ["FROM alerts WHERE pending", "WHERE e.position = ANY"];
const LIST: [&str; 3] = ["RECURSIVE found(addressees)", "WHERE a.addressees = ANY", "WHERE e.position = ANY"];

/// The most rows that any step of the plans of these statements gave, by this part of the server's log. Beside it the store
/// looks at what others have written, which is all of [`LONG`] once.
fn most_rows(log: &str, of: &[&str]) -> u64 {
    let statements: Vec<&str> = log.split("Query Text:").skip(1).collect();
    let plans = of.iter().flat_map(|text| {
        let plans: Vec<&str> = statements.iter().copied().filter(|found| found.contains(text)).collect();
        assert!(!plans.is_empty(), "{text} in the server's log: {log}");
        plans
    });
    let actual = plans.flat_map(str::lines).filter_map(|line| line.split("(actual rows=").nth(1));
    let rows = actual.map(|rest| {
        let numbers: Vec<u64> = rest.trim_end_matches(')').split(" loops=").map(|n| n.parse().unwrap()).collect();
        numbers[0] * numbers[1]
    });
    rows.max().expect("rows in the plans")
}

/// A server that writes the plan of every statement into its log.
fn explaining() -> Cluster {
    Cluster::with(&[
        "session_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "auto_explain.log_analyze=on",
        "auto_explain.log_timing=off",
        "autovacuum=off",
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_outbox_reads_what_waits_and_not_the_log() {
    let cluster = explaining();
    let store = Arc::new(open(&cluster.url()).await);
    record_case(&store, 0).await;
    for statement in LONG.split(';') {
        cluster.sql(statement);
    }
    let (case, _) = record_case(&store, 1).await;
    let waiting = store.outbox(Position(0), 1024).await.unwrap();
    assert!(waiting.iter().any(|stored| stored.case == case) && waiting.len() < 100, "{} wait", waiting.len());
    // Several times: a statement that is asked again and again gets a plan that knows nothing of its values.
    for _ in 0..8 {
        let before = cluster.log().len();
        assert_eq!(store.outbox(Position(0), 1024).await.unwrap(), waiting);
        let last = waiting[waiting.len() / 2].position;
        assert!(store.outbox(last, 1024).await.unwrap().len() < waiting.len());
        let rows = most_rows(&cluster.log()[before..], &OUTBOX);
        assert!(rows < 1000, "{rows} rows read for {} alerts", waiting.len());
    }
    store.delivered(waiting.iter().zip(1..).map(|(stored, n)| delivery(stored, n)).collect()).await.unwrap();
    assert_eq!(store.outbox(Position(0), 1024).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offices_list_reads_its_own_alerts_and_not_those_of_others() {
    let cluster = explaining();
    let store = Arc::new(open(&cluster.url()).await);
    record_case(&store, 0).await;
    for statement in LONG.split(';') {
        cluster.sql(statement);
    }
    let (case, _) = record_case(&store, 1).await;
    let told = store.stream(&case).await.unwrap();
    let to = told.iter().find_map(|stored| stored.event.fact.alert()).expect("an alert").0.to.clone();
    for n in 0..8 {
        for (seat, office) in [(Seat::Prosecutor, &to.prosecutor), (Seat::Court, &to.court)] {
            // Of one case alone, and of all.
            let since = (n % 2 == 0).then_some(told[0].event.recorded_at);
            let before = cluster.log().len();
            let places = store.alerts(&AlertsTo { seat, office: office.clone(), since, until: None }).await.unwrap();
            assert!(!store.at(&places).await.unwrap().is_empty() && places.len() < 200, "{} alerts", places.len());
            let rows = most_rows(&cluster.log()[before..], &LIST);
            assert!(rows < 2000, "{rows} rows read for {} alerts", places.len());
        }
    }
}
