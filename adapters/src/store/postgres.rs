//! The store on a PostgreSQL server (15 or newer), for several processes on several machines.
//!
//! Invariant: what was acknowledged is committed on the server; the events, the view and the outbox of an append stand
//! in one transaction; processes hold each other up for single cases alone, and each notices what the others wrote.
//! Nobody waits without a limit for a server that is away.

pub(in crate::store) mod address;
mod audit;
mod copying;
mod event_store;
mod foreign;
mod layout;
mod log_store;
mod pulse;
mod readers;
mod reads;
mod rebuild;
mod rows;
mod server;
mod tables;
mod writer;

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::CaseView;
use projections::alerts::Class;
use projections::view::Seat;
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::alerts::{AlertsTo, rules_of};
use super::answers::{Answer, answered, ended};
use super::cache::Cache;
use super::changes::Changes;
use super::digest::altered_rulebook;
use super::passed_over::PassedOver;
use super::{
    Append, Backlog, CaseStore, Delivery, DueCase, Fault, Options, Position, Progress, Rebuilt, Share, Stored, between,
};
use crate::heavy::{HEAVY_CASE, beside_if};
use foreign::{Foreign, Look};
use readers::{Query, Readers};
use rows::Rows;
use server::{Failed, Server};
use writer::{Job, Own, Queue, Writer};

/// The log of all cases in one PostgreSQL database.
pub struct PostgresStore {
    server: Arc<Server>,
    book: Arc<Rulebook>,
    installation: Uuid,
    cache: Arc<Cache>,
    changes: Changes,
    passed_over: PassedOver,
    readers: Readers,
    /// The session of who walks over all cases, while it does.
    examiner: Mutex<Option<PgConnection>>,
    /// The transactions that kept every writer out at the last look.
    holders: Mutex<Vec<String>>,
    jobs: mpsc::UnboundedSender<Vec<(Job, Answer)>>,
    /// What goes on beside: looks at what others write, and for signs of life.
    beside: [JoinHandle<()>; 2],
}

impl PostgresStore {
    /// Opens the log in the database that `url` names (`postgres://…`); what the address leaves out, the environment
    /// (`PGHOST`, `PGUSER`, `PGPASSWORD`, …) and `~/.pgpass` say. It lives on the runtime on which it is opened.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: not ours, from a newer program, another rulebook in force.
    /// [`Fault::Unavailable`]: no such server or database, not let in, not writable, no log there, too old a server.
    pub async fn open(url: &str, book: Arc<Rulebook>, options: &Options) -> Result<Self, Fault> {
        let server = Arc::new(Server::new(url, options.busy_timeout)?);
        let connection = begin(&server).await?;
        Self::start(connection, &server, book, options).await.map_err(|failed| server.fault(failed))
    }

    /// The text of the rulebook in force; none in a log that is not begun.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], but any rulebook will do.
    pub async fn rulebook_in_force(url: &str, wait: Duration) -> Result<Option<String>, Fault> {
        let server = Server::new(url, wait)?;
        let mut connection = begin(&server).await?;
        let mut source = async || -> Result<Option<String>, Failed> {
            if !layout::is_begun(&mut connection, &server).await? {
                return Ok(None);
            }
            let Some(row) = sqlx::query(reads::RULEBOOK_IN_FORCE).fetch_optional(&mut connection).await? else {
                return Ok(None);
            };
            let (digest, source): (&str, String) = (row.try_get(0)?, row.try_get(1)?);
            match altered_rulebook(digest.as_bytes(), source.as_bytes()) {
                None => Ok(Some(source)),
                Some(altered) => Err(Fault::Corrupt(altered).into()),
            }
        };
        source().await.map_err(|failed| server.fault(failed))
    }

    /// Puts `book` in force, with all views rebuilt under it, and opens the log. What the alerts have to say about it
    /// is due at once.
    ///
    /// # Errors
    /// As [`PostgresStore::open`]; then the rulebook in force is the one before.
    pub async fn adopt(
        url: &str,
        book: Arc<Rulebook>,
        options: &Options,
        progress: Progress,
    ) -> Result<(Self, Rebuilt), Fault> {
        let server = Server::new(url, options.busy_timeout)?;
        let mut connection = begin(&server).await?;
        let write = Options { read_only_will_do: false, ..options.clone() };
        layout::claim(&mut connection, &server, &write).await.map_err(|failed| server.fault(failed))?;
        let rebuilt = rebuild::adopt(&server, &book, progress).await?;
        Ok((Self::open(url, book, options).await?, rebuilt))
    }

    async fn start(
        mut connection: PgConnection,
        server: &Arc<Server>,
        book: Arc<Rulebook>,
        options: &Options,
    ) -> Result<Self, Failed> {
        let writable = layout::claim(&mut connection, server, options).await?;
        if writable {
            layout::adopt_restored(&mut connection).await?;
        }
        layout::put_in_force(&mut connection, server, &book).await?;
        let row = sqlx::query(reads::META).bind("installation").fetch_optional(&mut connection).await?;
        let installation = row.map(|row| row.try_get::<&str, _>(0).map(Uuid::try_parse)).transpose()?;
        let Some(Ok(installation)) = installation else {
            return Err(Fault::Corrupt(format!("{} does not say which installation it is", server.name)).into());
        };
        let cache = Arc::new(Cache::new(options.cache_actions));
        let changes = Changes::none();
        let own = Arc::new(Own::default());
        // Every sender waits for its answers, so there is never more than callers have handed in.
        let (sender, jobs) = mpsc::unbounded_channel();
        let queue = Arc::new(Mutex::new(Queue::new(jobs)));
        let writer = |session| Writer {
            server: Arc::clone(server),
            session,
            queue: Arc::clone(&queue),
            cache: Arc::clone(&cache),
            changes: changes.clone(),
            own: Arc::clone(&own),
            rulebook: book.digest,
        };
        // The second begins its session when there is something for it to do.
        let writers = [writer(Some(server.generation.keep(connection))), writer(None)];
        let look = Look::begin(server).await?;
        let foreign = Foreign { server: Arc::clone(server), cache: Arc::clone(&cache), changes: changes.clone(), own };
        for writer in writers {
            tokio::spawn(writer.run());
        }
        let beside = [tokio::spawn(foreign.run(look)), tokio::spawn(pulse::keep_asking(Arc::clone(server)))];
        let readers = Readers::new(Arc::clone(server));
        let (server, examiner, holders) = (Arc::clone(server), Mutex::default(), Mutex::default());
        let passed_over = PassedOver::default();
        let jobs = sender;
        Ok(Self { server, book, installation, cache, changes, passed_over, readers, examiner, holders, jobs, beside })
    }

    async fn write(&self, job: Job) -> Result<(), Fault> {
        let mut outcomes = self.write_all(vec![job]).await;
        outcomes.pop().unwrap_or_else(|| Err(ended()))
    }

    /// Has all of them written, in one transaction where they fit into it; the outcome of each.
    async fn write_all(&self, jobs: Vec<Job>) -> Vec<Result<(), Fault>> {
        if jobs.is_empty() {
            return Vec::new();
        }
        let (jobs, answers) = answered(jobs);
        // Where nobody receives them, the answers are dropped with the jobs.
        let _ = self.jobs.send(jobs);
        answers.all().await
    }

    /// What each of these rows means.
    fn each<T>(&self, rows: &[PgRow], read: impl Fn(&PgRow) -> Result<T, Failed>) -> Result<Vec<T>, Fault> {
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|failed| self.server.fault(failed))
    }

    /// What each of these rows means that can be read; `named` is told of the others.
    fn readable<T>(
        &self,
        rows: &[PgRow],
        read: impl Fn(&PgRow) -> Result<T, Failed>,
        named: impl Fn(&PgRow, &str),
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            match read(row) {
                Ok(value) => found.push(value),
                Err(Failed::Fault(Fault::Corrupt(reason))) => named(row, &reason),
                Err(failed) => return Err(self.server.fault(failed)),
            }
        }
        Ok(found)
    }

    async fn stream_of(&self, stream_id: Uuid) -> Result<Vec<Stored>, Fault> {
        let rows = self.readers.rows(reads::STREAM, |query| query.bind(stream_id)).await?;
        self.each(&rows, reads::stored)
    }
}

impl Drop for PostgresStore {
    /// The writer ends by itself, with the last job.
    fn drop(&mut self) {
        self.beside.iter().for_each(JoinHandle::abort);
    }
}

/// The first session. A server that is just starting is waited for; one that is not there is told at once.
async fn begin(server: &Server) -> Result<PgConnection, Fault> {
    let refused = |failed: &Failed| matches!(failed, Failed::Sql(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)));
    let attempt = || async {
        match server.connect().await {
            Err(failed) if refused(&failed) => Err(Failed::Fault(server.fault(failed))),
            connected => connected,
        }
    };
    server.patiently(attempt).await
}

#[async_trait]
impl CaseStore for PostgresStore {
    async fn load(&self, case: &CaseRef) -> Result<Arc<Case>, Fault> {
        if let Some(known) = self.cache.get(case) {
            return Ok(known);
        }
        let drops = self.cache.drops();
        let stream_id = case.stream_id();
        let rows = self.readers.rows(reads::CASE, |query| query.bind(stream_id)).await?;
        let wanted = case.clone();
        let read = beside_if(rows.len() >= HEAVY_CASE, move || reads::case(&rows, &wanted)).await?;
        let read = Arc::new(read.map_err(|failed| self.server.fault(failed))?);
        self.cache.offer(case, &read, drops);
        Ok(read)
    }

    async fn append(&self, append: Append) -> Result<(), Fault> {
        if append.events.is_empty() {
            return Ok(());
        }
        let book = Arc::clone(&self.book);
        let rows = beside_if(append.is_heavy(), move || Rows::of(append, &book)).await?;
        self.write(Job::Append(Box::new(rows))).await
    }

    async fn append_all(&self, appends: Vec<Append>) -> Vec<Result<(), Fault>> {
        // Heavy ones come by themselves.
        let rows = appends.into_iter().map(|append| Rows::of(append, &self.book));
        self.write_all(rows.map(|rows| Job::Append(Box::new(rows))).collect()).await
    }

    async fn next_due(&self) -> Result<Option<Instant>, Fault> {
        let rows = self.readers.rows(reads::NEXT_DUE, |query| query).await?;
        let found = self.each(&rows, |row| Ok((reads::standing(row, 0)?, row.try_get::<Option<i64>, _>(1)?)))?;
        let (standing, next) = found.into_iter().next().unwrap_or_default();
        standing.permit(&self.server.name, self.book.digest)?;
        Ok(next.map(Instant::from_unix))
    }

    async fn due(&self, until: Instant, most: usize, share: Share) -> Result<Vec<DueCase>, Fault> {
        let (of, part) = (i32::from(share.of.max(1)), i32::from(share.part));
        let bind = |query: Query| query.bind(until.unix()).bind(of).bind(part).bind(reads::limit(most));
        let rows = self.readers.rows(reads::DUE, bind).await?;
        let due = |row: &PgRow| {
            Ok(DueCase { case: reads::case_of(row, 0, 1)?, version: row.try_get::<i32, _>(2)?.cast_unsigned() })
        };
        self.readable(&rows, due, |_, reason| self.passed_over.row(reason))
    }

    async fn take_part(&self, process: Uuid) -> Result<Share, Fault> {
        let rows = self.readers.rows(reads::TAKE_PART, |query| query.bind(process)).await?;
        let all: Vec<Uuid> = self.each(&rows, |row| Ok(row.try_get(0)?))?;
        let most = usize::from(u8::MAX);
        let place = all.iter().position(|id| *id == process).unwrap_or(most).min(most);
        let part = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        Ok(Share { part: part(place), of: part(all.len().clamp(1, most)) })
    }

    async fn leave(&self, process: Uuid) -> Result<(), Fault> {
        self.readers.rows(reads::LEAVE, |query| query.bind(process)).await.map(|_| ())
    }

    async fn outbox(&self, mut after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        loop {
            let rows = self.readers.rows(reads::OUTBOX, |query| query.bind(after.0).bind(reads::limit(most))).await?;
            let read = |row: &PgRow| Ok((reads::standing(row, 0)?, row.try_get::<Vec<i64>, _>(1)?));
            let (standing, positions) = self.each(&rows, read)?.pop().unwrap_or_default();
            standing.permit(&self.server.name, self.book.digest)?;
            let Some(last) = positions.last() else { return Ok(Vec::new()) };
            after = Position(*last);
            let rows = self.readers.rows(reads::AT, |query| query.bind(positions.clone())).await?;
            let named = |row: &PgRow, reason: &str| {
                self.passed_over.alert(Position(row.try_get(0).unwrap_or_default()), reason);
            };
            let found = self.readable(&rows, reads::alert, named)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn backlog(&self) -> Result<Backlog, Fault> {
        let rows = self.readers.rows(reads::BACKLOG, |query| query.bind(i64::from(Backlog::MOST))).await?;
        let read = |row: &PgRow| {
            let (waiting, oldest) = (row.try_get::<i64, _>(0)?, row.try_get::<Option<i64>, _>(1)?);
            let unreadable = self.passed_over.alerts();
            Ok(Backlog { waiting: waiting.cast_unsigned(), oldest: oldest.map(Instant::from_unix), unreadable })
        };
        Ok(self.each(&rows, read)?.pop().unwrap_or_default())
    }

    async fn watched(&self) -> Result<u64, Fault> {
        let rows = self.readers.rows(reads::WATCHED, |query| query).await?;
        Ok(self.each(&rows, |row| Ok(row.try_get::<i64, _>(0)?.cast_unsigned()))?.pop().unwrap_or(0))
    }

    async fn delivered(&self, deliveries: Vec<Delivery>) -> Result<(), Fault> {
        self.write(Job::Deliveries(deliveries)).await
    }

    async fn unmarked(&self, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        let bind = |query: Query| query.bind(from.cast_signed()).bind(to.cast_signed());
        let rows = self.readers.rows(reads::UNMARKED, bind).await?;
        let ends = self.each(&rows, |row| Ok((row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?)))?;
        let runs = ends.into_iter().map(|(first, last)| first.cast_unsigned()..=last.cast_unsigned());
        Ok(between(from, to, runs))
    }

    async fn undo_deliveries(&self, behind: u64) -> Result<usize, Fault> {
        let rows = self.readers.rows(reads::DELIVERIES_BEHIND, |query| query.bind(behind.cast_signed())).await?;
        let count = self.each(&rows, |row| Ok(row.try_get::<i64, _>(0)?))?.pop();
        self.write(Job::UndoDeliveries { behind }).await?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
    }

    async fn last_stream_sequence(&self) -> Result<u64, Fault> {
        let rows = self.readers.rows(reads::LAST_STREAM_SEQUENCE, |query| query).await?;
        let last = self.each(&rows, |row| Ok(row.try_get::<Option<i64>, _>(0)?))?.pop().flatten();
        Ok(last.map_or(0, i64::cast_unsigned))
    }

    async fn docket(&self, office: &OfficeCode, seat: Option<Seat>) -> Result<Vec<CaseView>, Fault> {
        let rows = self.readers.rows(reads::docket(seat), |query| query.bind(office.as_str().to_owned())).await?;
        Ok(self.each(&rows, reads::view)?.into_iter().flatten().collect())
    }

    async fn alerts(&self, to: &AlertsTo) -> Result<Vec<Position>, Fault> {
        let rows = self.readers.rows(reads::ADDRESSEES, |query| query).await?;
        let mut addressees: Vec<String> = self.each(&rows, |row| Ok(row.try_get(0)?))?;
        addressees.retain(|found| to.is_among(found));
        let until = to.until.map_or(i64::MAX, Instant::unix);
        let rules = |class| rules_of(class).map(|rule| rule.word().to_owned()).collect::<Vec<String>>();
        let bind = |query: Query| {
            let query =
                query.bind(addressees.clone()).bind(until).bind(rules(Class::Liberty)).bind(rules(Class::Limit));
            match to.since {
                Some(since) => query.bind(since.unix()),
                None => query,
            }
        };
        let sql = if to.since.is_some() { reads::ALERTS_SINCE } else { reads::ALERTS };
        let rows = self.readers.rows(sql, bind).await?;
        let found = self.each(&rows, |row| Ok(row.try_get::<Vec<i64>, _>(0)?))?;
        Ok(found.into_iter().flatten().map(Position).collect())
    }

    async fn at(&self, positions: &[Position]) -> Result<Vec<Stored>, Fault> {
        let places: Vec<i64> = positions.iter().map(|position| position.0).collect();
        let rows = self.readers.rows(reads::AT, |query| query.bind(places.clone())).await?;
        let found = self.each(&rows, reads::stored)?;
        let mut found: HashMap<Position, Stored> = found.into_iter().map(|stored| (stored.position, stored)).collect();
        Ok(positions.iter().filter_map(|position| found.remove(position)).collect())
    }

    async fn stream(&self, case: &CaseRef) -> Result<Vec<Stored>, Fault> {
        self.stream_of(case.stream_id()).await
    }

    async fn rulebooks(&self) -> Result<Vec<String>, Fault> {
        let rows = self.readers.rows(reads::RULEBOOKS, |query| query).await?;
        self.each(&rows, |row| Ok(row.try_get(0)?))
    }

    async fn change_counter(&self) -> Result<i64, Fault> {
        Ok(self.changes.counted())
    }

    async fn changed(&self, counter: i64) -> Result<(), Fault> {
        self.changes.since(counter).await;
        Ok(())
    }

    async fn is_held(&self) -> Result<bool, Fault> {
        let rows = self.readers.rows(reads::HOLDERS, |query| query).await?;
        let now: Vec<String> = self.each(&rows, |row| Ok(row.try_get(0)?))?;
        let mut before = self.holders.lock().await;
        let held = now.iter().any(|holder| before.contains(holder));
        *before = now;
        Ok(held)
    }
}
