//! What was restored from a copy of the database, and what changes for it.
//!
//! Invariant: done once, by the first process that opens the log to write; others that start with it wait.

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _, Row as _};

use super::layout::LOCK;
use super::reads;
use super::server::Failed;
use super::texts;
use crate::people::OFF;
use crate::people::tables::{DROP_FORMS, END_SESSIONS, REVOKE};

/// The key under which a log says in which database it lies.
pub(super) const LIES_IN: &str = "lies_in";

/// Which server, which database and which table: one that was restored is another, also where its database has the same name.
/// A standby that becomes the primary server is not.
const HERE: &str = "SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'looks'::regclass::oid)";

/// What the tree has not taken yet stays behind what it has. Both are below every transaction of a server.
const BEHIND_THE_TREE: &str = "UPDATE case_events SET xact = CASE WHEN (xact, position) > (SELECT coalesce(
        (SELECT e.xact FROM case_events e WHERE e.position <= s.taken ORDER BY e.position DESC LIMIT 1), '0'), s.taken
        FROM tree_state s) THEN '2'::xid8 ELSE '0'::xid8 END";

/// A log that was restored into another server carries that server's transaction numbers, which here may lie in the
/// future: such rows would stay hidden from who reads in the order of transactions, and what is written next would seem
/// older. They become the oldest.
pub(super) async fn take_over(connection: &mut PgConnection) -> Result<(), Failed> {
    if !is_ahead(connection).await? {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    transaction.execute("SET LOCAL statement_timeout = 0").await?;
    transaction.execute("LOCK TABLE case_events IN SHARE ROW EXCLUSIVE MODE").await?;
    // Another process may have done it while this one waited, and written since.
    if is_ahead(&mut transaction).await? {
        tracing::info!("the log comes from another server; its order is taken over");
        transaction.execute(BEHIND_THE_TREE).await?;
        transaction.execute("UPDATE meta SET xact = '0'").await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn is_ahead(connection: &mut PgConnection) -> Result<bool, Failed> {
    let sql = "SELECT EXISTS (SELECT 1 FROM case_events WHERE xact >= pg_snapshot_xmax(pg_current_snapshot()))
               OR EXISTS (SELECT 1 FROM meta WHERE xact >= pg_snapshot_xmax(pg_current_snapshot()))";
    Ok(connection.fetch_one(sql).await?.try_get(0)?)
}

/// In a restored log the sessions, tokens and feeds of before end, and its people stay off until they are confirmed: what was changed
/// since the copy, such as a person who was disabled, is missing. Tokens and feeds are revoked by the server's clock.
pub(super) async fn end_sessions(connection: &mut PgConnection) -> Result<(), Failed> {
    let here: String = connection.fetch_one(HERE).await?.try_get(0)?;
    if lies_in(connection).await?.as_ref() == Some(&here) {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let before = lies_in(&mut transaction).await?;
    if before.as_ref() != Some(&here) {
        texts::keep(&mut transaction, LIES_IN, &here).await?;
    }
    if before.is_some_and(|before| before != here) {
        tracing::warn!("the log was restored: its people cannot log in until `kamnot people confirm`");
        transaction.execute(END_SESSIONS).await?;
        transaction.execute(DROP_FORMS).await?;
        let now: i64 = transaction.fetch_one("SELECT extract(epoch FROM now())::bigint").await?.try_get(0)?;
        for revoke in REVOKE {
            sqlx::query(revoke).bind(now).execute(&mut *transaction).await?;
        }
        texts::keep(&mut transaction, OFF, "restored").await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn lies_in(connection: &mut PgConnection) -> Result<Option<String>, Failed> {
    let row = sqlx::query(reads::META).bind(LIES_IN).fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
