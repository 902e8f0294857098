//! The tree in the database.
//!
//! Invariant: it is written on a session of its own, which holds the lock of the integrator for as long as it lives. So no
//! append waits for the tree; whoever keeps the log's writers out keeps the tree's out too.

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Executor as _, Row as _};
use uuid::Uuid;

use super::PostgresStore;
use super::people::{change, row};
use super::readers::Query;
use super::reads;
use super::server::Failed;
use crate::canonical::canonical;
use crate::heavy::beside;
use crate::people::rows::{CHECKPOINTS, Row, Table};
use crate::people::tables::Change;
use crate::tree::{Entry, Sql, TreeTables, Wrote};
use crate::{Fault, statements};

/// Held by who integrates: `kamtree` in ASCII.
const LOCK: i64 = 0x6b_616d_7472_6565;

/// In the order of transactions, and only what no transaction under way can still come before. The reference is looked up
/// for each row: a join could be planned as a walk over all cases.
const FRESH: &str = "SELECT e.position, (SELECT c.reference FROM cases c WHERE c.stream_id = e.aggregate_id),
        e.sequence_number, e.version, e.payload::text FROM case_events e
    WHERE (e.xact, e.position) >
        (coalesce((SELECT xact FROM case_events WHERE position <= $1 ORDER BY position DESC LIMIT 1), '0'), $1)
    AND e.xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.xact, e.position LIMIT $2";
const AT: &str = "SELECT e.position, (SELECT c.reference FROM cases c WHERE c.stream_id = e.aggregate_id),
        e.sequence_number, e.version, e.payload::text FROM case_events e WHERE e.position = ANY($1)";
const OF_STREAM: &str = "SELECT e.position, (SELECT c.reference FROM cases c WHERE c.stream_id = e.aggregate_id),
        e.sequence_number, e.version, e.payload::text FROM case_events e WHERE e.aggregate_id = $1 ORDER BY e.sequence_number";
const SURPLUS: &str = "SELECT (SELECT count(*) FROM case_events) - (SELECT count(*) FROM case_events WHERE (xact, position) >
        (coalesce((SELECT xact FROM case_events WHERE position <= s.taken ORDER BY position DESC LIMIT 1), '0'), s.taken))
    - s.events FROM tree_state s";
const PLACES: &str = "SELECT e.position, CASE WHEN (e.xact, e.position) >
        (coalesce((SELECT xact FROM case_events WHERE position <= s.taken ORDER BY position DESC LIMIT 1), '0'), s.taken)
        THEN 1 ELSE 0 END FROM case_events e, tree_state s WHERE e.position > $1 ORDER BY e.position LIMIT $2";

#[async_trait]
impl TreeTables for PostgresStore {
    fn sql(&self) -> Sql {
        Sql { surplus: SURPLUS, places: PLACES }
    }

    async fn claim(&self) -> Result<bool, Fault> {
        let mut kept = self.integrating.lock().await;
        let connection = match kept.take() {
            Some(connection) => Some(connection),
            None => self.server.or_silent(self.take_lock()).await.map_err(|failed| self.server.fault(failed))?,
        };
        let claimed = connection.is_some();
        *kept = connection;
        Ok(claimed)
    }

    async fn unclaim(&self) {
        // With the session the lock ends.
        if let Some(connection) = self.integrating.lock().await.take() {
            let _ = connection.close().await;
        }
    }

    async fn write_tree(&self, fence: Change, changes: Vec<Change>) -> Result<Wrote, Fault> {
        let mut kept = self.integrating.lock().await;
        // Given up in the middle, or failed, the session is not kept, and with it the lock is let go.
        let Some(mut connection) = kept.take() else { return Ok(Wrote::ByAnother) };
        let writing = self.server.or_silent(self.in_transaction(&mut connection, &fence, &changes));
        let written = tokio::time::timeout(self.server.wait, writing).await.unwrap_or(Err(Failed::SILENT));
        let outcome = written.map_err(|failed| self.server.fault(failed))?;
        *kept = Some(connection);
        Ok(outcome)
    }

    async fn fresh(&self, after: i64, most: usize) -> Result<Vec<Entry>, Fault> {
        let rows = self.readers.rows(FRESH, |query: Query| query.bind(after).bind(statements::limit(most))).await?;
        self.entries(rows).await
    }

    async fn entries_of(&self, stream_id: Uuid) -> Result<Vec<Entry>, Fault> {
        self.entries(self.readers.rows(OF_STREAM, |query: Query| query.bind(stream_id)).await?).await
    }

    async fn entries_at(&self, places: Vec<i64>) -> Result<Vec<Entry>, Fault> {
        let rows = self.readers.rows(AT, |query: Query| query.bind(places.clone())).await?;
        self.entries(rows).await
    }

    async fn rows_of(&self, table: &'static Table, ids: Vec<Uuid>) -> Result<Vec<Row>, Fault> {
        let rows = self.readers.rows(table.any, |query: Query| query.bind(ids.clone())).await?;
        self.each(&rows, row)
    }
}

impl PostgresStore {
    /// A session that holds the lock of the integrator; none where another has it.
    async fn take_lock(&self) -> Result<Option<PgConnection>, Failed> {
        let mut connection = self.server.connect().await?;
        let taken = sqlx::query("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut connection).await?;
        Ok(taken.try_get::<bool, _>(0)?.then_some(connection))
    }

    /// What these rows say; many are read beside the tasks, since each content is spelt anew and hashed.
    async fn entries(&self, rows: Vec<PgRow>) -> Result<Vec<Entry>, Fault> {
        let read = move || rows.iter().map(entry).collect::<Result<Vec<Entry>, Failed>>();
        beside(read).await?.map_err(|failed| self.server.fault(failed))
    }

    async fn in_transaction(
        &self,
        connection: &mut PgConnection,
        fence: &Change,
        changes: &[Change],
    ) -> Result<Wrote, Failed> {
        connection
            .execute("BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE case_events IN ROW EXCLUSIVE MODE")
            .await?;
        let standing = connection.fetch_one(reads::STANDING).await?;
        reads::standing(&standing, 0)?.permit(&self.server.name, self.book.digest())?;
        // Leaves that a crash takes back are taken anew; a checkpoint is signed, and so has to last.
        let lasts =
            changes.iter().any(|change| matches!(change, Change::Insert(table, _) if table.name == CHECKPOINTS.name));
        if !lasts {
            connection.execute("SET LOCAL synchronous_commit = off").await?;
        }
        if change(connection, fence).await? == 0 {
            connection.execute("ROLLBACK").await?;
            return Ok(Wrote::ByAnother);
        }
        for next in changes {
            change(connection, next).await?;
        }
        connection.execute("COMMIT").await?;
        Ok(Wrote::Done)
    }
}

fn entry(row: &PgRow) -> Result<Entry, Failed> {
    let (version, format): (i32, i32) = (row.try_get(2)?, row.try_get(3)?);
    let payload = canonical(row.try_get(4)?);
    Ok(Entry::of(row.try_get(0)?, row.try_get(1)?, version.into(), format.into(), &payload))
}
