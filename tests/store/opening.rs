//! The embedded store's own: which files it opens, and what it says of others.

use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;
use rusqlite::Connection;
use store::sqlite::{Options, SqliteStore};
use store::{CaseStore, Fault, LogStore as _, Position};
use tests::earlier;
use tests::made::{self, refusal, try_open};

#[test]
fn a_log_keeps_its_installation_id() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let first = made::open(&path).installation();
    assert_eq!(made::open(&path).installation(), first);
    assert_ne!(made::open(folder.path().join("other.db")).installation(), first);
}

#[test]
fn a_missing_file_is_not_made_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let fault = refusal(try_open(&path, &Options::default()));
    assert_eq!(fault, Fault::unavailable(format!("there is no log at {}; check the path", path.display())));
    assert!(!path.exists());
}

#[test]
fn an_empty_file_is_no_log_unless_one_is_to_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    std::fs::write(&path, "").unwrap();
    let fault = refusal(try_open(&path, &Options::default()));
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("is empty")), "{fault}");
    made::open(&path);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "ບັນທຶກ: not a database at all, but longer than a header would be. ".repeat(40);
    std::fs::write(&path, &text).unwrap();
    let fault = refusal(try_open(&path, &Options { create: true, ..Options::default() }));
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("no database") && said.contains("notes.txt")));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let fault = refusal(try_open(&path, &Options { create: true, ..Options::default() }));
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("another program")), "{fault}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_log_of_another_layout_is_refused_by_name_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(made::open(&path));
    for (change, parts) in [
        (
            "UPDATE meta SET value = '99' WHERE key = 'schema_version'",
            ["has layout 99", "reads layout 3", "use the program that wrote it"],
        ),
        (
            "PRAGMA application_id = 1801547118",
            ["made by kamnot before 0.2.0", "keep the older program", "import the offices' files into a new log"],
        ),
    ] {
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let before = std::fs::read(&path).unwrap();
        let Fault::Corrupt(said) = refusal(try_open(&path, &Options::default())) else { panic!("{change}") };
        for part in [&path.display().to_string()].into_iter().map(String::as_str).chain(parts) {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_log_is_decided_under_the_rulebook_in_force_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(made::open(&path));
    let another = made::another_book();
    let fault = refusal(SqliteStore::open(&path, Arc::clone(&another), &Options::default()));
    let Fault::Corrupt(said) = fault else { panic!("{fault}") };
    for part in [&*made::book().digest().to_string(), &*another.digest().to_string(), "kamnot rules adopt FILE"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(SqliteStore::rulebook_in_force(&path).unwrap().as_deref(), Some(made::book().source()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_rulebook_is_in_force_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let running = Arc::new(made::open(&path));
    made::record_case(&running, 0).await;
    let another = made::another_book();
    let (adopted, rebuilt) = SqliteStore::adopt(&path, Arc::clone(&another), &Options::default(), |_, _| ()).unwrap();
    assert_eq!((rebuilt.cases, rebuilt.differing), (1, 0));
    assert!(adopted.rulebooks().await.unwrap().iter().any(|text| text == made::book().source()));
    assert_eq!(adopted.check(|_, _| ()).unwrap(), Vec::<String>::new());
    // A process that still decides under the one before.
    made::is_out_of_force(&*running, &another).await;
    refusal(try_open(&path, &Options::default()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_longer_than_the_wait_is_told_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(made::open(&path));
    let options = Options { busy_timeout: Duration::from_millis(200), ..Options::default() };
    let store = Arc::new(try_open(&path, &options).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (_, first, clock) = made::opening(0);
    let append = made::append(&engine::case::Case::default(), vec![first], clock);
    let fault = refusal(store.append(append.clone()).await);
    let said = format!("another program has held {} locked for 0.2 s", path.display());
    assert!(matches!(&fault, Fault::Unavailable(text) if text.starts_with(&said)), "{fault}");
    other.execute_batch("ROLLBACK").unwrap();
    store.append(append).await.unwrap();
}

#[tokio::test]
async fn small_texts_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = made::open(&path);
    assert_eq!(store.meta("clock_confirmed").await.unwrap(), None);
    store.set_meta("clock_confirmed", "2026-01-05").await.unwrap();
    store.set_meta("clock_confirmed", "2026-01-06").await.unwrap();
    drop(store);
    assert_eq!(made::open(&path).meta("clock_confirmed").await.unwrap().as_deref(), Some("2026-01-06"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_lists_its_cases_and_their_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(made::open(folder.path().join("log.db")));
    let actions = made::actions(0);
    let clock = actions.iter().map(|action| action.at.last()).max().unwrap();
    let append = made::append(&engine::case::Case::default(), actions, clock);
    let case = append.case.clone();
    store.append(append).await.unwrap();
    assert_eq!(store.cases().await.unwrap(), std::slice::from_ref(&case));
    assert_eq!(store.log(Position(0), 9999).await.unwrap(), store.stream(&case).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_under_a_rulebook_that_lacks_a_rule_goes_on_and_adopts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let source = earlier::rulebook();
    let book = Arc::new(Rulebook::stored(&source).unwrap());
    let options = Options { create: true, ..Options::default() };
    let store = Arc::new(SqliteStore::open(&path, Arc::clone(&book), &options).unwrap());
    earlier::goes_on(&store, &book).await;
    drop(store);
    assert_eq!(SqliteStore::rulebook_in_force(&path).unwrap(), Some(source));
    let (adopted, _) = SqliteStore::adopt(&path, made::book(), &options, |_, _| ()).unwrap();
    earlier::is_told_what_it_lacked(&Arc::new(adopted)).await;
}
