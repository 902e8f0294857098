//! The store on a PostgreSQL server (15 or newer), for several processes on several machines.
//!
//! Invariant: what was acknowledged is committed on the server; the events, the view and the outbox of an append stand
//! in one transaction; processes hold each other up for single cases alone, and each notices what the others wrote.
//! Nobody waits without a limit for a server that is away.

pub(crate) mod address;
mod audit;
mod bell;
mod case_store;
mod copying;
mod foreign;
mod generation;
mod keys;
mod layout;
mod log_store;
mod people;
mod pulse;
mod readers;
mod reads;
mod rebuild;
mod restored;
mod rows;
mod server;
mod tables;
mod texts;
mod tree;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Decode, Postgres, Row as _, Type};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::cache::Cache;
use super::changes::Changes;
use super::damage::rulebook_text;
use super::jobs::{Answer, Outcome, Writes, answered};
use super::passed_over::PassedOver;
use super::rebuilt::Purpose;
use super::secret::warn_of_missing_keys;
use super::{Fault, Options, Progress, Rebuilt};
use bell::Bell;
use foreign::{Foreign, Look};
use readers::{Query, Readers};
use rows::{EventRow, Job};
use server::{Failed, Server, Trouble};
use writer::{Own, Queue, Writer};

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
    /// The session that adds to the tree, while this process is the one that does.
    integrating: Mutex<Option<PgConnection>>,
    jobs: mpsc::UnboundedSender<Vec<(Job, Answer)>>,
    /// What goes on beside: looks at what others write, listening for them, and looks for signs of life.
    beside: [JoinHandle<()>; 3],
}

impl PostgresStore {
    /// Opens the log in the database that `url` names (`postgres://…`); what the address leaves out, the environment
    /// (`PGHOST`, `PGUSER`, `PGPASSWORD`, …) and `~/.pgpass` say. It lives on the runtime on which it is opened.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: not ours, from a newer program, another rulebook in force.
    /// [`Fault::Unavailable`]: no such server or database, not let in, not writable, no log there, too old a server.
    pub async fn open(url: &str, book: Arc<Rulebook>, options: &Options) -> Result<Self, Fault> {
        let server = Arc::new(Server::new(url, options.busy_timeout, options.master_key.as_deref())?);
        let connection = begin(&server).await?;
        Self::start(connection, &server, book, options).await.map_err(|failed| server.fault(failed))
    }

    /// The text of the rulebook in force; none in a log that is not begun.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], but any rulebook will do.
    pub async fn rulebook_in_force(url: &str, wait: Duration) -> Result<Option<String>, Fault> {
        let server = Server::new(url, wait, None)?;
        let mut connection = begin(&server).await?;
        let mut source = async || -> Result<Option<String>, Failed> {
            if !layout::is_begun(&mut connection, &server).await? {
                return Ok(None);
            }
            let Some(row) = sqlx::query(reads::RULEBOOK_IN_FORCE).fetch_optional(&mut connection).await? else {
                return Ok(None);
            };
            let (digest, source): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
            Ok(Some(rulebook_text(digest, source.as_bytes())?))
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
        let server = Arc::new(Server::new(url, options.busy_timeout, options.master_key.as_deref())?);
        let mut connection = begin(&server).await?;
        let write = Options { read_only_will_do: false, ..options.clone() };
        layout::claim(&mut connection, &server, &write).await.map_err(|failed| server.fault(failed))?;
        let rebuilt = rebuild::rebuild(&server, &book, Purpose::Adopt, progress).await;
        let rebuilt = rebuilt.map_err(|failed| server.fault(failed))?;
        Ok((Self::open(url, book, options).await?, rebuilt))
    }

    async fn start(
        mut connection: PgConnection,
        server: &Arc<Server>,
        book: Arc<Rulebook>,
        options: &Options,
    ) -> Result<Self, Failed> {
        if layout::claim(&mut connection, server, options).await? {
            restored::take_over(&mut connection).await?;
            restored::end_sessions(&mut connection).await?;
        }
        let book = if options.another_rulebook_will_do {
            book
        } else {
            layout::put_in_force(&mut connection, server, &book).await?
        };
        let keys = keys::are_there(&mut connection, &server.keys).await?;
        if keys == Some(false) {
            warn_of_missing_keys(&server.name);
        }
        let row = sqlx::query(reads::META).bind("installation").fetch_optional(&mut connection).await?;
        let installation = row.map(|row| row.try_get::<&str, _>(0).map(Uuid::try_parse)).transpose()?;
        let Some(Ok(installation)) = installation else {
            return Err(Fault::of_no_installation(&server.name).into());
        };
        server.keys.belong_to(installation);
        if keys == Some(true) {
            server.keys.name_log();
        }
        let cache = Arc::new(Cache::new(options.cache_actions));
        let changes = Changes::none();
        let (own, bell) = (Arc::new(Own::default()), Bell::new());
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
            bell: Arc::clone(&bell),
            rulebook: book.digest(),
        };
        // The second begins its session when there is something for it to do.
        let writers = [writer(Some(server.generation.keep(connection))), writer(None)];
        let look = Look::begin(server).await?;
        let listening = Arc::clone(&bell).listen(Arc::clone(server));
        let (cache_of_others, server_of_others) = (Arc::clone(&cache), Arc::clone(server));
        let foreign = Foreign { server: server_of_others, cache: cache_of_others, changes: changes.clone(), own, bell };
        for writer in writers {
            tokio::spawn(writer.run());
        }
        let asking = pulse::keep_asking(Arc::clone(server));
        let beside = [tokio::spawn(foreign.run(look)), tokio::spawn(listening), tokio::spawn(asking)];
        let readers = Readers::new(Arc::clone(server));
        let (examiner, holders, integrating) = (Mutex::default(), Mutex::default(), Mutex::default());
        let server = Arc::clone(server);
        let passed_over = PassedOver::default();
        let jobs = sender;
        Ok(Self {
            server,
            book,
            installation,
            cache,
            changes,
            passed_over,
            readers,
            examiner,
            holders,
            integrating,
            jobs,
            beside,
        })
    }

    /// What each of these rows means.
    fn each<T>(&self, rows: &[PgRow], read: impl FnMut(&PgRow) -> Result<T, Failed>) -> Result<Vec<T>, Fault> {
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|failed| self.server.fault(failed))
    }

    /// What `read` makes of each row that a statement gives.
    async fn all<T>(
        &self,
        sql: &'static str,
        bind: impl Fn(Query) -> Query + Send + Sync,
        read: impl Fn(&PgRow) -> Result<T, Failed> + Send,
    ) -> Result<Vec<T>, Fault> {
        let rows = self.readers.rows(sql, bind).await?;
        self.each(&rows, read)
    }

    /// What stands in the first column of the only row; none where there is no row.
    async fn one<T>(&self, sql: &'static str, bind: impl Fn(Query) -> Query + Send + Sync) -> Result<Option<T>, Fault>
    where
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(self.all(sql, bind, first).await?.pop())
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
                Err(failed) => named(row, &failed.damage().map_err(|failed| self.server.fault(failed))?),
            }
        }
        Ok(found)
    }
}

impl Writes for PostgresStore {
    type Event = EventRow;

    fn under(&self) -> &Arc<Rulebook> {
        &self.book
    }

    async fn write_all(&self, jobs: Vec<Job>) -> Vec<Outcome> {
        if jobs.is_empty() {
            return Vec::new();
        }
        let (jobs, answers) = answered(jobs);
        // Where nobody receives them, the answers are dropped with the jobs.
        let _ = self.jobs.send(jobs);
        answers.all().await
    }
}

impl Drop for PostgresStore {
    /// The writer ends by itself, with the last job.
    fn drop(&mut self) {
        self.beside.iter().for_each(JoinHandle::abort);
    }
}

/// What stands in the first column.
fn first<T>(row: &PgRow) -> Result<T, Failed>
where
    T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    Ok(row.try_get(0)?)
}

/// The first session. A server that is just starting is waited for; one that is not there is told at once.
async fn begin(server: &Server) -> Result<PgConnection, Fault> {
    let refused = |failed: &Failed| {
        matches!(failed, Failed::Database(Trouble::Sql(sqlx::Error::Io(_) | sqlx::Error::Protocol(_))))
    };
    let attempt = || async {
        match server.connect().await {
            Err(failed) if refused(&failed) => Err(Failed::Fault(server.fault(failed))),
            connected => connected,
        }
    };
    server.patiently(attempt).await
}
