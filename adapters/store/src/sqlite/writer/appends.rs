//! The appends of a transaction: each with its version check, each refused alone.
//!
//! Invariant: positions have no gap, also behind a refused append; its rows are the last ones, and are taken back.

use std::collections::HashMap;
use std::sync::Arc;

use engine::case::Event;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use uuid::Uuid;

use crate::secret::Sealed;
use crate::sqlite::file::Failed;
use crate::sqlite::keys::Keys;
use crate::sqlite::rows::{Rows, insert_alert, insert_case, insert_disclosures, sealed, update_view};
use crate::{Fault, Position};

/// How many keys of cases are remembered; 40 bytes each.
const MOST_KEYS: usize = 200_000;

/// The state of the transaction, and the keys of cases, which never change.
pub(super) struct Appends {
    last: i64,
    keys: HashMap<Uuid, i64>,
}

/// Why an append does not fit.
enum Misfit {
    /// A version is taken, or the one before is not there.
    Taken,
    Failed(Failed),
}

impl From<rusqlite::Error> for Misfit {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
            Self::Taken
        } else {
            Self::Failed(error.into())
        }
    }
}

impl Appends {
    /// None yet.
    pub fn new() -> Self {
        Self { last: 0, keys: HashMap::new() }
    }

    /// A transaction begins on a log that ends at `last`.
    pub fn begin(&mut self, last: i64) {
        self.last = last;
        if self.keys.len() > MOST_KEYS {
            self.keys.clear();
        }
    }

    /// The transaction was rolled back: keys given in it are not those of anything.
    pub fn forget(&mut self) {
        self.keys.clear();
    }

    pub const fn last_position(&self) -> i64 {
        self.last
    }

    /// Writes one append, or refuses it alone.
    pub fn write(
        &mut self,
        connection: &Connection,
        keys: &Arc<Keys>,
        rows: &Rows,
    ) -> Result<Result<(), Fault>, Failed> {
        let Some((key, new)) = self.key(connection, rows)? else {
            return Ok(Err(Fault::Conflict(rows.view.case.clone())));
        };
        let drop_case = || -> Result<(), rusqlite::Error> {
            if new {
                connection.prepare_cached("DELETE FROM cases WHERE case_key = ?1")?.execute([key])?;
            }
            Ok(())
        };
        let events = (rows.expected + 1..).zip(rows.events.iter().map(|event| &*event.commitments));
        let disclosures = match sealed(connection, keys, (key, rows.view.stream_id), events) {
            Ok(disclosures) => disclosures,
            // Without a key for what is personal in it this append is refused, and no other.
            Err(Failed::Fault(fault)) => {
                drop_case()?;
                return Ok(Err(fault));
            }
            Err(failed) => return Err(failed),
        };
        let before = self.last;
        match self.insert(connection, key, rows, &disclosures) {
            Ok(()) => {
                self.keys.insert(rows.view.stream_id, key);
                Ok(Ok(()))
            }
            Err(Misfit::Failed(failed)) => Err(failed),
            Err(Misfit::Taken) => {
                self.last = before;
                connection.prepare_cached("DELETE FROM events WHERE position > ?1")?.execute([before])?;
                drop_case()?;
                Ok(Err(Fault::Conflict(rows.view.case.clone())))
            }
        }
    }

    /// The case's key and whether it was given just now; none if the case is not where the caller thinks.
    fn key(&self, connection: &Connection, rows: &Rows) -> Result<Option<(i64, bool)>, Failed> {
        if rows.expected == 0 {
            return Ok(insert_case(connection, &rows.view.case, rows.view.stream_id)?.map(|key| (key, true)));
        }
        if let Some(&key) = self.keys.get(&rows.view.stream_id) {
            return Ok(Some((key, false)));
        }
        let sql = "SELECT case_key FROM cases WHERE stream_id = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let key = statement.query_row([rows.view.stream_id.as_bytes().as_slice()], |row| row.get(0)).optional()?;
        Ok(key.map(|key| (key, false)))
    }

    /// Writes the rows.
    fn insert(
        &mut self,
        connection: &Connection,
        key: i64,
        rows: &Rows,
        disclosures: &[(u32, Sealed)],
    ) -> Result<(), Misfit> {
        let sql = "INSERT INTO events (position, case_key, version, format, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut statement = connection.prepare_cached(sql)?;
        let mut version = rows.expected;
        for event in &rows.events {
            self.last += 1;
            version += 1;
            statement.execute(params![self.last, key, version, Event::VERSION, event.payload])?;
        }
        if !update_view(connection, key, rows.expected, &rows.view)? {
            return Err(Misfit::Taken);
        }
        let first = self.last - i64::from(version - rows.expected) + 1;
        // The view is written by now, so that nothing short of a rollback takes the append back.
        let failed = |error: rusqlite::Error| Misfit::Failed(error.into());
        for (position, event) in (first..).zip(&rows.events) {
            if let Some(alert) = &event.alert {
                insert_alert(connection, Position(position), key, alert, alert.publishable).map_err(failed)?;
            }
        }
        let disclosures = disclosures.iter().map(|(version, sealed)| (*version, sealed));
        insert_disclosures(connection, (key, rows.view.stream_id), disclosures).map_err(failed)
    }
}
