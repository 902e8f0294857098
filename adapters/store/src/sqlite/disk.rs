//! A disk that fails when it is told to, for tests and the simulation (feature `failing-disk`).
//!
//! Invariant: where there is none, the writer does the same without it.

use std::fmt::Debug;

use rusqlite::ffi;

/// A moment in the life of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It is about to begin.
    Begin,
    /// It is about to write something more.
    Write,
    /// It is about to be committed.
    Commit,
    /// It is committed and on disk, and nobody knows it yet.
    Committed,
}

/// What a disk answers where it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "failing-disk"), expect(dead_code, reason = "no disk fails when it is told to"))]
pub enum Failing {
    /// Another program holds the file locked, for longer than we wait.
    Locked,
    /// No room is left.
    Full,
    /// It could not be written; at a commit: not be synced.
    Broken,
}

/// A disk that fails when it is told to; for simulations.
pub trait Disk: Debug + Send + Sync {
    /// Whether it fails at this moment, and how.
    fn fails(&self, at: Moment) -> Option<Failing>;
}

impl Failing {
    fn error(self) -> rusqlite::Error {
        let code = match self {
            Self::Locked => ffi::SQLITE_BUSY,
            Self::Full => ffi::SQLITE_FULL,
            Self::Broken => ffi::SQLITE_IOERR_FSYNC,
        };
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }
}

/// Asks a disk that fails when it is told to; a real one fails by itself.
pub(super) fn asked(disk: Option<&dyn Disk>, at: Moment) -> Result<(), rusqlite::Error> {
    disk.and_then(|disk| disk.fails(at)).map_or(Ok(()), |failing| Err(failing.error()))
}
