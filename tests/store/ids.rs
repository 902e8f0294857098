//! The embedded store's own: no id of an action is used twice, wherever and by whomever it was recorded.

use std::path::Path;
use std::sync::Arc;

use adapters::store::sqlite::{Options, SqliteStore};
use adapters::store::{CaseStore, Fault, LogStore as _};
use engine::case::Case;
use rusqlite::Connection;

use crate::made::{self, after_all, append, refusal, try_open};

/// A store that sorts ids in as soon as there are more than a few.
fn soon_sorting(path: &Path) -> SqliteStore {
    try_open(path, &Options { create: true, recent_ids: 20, ..Options::default() }).unwrap()
}

/// How many ids are recent, and how many are sorted in.
fn tables(path: &Path) -> (i64, i64) {
    let count = |table| format!("SELECT count(*) FROM {table}");
    let connection = Connection::open(path).unwrap();
    let count = |table| connection.query_row(&count(table), [], |row| row.get(0)).unwrap();
    (count("recent_ids"), count("action_ids"))
}

/// The first action of another case, under the id of the last action of the case `n`.
async fn stolen(store: &SqliteStore, n: usize) -> Result<(), Fault> {
    let id = made::actions(n).last().unwrap().id;
    let mut action = made::opening(9_999).1;
    action.id = id;
    let outcome = store.append(append(&Case::default(), vec![action], after_all())).await;
    assert_eq!(outcome, Err(Fault::UsedId(id)));
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_found_among_the_recent_and_the_sorted_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Arc::new(soon_sorting(&path));
    for n in 0..12 {
        made::record_case(&store, n).await;
    }
    let (recent, sorted) = tables(&path);
    assert!(recent <= 40 && sorted > 40, "{recent} recent, {sorted} sorted in");
    for n in 0..12 {
        refusal(stolen(&store, n).await);
    }
    let ids = (0..12).flat_map(made::actions).map(|action| (action.id, action.case));
    let ids: Vec<_> = ids.collect();
    let found = store.cases_of(ids.iter().map(|(id, _)| *id).collect()).await.unwrap();
    assert_eq!(found.len(), ids.len());
    assert!(ids.iter().all(|(id, case)| found[id] == *case));
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
    assert_eq!(store.rebuild(|_, _| ()).unwrap().differing, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_another_program_recorded_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let (one, other) = (Arc::new(made::open(&path)), Arc::new(soon_sorting(&path)));
    // The first is already at work when the other records, and the other sorts in what both have recorded.
    made::record_case(&one, 0).await;
    made::record_case(&other, 1).await;
    refusal(stolen(&one, 1).await);
    for n in 2..8 {
        made::record_case(if n % 2 == 0 { &one } else { &other }, n).await;
        for known in 0..=n {
            refusal(stolen(&one, known).await);
            refusal(stolen(&other, known).await);
        }
    }
    assert!(tables(&path).1 > 20);
    assert_eq!(one.check(|_, _| ()).unwrap(), Vec::<String>::new());
}
