//! What is personal in events, on SQLite: it stands apart from them, and a check finds what is wrong with it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use engine::decide::Alerts;
use rusqlite::Connection;
use store::CaseStore as _;
use tests::clock::SetClock;
use tests::made::{self, after_all, recorder};
use tests::personal::{self, COMMITMENTS, WORDS};

/// Every text of these tables.
fn texts(path: &Path, tables: &[&str]) -> String {
    let connection = Connection::open(path).unwrap();
    let mut said = String::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for n in 0..columns {
                writeln!(said, "{:?}", row.get_ref(n).unwrap().as_str()).unwrap();
            }
        }
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_personal_stands_apart_from_events_and_a_check_names_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Arc::new(made::open(&path));
    let actions = personal::actions();
    let case = actions[0].case.clone();
    let recorded = recorder(&store, &SetClock::at(after_all()));
    let recorded = recorded.record(&case, actions, None, Alerts::Raised).await.unwrap().events;
    let stream: Vec<_> = store.stream(&case).await.unwrap().into_iter().map(|stored| stored.event).collect();
    assert_eq!(stream, recorded, "who reads the log meets whole events");
    let said = texts(&path, &["events", "cases", "alerts"]);
    for word in WORDS {
        assert!(!said.contains(word), "{word}");
    }
    assert_eq!(texts(&path, &["disclosures"]).matches("Ok(").count(), COMMITMENTS);
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());

    let log = Connection::open(&path).unwrap();
    log.execute("DELETE FROM disclosures WHERE version = 6", []).unwrap();
    let found = store.check(|_, _| ()).unwrap();
    let [missing] = &found[..] else { panic!("{found:?}") };
    assert!(missing.starts_with("case P-1, event 6 of its stream") && missing.contains("is missing"), "{missing}");
    log.execute("UPDATE disclosures SET bytes = bytes || 'A' WHERE version = 5", []).unwrap();
    let found = store.check(|_, _| ()).unwrap();
    assert!(
        found.iter().any(|line| line.contains("event 5") && line.contains("a disclosure has no digest")),
        "{found:?}"
    );
}
