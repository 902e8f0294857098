//! Opens the log of a command, with its rulebook.
//!
//! Invariant: without `--rulebook` the rulebook in force in the log is used, so that a newer program changes nothing
//! before its rulebook is adopted.

use std::env;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::rulebook::{Rulebook, Rulebooks};
use service::clock::SystemClock;
use service::inboxes::Inboxes;
use service::recorder::Recorder;
use store::Options;
use store::standing::moved;
use store::transfer::{moved_to, refuse_unfinished};
use store::{Fault, LogStore};
use tokio::runtime::Runtime;

use super::arguments::Common;
use super::output::{Failure, rulebook};

/// The systemd credential that holds the master key.
const CREDENTIAL: &str = "kamnot-master-key";

/// How many actions a long-running command keeps in memory: about 100 MiB.
const CACHED_ACTIONS: usize = 400_000;

/// How far the pages give way to alerts, as `nice` counts it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// What to do if there is no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// Create one.
    Begin,
    /// Fail. A read-only log is sufficient.
    Fail,
}

/// What to do if this program cannot read the log's rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unreadable {
    /// Fail.
    Refused,
    /// Show the cases by the program's own rulebook.
    ShownByOwn,
}

/// An open log.
pub(super) struct Database {
    /// The log.
    pub store: Arc<dyn LogStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Store(fault)
    }
}

impl Database {
    /// Opens the log that the command line names.
    pub(super) fn open(common: &Common, absent: Absent) -> Result<Self, Failure> {
        let options = Options { cache_actions: CACHED_ACTIONS, ..options(common) };
        run(Self::opening(common, absent, options, Unreadable::Refused))
    }

    /// As [`Database::open`], to record very many actions: more of the log is kept in memory, and more goes into a transaction.
    pub(super) fn open_to_import(common: &Common) -> Result<Self, Failure> {
        let options = Options { in_bulk: true, ..options(common) };
        run(Self::opening(common, Absent::Begin, options, Unreadable::Refused))
    }

    /// Opens the log to read it, even if its rulebook is from before the language of rules and not known to this program:
    /// then its cases are shown by the program's own rulebook, and nothing can be written.
    pub(super) fn open_to_read(common: &Common) -> Result<Self, Failure> {
        let options = Options { cache_actions: CACHED_ACTIONS, ..options(common) };
        run(Self::opening(common, Absent::Fail, options, Unreadable::ShownByOwn))
    }

    async fn opening(
        common: &Common,
        absent: Absent,
        options: Options,
        unreadable: Unreadable,
    ) -> Result<Self, Failure> {
        let create = absent == Absent::Begin;
        let in_force = common.rulebook.is_none() && (!create || common.db.holds_something());
        let in_force = if in_force { common.db.rulebook_in_force(options.busy_timeout).await? } else { None };
        let stored = in_force.map(|source| Rulebook::stored(&source)).transpose();
        let mut another_rulebook_will_do = false;
        let book = match (stored, unreadable) {
            (Ok(Some(book)), _) => book,
            (Ok(None), _) => rulebook(common)?,
            (Err(flaw), Unreadable::Refused) => {
                return Err(Failure::Fault(format!(
                    "this program cannot read the rulebook in {}: {flaw}; put one in force that it can read, with \
                     `kamnot rules adopt FILE`, or use the program that wrote it",
                    common.db
                )));
            }
            (Err(flaw), Unreadable::ShownByOwn) => {
                tracing::warn!(
                    "this program cannot read the rulebook in {} ({flaw}): the cases are shown by the program's own, and \
                     none is watched before `kamnot rules adopt`",
                    common.db
                );
                another_rulebook_will_do = true;
                rulebook(common)?
            }
        };
        let book = Arc::new(book);
        // Commands that only read accept a read-only log.
        let options = Options { create, read_only_will_do: !create, another_rulebook_will_do, ..options };
        let store = common.db.open(book, &options).await?;
        refuse_unfinished(store.as_ref()).await?;
        if let Some(to) = moved_to(store.as_ref()).await? {
            if create {
                return Err(Fault::Restart(moved(&store.place(), &to)).into());
            }
            tracing::warn!("the log {} was moved to {to}: everything recorded since is only there", store.place());
        }
        let book = store.book();
        Ok(Self { store, book })
    }

    /// The rulebook in force and those before it.
    pub(super) async fn shelf(&self) -> Result<Rulebooks, Failure> {
        Ok(Rulebooks::new(Arc::clone(&self.book), self.store.rulebooks().await?))
    }

    /// A recorder on the machine's clock.
    pub(super) async fn recorder(&self) -> Result<Arc<Recorder>, Failure> {
        let inboxes = Inboxes::of(self.store.clone()).await?;
        let recorder = Recorder::new(self.store.clone(), Arc::clone(&self.book), Arc::new(SystemClock));
        Ok(Arc::new(recorder.knowing(Arc::new(inboxes))))
    }
}

/// The options for opening an existing log.
pub(super) fn options(common: &Common) -> Options {
    let credential = || Some(PathBuf::from(env::var_os("CREDENTIALS_DIRECTORY")?).join(CREDENTIAL));
    let master_key = common.master_key.clone().or_else(|| credential().filter(|file| file.exists()));
    Options { busy_timeout: Duration::from_secs(common.wait), master_key, ..Options::default() }
}

/// Runs asynchronous work to completion, always on the same runtime: a connection lives on the runtime that opened it.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let runtime = started(&RUNTIME, "kamnot", || ())?;
    let mut outcome = None;
    // Behind a pointer: what waits is then compiled once, not once a command.
    let work: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async { outcome = Some(work.await) });
    runtime.block_on(work);
    outcome.expect("the work ended")
}

/// The runtime of the pages: threads of its own, which wait while the watch and the relay have work for all processors. It ends
/// with the program, since connections to PostgreSQL that a page opened are used by all.
pub(super) fn pages_runtime() -> Result<&'static Runtime, Failure> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    started(&RUNTIME, "kamnot-pages", give_way)
}

/// Gives this thread a third of the time of another one that also has work. Elsewhere than on Linux it would be the whole
/// program.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(%error, "the pages have the same priority as alerts: it cannot be lowered");
    }
}

fn started(
    runtime: &'static OnceLock<Result<Runtime, String>>,
    name: &str,
    begin: fn(),
) -> Result<&'static Runtime, Failure> {
    let runtime = runtime.get_or_init(|| {
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let runtime = threads.thread_name(name).on_thread_start(begin).enable_all().build();
        runtime.map_err(|error| format!("the program cannot start its threads: {error}"))
    });
    runtime.as_ref().map_err(|failed| Failure::Fault(failed.clone()))
}
