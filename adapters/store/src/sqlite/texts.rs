//! The small texts of the table `meta`.

use rusqlite::Connection;

/// Keeps a small text, in place of what was under its key.
pub(super) fn keep(connection: &Connection, key: &str, text: &str) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute([key, text]).map(|_| ())
}
