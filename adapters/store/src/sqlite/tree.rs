//! The tree in the file.
//!
//! Invariant: its rows are written by the log's own writer, in its transactions, so that they wait for nobody and cost no sync
//! of their own.

use async_trait::async_trait;
use rusqlite::{Connection, Row as FoundRow, params_from_iter};
use uuid::Uuid;

use super::SqliteStore;
use super::file::Failed;
use super::reads;
use super::rows::cell;
use crate::Fault;
use crate::cell::Cell;
use crate::people::rows::{Row, Table};
use crate::people::tables::{Change, Tables as _, Write};
use crate::statements;
use crate::tree::{Entry, Sql, TreeTables, Wrote};

const FRESH: &str = "SELECT e.position, c.reference, e.version, e.format, e.payload
    FROM events e LEFT JOIN cases c ON c.case_key = e.case_key WHERE e.position > ?1 ORDER BY e.position LIMIT ?2";
const AT: &str = "SELECT e.position, c.reference, e.version, e.format, e.payload
    FROM events e LEFT JOIN cases c ON c.case_key = e.case_key WHERE e.position = ?1";
const OF_STREAM: &str = "SELECT e.position, c.reference, e.version, e.format, e.payload
    FROM cases c JOIN events e ON e.case_key = c.case_key WHERE c.stream_id = ?1 ORDER BY e.version";
const SURPLUS: &str =
    "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM events WHERE position > s.taken) - s.events
    FROM tree_state s";
const PLACES: &str = "SELECT e.position, e.position > s.taken FROM events e, tree_state s WHERE e.position > $1
    ORDER BY e.position LIMIT $2";

#[async_trait]
impl TreeTables for SqliteStore {
    fn sql(&self) -> Sql {
        Sql { surplus: SURPLUS, places: PLACES }
    }

    async fn claim(&self) -> Result<bool, Fault> {
        // One file is on one machine. Where several programs integrate all the same, the fence lets one of them through.
        Ok(true)
    }

    async fn unclaim(&self) {}

    async fn write_tree(&self, fence: Change, changes: Vec<Change>) -> Result<Wrote, Fault> {
        let count = self.write(Write::Tree { fence, changes }).await?;
        Ok(if count == 0 { Wrote::ByAnother } else { Wrote::Done })
    }

    async fn fresh(&self, after: i64, most: usize) -> Result<Vec<Entry>, Fault> {
        self.all(FRESH, [after, statements::limit(most)], entry).await
    }

    async fn entries_of(&self, stream_id: Uuid) -> Result<Vec<Entry>, Fault> {
        self.all(OF_STREAM, [stream_id.as_bytes().to_vec()], entry).await
    }

    async fn entries_at(&self, places: Vec<i64>) -> Result<Vec<Entry>, Fault> {
        self.read(move |connection| each(connection, AT, places, entry)).await
    }

    async fn rows_of(&self, table: &'static Table, ids: Vec<Uuid>) -> Result<Vec<Row>, Fault> {
        let sql = format!("SELECT * FROM {} WHERE id = ?1", table.name);
        let read = |row: &FoundRow<'_>| {
            let columns = 0..row.as_ref().column_count();
            columns.map(|n| Ok(cell(row.get_ref(n)?).into_owned())).collect::<Result<Row, Failed>>()
        };
        self.read(move |connection| each(connection, &sql, ids.into_iter().map(Cell::Id), read)).await
    }
}

/// What `read` makes of the rows for each value.
fn each<V: rusqlite::ToSql, T>(
    connection: &Connection,
    sql: &str,
    values: impl IntoIterator<Item = V>,
    read: fn(&FoundRow<'_>) -> Result<T, Failed>,
) -> Result<Vec<T>, Failed> {
    let mut found = Vec::new();
    for value in values {
        found.extend(reads::all(connection, sql, params_from_iter([value]), read)?);
    }
    Ok(found)
}

fn entry(row: &FoundRow<'_>) -> Result<Entry, Failed> {
    let reference = cell(row.get_ref(1)?);
    let payload = String::from_utf8_lossy(row.get_ref(4)?.as_bytes().unwrap_or_default());
    Ok(Entry::of(row.get(0)?, reference.as_text().map(str::to_owned), row.get(2)?, row.get(3)?, &payload))
}
