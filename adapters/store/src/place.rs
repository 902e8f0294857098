//! Where a log lies, and how it is opened there.
//!
//! Invariant: printed, and in errors about an address that is none of a database, a place shows neither a user, a password
//! nor a token.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;

use super::aside::aside;
use super::postgres::{PostgresStore, address};
use super::sqlite::SqliteStore;
use super::{Fault, LogStore, Options, Progress, Rebuilt};

/// Where a log lies: a file, or a database on a server.
#[derive(Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// The embedded store's file.
    File(PathBuf),
    /// The address of a PostgreSQL database, `postgres://…`.
    Postgres(String),
}

impl FromStr for LogPlace {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        // Any address: one of another kind of server is refused as such, and not taken for the name of a file.
        Ok(if text.contains("://") { Self::Postgres(text.to_owned()) } else { Self::File(PathBuf::from(text)) })
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogPlace({self})")
    }
}

impl LogPlace {
    /// Whether there may be a log: something lies there, or a server has to be asked.
    pub fn holds_something(&self) -> bool {
        match self {
            Self::File(path) => std::fs::metadata(path).is_ok_and(|file| file.len() > 0),
            Self::Postgres(_) => true,
        }
    }

    /// The text of the rulebook in force; none in a log that is not begun. A server that is away is waited for for
    /// `wait`.
    ///
    /// # Errors
    /// As [`LogPlace::open`], but any rulebook will do.
    pub async fn rulebook_in_force(&self, wait: Duration) -> Result<Option<String>, Fault> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                aside(move || SqliteStore::rulebook_in_force(path)).await
            }
            Self::Postgres(url) => PostgresStore::rulebook_in_force(database(url)?, wait).await,
        }
    }

    /// Opens the log.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: no database, not ours, from a newer program, another rulebook in force.
    /// [`Fault::Unavailable`]: not there, not to be reached, not let in, not writable, locked, full.
    pub async fn open(&self, book: Arc<Rulebook>, options: &Options) -> Result<Arc<dyn LogStore>, Fault> {
        match self {
            Self::File(path) => {
                let (path, options) = (path.clone(), options.clone());
                Ok(Arc::new(aside(move || SqliteStore::open(path, book, &options)).await?))
            }
            Self::Postgres(url) => Ok(Arc::new(PostgresStore::open(database(url)?, book, options).await?)),
        }
    }

    /// Puts `book` in force, with all views rebuilt under it, and opens the log.
    ///
    /// # Errors
    /// As [`LogPlace::open`] and [`LogStore::rebuild`]; then the rulebook in force is the one before.
    pub async fn adopt(
        &self,
        book: Arc<Rulebook>,
        options: &Options,
        progress: Progress,
    ) -> Result<(Arc<dyn LogStore>, Rebuilt), Fault> {
        match self {
            Self::File(path) => {
                let (path, options) = (path.clone(), options.clone());
                let adopt = move || SqliteStore::adopt(path, book, &options, |done, of| progress(done, of));
                let (store, rebuilt) = aside(adopt).await?;
                Ok((Arc::new(store), rebuilt))
            }
            Self::Postgres(url) => {
                let (store, rebuilt) = PostgresStore::adopt(database(url)?, book, options, progress).await?;
                Ok((Arc::new(store), rebuilt))
            }
        }
    }
}

/// Whether an address is one of a PostgreSQL server.
fn is_postgres(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    ["postgres", "postgresql"].iter().any(|ours| scheme.eq_ignore_ascii_case(ours))
}

/// An address as it may be shown: without its password. What another kind of server takes for a user may be a token, so of
/// its address nothing before the last `@` is shown.
fn without_secrets(url: &str) -> String {
    let shown = address::without_password(url);
    if is_postgres(url) {
        return shown;
    }
    let Some((login, place)) = shown.rsplit_once('@') else { return shown };
    let is_word = |scheme: &&str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let scheme = login.split_once("://").map(|(scheme, _)| scheme).filter(is_word).unwrap_or_default();
    format!("{scheme}://***@{place}")
}

/// The address, if it is one of a PostgreSQL server.
fn database(url: &str) -> Result<&str, Fault> {
    if is_postgres(url) {
        return Ok(url);
    }
    let shown = without_secrets(url);
    Err(Fault::unavailable(format!(
        "{shown} is not an address of a PostgreSQL database; expected postgres://USER@HOST/DATABASE"
    )))
}
