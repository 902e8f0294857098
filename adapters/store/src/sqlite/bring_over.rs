//! Brings the log of a file of the format before over into a new file.
//!
//! Invariant: the new file is there as a whole, proved, or not at all. From before the first event is read until the old file is
//! sealed, nobody writes to that; nothing else in it changes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::action::CaseRef;
use engine::case::{BringingOver, EARLIER, Event};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params, params_from_iter};

use super::SqliteStore;
use super::backup::{Existing, in_its_place, prove};
use super::file::{APPLICATION_ID, Failed, File, LAYOUT, application_id, layout};
use super::keys::Keys;
use super::reads;
use super::rows::{insert_disclosures, sealed};
use super::texts;
use crate::canonical::canonical;
use crate::standing::{MOVED_TO, RULEBOOK};
use crate::{Fault, damage};

/// The layout that is brought over.
const BEFORE: i64 = 2;

impl SqliteStore {
    /// Brings the log at `from`, of the layout before, over into a new file at `to`, proves that each event says what it said and
    /// that the views are the same, and seals `from`; how many events. `seed` gives randomness. Blocks; `progress` is told how
    /// many events are done of how many, those that are proved behind those that are written.
    ///
    /// # Errors
    /// If `from` is no log of that layout, was moved, or holds an event that can't be brought over; if `to` is there, or can't be
    /// written. Then nothing is left of it, and `from` is as it was.
    pub fn bring_over(
        from: &Path,
        to: &Path,
        busy_timeout: Duration,
        mut seed: impl FnMut() -> Seed,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<u64, Fault> {
        let (file, keys) = (File::to_write(from, busy_timeout), Arc::new(Keys::of(to, None)));
        let failed = |failed: Failed| file.fault(failed);
        let old = held(from, &file).map_err(failed)?;
        let events = reads::one::<i64>(&old, "SELECT count(*) FROM events", []).map_err(failed)?.unsigned_abs();
        let book: String = reads::one(
            &old,
            "SELECT source FROM rulebooks WHERE digest = (SELECT value FROM meta WHERE key = ?1)",
            [RULEBOOK],
        )
        .map_err(failed)?;
        let book = Rulebook::stored(&book).map_err(|flaw| Fault::corrupt(format!("{}: {flaw}", from.display())))?;
        let had_keys = keys.are_there();
        let brought = in_its_place(to, Existing::Stays, |written| {
            write(&old, (written.path(), &keys), &mut seed, |done| progress(done, 2 * events)).map_err(failed)?;
            let new = File::to_write(from, busy_timeout).with(&keys);
            let found = prove(written, &new, &book, events, |done, _| progress(events + done, 2 * events))?;
            found.first().map_or(Ok(()), |first| Err(Fault::corrupt(first.clone())))
        });
        if let Err(fault) = brought {
            if !had_keys {
                keys.discard();
            }
            return Err(fault);
        }
        let seal = || -> Result<(), Failed> {
            texts::keep(&old, MOVED_TO, &to.display().to_string())?;
            Ok(old.execute_batch("COMMIT")?)
        };
        seal().map_err(failed)?;
        Ok(events)
    }
}

/// The old log, to which nobody can write meanwhile.
fn held(path: &Path, file: &File) -> Result<Connection, Failed> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let old = Connection::open_with_flags(path, flags)?;
    old.busy_timeout(file.busy_timeout)?;
    let shown = path.display();
    if application_id(&old)? != APPLICATION_ID {
        return Err(Fault::corrupt(format!("{shown} is not a log of kamnot")).into());
    }
    old.execute_batch("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?;
    match layout(&old)? {
        BEFORE => {}
        LAYOUT => {
            return Err(Fault::corrupt(format!("{shown} has the present format; nothing is to be brought over")).into());
        }
        found => return Err(Fault::of_layout(&shown, found, BEFORE).into()),
    }
    reads::refuse_moved(&old, file)?;
    Ok(old)
}

fn write(
    old: &Connection,
    (to, keys): (&Path, &Arc<Keys>),
    seed: &mut dyn FnMut() -> Seed,
    done: impl FnMut(u64),
) -> Result<(), Failed> {
    let new = Connection::open(to)?;
    // No crash has to be survived before the file is whole; then all of it is written through at once.
    new.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
    new.execute_batch(concat!(include_str!("schema.sql"), include_str!("people.sql")))?;
    new.pragma_update(None, "application_id", APPLICATION_ID)?;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('events', 'disclosures')";
    for table in reads::all(&new, tables, [], |row| Ok(row.get::<_, String>(0)?))? {
        copy(old, &new, &table)?;
    }
    texts::keep(&new, "schema_version", &LAYOUT.to_string())?;
    bring(old, &new, keys, seed, done)?;
    new.execute_batch("COMMIT; PRAGMA journal_mode = WAL")?;
    new.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Copies a table as it is. An earlier build may lack it.
fn copy(old: &Connection, new: &Connection, table: &str) -> Result<(), Failed> {
    let sql = "SELECT name FROM pragma_table_info(?1)";
    let columns: Vec<String> = reads::all(old, sql, [table], |row| Ok(row.get(0)?))?;
    if columns.is_empty() {
        return Ok(());
    }
    let (names, marks) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
    let mut insert = new.prepare(&format!("INSERT INTO {table} ({names}) VALUES ({marks})"))?;
    let mut select = old.prepare(&format!("SELECT {names} FROM {table}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|n| row.get::<_, Value>(n)).collect::<Result<Vec<Value>, _>>()?;
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// Brings the events over, in the order of the log.
fn bring(
    old: &Connection,
    new: &Connection,
    keys: &Arc<Keys>,
    seed: &mut dyn FnMut() -> Seed,
    mut done: impl FnMut(u64),
) -> Result<(), Failed> {
    let mut bringing = BringingOver::default();
    let mut insert =
        new.prepare("INSERT INTO events (position, case_key, version, format, payload) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut select = old.prepare(
        "SELECT e.position, e.case_key, e.version, e.format, e.payload, c.reference
         FROM events e JOIN cases c ON c.case_key = e.case_key ORDER BY e.position",
    )?;
    let mut rows = select.query([])?;
    let mut events = 0;
    while let Some(row) = rows.next()? {
        let (position, key, version): (i64, i64, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (format, payload, reference): (i32, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let case = CaseRef::new(&reference).ok_or_else(|| damage::altered(&reference))?;
        let read = if format == EARLIER {
            bringing.event(&case, &canonical(&payload), seed()).map_err(|unreadable| unreadable.to_string())
        } else {
            Err(format!("it is of format {format}"))
        };
        let event =
            read.map_err(|found| Fault::corrupt(format!("case {case}, event {version} of its stream: {found}")))?;
        insert.execute(params![position, key, version, Event::VERSION, event.to_json()])?;
        let of_case = (key, case.stream_id());
        let disclosures = sealed(new, keys, of_case, [(version, &*event.commitments)].into_iter())?;
        insert_disclosures(new, of_case, disclosures.iter().map(|(version, sealed)| (*version, sealed)))?;
        events += 1;
        done(events);
    }
    Ok(())
}
