//! The peer: `cqrs-es` with `sqlite-es`, doing less. Its aggregate is the case, its event the action's JSON; it knows
//! no rules, keeps no view and raises no alerts.
//!
//! Invariant: it is as durable as ours, WAL and `synchronous=FULL`, on every connection.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use scenarios::generator::Line;
use serde_json::Value;
use sqlite_es::{SqliteCqrs, sqlite_cqrs};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::recorded::Recorded;
use crate::setting::{Failure, count};

/// Its table, as in the migration that it comes with.
const SCHEMA: &str = "CREATE TABLE events (
  aggregate_type text                          NOT NULL,
  aggregate_id   text                          NOT NULL,
  sequence       integer CHECK (sequence >= 0) NOT NULL,
  event_type     text                          NOT NULL,
  event_version  text                          NOT NULL,
  payload        text                          NOT NULL,
  metadata       text                          NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id, sequence)
) STRICT;";

/// The peer on a database of its own.
pub struct Peer {
    cqrs: Arc<SqliteCqrs<Recorded>>,
    pool: SqlitePool,
}

impl Peer {
    /// A new database at `path` that holds `before`, with so many connections.
    ///
    /// # Errors
    /// If it can't be laid out, or a connection is not as durable as ours.
    pub async fn open(path: &Path, before: &[Line], connections: u32) -> Result<Self, Failure> {
        lay_out(path, before)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(60));
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(120))
            .connect_with(options)
            .await?;
        let mut all = Vec::new();
        for _ in 0..connections {
            let mut connection = pool.acquire().await?;
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
            let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
            if (journal.as_str(), synchronous) != ("wal", 2) {
                return Err(format!("cqrs-es: journal_mode={journal} synchronous={synchronous}, expected wal 2").into());
            }
            all.push(connection);
        }
        println!("cqrs-es connections: {connections}, each journal_mode=wal synchronous=2 (FULL), asked for");
        drop(all);
        Ok(Self { cqrs: Arc::new(sqlite_cqrs(pool.clone(), Vec::new(), ())), pool })
    }

    /// Records with so many tasks for some time, the lines of a case in order; durable actions a second.
    ///
    /// # Errors
    /// What the peer says.
    pub async fn run(self, lines: &[Line], tasks: usize, lasting: Duration) -> Result<f64, Failure> {
        let mut shares = vec![Vec::new(); tasks];
        for line in lines {
            shares[line.case % tasks].push(line.json.clone());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let started = Instant::now();
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| tokio::spawn(record(Arc::clone(&self.cqrs), share, Arc::clone(&stop))))
            .collect();
        let timer = Arc::clone(&stop);
        tokio::spawn(async move {
            tokio::time::sleep(lasting).await;
            timer.store(true, Ordering::Relaxed);
        });
        let mut actions = 0;
        for task in running {
            actions += task.await??;
        }
        let rate = count(actions) / started.elapsed().as_secs_f64();
        self.pool.close().await;
        Ok(rate)
    }
}

async fn record(cqrs: Arc<SqliteCqrs<Recorded>>, lines: Vec<String>, stop: Arc<AtomicBool>) -> Result<usize, Failure> {
    let mut recorded = 0;
    for line in lines {
        if stop.load(Ordering::Relaxed) {
            return Ok(recorded);
        }
        let action: Value = serde_json::from_str(&line)?;
        let case = reference(&action)?.to_owned();
        cqrs.execute(&case, action).await?;
        recorded += 1;
    }
    stop.store(true, Ordering::Relaxed);
    Ok(recorded)
}

/// Writes what is there before the measurement, as the peer would have written it.
fn lay_out(path: &Path, before: &[Line]) -> Result<(), Failure> {
    let mut connection = rusqlite::Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.execute_batch(SCHEMA)?;
    let transaction = connection.transaction()?;
    let mut sequences = vec![0_i64; before.iter().map(|line| line.case + 1).max().unwrap_or(0)];
    let sql = "INSERT INTO events VALUES ('case', ?1, ?2, 'ActionRecorded', '1.0', ?3, '{}')";
    let mut insert = transaction.prepare(sql)?;
    for line in before {
        let action: Value = serde_json::from_str(&line.json)?;
        sequences[line.case] += 1;
        insert.execute((reference(&action)?, sequences[line.case], serde_json::to_string(&action)?))?;
    }
    drop(insert);
    transaction.commit()?;
    Ok(())
}

fn reference(action: &Value) -> Result<&str, Failure> {
    Ok(action["case"].as_str().ok_or("a line without its case")?)
}
