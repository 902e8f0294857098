//! `kamnot backup` and `kamnot restore`: copies the log to a file, and a file to a log.

use std::path::{Path, PathBuf};

use engine::calendar::Instant;
use indicatif::ProgressBar;
use service::clock::{Clock as _, SystemClock};
use service::shown::plain;
use store::place::LogPlace;
use store::sqlite::SqliteStore;
use store::sqlite::backup::{Copied, Existing, Step};

use super::arguments::{Backup, Common, Restore};
use super::database::{Absent, Database, run as block_on};
use super::output::{Completion, Failure, print_out, said_of_damage};
use super::progress;

/// The key under which a log keeps the time of its last backup.
pub(super) const LAST_BACKUP: &str = "backup";

/// When a log was last backed up, by its own note.
pub(super) fn last_backup(kept: Option<&str>) -> Option<Instant> {
    kept.and_then(Instant::parse)
}

/// `kamnot backup`
pub(super) fn backup(common: &Common, own: &Backup) -> Result<Completion, Failure> {
    let from = file(
        common,
        "back it up with PostgreSQL's own programs: `pg_dump --format=custom` for a copy, continuous archiving for \
         point-in-time recovery; see kamnot's operations page",
    )?;
    let existing = if own.replace { Existing::GivesWay } else { Existing::Stays };
    if own.replace && same(&from, &own.to) {
        return Err(Failure::Refused(format!("{} is the log itself; name another file", shown(&own.to))));
    }
    let Copied { events, bytes, damage } = copy(common, &from, &own.to, existing)?;
    note(common);
    let state = if damage.is_empty() { "is in order" } else { "has the same damage as the log" };
    print_out(&format!(
        "{}: {events} events copied from {}, {} KiB; the copy was read again and {state}\n",
        shown(&own.to),
        shown(&from),
        bytes.div_ceil(1024)
    ))?;
    said_of_damage(&damage, "the copy holds all other cases; keep an older one, which may hold these too")
}

/// Notes in the log when it was backed up, for `kamnot status`. For a log that cannot be written this is only a
/// warning.
fn note(common: &Common) {
    let noted = Database::open(common, Absent::Fail).and_then(|database| {
        let now = SystemClock.now().to_string();
        block_on(async { Ok(database.store.set_meta(LAST_BACKUP, &now).await?) })
    });
    if let Err(failure) = noted {
        tracing::warn!(%failure, "the time of this backup could not be noted in the log");
    }
}

/// `kamnot restore`
pub(super) fn restore(common: &Common, own: &Restore) -> Result<Completion, Failure> {
    let to = file(
        common,
        "restore it with PostgreSQL's own programs (`pg_restore`); to make a log on PostgreSQL from a backup of the \
         embedded one, use `kamnot move --from FILE --to postgres://…`",
    )?;
    let Copied { events, mut damage, .. } = copy(common, &own.from, &to, Existing::Stays)?;
    let restored = Database::open(&Common { rulebook: None, ..common.clone() }, Absent::Fail)?;
    damage.extend(block_on(async { Ok(restored.store.check_tree().await?) })?);
    let state = if damage.is_empty() { "is in order" } else { "has the same damage as the backup" };
    print_out(&format!(
        "{}: {events} events restored from {}; the log {state}. Import again what was recorded since that backup.\n",
        shown(&to),
        shown(&own.from)
    ))?;
    said_of_damage(&damage, "all other cases are restored; an older backup may hold these too")
}

/// The file of the embedded store; for a log on PostgreSQL, a refusal that says what to do `instead`.
fn file(common: &Common, instead: &str) -> Result<PathBuf, Failure> {
    match &common.db {
        LogPlace::File(path) => Ok(path.clone()),
        LogPlace::Postgres(_) => Err(Failure::Refused(format!("{} is on a PostgreSQL server: {instead}", common.db))),
    }
}

fn copy(common: &Common, from: &Path, to: &Path, existing: Existing) -> Result<Copied, Failure> {
    let of_the_copy = Common { db: LogPlace::File(from.to_owned()), rulebook: None, ..common.clone() };
    // The log stays open, so that nobody moves the files beside it meanwhile.
    let database = Database::open(&of_the_copy, Absent::Fail)?;
    let (copying, checking) = (progress::bar(0, "pages"), progress::bar(0, "events"));
    let show = |bar: &ProgressBar, done, of| {
        bar.set_length(of);
        bar.set_position(done);
    };
    let wait = std::time::Duration::from_secs(common.wait);
    let now = SystemClock.now();
    let copied = SqliteStore::copy(from, to, existing, &database.book, wait, now, |step, done, of| match step {
        Step::Copying => show(&copying, done, of),
        Step::Checking => {
            copying.finish_and_clear();
            show(&checking, done, of);
        }
    });
    copying.finish_and_clear();
    checking.finish_and_clear();
    Ok(copied?)
}

/// Whether two paths are one file.
fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy()).into_owned()
}
