//! A log is moved from one store to another: nothing changes, and the old one is sealed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::case::Case;
use engine::rulebook::{Language, Rulebook};
use projections::rights::Role;
use service::reopening::{ReopenFault, reopen};
use store::people::{Feed, Look, LooksOf, PeopleStore as _, Seen, Session, Token};
use store::place::LogPlace;
use store::sqlite::backup::Existing;
use store::sqlite::{Options, SqliteStore};
use store::standing::UNFINISHED;
use store::transfer::{MOVES, Moved, refuse_unfinished, transfer};
use store::{CaseStore, Fault, LogStore, Position, Progress};
use tempfile::TempDir;
use tests::made::{self, after_all, append, nothing_told, refusal};
use uuid::Uuid;

use crate::damage::lived_in;

const EVERYTHING: usize = usize::MAX >> 1;

/// A folder with the paths of a log and of its copy.
fn paths() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    (folder, old, new)
}

/// Moves the log at `from` to a new one at `to`, under the rulebook in force.
async fn moved(from: &Path, to: &Path, progress: Progress) -> Result<Moved, Fault> {
    let book = SqliteStore::rulebook_in_force(from)?.expect("a rulebook in force");
    let book = Arc::new(Rulebook::parse(&book).unwrap());
    let open = |path: &Path| -> Result<Arc<dyn LogStore>, Fault> {
        let options = Options { create: true, ..Options::default() };
        Ok(Arc::new(SqliteStore::open(path, Arc::clone(&book), &options)?))
    };
    transfer(&open(from)?, &open(to)?, after_all(), &progress).await
}

/// What recording the opening of the `n`th case comes to.
async fn open_case(store: &SqliteStore, n: usize) -> Result<(), Fault> {
    let (_, opening, clock) = made::opening(n);
    store.append(append(&Case::default(), vec![opening], clock)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_takes_along_everything() {
    let (_folder, old, new) = paths();
    lived_in(&old).await;
    let another = made::another_book();
    SqliteStore::adopt(&old, Arc::clone(&another), &Options::default(), |_, _| ()).unwrap();
    let open = |path: &Path| SqliteStore::open(path, Arc::clone(&another), &Options::default()).unwrap();
    let waiting = open(&old).outbox(Position(0), EVERYTHING).await;
    let moved = moved(&old, &new, nothing_told()).await.unwrap();
    assert!(moved.cases == 30 && moved.delivered > 10 && moved.waiting > 10, "{moved:?}");

    let (old, new) = (open(&old), open(&new));
    assert_eq!(new.log(Position(0), EVERYTHING).await, old.log(Position(0), EVERYTHING).await);
    assert_eq!(new.outbox(Position(0), EVERYTHING).await, waiting);
    assert_eq!(new.deliveries(Position(0), EVERYTHING).await, old.deliveries(Position(0), EVERYTHING).await);
    assert_eq!(new.rulebooks().await, old.rulebooks().await);
    assert_eq!(new.rulebooks().await.unwrap().len(), 2);
    assert_eq!(new.installation(), old.installation());
    assert_eq!(new.last_stream_sequence().await, old.last_stream_sequence().await);
    assert_eq!(refuse_unfinished(&new).await, Ok(()));
    assert_eq!(new.check(|_, _| ()), Ok(Vec::new()));
    assert_eq!(new.meta("moved_to").await, Ok(None), "the new place is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_log_is_sealed_for_all_who_had_it_open() {
    let (_folder, old, new) = paths();
    let running = Arc::new(made::open(&old));
    made::record_case(&running, 0).await;
    moved(&old, &new, nothing_told()).await.unwrap();
    let waiting = running.outbox(Position(0), 1).await;
    let refused = [
        open_case(&running, 1).await,
        running.set_meta("clock_confirmed", "today").await,
        running.delivered(Vec::new()).await,
        running.next_due().await.map(|_| ()),
        waiting.map(|_| ()),
        running.rebuild(|_, _| ()).map(|_| ()),
        SqliteStore::adopt(&old, made::another_book(), &Options::default(), |_, _| ()).map(|_| ()),
    ];
    for outcome in refused {
        let fault = refusal(outcome);
        assert!(matches!(&fault, Fault::Restart(said) if said.contains(new.to_str().unwrap())), "{fault}");
    }
    // What is there can still be read, and another move of it is refused.
    assert_eq!(made::open(&old).cases().await.unwrap(), [made::opening(0).0]);
    let fault = refusal(moved(&old, &old.with_extension("another"), nothing_told()).await);
    assert!(fault.to_string().contains("was moved to"), "{fault}");
    open_case(&made::open(&new), 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_a_log_is_moved_is_in_the_copy() {
    let (_folder, old, new) = paths();
    lived_in(&old).await;
    let (running, stop) = (Arc::new(made::open(&old)), Arc::new(AtomicBool::new(false)));
    let (writing, stopped) = (Arc::clone(&running), Arc::clone(&stop));
    // Behind the thirty cases that are there.
    let writer = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for n in 40.. {
            match open_case(&writing, n).await {
                Ok(()) => acknowledged.push(made::opening(n).0),
                Err(Fault::Restart(said)) => return (acknowledged, said),
                Err(fault) => panic!("{fault}"),
            }
            assert!(!stopped.load(Ordering::Relaxed), "recorded after the move");
        }
        unreachable!("the log is sealed")
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    moved(&old, &new, nothing_told()).await.unwrap();
    let sealed = running.log(Position(0), EVERYTHING).await;
    stop.store(true, Ordering::Relaxed);
    let (acknowledged, said) = writer.await.unwrap();
    assert!(said.contains("is sealed") && !acknowledged.is_empty(), "{said}");
    let new = made::open(&new);
    let cases = new.cases().await.unwrap();
    assert!(acknowledged.iter().all(|case| cases.contains(case)), "{} acknowledged", acknowledged.len());
    assert_eq!(new.log(Position(0), EVERYTHING).await, sealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_not_moved_over_another() {
    let (_folder, old, new) = paths();
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    made::record_case(&Arc::new(made::open(&new)), 1).await;
    let fault = refusal(moved(&old, &new, nothing_told()).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("holds a log already")), "{fault}");
    assert_eq!(made::open(&new).cases().await.unwrap(), [made::opening(1).0]);
    open_case(&made::open(&old), 2).await.expect("the log is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_fails_leaves_the_log_open_and_a_copy_that_nobody_works_on() {
    let (_folder, old, new) = paths();
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    let running = made::open(&new);
    // A view that its log doesn't give.
    let damage = |sql: &str| rusqlite::Connection::open(&old).unwrap().execute(sql, []).unwrap();
    damage("UPDATE cases SET document = '{}'");
    let fault = refusal(moved(&old, &new, nothing_told()).await);
    assert!(fault.to_string().contains("was altered since it was written"), "{fault}");
    open_case(&made::open(&old), 1).await.expect("the log is as it was");
    let fault = refusal(refuse_unfinished(&made::open(&new)).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("unfinished copy")), "{fault}");
    let fault = refusal(open_case(&running, 2).await);
    assert!(matches!(&fault, Fault::Restart(said) if said.contains("unfinished copy")), "{fault}");
    // Put in order and moved again, the copy begins anew.
    made::open(&old).rebuild(|_, _| ()).unwrap();
    assert_eq!(moved(&old, &new, nothing_told()).await.unwrap().cases, 2);
    open_case(&made::open(&new), 2).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_without_their_case_are_not_left_behind() {
    let (_folder, old, new) = paths();
    let store = Arc::new(made::open(&old));
    made::record_case(&store, 0).await;
    made::record_case(&store, 1).await;
    let lost = made::opening(1).0;
    let damage = |sql: &str| rusqlite::Connection::open(&old).unwrap().execute(sql, [lost.as_str()]).unwrap();
    damage("DELETE FROM cases WHERE reference = ?1");
    let fault = refusal(moved(&old, &new, nothing_told()).await);
    assert!(fault.to_string().contains("of no case"), "{fault}");
    assert_eq!(store.meta("moved_to").await, Ok(None), "the log is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_ended_between_the_seal_and_the_finished_copy_is_done_again() {
    let (_folder, old, new) = paths();
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    let before = moved(&old, &new, nothing_told()).await.unwrap();
    let copy = made::open(&new);
    copy.hold().await.unwrap().note(vec![(UNFINISHED, old.display().to_string())]).await.unwrap();
    drop(copy);
    assert_eq!(moved(&old, &new, nothing_told()).await.unwrap(), before);
    open_case(&made::open(&new), 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_log_is_opened_again_for_a_reason_that_is_kept() {
    let (_folder, old, new) = paths();
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    let not_sealed = reopen(&made::open(&old), None, after_all(), "why not").await;
    assert!(matches!(not_sealed, Err(ReopenFault::NotSealed(_))));
    moved(&old, &new, nothing_told()).await.unwrap();
    let log = made::open(&old);
    let reopened = reopen(&log, None, after_all(), "the new disk\nfailed").await.unwrap();
    assert_eq!((reopened.moved_to.as_str(), reopened.elsewhere), (new.to_str().unwrap(), None));
    open_case(&log, 1).await.unwrap();
    let history = log.meta(MOVES).await.unwrap().unwrap();
    let lines: Vec<&str> = history.lines().collect();
    assert!(lines[0].ends_with(&format!("moved to {}", new.display())), "{history}");
    assert!(lines[1].ends_with("opened again: the new disk failed") && lines.len() == 2, "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_opened_again_has_its_people_off_and_no_sessions_after_they_are_confirmed() {
    let (_folder, old, new) = paths();
    let log = made::open(&old);
    log.begin_session(&session()).await.unwrap();
    drop(log);
    moved(&old, &new, nothing_told()).await.unwrap();
    let log = made::open(&old);
    reopen(&log, None, after_all(), "the new disk failed").await.unwrap();
    assert_eq!(log.people_are_on().await, Ok(false));
    log.confirm_people().await.unwrap();
    assert_eq!((log.people_are_on().await, log.sessions().await), (Ok(true), Ok(Vec::new())));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_backup_sessions_have_ended_and_people_are_off_until_they_are_confirmed() {
    let (folder, log, copy) = paths();
    let store = made::open(&log);
    made::record_case(&Arc::new(made::open(&log)), 0).await;
    store.begin_session(&session()).await.unwrap();
    store.put_token(&token()).await.unwrap();
    store.add_feed(&feed()).await.unwrap();
    store.adopt_offices("the offices", after_all()).await.unwrap();
    let seen = Look {
        at: after_all(),
        who: Some(Uuid::max()),
        office: None,
        role: None,
        seen: Seen::Case(made::opening(0).0),
    };
    store.note(vec![seen.clone()]).await.unwrap();
    let (book, now) = (made::book(), after_all().plus(9));
    SqliteStore::copy(&log, &copy, Existing::Stays, &book, Duration::from_secs(5), now, |_, _, _| ()).unwrap();
    let names =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.contains("unfinished")), "nothing is left beside the copy");

    let restored = made::open(&copy);
    assert_eq!(restored.sessions().await, Ok(Vec::new()));
    assert_eq!(restored.tokens().await, Ok(vec![Token { revoked: Some(now), ..token() }]));
    assert_eq!(restored.feeds().await, Ok(vec![Feed { revoked: Some(now), ..feed() }]));
    assert_eq!(restored.looks(&LooksOf::Person(Uuid::max()), 9).await, Ok(vec![seen]));
    assert_eq!(restored.offices_in_force().await.unwrap().as_deref(), Some("the offices"));
    assert_eq!(restored.people_are_on().await, Ok(false));
    restored.confirm_people().await.unwrap();
    assert_eq!(made::open(&copy).people_are_on().await, Ok(true));
    // The log itself goes on.
    assert_eq!(store.feeds().await, Ok(vec![feed()]));
    assert_eq!((store.sessions().await.unwrap(), store.tokens().await.unwrap()), (vec![session()], vec![token()]));
    assert_eq!(store.people_are_on().await, Ok(true));
}

fn session() -> Session {
    let (person, began) = (Uuid::max(), after_all());
    Session { key: [1; 32], person, office: None, role: Role::Operator, began, seen: began, csrf: [2; 32] }
}

fn feed() -> Feed {
    let Token { id, key, name, office, role, made, revoked, .. } = token();
    Feed { id, key, name, office, role, language: Language::En, made, maker: Some(Uuid::max()), revoked }
}

fn token() -> Token {
    let (id, name, office) = (Uuid::max(), "sheets".to_owned(), made::office("vte-court"));
    Token { id, key: [1; 32], name, office, role: Role::Clerk, made: after_all(), until: None, revoked: None }
}

#[test]
fn a_place_shows_where_a_log_lies() {
    let place: LogPlace = "logs/kamnot.db".parse().unwrap();
    assert_eq!(place.to_string(), "logs/kamnot.db");
}
