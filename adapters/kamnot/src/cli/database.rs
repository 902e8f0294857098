//! Opens the log of a command, with its rulebook.
//!
//! Invariant: without `--rulebook` the rulebook in force in the log is used, so that a newer program changes nothing
//! before its rulebook is adopted.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::rulebook::{Rulebook, Rulebooks};
use service::clock::SystemClock;
use service::recorder::Recorder;
use store::Options;
use store::standing::moved;
use store::transfer::{moved_to, refuse_unfinished};
use store::{Fault, LogStore};
use tokio::runtime::Runtime;

use super::arguments::Common;
use super::output::{Failure, rulebook};

/// How many actions a long-running command keeps in memory: about 100 MiB.
const CACHED_ACTIONS: usize = 400_000;

/// What to do if there is no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// Create one.
    Begin,
    /// Fail. A read-only log is sufficient.
    Fail,
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
        run(Self::opening(common, absent, Options { cache_actions: CACHED_ACTIONS, ..options(common) }))
    }

    /// As [`Database::open`], to record very many actions: more of the log is kept in memory, and more goes into a transaction.
    pub(super) fn open_to_import(common: &Common) -> Result<Self, Failure> {
        run(Self::opening(common, Absent::Begin, Options { in_bulk: true, ..options(common) }))
    }

    async fn opening(common: &Common, absent: Absent, options: Options) -> Result<Self, Failure> {
        let create = absent == Absent::Begin;
        let in_force = common.rulebook.is_none() && (!create || common.db.holds_something());
        let in_force = if in_force { common.db.rulebook_in_force(options.busy_timeout).await? } else { None };
        let book = match in_force {
            Some(source) => Rulebook::stored(&source).map_err(|flaw| {
                Failure::Fault(format!(
                    "this program cannot read the rulebook in {}: {flaw}; use the program that wrote it, or a newer \
                     one",
                    common.db
                ))
            })?,
            None => rulebook(common)?,
        };
        let book = Arc::new(book);
        // Commands that only read accept a read-only log.
        let options = Options { create, read_only_will_do: !create, ..options };
        let store = common.db.open(Arc::clone(&book), &options).await?;
        refuse_unfinished(store.as_ref()).await?;
        if let Some(to) = moved_to(store.as_ref()).await? {
            if create {
                return Err(Fault::Restart(moved(&store.place(), &to)).into());
            }
            tracing::warn!("the log {} was moved to {to}: everything recorded since is only there", store.place());
        }
        Ok(Self { store, book })
    }

    /// The rulebook in force and those before it.
    pub(super) async fn shelf(&self) -> Result<Rulebooks, Failure> {
        Ok(Rulebooks::new(Arc::clone(&self.book), self.store.rulebooks().await?))
    }

    /// A recorder on the machine's clock.
    pub(super) fn recorder(&self) -> Arc<Recorder> {
        Arc::new(Recorder::new(self.store.clone(), Arc::clone(&self.book), Arc::new(SystemClock)))
    }
}

/// The options for opening an existing log.
pub(super) fn options(common: &Common) -> Options {
    Options { busy_timeout: Duration::from_secs(common.wait), ..Options::default() }
}

/// Runs asynchronous work to completion, always on the same runtime: a connection lives on the runtime that opened it.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| format!("the program cannot start its threads: {error}"))
    });
    runtime.as_ref().map_err(|failed| Failure::Fault(failed.clone()))?.block_on(work)
}
