//! Copies the file of a log while others write to it, and proves the copy.
//!
//! Invariant: the copy is the log as it was at one moment, without its sessions; under its name there is never anything but a copy that was
//! checked and is on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use tempfile::NamedTempFile;

use super::SqliteStore;
use super::audit;
use super::file::{Failed, File};
use super::rebuild::checked;
use super::texts;
use crate::Fault;
use crate::people::OFF;
use crate::people::tables::{DROP_FORMS, END_SESSIONS, REVOKE};

/// How many pages are copied between two words of progress.
const PAGES: i32 = 1024;
/// The pause while the file is locked.
const PAUSE: Duration = Duration::from_millis(20);
/// What SQLite lays beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What becomes of a file that has the copy's name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is copied.
    Stays,
    /// The copy takes its place, once it is checked.
    GivesWay,
}

/// What a copy is going through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is written, so many pages.
    Copying,
    /// It is held against its own log, so many events.
    Checking,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many events.
    pub events: u64,
    /// How long the file is.
    pub bytes: u64,
    /// Events that are damaged in the log, and so in the copy; each spoils its own case.
    pub damage: Vec<String>,
}

impl SqliteStore {
    /// Copies the log at `from` to a new file at `to`, both on this machine, and checks the copy. Others may go on
    /// writing to the log. Blocks; `progress` is told how much of a step is done, and of how much.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: what is copied is damaged, or its views are not what it gives. [`Fault::Unavailable`]: it
    /// can't be read, the copy can't be written, or there is a file already. Then nothing is left of the copy.
    pub fn copy(
        from: &Path,
        to: &Path,
        existing: Existing,
        book: &Rulebook,
        busy_timeout: Duration,
        now: Instant,
        mut progress: impl FnMut(Step, u64, u64),
    ) -> Result<Copied, Fault> {
        let source = File::to_read(from, busy_timeout);
        let ((events, damage), bytes) = in_its_place(to, existing, |written| {
            let events = write(&source, written.path(), now, &mut |done, of| progress(Step::Copying, done, of))?;
            let damage = prove(written, &source, book, events, |done, of| progress(Step::Checking, done, of))?;
            match (damage.first(), existing) {
                (Some(first), Existing::GivesWay) => Err(Fault::corrupt(format!(
                    "{} is damaged ({first}); the copy at {} stays as it was: it may be from before; name another file",
                    from.display(),
                    to.display()
                ))),
                _ => Ok((events, damage)),
            }
        })?;
        Ok(Copied { events, bytes, damage })
    }
}

/// Has a file written and proved under another name, and gives it its own; how long it is.
pub(super) fn in_its_place<T>(
    to: &Path,
    existing: Existing,
    write: impl FnOnce(&NamedTempFile) -> Result<T, Fault>,
) -> Result<(T, u64), Fault> {
    refuse_what_is_there(to, existing)?;
    let folder = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let failed = |error: &dyn std::fmt::Display| {
        Fault::unavailable(format!("{} can't be written: {error}; nothing is left of the copy", to.display()))
    };
    let name = to.file_name().ok_or_else(|| failed(&"that names no file"))?.to_string_lossy();
    let prefix = format!(".{name}.unfinished-");
    let written = tempfile::Builder::new().prefix(&prefix).tempfile_in(&folder).map_err(|error| failed(&error))?;
    let made = write(&written)?;
    written.as_file().sync_all().map_err(|error| failed(&error))?;
    let bytes = written.as_file().metadata().map_err(|error| failed(&error))?.len();
    let kept = match existing {
        Existing::Stays => written.persist_noclobber(to),
        Existing::GivesWay => written.persist(to),
    };
    kept.map_err(|error| failed(&error.error))?;
    // The name, too, has to outlive a power cut.
    fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&error))?;
    Ok((made, bytes))
}

/// Refuses a name that is taken, or beside which the rest of another database lies: SQLite would take that for its own.
fn refuse_what_is_there(to: &Path, existing: Existing) -> Result<(), Fault> {
    let beside = BESIDE.map(|ending| {
        let mut path = to.as_os_str().to_owned();
        path.push(ending);
        PathBuf::from(path)
    });
    let taken = (existing == Existing::Stays).then(|| to.to_owned());
    match taken.into_iter().chain(beside).find(|path| path.symlink_metadata().is_ok()) {
        None => Ok(()),
        Some(path) => Err(Fault::unavailable(format!(
            "{} is there already; move it away or name another file (nothing was written)",
            path.display()
        ))),
    }
}

/// Writes the copy; how many events it has to hold.
fn write(source: &File, to: &Path, now: Instant, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, Fault> {
    let mut copy = || -> Result<u64, Failed> {
        let from = source.connect_to_read()?;
        // As long as this reads, the copy begins from one moment, whatever others write meanwhile. They don't wait.
        let moment = from.unchecked_transaction()?;
        let (_, events) = audit::extent(&moment)?;
        let mut into = Connection::open(to)?;
        // No crash has to be survived before the copy is whole; then all of it is written through at once.
        into.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        let backup = Backup::new(&from, &mut into)?;
        let mut waited = Duration::ZERO;
        loop {
            match backup.step(PAGES)? {
                StepResult::Done => break,
                StepResult::More => {
                    let done = backup.progress();
                    let pages = |pages: i32| u64::from(pages.unsigned_abs());
                    progress(pages(done.pagecount - done.remaining), pages(done.pagecount));
                }
                _ if waited < source.busy_timeout => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                _ => return Err(Fault::unavailable("another program holds it locked").into()),
            }
        }
        drop(backup);
        end_sessions(&into, now)?;
        // Only now all of it stands in the file itself.
        into.close().map_err(|(_, error)| error)?;
        Ok(events)
    };
    copy().map_err(|failed| match source.fault(failed) {
        Fault::Unavailable(reason) => Fault::unavailable(format!(
            "copying {} to {} failed: {reason}; nothing is left of the copy",
            source.path.display(),
            to.display()
        )),
        fault => fault,
    })
}

/// In the copy sessions, tokens and feeds have ended, and people stay off until they are confirmed: whoever restores it lacks what was
/// changed since, such as a person who was disabled.
fn end_sessions(copy: &Connection, now: Instant) -> Result<(), Failed> {
    let transaction = copy.unchecked_transaction()?;
    transaction.execute(END_SESSIONS, [])?;
    transaction.execute(DROP_FORMS, [])?;
    for revoke in REVOKE {
        transaction.execute(revoke, [now.unix()])?;
    }
    texts::keep(&transaction, OFF, "restored")?;
    Ok(transaction.commit()?)
}

/// Opens the copy of `from` as it lies on the disk, with the same keys, and holds its views and alerts against its log; gives what
/// is damaged in single cases, for the copy holds all others.
pub(super) fn prove(
    copy: &NamedTempFile,
    from: &File,
    book: &Rulebook,
    events: u64,
    progress: impl FnMut(u64, u64),
) -> Result<Vec<String>, Fault> {
    let file = File::at_rest(copy.path()).with(&from.keys);
    let found = checked(&file, book, progress)?;
    let count = || -> Result<u64, Failed> { Ok(audit::extent(&file.connect_to_read()?)?.1) };
    let there = count().map_err(|failed| file.fault(failed))?;
    let from = from.path.display();
    if let Some(first) = found.rest.first() {
        return Err(Fault::corrupt(format!(
            "the copy of {from} is not in order ({first}), so nothing is left of it; `kamnot check` says what is wrong \
             with the log, `kamnot rebuild` mends its views; to keep a damaged log, stop all that use it and copy the \
             file by hand"
        )));
    }
    if there != events {
        return Err(Fault::corrupt(format!(
            "the copy of {from} holds {there} events instead of {events}; nothing is left of it; check the disk"
        )));
    }
    Ok(found.cases)
}
