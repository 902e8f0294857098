//! The embedded store on a disk that fails when it is told to.

use std::sync::{Arc, Mutex};

use store::sqlite::{Disk, Failing, Moment, Options, SqliteStore};
use store::{CaseStore as _, Fault, LogStore as _, Position};
use tests::made::{self, record_case};

/// Fails once, at the next such moment, and counts the commits.
#[derive(Debug, Default)]
struct FailsOnce {
    next: Mutex<Option<(Moment, Failing)>>,
    commits: Mutex<usize>,
}

impl Disk for FailsOnce {
    fn fails(&self, at: Moment) -> Option<Failing> {
        *self.commits.lock().unwrap() += usize::from(at == Moment::Committed);
        let (_, how) = self.next.lock().unwrap().take_if(|(moment, _)| *moment == at)?;
        Some(how)
    }
}

struct World {
    disk: Arc<FailsOnce>,
    store: Arc<SqliteStore>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(FailsOnce::default());
        let options = Options { create: true, ..Options::default() };
        let path = folder.path().join("log.db");
        let store = SqliteStore::open_on(Arc::clone(&disk) as Arc<dyn Disk>, path, made::book(), &options).unwrap();
        Self { disk, store: Arc::new(store), folder }
    }

    fn fail(&self, at: Moment, how: Failing) {
        *self.disk.next.lock().unwrap() = Some((at, how));
    }

    /// The fault of recording the whole of the `n`th case, all of it in one append.
    async fn refused(&self, n: usize) -> Fault {
        let mut append = made::append(&engine::case::Case::default(), made::actions(n), made::after_all());
        append.expected = 0;
        self.store.append(append).await.unwrap_err()
    }

    async fn events(&self) -> usize {
        self.store.log(Position(0), 10_000).await.unwrap().len()
    }
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_written_until_a_restart() {
    for (at, on_disk) in [(Moment::Commit, false), (Moment::Committed, true)] {
        let world = World::new();
        let (_, recorded) = record_case(&world.store, 0).await;
        world.fail(at, Failing::Broken);
        assert!(matches!(world.refused(1).await, Fault::Restart(_)), "{at:?}");
        assert!(matches!(world.refused(2).await, Fault::Restart(_)), "{at:?}: it asks the disk again");
        let noticed = world.store.change_counter().await;
        assert!(matches!(noticed, Err(Fault::Restart(_))), "{at:?}: who only looks goes on: {noticed:?}");
        let World { store, folder, .. } = world;
        drop(store);
        let again = Arc::new(made::open(folder.path().join("log.db")));
        let held = again.log(Position(0), 10_000).await.unwrap().len();
        assert_eq!(held > recorded.events.len(), on_disk, "{at:?}");
        record_case(&again, 2).await;
        assert_eq!(again.check(|_, _| ()).unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_full_or_locked_disk_refuses_the_whole_and_then_goes_on() {
    let full = [Moment::Begin, Moment::Write, Moment::Commit].map(|at| (at, Failing::Full));
    for (at, how) in full.into_iter().chain([(Moment::Begin, Failing::Locked)]) {
        let world = World::new();
        world.fail(at, how);
        assert!(matches!(world.refused(0).await, Fault::Unavailable(_)), "{how:?} at {at:?}");
        assert_eq!(world.events().await, 0, "{how:?} at {at:?}");
        let (_, recorded) = record_case(&world.store, 0).await;
        assert_eq!(world.events().await, recorded.events.len(), "{how:?} at {at:?}");
        assert_eq!(world.store.check(|_, _| ()).unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_has_gathered_is_committed_at_once() {
    let world = World::new();
    let appends = (0..10).map(|n| record_case(&world.store, n));
    let recorded: usize =
        futures::future::join_all(appends).await.iter().map(|(_, recorded)| recorded.events.len()).sum();
    assert_eq!(*world.disk.commits.lock().unwrap(), 1);
    assert_eq!(world.events().await, recorded);
}
