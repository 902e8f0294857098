//! The log that a command works on, and the rulebook under which it does.
//!
//! Invariant: without `--rulebook` the rulebook in force in the log is used, so that a newer program changes nothing
//! until its rulebook is adopted.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::{Rulebook, Shelf};

use super::arguments::Common;
use super::output::{Failure, rulebook};
use crate::clock::SystemClock;
use crate::recorder::Recorder;
use crate::store::sqlite::{Options, SqliteStore};
use crate::store::{CaseStore as _, Fault};

/// How many actions a command that goes on for long keeps in memory: about 100 MiB.
const CACHED_ACTIONS: usize = 400_000;

/// Whether a log that is not there is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// It is.
    Begin,
    /// The command fails. A log that can't be written will do.
    Fail,
}

/// An open log.
pub(super) struct Database {
    /// The log.
    pub store: Arc<SqliteStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl Database {
    /// Opens the log that the command line names.
    pub(super) fn open(common: &Common, absent: Absent) -> Result<Self, Failure> {
        Self::open_with(common, absent, CACHED_ACTIONS)
    }

    /// As [`Database::open`], to record very many actions: more of the log is kept in memory.
    pub(super) fn open_to_import(common: &Common) -> Result<Self, Failure> {
        Self::open_with(common, Absent::Begin, Options::default().cache_actions)
    }

    fn open_with(common: &Common, absent: Absent, cache_actions: usize) -> Result<Self, Failure> {
        let create = absent == Absent::Begin;
        let in_force = common.rulebook.is_none() && (!create || holds_something(common));
        let in_force = if in_force { SqliteStore::rulebook_in_force(&common.db)? } else { None };
        let book = match in_force {
            Some(source) => Rulebook::parse(&source).map_err(|flaw| {
                Failure::Fault(format!(
                    "the rulebook kept in {} can't be read by this program: {flaw}; use the program that wrote it, or a newer one",
                    common.db.display()
                ))
            })?,
            None => rulebook(common)?,
        };
        let book = Arc::new(book);
        // Who asks may have a copy that can't be written; who writes is told then.
        let options = Options { create, read_only_will_do: !create, cache_actions, ..options(common) };
        let store = Arc::new(SqliteStore::open(&common.db, Arc::clone(&book), &options)?);
        Ok(Self { store, book })
    }

    /// The rulebook in force and those before it.
    pub(super) async fn shelf(&self) -> Result<Shelf, Failure> {
        Ok(Shelf::new(Arc::clone(&self.book), self.store.rulebooks().await?))
    }

    /// A recorder on the machine's clock.
    pub(super) fn recorder(&self) -> Arc<Recorder<SqliteStore>> {
        Arc::new(Recorder::new(Arc::clone(&self.store), Arc::clone(&self.book), Arc::new(SystemClock)))
    }
}

/// How the log is opened that is there.
pub(super) fn options(common: &Common) -> Options {
    Options { busy_timeout: Duration::from_secs(common.wait), ..Options::default() }
}

/// Whether there is a file with something in it.
pub(super) fn holds_something(common: &Common) -> bool {
    std::fs::metadata(&common.db).is_ok_and(|file| file.len() > 0)
}

/// Runs asynchronous work to its end.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Fault(format!("the program can't start its threads: {error}")))?;
    runtime.block_on(work)
}
