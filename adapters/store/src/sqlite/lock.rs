//! Whether another program keeps every writer out.
//!
//! Invariant: a look takes no time and holds nobody up; a busy writer, of this program or another, is no lock that is held.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::file::{Failed, File, is_busy};

/// Looks again and again.
#[derive(Default)]
pub(super) struct Lock(Mutex<Looking>);

#[derive(Default)]
struct Looking {
    connection: Option<Connection>,
    /// `SQLite`'s mark of the last commit, where the last look found the file locked.
    locked_at: Option<i64>,
}

impl Lock {
    /// Whether the file was locked at the last look and is now, and nobody has committed anything in between.
    pub fn is_held(&self, file: &File) -> Result<bool, Failed> {
        let mut looking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match looking.connection.take() {
            Some(connection) => connection,
            None => file.connect_to_write(false)?,
        };
        connection.busy_timeout(Duration::ZERO)?;
        let commit: i64 = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        let locked_at = match connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
            Err(error) if is_busy(&error) => Some(commit),
            taken => taken.map(|()| None)?,
        };
        let held = locked_at.is_some() && looking.locked_at == locked_at;
        *looking = Looking { connection: Some(connection), locked_at };
        Ok(held)
    }
}
