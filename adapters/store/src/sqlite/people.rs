//! People, sessions, tokens, grants, looks and offices files in the file.
//!
//! Invariant: they are written by the log's own writer, in its transactions. So they wait for nobody, and a log that was moved
//! takes them no more.

use async_trait::async_trait;
use rusqlite::{Connection, params, params_from_iter};

use super::SqliteStore;
use super::file::Failed;
use super::reads;
use super::rows::{Job, cell};
use super::texts;
use crate::Fault;
use crate::cell::Value;
use crate::jobs;
use crate::people::rows::{LOOKS, Row, Table};
use crate::people::tables::{Change, Tables, Write};

const TOUCH: &str = "UPDATE sessions SET seen = ?2 WHERE key = ?1 AND seen < ?2";

#[async_trait]
impl Tables for SqliteStore {
    async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault> {
        let read = |row: &rusqlite::Row<'_>| {
            let columns = 0..row.as_ref().column_count();
            columns.map(|n| Ok(cell(row.get_ref(n)?).into_owned())).collect::<Result<Row, Failed>>()
        };
        self.read(move |connection| reads::all(connection, sql, params_from_iter(values), read)).await
    }

    async fn write(&self, write: Write) -> Result<usize, Fault> {
        jobs::outcome(self, Job::People(write)).await
    }
}

/// Writes within a transaction; how many rows were changed.
pub(super) fn write(connection: &Connection, write: &Write) -> Result<usize, rusqlite::Error> {
    match write {
        Write::Looks(looks) => insert(connection, &LOOKS, looks),
        Write::Touch { key, seen } => connection.prepare_cached(TOUCH)?.execute(params![key, seen.unix()]),
        Write::Changes(changes) => all(connection, changes),
        Write::Tree { fence, changes } => match change(connection, fence)? {
            0 => Ok(0),
            _ => all(connection, changes).map(|count| count + 1),
        },
    }
}

fn all(connection: &Connection, changes: &[Change]) -> Result<usize, rusqlite::Error> {
    changes.iter().try_fold(0, |count, next| Ok(count + change(connection, next)?))
}

fn change(connection: &Connection, change: &Change) -> Result<usize, rusqlite::Error> {
    match change {
        Change::Insert(table, row) => insert(connection, table, std::slice::from_ref(row)),
        Change::Replace(table, rows) => put(connection, table, rows, "INSERT OR REPLACE", ""),
        Change::Do(sql, values) => connection.prepare_cached(sql)?.execute(params_from_iter(values)),
        Change::Text(key, text) => texts::keep(connection, key, text).map(|()| 0),
    }
}

/// Writes rows that are new; one whose key is taken adds nothing. How many were new.
pub(super) fn insert(connection: &Connection, table: &Table, rows: &[Row]) -> Result<usize, rusqlite::Error> {
    put(connection, table, rows, "INSERT", "ON CONFLICT DO NOTHING")
}

fn put(
    connection: &Connection,
    table: &Table,
    rows: &[Row],
    how: &str,
    where_taken: &str,
) -> Result<usize, rusqlite::Error> {
    let places = vec!["?"; table.columns.len()].join(", ");
    let sql = format!("{how} INTO {} VALUES ({places}) {where_taken}", table.name);
    let mut insert = connection.prepare_cached(&sql)?;
    rows.iter().try_fold(0, |new, row| Ok(new + insert.execute(params_from_iter(row))?))
}
