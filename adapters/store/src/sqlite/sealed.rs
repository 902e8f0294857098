//! Makes what is personal in a case unreadable for good.
//!
//! Invariant: its keys are destroyed before what they encrypted is deleted, so that a crash between the two leaves nothing readable.

use std::collections::BTreeSet;

use rusqlite::Connection;
use uuid::Uuid;

use super::file::{Failed, File};
use super::reads;
use crate::Fault;
use crate::secret::Rewrapped;

/// Destroys the keys of the case of a stream, and deletes what they encrypted.
pub(super) fn seal(file: &File, stream: Uuid) -> Result<Rewrapped, Fault> {
    let connection = file.connect_to_write(false)?;
    let keys = keys(&connection, stream).map_err(|failed| file.fault(failed))?;
    let rewrapped = file.keys.destroy(stream, &keys)?;
    let sql = "DELETE FROM disclosures WHERE case_key = (SELECT case_key FROM cases WHERE stream_id = ?1)";
    connection.execute(sql, [stream.as_bytes().as_slice()]).map_err(|error| file.fault(error))?;
    Ok(rewrapped)
}

fn keys(connection: &Connection, stream: Uuid) -> Result<BTreeSet<Uuid>, Failed> {
    let sql = "SELECT DISTINCT d.key FROM cases c JOIN disclosures d ON d.case_key = c.case_key WHERE c.stream_id = ?1";
    let found = reads::all(connection, sql, [stream.as_bytes().as_slice()], |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    Ok(found.iter().filter_map(|bytes| Uuid::from_slice(bytes).ok()).collect())
}
