//! The ids of all recorded actions, for the check that none is used twice.
//!
//! Invariant: the tables `recent_ids` and `action_ids` together hold the id of every recorded action once; what is in
//! memory is at least what `recent_ids` holds, and what other programs have recorded since it was read. A random id written at once into a large sorted table would touch a
//! page of its own; so ids gather in the order of the log and are sorted in many at a time.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::filter::Filter;

/// The most ids that gather, whatever the size of the log: sorting in more would hold up the writer for too long.
const MOST_RECENT: usize = 262_144;

/// After how many looks at the sorted ids a filter over them is worth its making: that reads them all.
const LOOKS: usize = 4096;

/// The recent ids with the keys of their cases.
pub(super) struct Ids {
    recent: HashMap<Uuid, i64>,
    /// How many gather at the least before they are sorted in.
    at_least: usize,
    /// Whether the memory may hold less than the table.
    stale: bool,
    /// Over the sorted ids, but for those of `recent`; none until many were looked for.
    filter: Option<Filter>,
    looks: usize,
}

impl Ids {
    pub fn new(at_least: usize) -> Self {
        Self { recent: HashMap::new(), at_least, stale: true, filter: None, looks: 0 }
    }

    /// Reads the recent ids again before they are asked for next: a transaction was rolled back.
    pub fn forget(&mut self) {
        self.recent.clear();
        self.stale = true;
        self.filter = None;
    }

    /// Reads what is missing: everything once, then what other programs have written behind `seen`.
    pub fn refresh(&mut self, connection: &Connection, seen: i64) -> Result<(), rusqlite::Error> {
        // What others have sorted in meanwhile stays in memory for a while.
        if self.recent.len() > 2 * MOST_RECENT {
            self.forget();
        }
        // From the log itself: what others have recorded they may have sorted in already.
        let sql = if self.stale {
            "SELECT action_id, case_key FROM recent_ids WHERE ?1 IS NOT NULL"
        } else {
            "SELECT action_id, case_key FROM events WHERE position > ?1 AND action_id IS NOT NULL"
        };
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([seen])?;
        while let Some(row) = rows.next()? {
            self.recent.insert(Uuid::from_bytes(row.get(0)?), row.get(1)?);
        }
        self.stale = false;
        Ok(())
    }

    /// Reads everything if that was not done yet, and makes the filter once it is worth it.
    pub fn begin(&mut self, connection: &Connection) -> Result<(), rusqlite::Error> {
        if self.stale {
            self.refresh(connection, 0)?;
        }
        if self.filter.is_none() && self.looks > self.at_least.min(LOOKS) {
            self.filter = Some(filter(connection)?);
            self.looks = 0;
        }
        Ok(())
    }

    /// The case that holds the action with this id.
    pub fn holder(&self, connection: &Connection, id: Uuid) -> Result<Option<i64>, rusqlite::Error> {
        if let Some(&key) = self.recent.get(&id) {
            return Ok(Some(key));
        }
        if self.filter.as_ref().is_some_and(|filter| filter.is_new(id)) {
            return Ok(None);
        }
        let mut statement = connection.prepare_cached("SELECT case_key FROM action_ids WHERE action_id = ?1")?;
        statement.query_row([id.as_bytes().as_slice()], |row| row.get(0)).optional()
    }

    /// Writes the id of an action; false if it is used.
    pub fn add(&mut self, connection: &Connection, position: i64, id: Uuid, key: i64) -> Result<bool, rusqlite::Error> {
        self.looks += 1;
        if self.holder(connection, id)?.is_some() {
            return Ok(false);
        }
        let sql = "INSERT INTO recent_ids (position, action_id, case_key) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute(params![position, id.as_bytes().as_slice(), key])?;
        self.recent.insert(id, key);
        Ok(true)
    }

    /// Takes back these ids, which were written behind a position.
    pub fn take_back(
        &mut self,
        connection: &Connection,
        behind: i64,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<(), rusqlite::Error> {
        connection.prepare_cached("DELETE FROM recent_ids WHERE position > ?1")?.execute([behind])?;
        ids.for_each(|id| {
            self.recent.remove(&id);
        });
        Ok(())
    }

    /// Whether it is time to sort the recent ids in, in a log of this length: the more there are already, the more
    /// pages are touched.
    pub fn are_many(&self, log: i64) -> bool {
        let share = usize::try_from(log / 16).unwrap_or(0);
        self.recent.len() > share.min(MOST_RECENT).max(self.at_least)
    }

    /// Sorts the recent ids in, in the transaction of the caller.
    pub fn sort_in(&mut self, connection: &Connection) -> Result<(), rusqlite::Error> {
        connection.execute_batch(
            "INSERT INTO action_ids (action_id, case_key) SELECT action_id, case_key FROM recent_ids ORDER BY action_id;
             DELETE FROM recent_ids;",
        )?;
        for (id, _) in self.recent.drain() {
            if self.filter.as_mut().is_some_and(|filter| !filter.add(id)) {
                self.filter = None;
            }
        }
        Ok(())
    }
}

/// A filter over the sorted ids, with room for as many again.
fn filter(connection: &Connection) -> Result<Filter, rusqlite::Error> {
    let count: i64 = connection.query_row("SELECT count(*) FROM action_ids", [], |row| row.get(0))?;
    let mut filter = Filter::with_room(2 * usize::try_from(count).unwrap_or(0).max(MOST_RECENT));
    let mut statement = connection.prepare("SELECT action_id FROM action_ids")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // There is room for twice as many.
        let _ = filter.add(Uuid::from_bytes(row.get(0)?));
    }
    Ok(filter)
}
