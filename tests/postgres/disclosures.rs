//! What is personal in events, on PostgreSQL: it stands apart from them, moves with them, and a check finds what is wrong
//! with it.

use std::sync::Arc;

use engine::decide::Alerts;
use scenarios::servers::database::Database;
use store::transfer::transfer;
use store::{CaseStore as _, LogStore, Position};
use tests::clock::SetClock;
use tests::made::{self, after_all, nothing_told, recorder};
use tests::personal::{self, COMMITMENTS, WORDS};

use crate::world::open;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_personal_stands_apart_from_events_and_moves_with_them() {
    let (database, folder) = (Database::create(), tempfile::tempdir().unwrap());
    let store = Arc::new(open(&database.url()).await);
    let actions = personal::actions();
    let case = actions[0].case.clone();
    let recorded = recorder(&store, &SetClock::at(after_all()));
    let recorded = recorded.record(&case, actions, None, Alerts::Raised).await.unwrap().events;
    let stream = store.stream(&case).await.unwrap();
    assert!(stream.iter().map(|stored| &stored.event).eq(&recorded), "who reads the log meets whole events");
    for table in ["case_events", "cases", "alerts"] {
        let said = database.sql(&format!("SELECT string_agg(t::text, ' ') FROM {table} t"));
        for word in WORDS {
            assert!(!said.contains(word), "{table}: {word}");
        }
    }
    assert_eq!(database.sql("SELECT count(*) FROM disclosures"), COMMITMENTS.to_string());
    for disclosure in recorded.iter().flat_map(|event| &event.commitments).filter_map(|known| known.disclosure()) {
        let said = format!("SELECT count(*) FROM disclosures WHERE position('{disclosure}'::bytea IN bytes) > 0");
        assert_eq!(database.sql(&said), "0", "what is personal is encrypted");
    }
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());

    let from: Arc<dyn LogStore> = store.clone();
    let file: Arc<dyn LogStore> = Arc::new(made::open(folder.path().join("log.db")));
    transfer(&from, &file, after_all(), &nothing_told()).await.unwrap();
    let second = Database::create();
    let back: Arc<dyn LogStore> = Arc::new(open(&second.url()).await);
    transfer(&file, &back, after_all(), &nothing_told()).await.unwrap();
    for copy in [&file, &back] {
        let events: Vec<_> =
            copy.log(Position(0), 1_000).await.unwrap().into_iter().map(|stored| stored.event).collect();
        assert_eq!(events, recorded);
        assert_eq!(copy.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    }

    second.sql("DELETE FROM disclosures WHERE version = 6");
    let found = back.check(nothing_told()).await.unwrap();
    assert!(
        found.iter().any(|line| line.contains("event 6 ") && line.contains("its disclosure is missing")),
        "{found:?}"
    );
}
