//! People, sessions, tokens, grants, looks and offices files in the database.
//!
//! Invariant: they are written by the log's own writer, in its transactions, behind all else and in one order: looks by id,
//! sessions that nobody else has locked, and then, one process at a time, what is written seldom. So no two transactions wait
//! for each other in a circle.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::PostgresStore;
use super::readers::Query;
use super::rows::{Job, cell};
use super::server::Failed;
use super::texts;
use crate::Fault;
use crate::cell::Value;
use crate::jobs::{self, Outcome};
use crate::people::rows::{Kind, LOOKS, Row, Table};
use crate::people::tables::{Change, Tables, Write};

/// Keeps out who else writes what is written seldom, so that two of them don't take the same login.
const LOCK: &str = "LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE";
/// The times of requests are not worth waiting for.
const TOUCH: &str = "UPDATE sessions SET seen = n.seen FROM unnest($1::bytea[], $2::bigint[]) AS n (key, seen)
    WHERE sessions.key = n.key AND sessions.seen < n.seen
    AND sessions.key IN (SELECT key FROM sessions WHERE key = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)";

#[async_trait]
impl Tables for PostgresStore {
    async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault> {
        self.all(sql, |query| values.iter().cloned().fold(query, bind), row).await
    }

    async fn write(&self, write: Write) -> Result<usize, Fault> {
        jobs::outcome(self, Job::People(write)).await
    }
}

/// Binds a value that is not empty.
fn bind(query: Query, value: Value) -> Query {
    match value {
        Value::Null | Value::Unreadable => query.bind(None::<String>),
        Value::Id(id) => query.bind(id),
        Value::Bytes(bytes) => query.bind(bytes.into_owned()),
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text.into_owned()),
    }
}

pub(super) fn row(row: &PgRow) -> Result<Row, Failed> {
    (0..row.len()).map(|n| Ok(cell(row, n)?.into_owned())).collect()
}

/// Writes what is of people within a transaction, and says how many rows each job changed.
pub(super) async fn write(connection: &mut PgConnection, jobs: &[Job], outcomes: &mut [Outcome]) -> Result<(), Failed> {
    let (mut looks, mut touched, mut seldom) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (job, outcome) in jobs.iter().zip(outcomes) {
        match job {
            Job::People(Write::Looks(rows)) => looks.extend(rows),
            Job::People(Write::Touch { key, seen }) => {
                let last = touched.entry(&key[..]).or_insert(*seen);
                *last = (*last).max(*seen);
            }
            Job::People(Write::Changes(changes)) => seldom.push((changes, outcome)),
            _ => {}
        }
    }
    insert(connection, &LOOKS, &looks).await?;
    if !touched.is_empty() {
        let (keys, seen): (Vec<&[u8]>, Vec<i64>) = touched.into_iter().map(|(key, seen)| (key, seen.unix())).unzip();
        sqlx::query(TOUCH).bind(keys).bind(seen).execute(&mut *connection).await?;
    }
    if !seldom.is_empty() {
        connection.execute(LOCK).await?;
    }
    for (changes, outcome) in seldom {
        let mut count = 0;
        for next in changes {
            count += change(connection, next).await?;
        }
        *outcome = Ok(usize::try_from(count).unwrap_or(usize::MAX));
    }
    Ok(())
}

/// Writes one change; how many rows it made, changed or removed.
pub(super) async fn change(connection: &mut PgConnection, change: &Change) -> Result<u64, Failed> {
    match change {
        Change::Insert(table, row) => insert(connection, table, &[row]).await,
        Change::Replace(table, rows) => {
            let columns = table.columns.iter().skip(1).map(|(name, _)| format!("{name} = excluded.{name}"));
            let set = columns.collect::<Vec<String>>().join(", ");
            let key = table.columns.first().map_or("id", |(name, _)| name);
            put(connection, table, &rows.iter().collect::<Vec<_>>(), &format!("({key}) DO UPDATE SET {set}")).await
        }
        Change::Do(sql, values) => {
            let query = values.iter().cloned().fold(sqlx::query(*sql), bind);
            Ok(query.execute(connection).await?.rows_affected())
        }
        Change::Text(key, text) => texts::keep(connection, key, text).await.map(|()| 0),
    }
}

/// Writes rows that are new, in the order of their keys; one whose key is taken adds nothing. How many were new.
pub(super) async fn insert(connection: &mut PgConnection, table: &Table, rows: &[&Row]) -> Result<u64, Failed> {
    put(connection, table, rows, "DO NOTHING").await
}

async fn put(connection: &mut PgConnection, table: &Table, rows: &[&Row], where_taken: &str) -> Result<u64, Failed> {
    fn column<'r, T>(rows: &[&'r Row], n: usize, of: impl Fn(&'r Value) -> Option<T>) -> Vec<Option<T>> {
        rows.iter().map(|row| row.get(n).and_then(&of)).collect()
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO {} SELECT * FROM unnest({}) AS n (key) ORDER BY key ON CONFLICT {where_taken}",
        table.name,
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (n, (_, kind)) in table.columns.iter().enumerate() {
        query = match kind {
            Kind::Id => query.bind(column(rows, n, Value::as_id)),
            Kind::Bytes => query.bind(column(rows, n, Value::as_bytes)),
            Kind::Number => query.bind(column(rows, n, Value::as_number)),
            Kind::Text => query.bind(column(rows, n, Value::as_text)),
        };
    }
    Ok(query.execute(connection).await?.rows_affected())
}
