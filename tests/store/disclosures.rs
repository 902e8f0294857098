//! What is personal in events, on SQLite: it stands apart from them, and a check finds what is wrong with it.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use engine::case::Commitment;
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

/// The text that opens a commitment.
fn text(commitment: &Commitment) -> String {
    commitment.disclosure().unwrap().to_owned()
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
    let rows = Connection::open(&path).unwrap();
    let kept: i64 = rows.query_row("SELECT count(*) FROM disclosures", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, i64::try_from(COMMITMENTS).unwrap());
    let said: Vec<String> = recorded.iter().flat_map(|event| &event.commitments).map(text).collect();
    let files = [".db", ".db-wal", ".db.keys", ".db.master-key"].map(|end| folder.path().join(format!("log{end}")));
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|found| found == text.as_bytes());
        let found: Vec<&str> =
            WORDS.into_iter().chain(said.iter().map(String::as_str)).filter(|text| holds(text)).collect();
        assert_eq!(found, Vec::<&str>::new(), "{}", file.display());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(mode == 0o600 || !file.to_string_lossy().ends_with("key"), "{} {mode:o}", file.display());
    }
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());

    let log = Connection::open(&path).unwrap();
    log.execute("DELETE FROM disclosures WHERE version = 6", []).unwrap();
    let found = store.check(|_, _| ()).unwrap();
    let [missing] = &found[..] else { panic!("{found:?}") };
    assert!(missing.starts_with("case P-1, event 6 of its stream") && missing.contains("is missing"), "{missing}");
    log.execute("UPDATE disclosures SET bytes = CAST(bytes || 'A' AS BLOB) WHERE version = 5", []).unwrap();
    let found = store.check(|_, _| ()).unwrap();
    assert!(found.iter().any(|line| line.contains("event 5") && line.contains("was altered")), "{found:?}");
}
