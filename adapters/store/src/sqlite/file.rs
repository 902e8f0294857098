//! The database file: how it is opened, and what its errors mean to a caller.
//!
//! Invariant: every message names the file, what was found and what to do; none holds anything of a case.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::keys::{Keys, teach};
use crate::{Fault, Said};

/// Says "this file is ours" in the header of the database file: `kmnt`.
pub(super) const APPLICATION_ID: i64 = 0x6b6d_6e74;
/// What it said before 0.2.0: `kamn`.
const BEFORE: i64 = 0x6b61_6d6e;

/// The layout that this program writes.
pub(super) const LAYOUT: i64 = 3;

/// What went wrong, before it is told with the name of the file.
pub(super) type Failed = crate::fault::Failed<rusqlite::Error>;

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Which file a path led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    file: u64,
}

/// Where the log lies and how long to wait for another program.
pub(super) struct File {
    pub path: PathBuf,
    pub busy_timeout: Duration,
    /// The keys of what is personal in it.
    pub keys: Arc<Keys>,
    /// Whether a log that can't be written will do.
    read_only_will_do: bool,
    /// Whether it lies where `SQLite` can't even make its files beside it, and nobody is writing to it.
    immutable: bool,
}

impl File {
    /// A log that has to be written.
    pub fn to_write(path: &Path, busy_timeout: Duration) -> Self {
        let keys = Arc::new(Keys::of(path, None));
        Self { path: path.to_owned(), busy_timeout, keys, read_only_will_do: false, immutable: false }
    }

    /// A log that need only be read, such as a copy on a disk that can't be written.
    pub fn to_read(path: &Path, busy_timeout: Duration) -> Self {
        let mut file = Self { read_only_will_do: true, ..Self::to_write(path, busy_timeout) };
        if path.exists()
            && let Err(error) = file.connect().and_then(|connection| application_id(&connection))
        {
            // What another program has not yet moved out of its log would be missing.
            file.immutable = is_write_protection(&error) && !file.write_ahead().exists();
        }
        file
    }

    /// A log to which nobody writes: it is read as it lies, and nothing is laid beside it.
    pub fn at_rest(path: &Path) -> Self {
        Self { read_only_will_do: true, immutable: true, ..Self::to_write(path, Duration::ZERO) }
    }

    /// The same log with these keys.
    pub fn with(self, keys: &Arc<Keys>) -> Self {
        Self { keys: Arc::clone(keys), ..self }
    }

    /// The same log with its keys under the master keys of this file, if one is named.
    pub fn under(self, master_key: Option<&Path>) -> Self {
        Self { keys: Arc::new(Keys::of(&self.path, master_key)), ..self }
    }

    /// A connection that writes, or reads where that will do; `create`: an absent or empty file becomes a log.
    pub fn connect_to_write(&self, create: bool) -> Result<Connection, Fault> {
        let connection = self.connect_to_existing(create)?;
        self.claim(&connection, create).map_err(|failed| self.fault(failed))?;
        let read_only = connection.is_readonly(rusqlite::MAIN_DB).map_err(|error| self.fault(error))?;
        if read_only && !self.read_only_will_do {
            let path = self.path.display();
            return Err(Fault::unavailable(format!("{path} is write-protected; the log must be writable")));
        }
        Ok(connection)
    }

    /// A connection to a log that is begun; none where a first start was cut short and left an empty database.
    pub fn connect_to_begun(&self) -> Result<Option<Connection>, Fault> {
        let connection = self.connect_to_existing(false)?;
        let begun = || -> Result<bool, Failed> {
            if is_unclaimed(&connection)? {
                return Ok(false);
            }
            self.claim(&connection, false)?;
            Ok(true)
        };
        let begun = begun().map_err(|failed| self.fault(failed))?;
        Ok(begun.then_some(connection))
    }

    fn connect_to_existing(&self, create: bool) -> Result<Connection, Fault> {
        let exists = self.path.exists();
        if !create && !exists {
            return Err(Fault::unavailable(format!("there is no log at {}; check the path", self.path.display())));
        }
        let beside = self.write_ahead();
        if !exists && beside.exists() {
            return Err(Fault::unavailable(format!(
                "{} is there and {} is not: it was renamed or removed, and the end of its log was left behind; put it back \
                 beside that file, or move both away to begin a new log",
                beside.display(),
                self.path.display()
            )));
        }
        let flags = if create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        self.connect_with(flags).map_err(|error| self.fault(error))
    }

    /// What has not yet been moved to its place in the file.
    fn write_ahead(&self) -> PathBuf {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        log.into()
    }

    /// The file that the path leads to now.
    pub fn identity(&self) -> Option<Identity> {
        let file = std::fs::metadata(&self.path).ok()?;
        Some(Identity { device: file.dev(), file: file.ino() })
    }

    /// Sees that the path still leads to the file that was opened: what is written to another one nobody finds again.
    pub fn refuse_another(&self, opened: Option<Identity>) -> Result<(), Fault> {
        if opened.is_none() || self.identity() == opened {
            return Ok(());
        }
        Err(Fault::restart(format!(
            "{0} is not the file any more that this program opened: it was renamed, removed or replaced; whether the last \
             of what was sent was recorded is not known; put the right file at {0} (with the one ending in -wal), then \
             start again",
            self.path.display()
        )))
    }

    /// A connection that only reads.
    pub fn connect_to_read(&self) -> Result<Connection, rusqlite::Error> {
        let connection = self.connect()?;
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000;")?;
        Ok(connection)
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        self.connect_with(OpenFlags::empty())
    }

    fn connect_with(&self, create: OpenFlags) -> Result<Connection, rusqlite::Error> {
        let connection = if self.immutable {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(immutable_uri(&self.path), flags)?
        } else {
            // A file that is write-protected is opened to be read.
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(&self.path, flags | create)?
        };
        connection.busy_timeout(self.busy_timeout)?;
        teach(&connection, &self.keys)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch("PRAGMA synchronous = FULL;")?;
        Ok(connection)
    }

    /// Sees that the database is ours and of our version, or makes an empty one ours.
    fn claim(&self, connection: &Connection, create: bool) -> Result<(), Failed> {
        let path = self.path.display();
        if is_unclaimed(connection)? {
            if !create {
                return Err(Fault::corrupt(format!("{path} is empty; it holds no log")).into());
            }
            self.lay_out(connection)?;
        } else {
            match application_id(connection)? {
                APPLICATION_ID => {}
                BEFORE => return Err(Fault::before_the_first_release(&path).into()),
                _ => {
                    let what = format!("{path} is a database of another program, not a log of kamnot");
                    return Err(Fault::corrupt(what).into());
                }
            }
        }
        match layout(connection)? {
            LAYOUT => {}
            layout => return Err(Fault::of_layout(&path, layout, LAYOUT).into()),
        }
        // Not a larger cache: at most commits SQLite walks all pages in it. A larger log than usual (256 MB): most
        // pages are written again before they are moved to their place.
        connection.execute_batch("PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 64000;")?;
        Ok(())
    }

    fn lay_out(&self, connection: &Connection) -> Result<(), Failed> {
        self.switch_to_wal(connection)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        // Another program may have laid it out while this one waited.
        let laid_out = if is_empty(connection)? {
            connection
                .execute_batch(concat!(
                    include_str!("schema.sql"),
                    include_str!("people.sql"),
                    include_str!("tree.sql")
                ))
                .and_then(|()| {
                    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
                    let random: [u8; 16] = connection.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
                    let installation = uuid::Builder::from_random_bytes(random).into_uuid();
                    let insert = "INSERT INTO meta (key, value) VALUES ('schema_version', ?1), ('installation', ?2)";
                    connection.execute(insert, [LAYOUT.to_string(), installation.to_string()])?;
                    connection.execute_batch("COMMIT")
                })
        } else {
            connection.execute_batch("COMMIT")
        };
        laid_out.map_err(|error| {
            let _ = connection.execute_batch("ROLLBACK");
            error.into()
        })
    }

    /// The switch takes the file for itself and does not wait by itself.
    fn switch_to_wal(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        const PAUSE: Duration = Duration::from_millis(10);
        let mut waited = Duration::ZERO;
        loop {
            match connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())) {
                Err(error) if is_busy(&error) && waited < self.busy_timeout => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                switched => return switched,
            }
        }
    }

    /// What an error means to the caller.
    pub fn fault(&self, failed: impl Into<Failed>) -> Fault {
        match failed.into() {
            Failed::Fault(fault) => fault,
            Failed::Database(error) => self.fault_of(&error),
        }
    }

    /// What an error of the database means to the caller.
    pub fn fault_of(&self, error: &rusqlite::Error) -> Fault {
        let path = self.path.display();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::locked(path, self.busy_timeout),
            Some(ErrorCode::DiskFull) => Fault::Unavailable(Said::nothing_recorded(
                format_args!("no room is left for {path}"),
                "make room, then send it again",
            )),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Fault::unavailable(
                format!("{path} can't be written ({error}); the file and its folder must be there and be writable"),
            ),
            Some(ErrorCode::SystemIoFailure) => {
                Fault::unavailable(format!("the disk failed under {path} ({error}); check it, then send this again"))
            }
            Some(ErrorCode::NotADatabase) => Fault::corrupt(format!("{path} is no database, so no log of kamnot")),
            Some(ErrorCode::DatabaseCorrupt) => Fault::corrupt(format!(
                "{path} is damaged ({error}); stop all that use it, keep the file, and restore a copy"
            )),
            // Only what stands in the way of the next position: every other clash is answered as a conflict.
            Some(ErrorCode::ConstraintViolation) => Fault::of_rows(path, error),
            Some(_) => Fault::unavailable(format!("{path} can't be used: {error}")),
            None => Fault::corrupt(format!("{path} holds what this program does not write: {error}")),
        }
    }
}

/// Whether this is `SQLite`'s word for "another has it".
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether an error says that something can't be written, or not be made.
fn is_write_protection(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied))
}

pub(super) fn application_id(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

pub(super) fn layout(connection: &Connection) -> Result<i64, rusqlite::Error> {
    let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'schema_version'";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Whether nobody has laid anything out in the database.
fn is_unclaimed(connection: &Connection) -> Result<bool, rusqlite::Error> {
    Ok(application_id(connection)? == 0 && is_empty(connection)?)
}

/// The name under which `SQLite` opens a file that nobody can change.
fn immutable_uri(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = String::from("file://");
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri + "?immutable=1"
}

fn is_empty(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_master", [], |row| row.get(0))
}
