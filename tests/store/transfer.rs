//! A log is moved from one store to another and nothing changes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adapters::store::place::Place;
use adapters::store::sqlite::{Options, SqliteStore};
use adapters::store::{CaseStore, Fault, LogStore as _, Position, Progress};
use adapters::transfer::{Moved, refuse_unfinished, transfer};
use engine::rulebook::Rulebook;

use crate::damage::lived_in;
use crate::made::{self, refusal};

fn nothing_told() -> Progress {
    Arc::new(|_, _| ())
}

/// Moves the log at `from` to a new one at `to`, under the rulebook in force.
async fn moved(from: &Path, to: &Path, progress: Progress) -> Result<Moved, Fault> {
    let book = SqliteStore::rulebook_in_force(from)?.expect("a rulebook in force");
    let book = Arc::new(Rulebook::parse(&book).unwrap());
    let options = Options { create: true, ..Options::default() };
    let from = SqliteStore::open(from, Arc::clone(&book), &options)?;
    transfer(&from, &SqliteStore::open(to, book, &options)?, &progress).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_takes_along_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    lived_in(&old).await;
    let another = made::another_book();
    SqliteStore::adopt(&old, Arc::clone(&another), &Options::default(), |_, _| ()).unwrap();
    let moved = moved(&old, &new, nothing_told()).await.unwrap();
    assert!(moved.cases == 30 && moved.delivered > 10 && moved.waiting > 10, "{moved:?}");

    let open = |path: &Path| SqliteStore::open(path, Arc::clone(&another), &Options::default()).unwrap();
    let (old, new) = (open(&old), open(&new));
    let everything = usize::MAX >> 1;
    assert_eq!(new.log(Position(0), everything).await, old.log(Position(0), everything).await);
    assert_eq!(new.outbox(Position(0), everything).await, old.outbox(Position(0), everything).await);
    assert_eq!(new.deliveries(Position(0), everything).await, old.deliveries(Position(0), everything).await);
    assert_eq!(new.rulebooks().await, old.rulebooks().await);
    assert_eq!(new.rulebooks().await.unwrap().len(), 2);
    assert_eq!(new.installation(), old.installation());
    assert_eq!(new.last_stream_sequence().await, old.last_stream_sequence().await);
    assert_eq!(refuse_unfinished(&new).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_not_moved_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    made::record_case(&Arc::new(made::open(&new)), 1).await;
    let fault = refusal(moved(&old, &new, nothing_told()).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("holds a log already")), "{fault}");
    assert_eq!(made::open(&new).cases().await.unwrap(), [made::opening(1).0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_written_to_meanwhile_is_not_moved() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    made::record_case(&Arc::new(made::open(&old)), 0).await;
    let (path, written) = (old.clone(), AtomicBool::new(false));
    let writes: Progress = Arc::new(move |done, of| {
        // Behind the copy; what is written before is copied too.
        if done > of / 2 && !written.swap(true, Ordering::Relaxed) {
            let path = path.clone();
            let write = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { made::record_case(&Arc::new(made::open(path)), 1).await });
            });
            write.join().unwrap();
        }
    });
    let fault = refusal(moved(&old, &new, writes).await);
    assert!(
        fault.to_string().contains("written to meanwhile") || fault.to_string().contains("not the same"),
        "{fault}"
    );
    let fault = refusal(refuse_unfinished(&made::open(&new)).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("unfinished copy")), "{fault}");
}

#[test]
fn a_place_shows_where_a_log_lies() {
    let place: Place = "logs/kamnot.db".parse().unwrap();
    assert_eq!(place.to_string(), "logs/kamnot.db");
}
