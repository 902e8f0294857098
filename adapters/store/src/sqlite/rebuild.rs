//! Rebuilds views and alerts from the log alone, and checks what is there.
//!
//! Invariant: after a rebuild every row is what the log gives, byte for byte; deliveries are never touched; a case whose
//! events are damaged is reported, never built upon, and holds up no other.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};

use engine::rulebook::Rulebook;
use rusqlite::Connection;

use super::audit::{self, Chunk};
use super::file::{Failed, File};
use super::{Options, SqliteStore, put_in_force, reads};
use crate::damage::KEPT_ANEW;
use crate::examined::{Cursor, Examined, Keep, Whole};
use crate::rebuilt::{Checked, Purpose};
use crate::{Fault, Rebuilt};

/// How many cases a thread looks at before it reports.
const CHUNK: i64 = 64;

/// How many threads read and decode.
const THREADS: usize = 2;

impl SqliteStore {
    /// Rebuilds views and alerts from the log. No other program can write meanwhile. Blocks; `progress` is told how many
    /// events are done, and of how many.
    ///
    /// # Errors
    /// When the log can't be read or written: then nothing was changed.
    pub fn rebuild(&self, progress: impl FnMut(u64, u64)) -> Result<Rebuilt, Fault> {
        rebuild(&self.file, &self.book, Purpose::Rebuild, progress)
    }

    /// Puts `book` in force in the log at `path`, with all views rebuilt under it, and opens the log. What the alerts
    /// have to say about it is due at once.
    ///
    /// # Errors
    /// As [`SqliteStore::open`] and [`SqliteStore::rebuild`]; then the rulebook in force is the one before.
    pub fn adopt(
        path: impl AsRef<Path>,
        book: Arc<Rulebook>,
        options: &Options,
        progress: impl FnMut(u64, u64),
    ) -> Result<(Self, Rebuilt), Fault> {
        let file = File::to_write(path.as_ref(), options.busy_timeout).under(options.master_key.as_deref());
        let rebuilt = rebuild(&file, &book, Purpose::Adopt, progress)?;
        Ok((Self::open(path, book, options)?, rebuilt))
    }

    /// Everything that is not as it should be: the log's own damage, and views and alerts that are not what the log
    /// gives. Others may go on writing. Blocks.
    ///
    /// # Errors
    /// When the log can't be read at all.
    pub fn check(&self, progress: impl FnMut(u64, u64)) -> Result<Vec<String>, Fault> {
        Ok(checked(&self.file, &self.book, progress)?.into_all())
    }
}

/// Everything that is not as it should be.
pub(super) fn checked(file: &File, book: &Rulebook, mut progress: impl FnMut(u64, u64)) -> Result<Checked, Fault> {
    let mut checked = || -> Result<Checked, Failed> {
        let connection = file.connect_to_read()?;
        let mut found = Checked::of(whole(&connection)?);
        let (keys, events) = audit::extent(&connection)?;
        each_chunk(file, book, keys, Keep::Nothing, |chunk| {
            found.take(chunk);
            progress(found.events.min(events), events);
            Ok(())
        })?;
        Ok(found)
    };
    checked().map_err(|failed| file.fault(failed))
}

/// What is wrong with the log as a whole, and with the tables that are no case's alone.
pub(super) fn check_whole(file: &File) -> Result<Whole, Fault> {
    let checked = || whole(&file.connect_to_read()?);
    checked().map_err(|failed| file.fault(failed))
}

fn whole(connection: &Connection) -> Result<Whole, Failed> {
    let damage = audit::log_damage(connection)?;
    let rows = audit::stray_alerts(connection)?.into_iter().map(Into::into).collect();
    Ok(Whole { damage, rows })
}

/// The cases that come next behind `after`.
pub(super) fn examine(connection: &Connection, book: &Rulebook, after: Cursor) -> Result<Examined, Failed> {
    let of: Option<i64> = connection.query_row("SELECT max(position) FROM events", [], |row| row.get(0))?;
    let of = of.unwrap_or(0).unsigned_abs();
    let after = i64::try_from(after.0).unwrap_or(i64::MAX);
    let Some(first) = audit::next_key(connection, after)? else { return Ok(Examined { of, ..Examined::default() }) };
    let last = first.saturating_add(CHUNK - 1);
    let chunk = audit::chunk(connection, book, &(first..=last), Keep::Cases)?;
    Ok(Examined::of(chunk, Some(Cursor(last.unsigned_abs().into())), of))
}

/// Views and alerts anew.
pub(super) fn rebuild(
    file: &File,
    book: &Arc<Rulebook>,
    purpose: Purpose,
    mut progress: impl FnMut(u64, u64),
) -> Result<Rebuilt, Fault> {
    let connection = file.connect_to_write(false)?;
    let mut rebuild = || -> Result<Rebuilt, Failed> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        reads::refuse_moved(&connection, file)?;
        if purpose == Purpose::Adopt {
            connection.execute("DELETE FROM meta WHERE key = 'rulebook'", [])?;
        }
        let book = &put_in_force(&connection, file, book)?;
        let mut rebuilt = Rebuilt::default();
        // Where the text that is kept was altered, this is the original: its digest says so.
        let keep = "UPDATE rulebooks SET source = ?2 WHERE digest = ?1 AND source <> ?2";
        if connection.execute(keep, [&book.digest().to_string(), book.source()])? > 0 {
            rebuilt.note(KEPT_ANEW.to_owned());
        }
        let (keys, events) = audit::extent(&connection)?;
        each_chunk(file, book, keys, purpose.keep(), |chunk| {
            chunk.differences.iter().try_for_each(|difference| audit::repair(&connection, difference))?;
            rebuilt.take(chunk);
            progress(rebuilt.events, events);
            Ok(())
        })?;
        if rebuilt.may_have_strays(audit::alert_rows(&connection)?) {
            let strays = audit::stray_alerts(&connection)?;
            strays.iter().try_for_each(|stray| audit::repair(&connection, stray))?;
            rebuilt.note_all(strays);
        }
        connection.execute_batch("COMMIT")?;
        Ok(rebuilt)
    };
    rebuild().map_err(|failed| {
        let _ = connection.execute_batch("ROLLBACK");
        file.fault(failed)
    })
}

/// Has all cases looked at by several threads, and hands on what each finds.
fn each_chunk(
    file: &File,
    book: &Rulebook,
    last_key: i64,
    keep: Keep,
    mut take: impl FnMut(Chunk) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let next = AtomicI64::new(1);
    std::thread::scope(|scope| {
        let (sender, found) = mpsc::sync_channel(2 * THREADS);
        for _ in 0..THREADS {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                let connection = file.connect_to_read();
                let look = |keys: RangeInclusive<i64>| match &connection {
                    Ok(connection) => audit::chunk(connection, book, &keys, keep),
                    Err(error) => Err(file.fault_of(error).into()),
                };
                loop {
                    let first = next.fetch_add(CHUNK, Ordering::Relaxed);
                    // An error ends the work: the receiver goes away, and with it the reason to go on.
                    if first > last_key || sender.send(look(first..=first + CHUNK - 1)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        found.into_iter().try_for_each(|chunk| take(chunk?))
    })
}
