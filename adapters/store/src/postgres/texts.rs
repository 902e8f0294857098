//! The small texts of the table `meta`.

use sqlx::postgres::PgConnection;

use super::server::Failed;

/// Keeps a small text, in place of what was under its key.
pub(super) async fn keep(connection: &mut PgConnection, key: &str, text: &str) -> Result<(), Failed> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value, xact = pg_current_xact_id()";
    sqlx::query(sql).bind(key).bind(text).execute(connection).await?;
    Ok(())
}
