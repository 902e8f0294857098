//! The one writer: takes whatever has gathered, writes it in one transaction, answers each caller after the commit.
//!
//! Invariant: no caller is answered "done" before its rows are durable; a refused append leaves no trace; after a
//! commit of which nobody knows whether it is durable, nothing is written any more.

mod appends;

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::rulebook::Digest;
use rusqlite::{Connection, ErrorCode, params};

use super::disk::{Disk, Moment, asked};
use super::file::{Failed, File, Identity};
use super::people;
use super::reads;
use super::rows::Job;
use super::texts;
use crate::cache::Cache;
use crate::changes::Changes;
use crate::jobs::{Answer, Outcome, appends};
use crate::recent::Recent;
use crate::{Delivery, Fault, Position};
use appends::Appends;

/// When so many have gathered, nothing more goes into the same transaction.
pub(super) const MOST_AT_ONCE: usize = 512;

/// In bulk, how many make a transaction for which no more are waited for, and how long is waited for one more.
const ENOUGH: usize = 256;
const MOMENT: Duration = Duration::from_millis(2);

/// How often a writer looks, at the least, for what other programs have written.
const IDLE: Duration = Duration::from_millis(100);

/// After how many jobs an idle writer has them moved to their place in the file.
const MOVED_AFTER: usize = 256;

/// The writer's side.
pub(super) struct Writer {
    pub connection: Connection,
    pub file: Arc<File>,
    /// The file as it was when it was opened.
    pub opened: Option<Identity>,
    pub cache: Arc<Cache>,
    pub changes: Changes,
    pub recent: Arc<Recent>,
    /// The rulebook that the callers decide under.
    pub rulebook: Digest,
    pub state: State,
    /// Why nothing can be written any more, for all to see.
    pub broken: Arc<OnceLock<Fault>>,
    /// Whether to wait for more that goes into the same transaction.
    pub in_bulk: bool,
    /// Only in a simulation: what fails, and when.
    pub disk: Option<Arc<dyn Disk>>,
}

/// What the writer remembers from one transaction to the next.
pub(super) struct State {
    appends: Appends,
    /// The last position that is reflected in the cache.
    seen: i64,
    /// `SQLite`'s own mark of other programs' commits.
    data_version: i64,
    /// How many jobs were written since it was last asked to move them to their place.
    unmoved: usize,
}

impl State {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { appends: Appends::new(), seen: 0, data_version: 0, unmoved: 0 }
    }
}

impl Writer {
    /// Works until there is nobody left who could ask.
    pub fn run(mut self, jobs: &Receiver<Vec<(Job, Answer)>>) {
        self.begin();
        loop {
            match jobs.recv_timeout(IDLE) {
                Ok(mut batch) => {
                    self.gather(&mut batch, jobs);
                    self.turn(batch);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.look_around();
                    self.checkpoint();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Takes what else has gathered into a batch. In bulk it waits for as long as more comes, until there is enough: each
    /// transaction writes the pages anew in which its rows lie, and most lie in the same few of the indexes.
    fn gather(&self, batch: &mut Vec<(Job, Answer)>, jobs: &Receiver<Vec<(Job, Answer)>>) {
        let mut before = 0;
        loop {
            while batch.len() < MOST_AT_ONCE
                && let Ok(more) = jobs.try_recv()
            {
                batch.extend(more);
            }
            if !self.in_bulk || batch.len() >= ENOUGH || batch.len() == before {
                return;
            }
            before = batch.len();
            std::thread::sleep(MOMENT);
        }
    }

    /// What was written before concerns nobody: the cache is empty.
    pub fn begin(&mut self) {
        self.state.seen = last_position(&self.connection).unwrap_or(0);
    }

    /// Writes what has gathered, and then looks around too: a busy writer never pauses.
    pub fn turn(&mut self, batch: Vec<(Job, Answer)>) {
        self.write(batch);
        self.look_around();
    }

    /// Looks for what other programs have written. What can't be read now is asked for again next time.
    pub fn look_around(&mut self) {
        let _ = self.see_that_it_is_ours();
        let _ = self.note_foreign_commits();
    }

    /// Ends all writing once the file was renamed, removed or replaced.
    fn see_that_it_is_ours(&self) -> Result<(), Fault> {
        self.file.refuse_another(self.opened).map_err(|fault| self.broken.get_or_init(|| fault).clone())
    }

    /// Has `SQLite` move what was written to its place in the file, while nobody waits. Otherwise it does so within a commit,
    /// for some hundred milliseconds, when very much has gathered. What can't be moved now is moved another time.
    fn checkpoint(&mut self) {
        if self.state.unmoved < MOVED_AFTER || self.broken.get().is_some() {
            return;
        }
        self.state.unmoved = 0;
        let moved = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = moved {
            tracing::debug!(%error, "what was written is moved to its place later");
        }
    }

    fn write(&mut self, batch: Vec<(Job, Answer)>) {
        self.state.unmoved += batch.len();
        let (jobs, answers): (Vec<Job>, Vec<Answer>) = batch.into_iter().unzip();
        let outcomes = match self.broken.get() {
            Some(broken) => Err(broken.clone()),
            None => self.transact(&jobs),
        };
        match outcomes {
            Ok(outcomes) => {
                self.remember(jobs, &outcomes);
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // A caller that no longer waits will find what it wrote in the log.
                    let _ = answer.send(outcome);
                }
            }
            Err(fault) => {
                for answer in answers {
                    let _ = answer.send(Err(fault.clone()));
                }
            }
        }
    }

    /// One transaction; the outcome of each job, or why none was written.
    fn transact(&mut self, jobs: &[Job]) -> Result<Vec<Outcome>, Fault> {
        self.see_that_it_is_ours()?;
        let file = Arc::clone(&self.file);
        let begun =
            asked(self.disk.as_deref(), Moment::Begin).and_then(|()| self.connection.execute_batch("BEGIN IMMEDIATE"));
        begun.map_err(|error| file.fault(error))?;
        match self.write_all(jobs) {
            Ok(outcomes) => self.commit().map(|()| outcomes),
            Err(failed) => {
                self.roll_back();
                Err(file.fault(failed))
            }
        }
    }

    fn write_all(&mut self, jobs: &[Job]) -> Result<Vec<Outcome>, Failed> {
        reads::permit(&self.connection, &self.file, self.rulebook)?;
        let last = last_position(&self.connection)?;
        if last != self.state.seen {
            self.drop_foreign(last)?;
        }
        self.state.appends.begin(last);
        jobs.iter().map(|job| self.write_one(job)).collect()
    }

    fn write_one(&mut self, job: &Job) -> Result<Outcome, Failed> {
        asked(self.disk.as_deref(), Moment::Write)?;
        let connection = &self.connection;
        match job {
            Job::Append(rows) => return Ok(self.state.appends.write(connection, &self.file.keys, rows)?.map(|()| 0)),
            Job::Deliveries(deliveries) => deliver(connection, deliveries)?,
            Job::UndoDeliveries { behind } => undo_deliveries(connection, *behind)?,
            Job::Meta { key, value } => texts::keep(connection, key, value)?,
            Job::People(write) => return Ok(Ok(people::write(connection, write)?)),
        }
        Ok(Ok(0))
    }

    fn commit(&mut self) -> Result<(), Fault> {
        let committed =
            asked(self.disk.as_deref(), Moment::Commit).and_then(|()| self.connection.execute_batch("COMMIT"));
        let Err(error) = committed.and_then(|()| asked(self.disk.as_deref(), Moment::Committed)) else {
            // Renamed just now, it holds what nobody will find.
            return self.see_that_it_is_ours();
        };
        let code = error.sqlite_error_code();
        let fault = self.file.fault(error);
        self.roll_back();
        if code == Some(ErrorCode::DiskFull) {
            return Err(fault);
        }
        // The disk may or may not hold the commit, and asking it again proves nothing.
        let broken = Fault::restart(format!(
            "a commit failed, and whether it is on disk is not known; nothing more is written until a restart: {fault}"
        ));
        Err(self.broken.get_or_init(|| broken).clone())
    }

    fn roll_back(&mut self) {
        // Fails where SQLite has rolled back by itself.
        let _ = self.connection.execute_batch("ROLLBACK");
        self.state.appends.forget();
    }

    /// Brings the cache and the change counter to what was committed.
    fn remember(&mut self, jobs: Vec<Job>, outcomes: &[Outcome]) {
        let (mut appended, refused) = appends(jobs, outcomes);
        let mut publishable = Vec::new();
        for rows in &mut appended {
            self.state.seen += i64::try_from(rows.events.len()).unwrap_or(i64::MAX);
            publishable.extend(rows.publishable(Position(self.state.seen)));
        }
        debug_assert_eq!(self.state.seen, self.state.appends.last_position(), "positions have no gap");
        let changed = !appended.is_empty();
        if !refused.is_empty() {
            self.cache.drop_all(refused.iter());
        }
        self.cache.put(appended.into_iter().map(|rows| (rows.view.case, rows.after)));
        self.recent.put(publishable.into_iter());
        if changed {
            self.changes.count();
        }
    }

    /// Looks whether another program has committed anything.
    fn note_foreign_commits(&mut self) -> Result<(), Failed> {
        let data_version: i64 = reads::one(&self.connection, "PRAGMA data_version", [])?;
        if data_version == self.state.data_version {
            return Ok(());
        }
        let last = last_position(&self.connection)?;
        self.drop_foreign(last)?;
        self.state.data_version = data_version;
        Ok(())
    }

    /// Drops from the cache the cases that other programs have written to, and counts that something has changed.
    fn drop_foreign(&mut self, last: i64) -> Result<(), Failed> {
        let sql = "SELECT DISTINCT c.reference FROM events e JOIN cases c ON c.case_key = e.case_key
                   WHERE e.position > ?1";
        let changed = reads::all(&self.connection, sql, [self.state.seen], reads::reference)?;
        self.cache.drop_all(changed.iter());
        self.state.seen = last;
        self.changes.count();
        Ok(())
    }
}

fn last_position(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.prepare_cached("SELECT coalesce(max(position), 0) FROM events")?.query_row([], |row| row.get(0))
}

/// The alerts of these deliveries wait again.
fn undo_deliveries(connection: &Connection, behind: u64) -> Result<(), rusqlite::Error> {
    let behind = behind.cast_signed();
    connection.execute(
        "UPDATE alerts SET pending = publishable WHERE position IN
             (SELECT position FROM deliveries WHERE stream_sequence > ?1)",
        [behind],
    )?;
    connection.execute("DELETE FROM deliveries WHERE stream_sequence > ?1", [behind])?;
    Ok(())
}

/// Records deliveries.
pub(super) fn deliver(connection: &Connection, deliveries: &[Delivery]) -> Result<(), rusqlite::Error> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO deliveries (position, alert_id, stream_sequence, delivered_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    let mut done = connection.prepare_cached("UPDATE alerts SET pending = 0 WHERE position = ?1 AND pending = 1")?;
    for Delivery { position, alert, stream_sequence, at } in deliveries {
        let sequence = stream_sequence.cast_signed();
        insert.execute(params![position.0, alert.as_bytes().as_slice(), sequence, at.unix()])?;
        done.execute([position.0])?;
    }
    Ok(())
}
