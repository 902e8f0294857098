//! The log of before the language of rules, as an SQLite file.

use std::sync::Arc;

use store::sqlite::SqliteStore;
use store::{LogStore as _, Options};
use tests::{first_log, made};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_under_the_first_rulebook_goes_on_and_adopts_the_second_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    std::fs::write(&path, first_log::FILE).unwrap();
    assert_eq!(SqliteStore::rulebook_in_force(&path).unwrap().as_deref(), Some(first_log::RULEBOOK));
    let options = Options::default();
    let store = SqliteStore::open(&path, first_log::rulebook(), &options).unwrap();
    first_log::is_as_it_was(&store).await;
    let cases = store.cases().await.unwrap();
    drop(store);
    let (adopted, _) = SqliteStore::adopt(&path, made::book(), &options, |_, _| ()).unwrap();
    assert_eq!(adopted.cases().await.unwrap(), cases);
    first_log::is_told_the_second_reading(Arc::new(adopted)).await;
}
