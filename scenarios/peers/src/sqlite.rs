//! `cqrs-es` with `sqlite-es`.
//!
//! Invariant: it is as durable as kamnot's embedded log, WAL and `synchronous=FULL`, on every connection.

use std::time::Duration;

use serde_json::{Value, json};
use sqlite_es::{SqliteCqrs, sqlite_cqrs};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor as _, SqlitePool};

use crate::recorded::Recorded;
use crate::{Before, Failure, Peer};

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
) STRICT";

/// How many rows that are there before the measurement are written by one statement.
const ROWS_A_STATEMENT: usize = 10_000;

/// The peer.
pub struct Cqrs {
    cqrs: SqliteCqrs<Recorded>,
    pool: SqlitePool,
}

impl Cqrs {
    /// Begins in a new file, with what is there before the measurement and so many connections.
    pub async fn begin(file: &str, before: Before, connections: u32) -> Result<Self, Failure> {
        let pool = pool(file, connections).await?;
        pool.execute(SCHEMA).await?;
        let sql = "INSERT INTO events SELECT 'case', n.value ->> 0, n.value ->> 1, 'ActionRecorded', '1.0', n.value ->> 2, '{}'
                   FROM json_each(?1) AS n";
        let rows: Vec<_> = before.cases.iter().zip(&before.sequences).zip(&before.actions).collect();
        let mut transaction = pool.begin().await?;
        for rows in rows.chunks(ROWS_A_STATEMENT) {
            let rows: Vec<Value> = rows.iter().map(|((case, sequence), action)| json!([case, sequence, action])).collect();
            sqlx::query(sql).bind(serde_json::to_string(&rows)?).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Self { cqrs: sqlite_cqrs(pool.clone(), Vec::new(), ()), pool })
    }
}

impl Peer for Cqrs {
    async fn record(&self, case: String, action: Value) -> Result<(), Failure> {
        Ok(self.cqrs.execute(&case, action).await?)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

/// All connections, each asked whether it is durable.
async fn pool(file: &str, connections: u32) -> Result<SqlitePool, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
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
            return Err(format!("journal_mode={journal} synchronous={synchronous}, expected wal 2").into());
        }
        all.push(connection);
    }
    drop(all);
    Ok(pool)
}
