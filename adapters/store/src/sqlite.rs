//! The embedded store: one `SQLite` file, one writer with group commit, as many readers as there are questions.
//!
//! Invariant: what was acknowledged is on disk; the events, the view and the outbox of an append stand in one
//! transaction; several processes may write to the file, and each notices what the others wrote.

mod alerts;
mod audit;
pub mod backup;
mod bring_over;
mod copying;
mod disk;
mod file;
mod keys;
mod lock;
mod log_store;
mod people;
mod readers;
mod reads;
mod rebuild;
mod rows;
mod sealed;
mod texts;
mod tree;
mod writer;
mod writing;

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::CaseView;
use projections::view::Seat;
use rusqlite::types::FromSql;
use rusqlite::{Connection, Params, Row};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use super::Options;
#[cfg(feature = "failing-disk")]
pub use disk::{Disk, Failing, Moment};

use super::alerts::AlertsTo;
use super::aside::aside;
use super::cache::Cache;
use super::changes::Changes;
use super::jobs::{self, Outcome, Writes, answered};
use super::passed_over::PassedOver;
use super::recent::Recent;
use super::secret::warn_of_missing_keys;
use super::statements;
use super::{Append, Backlog, CaseStore, Delivery, DueCase, Fault, Position, Stored, WorkShare};
use crate::heavy::ShuttingDown;
#[cfg(not(feature = "failing-disk"))]
use disk::Disk;
use file::{Failed, File};
use lock::Lock;
use readers::Readers;
use rows::{EventRow, Job};
use writer::Writer;
use writing::Writing;

/// The log of all cases in one `SQLite` file.
pub struct SqliteStore {
    file: Arc<File>,
    book: Arc<Rulebook>,
    installation: Uuid,
    cache: Arc<Cache>,
    changes: Changes,
    recent: Arc<Recent>,
    passed_over: Arc<PassedOver>,
    readers: Arc<Readers>,
    lock: Arc<Lock>,
    /// Why nothing can be written any more.
    broken: Arc<OnceLock<Fault>>,
    writing: Writing,
}

impl SqliteStore {
    /// Opens the log at `path`. Blocks while another program holds the file locked.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: no database, not ours, from a newer program, another rulebook in force.
    /// [`Fault::Unavailable`]: no such file, not writable, locked, full.
    pub fn open(path: impl AsRef<Path>, book: Arc<Rulebook>, options: &Options) -> Result<Self, Fault> {
        let file = if options.read_only_will_do { File::to_read } else { File::to_write };
        let file = file(path.as_ref(), options.busy_timeout).under(options.master_key.as_deref());
        Self::start(file, book, options, None)
    }

    /// As [`SqliteStore::open`], with all work on the tasks of those who ask, on a disk that fails when it is told to:
    /// the same calls give the same log. Whoever asks is held up until the disk has answered.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; the opening itself is spared.
    #[cfg(feature = "failing-disk")]
    pub fn open_on(
        disk: Arc<dyn Disk>,
        path: impl AsRef<Path>,
        book: Arc<Rulebook>,
        options: &Options,
    ) -> Result<Self, Fault> {
        let file = File::to_write(path.as_ref(), options.busy_timeout).under(options.master_key.as_deref());
        Self::start(file, book, options, Some(disk))
    }

    /// The text of the rulebook in force in the log at `path`; none in a log that is not begun, also where a first
    /// start was cut short and left an empty database.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], but any rulebook will do.
    pub fn rulebook_in_force(path: impl AsRef<Path>) -> Result<Option<String>, Fault> {
        let file = File::to_read(path.as_ref(), Options::default().busy_timeout);
        let Some(connection) = file.connect_to_begun()? else { return Ok(None) };
        let source = reads::meta(&connection, "rulebook")
            .and_then(|digest| digest.map_or(Ok(None), |digest| reads::rulebook(&connection, &digest)));
        source.map_err(|failed| file.fault(failed))
    }

    fn start(file: File, book: Arc<Rulebook>, options: &Options, disk: Option<Arc<dyn Disk>>) -> Result<Self, Fault> {
        let file = Arc::new(file);
        let connection = file.connect_to_write(options.create)?;
        let book = if options.another_rulebook_will_do {
            book
        } else {
            put_in_force(&connection, &file, &book).map_err(|failed| file.fault(failed))?
        };
        let keys = reads::keys_are_there(&connection).map_err(|failed| file.fault(failed))?;
        if keys == Some(false) {
            warn_of_missing_keys(file.path.display());
        }
        let installation = reads::meta(&connection, "installation").map_err(|failed| file.fault(failed))?;
        let installation = installation
            .and_then(|text| Uuid::try_parse(&text).ok())
            .ok_or_else(|| Fault::of_no_installation(file.path.display()))?;
        file.keys.belong_to(installation, keys == Some(true));
        let cache = Arc::new(Cache::new(options.cache_actions));
        let changes = Changes::none();
        let recent = Arc::<Recent>::default();
        let broken = Arc::new(OnceLock::new());
        let by_callers = disk.is_some();
        let writer = Writer {
            connection,
            opened: file.identity(),
            file: Arc::clone(&file),
            cache: Arc::clone(&cache),
            changes: changes.clone(),
            recent: Arc::clone(&recent),
            rulebook: book.digest(),
            state: writer::State::new(),
            broken: Arc::clone(&broken),
            in_bulk: options.in_bulk,
            disk,
        };
        let writing = if by_callers { Writing::by_callers(writer) } else { Writing::apart(writer)? };
        let readers = Arc::new(Readers::of(Arc::clone(&file)));
        let (passed_over, lock) = (Arc::default(), Arc::default());
        Ok(Self { file, book, installation, cache, changes, recent, passed_over, readers, lock, broken, writing })
    }

    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, Fault> {
        self.ask(&self.readers.permits, question).await
    }

    /// As [`Self::read`], for the watch and the relay.
    async fn read_of_alerts<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, Fault> {
        self.ask(&self.readers.of_alerts, question).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        permits: &Semaphore,
        question: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, Fault> {
        let _permit = permits.acquire().await.map_err(|_| ShuttingDown)?;
        if let Writing::ByCallers(_) = self.writing {
            return self.readers.ask(question);
        }
        let readers = Arc::clone(&self.readers);
        aside(move || readers.ask(question)).await
    }

    /// What `read` makes of each row.
    async fn all<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: impl Params + Send + 'static,
        read: fn(&Row<'_>) -> Result<T, Failed>,
    ) -> Result<Vec<T>, Fault> {
        self.read(move |connection| reads::all(connection, sql, values, read)).await
    }

    /// What stands in the first column of the only row.
    async fn one<T: FromSql + Send + 'static>(
        &self,
        sql: &'static str,
        values: impl Params + Send + 'static,
    ) -> Result<T, Fault> {
        self.read(move |connection| reads::one(connection, sql, values)).await
    }
}

/// Sees that `book` is the rulebook in force, or puts it in force in a log that has none. Returns it with the earlier ones
/// of the log behind it.
fn put_in_force(connection: &Connection, file: &File, book: &Arc<Rulebook>) -> Result<Arc<Rulebook>, Failed> {
    let digest = book.digest().to_string();
    if reads::meta(connection, "rulebook")?.is_none() {
        // In this order, so that a crash in between leaves nothing that names a text that is not there.
        let insert = "INSERT INTO rulebooks (digest, source) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        connection.execute(insert, [&digest, book.source()])?;
        connection
            .execute("INSERT INTO meta (key, value) VALUES ('rulebook', ?1) ON CONFLICT DO NOTHING", [&digest])?;
    }
    let in_force = reads::meta(connection, "rulebook")?.unwrap_or_default();
    if in_force == digest {
        let kept = reads::all(connection, statements::RULEBOOKS, [], reads::lossy)?;
        return Ok(Arc::clone(book).succeeding(kept));
    }
    Err(Fault::of_rulebook(file.path.display(), &in_force, &digest).into())
}

impl Writes for SqliteStore {
    type Event = EventRow;

    fn under(&self) -> &Arc<Rulebook> {
        &self.book
    }

    async fn write_all(&self, jobs: Vec<Job>) -> Vec<Outcome> {
        let (jobs, answers) = answered(jobs);
        match self.writing.take(jobs).await {
            Ok(()) => answers.all().await,
            Err(fault) => answers.refused(&fault),
        }
    }
}

#[async_trait]
impl CaseStore for SqliteStore {
    async fn load(&self, case: &CaseRef) -> Result<Arc<Case>, Fault> {
        if let Some(known) = self.cache.get(case) {
            return Ok(known);
        }
        let drops = self.cache.drops();
        let wanted = case.clone();
        let read = Arc::new(self.read(move |connection| reads::case(connection, &wanted)).await?);
        self.cache.offer(case, &read, drops);
        Ok(read)
    }

    async fn append(&self, append: Append) -> Result<(), Fault> {
        jobs::append(self, append).await
    }

    async fn append_all(&self, appends: Vec<Append>) -> Vec<Result<(), Fault>> {
        jobs::append_all(self, appends).await
    }

    async fn next_due(&self) -> Result<Option<Instant>, Fault> {
        let (file, book) = (Arc::clone(&self.file), self.book.digest());
        let ask = move |connection: &Connection| {
            reads::permit(connection, &file, book)?;
            reads::one::<Option<i64>>(connection, reads::NEXT_DUE, [])
        };
        Ok(self.read_of_alerts(ask).await?.map(Instant::from_unix))
    }

    async fn due(&self, until: Instant, most: usize, share: WorkShare) -> Result<Vec<DueCase>, Fault> {
        let passed_over = Arc::clone(&self.passed_over);
        self.read_of_alerts(move |connection| reads::due(connection, until, most, share, &passed_over)).await
    }

    async fn take_part(&self, _: Uuid) -> Result<WorkShare, Fault> {
        // One file is on one machine. Where several programs watch it all the same, each watches all of it.
        Ok(WorkShare::ALL)
    }

    async fn leave(&self, _: Uuid) -> Result<(), Fault> {
        Ok(())
    }

    async fn outbox(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        let (file, book) = (Arc::clone(&self.file), self.book.digest());
        let (recent, passed_over) = (Arc::clone(&self.recent), Arc::clone(&self.passed_over));
        let outbox = move |connection: &Connection| {
            reads::permit(connection, &file, book)?;
            reads::outbox(connection, after, most, &recent, &passed_over)
        };
        self.read_of_alerts(outbox).await
    }

    async fn backlog(&self) -> Result<Backlog, Fault> {
        let backlog = self.read(reads::backlog).await?;
        Ok(Backlog { unreadable: self.passed_over.alerts(), ..backlog })
    }

    async fn watched(&self) -> Result<u64, Fault> {
        Ok(self.one::<i64>(statements::WATCHED, []).await?.cast_unsigned())
    }

    async fn delivered(&self, deliveries: Vec<Delivery>) -> Result<(), Fault> {
        jobs::write(self, Job::Deliveries(deliveries)).await
    }

    async fn unmarked(&self, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        self.read(move |connection| reads::unmarked(connection, from, to)).await
    }

    async fn undo_deliveries(&self, behind: u64) -> Result<usize, Fault> {
        let count: i64 = self.one(statements::DELIVERIES_BEHIND, [behind.cast_signed()]).await?;
        jobs::write(self, Job::UndoDeliveries { behind }).await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn last_stream_sequence(&self) -> Result<u64, Fault> {
        let last: Option<i64> = self.one(statements::LAST_STREAM_SEQUENCE, []).await?;
        Ok(last.map_or(0, i64::cast_unsigned))
    }

    async fn docket(&self, office: &OfficeCode, seat: Option<Seat>) -> Result<Vec<CaseView>, Fault> {
        let views = self.all(statements::docket(seat), [office.to_string()], reads::view).await?;
        Ok(views.into_iter().flatten().collect())
    }

    async fn handed_on(&self, office: &OfficeCode) -> Result<Vec<CaseView>, Fault> {
        let office = office.clone();
        self.read(move |connection| reads::handed_on(connection, &office)).await
    }

    async fn not_open(&self) -> Result<Vec<CaseRef>, Fault> {
        self.all(statements::NOT_OPEN, [], reads::reference).await
    }

    async fn escalated(&self) -> Result<Vec<CaseView>, Fault> {
        self.read(reads::escalated).await
    }

    async fn alerts(&self, to: &AlertsTo) -> Result<Vec<Position>, Fault> {
        let (to, book) = (to.clone(), Arc::clone(&self.book));
        self.read(move |connection| alerts::alerts(connection, &to, &book)).await
    }

    async fn at(&self, positions: &[Position]) -> Result<Vec<Stored>, Fault> {
        let positions = positions.to_vec();
        self.read(move |connection| reads::at(connection, &positions)).await
    }

    async fn stream_of(&self, stream_id: Uuid) -> Result<Vec<Stored>, Fault> {
        self.all(reads::STREAM, [stream_id.as_bytes().to_vec()], reads::stored).await
    }

    async fn rulebooks(&self) -> Result<Vec<String>, Fault> {
        self.all(statements::RULEBOOKS, [], reads::lossy).await
    }

    async fn change_counter(&self) -> Result<i64, Fault> {
        // Who only looks would find out when he next has something to write; who writes is refused until then.
        if let Some(fault) = self.broken.get() {
            return Err(fault.clone());
        }
        self.writing.look_around();
        Ok(self.changes.counted())
    }

    async fn changed(&self, counter: i64) -> Result<(), Fault> {
        self.changes.since(counter).await;
        Ok(())
    }

    async fn is_held(&self) -> Result<bool, Fault> {
        let (lock, file) = (Arc::clone(&self.lock), Arc::clone(&self.file));
        aside(move || lock.is_held(&file).map_err(|failed| file.fault(failed))).await
    }
}
