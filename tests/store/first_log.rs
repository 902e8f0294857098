//! The log of before the language of rules, as an SQLite file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use store::sqlite::SqliteStore;
use store::sqlite::backup::Existing;
use store::{LogStore as _, Options};
use tests::first_log;
use tests::made::{self, after_all};

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

/// The layout that a file says it has.
fn layout(path: &Path) -> String {
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("SELECT value FROM meta WHERE key = 'schema_version'", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_before_people_gets_room_for_them_when_it_is_opened_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    std::fs::write(&path, first_log::FILE).unwrap();
    let open = |options: &Options| SqliteStore::open(&path, first_log::rulebook(), options).unwrap();

    let reading = open(&Options { read_only_will_do: true, ..Options::default() });
    first_log::has_no_room_for_people(&reading).await;
    first_log::is_as_it_was(&reading).await;
    assert_eq!(layout(&path), "1", "who only reads changes nothing");
    drop(reading);

    // Several programs that start together.
    let starting: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| open(&Options::default()))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(layout(&path), "2");
    first_log::has_room_for_people(&starting[0], &starting[5]).await;
    first_log::is_as_it_was(&starting[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_log_of_before_people_is_one_too() {
    let folder = tempfile::tempdir().unwrap();
    let [path, copy] = ["log.db", "copy.db"].map(|name| folder.path().join(name));
    std::fs::write(&path, first_log::FILE).unwrap();
    let copied = SqliteStore::copy(
        &path,
        &copy,
        Existing::Stays,
        &first_log::rulebook(),
        Duration::from_secs(5),
        after_all(),
        |_, _, _| (),
    );
    assert_eq!(copied.unwrap().events, 367);
    assert_eq!(layout(&copy), "1", "a copy is what it is a copy of");
    first_log::has_room_for_people(
        &SqliteStore::open(&copy, first_log::rulebook(), &Options::default()).unwrap(),
        &SqliteStore::open(&copy, first_log::rulebook(), &Options::default()).unwrap(),
    )
    .await;
}
