//! The writer: takes whatever has gathered, writes it in one transaction, answers each caller after the commit. It has two
//! sessions: while one writes or waits for its commit to be on disk, the other writes what has gathered since.
//!
//! Invariant: no caller is answered "done" before its rows are durable; a refused append leaves no trace. Where the
//! answer to a commit was lost, the server is asked whether it holds; a caller is told "not known" only when the server
//! does not come back in time. Several processes may write at once: cases are locked in one order, for one transaction.

mod batch;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::rulebook::Digest;
use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use tokio::sync::mpsc;

use super::bell::Bell;
use super::generation::Kept;
use super::rows::Job;
use super::server::{Failed, Pause, Server};
use crate::cache::{Cache, Drops};
use crate::changes::Changes;
use crate::jobs::{Answer, Outcome, appends};
use crate::people::tables::Write;
use crate::{Fault, IN_ORDER};
use batch::{Witness, Written};

/// The most appends that go into one transaction, and the most events.
const MOST_AT_ONCE: (usize, usize) = IN_ORDER;

/// How much longer a transaction may take for each event in it.
const FOR_AN_EVENT: Duration = Duration::from_millis(1);

/// The transactions of this process that others of its tasks need not tell it about.
#[derive(Default)]
pub(super) struct Own(Mutex<BTreeSet<i64>>);

impl Own {
    fn add(&self, xact: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(xact);
    }

    fn remove(&self, xact: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&xact);
    }

    /// Those not older than `oldest`; the rest is forgotten.
    pub fn since(&self, oldest: i64) -> Vec<i64> {
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *own = own.split_off(&oldest);
        own.iter().copied().collect()
    }

    /// Forgets all of them: behind a crash the server may give their numbers to others.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What waits to be written.
pub(super) struct Queue {
    jobs: mpsc::UnboundedReceiver<Vec<(Job, Answer)>>,
    waiting: VecDeque<(Job, Answer)>,
}

/// One session of the writer.
pub(super) struct Writer {
    pub server: Arc<Server>,
    pub session: Option<Kept>,
    pub queue: Arc<tokio::sync::Mutex<Queue>>,
    pub cache: Arc<Cache>,
    pub changes: Changes,
    pub own: Arc<Own>,
    pub bell: Arc<Bell>,
    /// The rulebook that the callers decide under.
    pub rulebook: Digest,
}

/// A commit that was asked for.
struct Commit {
    xact: i64,
    witness: Witness,
    outcomes: Vec<Outcome>,
}

/// What the server says of a commit whose answer was lost.
enum Fate {
    Holds,
    Gone,
    Open,
}

impl Writer {
    /// Works until there is nobody left who could ask.
    pub async fn run(mut self) {
        loop {
            let Some(jobs) = self.queue.lock().await.next().await else { return };
            let (jobs, answers): (Vec<Job>, Vec<Answer>) = jobs.into_iter().unzip();
            let drops = self.cache.drops();
            let outcomes = self.write(&jobs).await;
            self.remember(jobs, &outcomes, drops);
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller that no longer waits will find what it wrote in the log.
                let _ = answer.send(outcome);
            }
        }
    }

    /// Writes the jobs in one transaction, and each by itself if what one holds can't be stored.
    async fn write(&mut self, jobs: &[Job]) -> Vec<Outcome> {
        match self.transact(jobs).await {
            Ok(outcomes) => outcomes,
            Err(failed) if failed.is_about_content() && jobs.len() > 1 => {
                let mut outcomes = Vec::with_capacity(jobs.len());
                for job in jobs {
                    let outcome = self.transact(std::slice::from_ref(job)).await;
                    outcomes.extend(outcome.unwrap_or_else(|failed| vec![Err(self.server.fault(failed))]));
                }
                outcomes
            }
            Err(failed) => vec![Err(self.server.fault(failed)); jobs.len()],
        }
    }

    /// One transaction, however often it takes within the wait; the outcome of each job, or why none was written.
    async fn transact(&mut self, jobs: &[Job]) -> Result<Vec<Outcome>, Failed> {
        let limit = self.server.wait + FOR_AN_EVENT * events(jobs);
        let (mut commit, mut trouble) = (None, None);
        let server = Arc::clone(&self.server);
        let attempts = async {
            let mut pause = Pause::default();
            loop {
                match server.or_silent(self.attempt(jobs, &mut commit)).await {
                    Err(failed) if failed.is_broken() || failed.is_collision() => trouble = Some(failed),
                    answer => return answer,
                }
                pause.rest().await;
            }
        };
        if let Ok(answer) = tokio::time::timeout(limit, attempts).await {
            return answer;
        }
        let Some(Commit { xact, .. }) = commit else { return Err(trouble.unwrap_or(Failed::SILENT)) };
        // Should it hold after all, it is news like that of another process.
        self.own.remove(xact);
        Err(Fault::unavailable(format!(
            "{} went away while this was being recorded, and whether it was is not known; see that the server runs, then \
             send it again: what was recorded is recognised by its ids",
            self.server.name
        ))
        .into())
    }

    /// One attempt. `commit` is set while a commit was asked for and not answered.
    async fn attempt(&mut self, jobs: &[Job], commit: &mut Option<Commit>) -> Result<Vec<Outcome>, Failed> {
        // Given up in the middle, the session is not kept.
        let kept = self.session.take().and_then(|kept| self.server.generation.still(kept));
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        // It stays asked for as long as this question has no answer.
        if let Some(asked) = commit.as_ref() {
            match fate(&mut connection, asked).await? {
                Fate::Holds => {
                    self.session = Some(self.server.generation.keep(connection));
                    return Ok(commit.take().map(|asked| asked.outcomes).unwrap_or_default());
                }
                Fate::Open => {
                    self.session = Some(self.server.generation.keep(connection));
                    return Err(Failed::SILENT);
                }
                // Its number may become another transaction's, of another process.
                Fate::Gone => self.own.remove(asked.xact),
            }
            *commit = None;
        }
        let outcomes = self.in_transaction(&mut connection, jobs, commit).await;
        let mut keep = outcomes.is_ok();
        if let Err(failed) = &outcomes
            && !failed.is_broken()
        {
            // The server's no to a commit is an answer.
            *commit = None;
            keep = connection.execute("ROLLBACK").await.is_ok();
        }
        self.session = keep.then(|| self.server.generation.keep(connection));
        outcomes
    }

    async fn in_transaction(
        &self,
        connection: &mut PgConnection,
        jobs: &[Job],
        commit: &mut Option<Commit>,
    ) -> Result<Vec<Outcome>, Failed> {
        let Written { xact, witness, outcomes } = batch::write(connection, &self.server, self.rulebook, jobs).await?;
        self.own.add(xact);
        // Without a witness nothing was written that may not be written again.
        *commit = witness.map(|witness| Commit { xact, witness, outcomes: outcomes.clone() });
        connection.execute("COMMIT").await?;
        *commit = None;
        Ok(outcomes)
    }

    /// Brings the cache and the change counter to what was committed.
    fn remember(&self, jobs: Vec<Job>, outcomes: &[Outcome], drops: Drops) {
        let (appended, refused) = appends(jobs, outcomes);
        let changed = !appended.is_empty();
        self.cache.put_unless_dropped(appended.into_iter().map(|rows| (rows.view.case, rows.after)), drops);
        if !refused.is_empty() {
            self.cache.drop_all(refused.iter());
        }
        if changed {
            self.changes.count();
            self.bell.own.notify_one();
        }
    }
}

impl Queue {
    pub const fn new(jobs: mpsc::UnboundedReceiver<Vec<(Job, Answer)>>) -> Self {
        Self { jobs, waiting: VecDeque::new() }
    }

    /// Waits for jobs, and takes those of the next transaction; none when there is nobody left who could ask.
    async fn next(&mut self) -> Option<Vec<(Job, Answer)>> {
        if self.waiting.is_empty() {
            self.waiting.extend(self.jobs.recv().await?);
        }
        while let Ok(jobs) = self.jobs.try_recv() {
            self.waiting.extend(jobs);
        }
        Some(take(&mut self.waiting))
    }
}

/// The jobs of the next transaction, in their order; a second append to a case goes into the next one.
fn take(waiting: &mut VecDeque<(Job, Answer)>) -> Vec<(Job, Answer)> {
    let (mut taken, mut cases, mut events, mut left) = (Vec::new(), HashSet::new(), 0, VecDeque::new());
    while let Some((job, answer)) = waiting.pop_front() {
        if let Job::Append(rows) = &job {
            if events > 0 && events + rows.events.len() > MOST_AT_ONCE.1 {
                waiting.push_front((job, answer));
                break;
            }
            if !cases.insert(rows.view.stream_id) {
                left.push_back((job, answer));
                continue;
            }
            events += rows.events.len();
        }
        taken.push((job, answer));
        if taken.len() == MOST_AT_ONCE.0 {
            break;
        }
    }
    left.append(waiting);
    *waiting = left;
    taken
}

fn events(jobs: &[Job]) -> u32 {
    let events = jobs.iter().map(|job| match job {
        Job::Append(rows) => rows.events.len(),
        Job::Deliveries(deliveries) => deliveries.len(),
        Job::People(Write::Looks(looks)) => looks.len(),
        Job::UndoDeliveries { .. } | Job::Meta { .. } | Job::People(_) => 1,
    });
    u32::try_from(events.sum::<usize>()).unwrap_or(u32::MAX)
}

/// Asks what became of a commit. The transaction's own status is not enough: behind a crash, or a failover to a server
/// that never saw it, its number may be another transaction's. Whether its witness stands is asked behind the status, so
/// that what was committed by then is seen.
async fn fate(connection: &mut PgConnection, commit: &Commit) -> Result<Fate, Failed> {
    let asked = sqlx::query("SELECT pg_xact_status($1::text::xid8)").bind(commit.xact.to_string());
    let under_way = match asked.fetch_one(&mut *connection).await {
        Ok(row) => row.try_get::<Option<&str>, _>(0)? == Some("in progress"),
        // A number that this server has not given out.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("22023") => false,
        Err(error) => return Err(error.into()),
    };
    let asked = sqlx::query("SELECT EXISTS (SELECT 1 FROM case_events WHERE position = $1 AND id = $2)");
    let row = asked.bind(commit.witness.position).bind(commit.witness.id).fetch_one(connection).await?;
    Ok(match row.try_get(0)? {
        true => Fate::Holds,
        false if under_way => Fate::Open,
        false => Fate::Gone,
    })
}
