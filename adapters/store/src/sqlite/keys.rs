//! The keys of cases of a log in a file, in a file of their own beside it, for their owner alone.
//!
//! Invariant: a key is durable in that file before anything is encrypted under it. The log's own transaction waits for no other
//! file but at the beginning: keys are made beforehand, more of them each time.

use std::collections::{BTreeSet, HashSet};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use crate::Fault;
use crate::secret::master::Master;
use crate::secret::ring::{Opened, Ring, new_keys};
use crate::secret::{CaseKey, CaseKeys, Place, Rewrapped, master};

/// How many keys are made first, and how many at most.
const MADE: (usize, usize) = (4, 4096);
/// From how many on they are made beside, while there are some left.
const MANY: usize = 256;
/// How long another process that makes keys is waited for.
const WAIT: Duration = Duration::from_secs(10);
/// Of a sealed case the id of its stream stays there, of a master key that was destroyed its own, and nothing behind it.
const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS keys (id BLOB PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX IF NOT EXISTS destroyed ON keys (id) WHERE wrapped = x''";
const DESTROYED: &str = "SELECT id FROM keys WHERE wrapped = x''";
const INSERT: &str = "INSERT INTO keys (id, wrapped) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

/// What went wrong, before it is told with the name of the file.
type Failed = crate::fault::Failed<rusqlite::Error>;

/// The keys of a log.
pub(super) struct Keys {
    path: PathBuf,
    ring: Ring,
    file: Mutex<Option<Open>>,
    pool: Mutex<Pool>,
}

/// The file, with its device and number.
struct Open {
    connection: Connection,
    file: (u64, u64),
}

/// Keys of no case yet.
struct Pool {
    keys: Vec<CaseKey>,
    /// How many are made the next time.
    next: usize,
    /// Whether more are being made beside.
    filling: bool,
    /// What is destroyed; none: not read yet.
    destroyed: Option<HashSet<Uuid>>,
}

impl Pool {
    fn take(&mut self, made: Vec<CaseKey>) {
        self.keys.extend(made);
        self.next = (self.next * 2).min(MADE.1);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Keys {
    /// The keys of the log at this path, under the master keys of that file, or of the one beside the log.
    pub fn of(log: &Path, master_key: Option<&Path>) -> Self {
        let mut path = log.as_os_str().to_owned();
        path.push(".keys");
        let ring = Ring::under(Some(master_key.map_or_else(|| master::beside(log), Path::to_owned)));
        let pool = Pool { keys: Vec::new(), next: MADE.0, filling: false, destroyed: None };
        Self { path: path.into(), ring, file: Mutex::default(), pool: Mutex::new(pool) }
    }

    /// The text of a disclosure as it lies in the log: empty where the key is not at hand, none where it was altered.
    fn disclosed(&self, context: &Context<'_>) -> Option<String> {
        let (key, stream) = (Uuid::from_slice(bytes(context, 0)), Uuid::from_slice(bytes(context, 1)));
        let (Ok(key), Ok(stream), Ok(version)) = (key, stream, context.get::<u32>(2)) else { return None };
        let place = Place { stream, version, digest: bytes(context, 3) };
        match self.ring.open(key, &place, bytes(context, 4), || self.wrapped(key)) {
            Opened::Text(text) => Some(text),
            Opened::NoKey => Some(String::new()),
            Opened::Altered => None,
        }
    }

    /// The key under which what is personal in the case of this stream is encrypted from now on; none if it is sealed. `last`:
    /// the one that was used last.
    pub fn of_case(self: &Arc<Self>, stream: Uuid, last: Option<Uuid>) -> Result<Option<CaseKey>, Fault> {
        if let Some(last) = last {
            let kept = self.ring.get(last).or_else(|| self.ring.unwrap(last, &self.wrapped(last)?));
            if let Some(key) = kept {
                return Ok(Some(key));
            }
        }
        let mut pool = held(&self.pool);
        if pool.destroyed.is_none() {
            let read = self.with_file(|connection| ids(connection, DESTROYED))?;
            pool.destroyed = Some(read.unwrap_or_default().into_iter().collect());
        }
        if pool.destroyed.as_ref().is_some_and(|destroyed| destroyed.contains(&stream)) {
            return Ok(None);
        }
        if !self.path.exists() {
            // What was made is in no file any more.
            pool.keys.clear();
        }
        if pool.keys.is_empty() {
            let made = self.make(pool.next)?;
            pool.take(made);
        } else if pool.next >= MANY && 2 * pool.keys.len() < pool.next && !pool.filling {
            pool.filling = true;
            let keys = Arc::clone(self);
            std::thread::spawn(move || keys.fill());
        }
        let key = pool.keys.pop().ok_or_else(|| Fault::unavailable("no key for what is personal was made"))?;
        self.ring.keep(key);
        Ok(Some(key))
    }

    fn fill(&self) {
        let next = held(&self.pool).next;
        let made = self.make(next);
        let mut pool = held(&self.pool);
        pool.filling = false;
        // Whoever finds none left makes some, and says what is wrong.
        pool.take(made.unwrap_or_default());
    }

    fn make(&self, count: usize) -> Result<Vec<CaseKey>, Fault> {
        let made = CaseKeys { keys: new_keys(count), destroyed: Vec::new() };
        self.write(&made)?;
        self.ring.name_log();
        Ok(made.keys)
    }

    /// Whether [`Keys::destroy`] would do.
    pub fn may_destroy(&self) -> Result<(), Fault> {
        if self.are_there() { self.ring.may_renew() } else { Ok(()) }
    }

    /// Destroys these keys of the case of a stream, which gets none any more, and wraps all others by a new master key.
    pub fn destroy(&self, stream: Uuid, keys: &BTreeSet<Uuid>) -> Result<Rewrapped, Fault> {
        if !self.are_there() {
            return Ok(Rewrapped::default());
        }
        let rewrapped = self.with_file(|connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let renewal = self.ring.renew()?;
            let (anew, rewrapped) = renewal.rewrap(keys, rows(&transaction)?);
            for key in keys {
                transaction.prepare_cached("DELETE FROM keys WHERE id = ?1")?.execute([key.as_bytes().as_slice()])?;
            }
            for (id, wrapped) in anew {
                let sql = "UPDATE keys SET wrapped = ?2 WHERE id = ?1";
                transaction.prepare_cached(sql)?.execute(params![id.as_bytes().as_slice(), wrapped])?;
            }
            for id in renewal.old().chain([stream]) {
                transaction.prepare_cached(INSERT)?.execute(params![id.as_bytes().as_slice(), []])?;
            }
            transaction.commit()?;
            renewal.finish()?;
            Ok(rewrapped)
        })?;
        self.ring.forget(keys.iter().copied());
        if let Some(destroyed) = &mut held(&self.pool).destroyed {
            destroyed.insert(stream);
        }
        Ok(rewrapped.unwrap_or_default())
    }

    /// All keys that can be unwrapped, and what is destroyed.
    pub fn all(&self) -> Result<CaseKeys, Fault> {
        let rows = self.with_file(rows)?.unwrap_or_default();
        let keys = rows.iter().filter_map(|(id, wrapped)| self.ring.unwrap(*id, wrapped)).collect();
        let destroyed = rows.iter().filter(|(_, wrapped)| wrapped.is_empty()).map(|(id, _)| *id).collect();
        Ok(CaseKeys { keys, destroyed })
    }

    /// Takes over keys of another log.
    pub fn take(&self, keys: &CaseKeys) -> Result<(), Fault> {
        if keys.keys.is_empty() && keys.destroyed.is_empty() { Ok(()) } else { self.write(keys) }
    }

    /// Says whose keys these are; `used`: something personal in the log can be read by them.
    pub fn belong_to(&self, log: Uuid, used: bool) {
        self.ring.belong_to(log);
        if used {
            self.ring.name_log();
        }
    }

    /// Whether there is a file of keys.
    pub fn are_there(&self) -> bool {
        self.path.exists()
    }

    /// Removes the file: its log did not come about.
    pub fn discard(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// A key as it is kept; none where there is no such key, or no file that can be read.
    fn wrapped(&self, key: Uuid) -> Option<Vec<u8>> {
        let found = self.with_file(|connection| {
            let mut statement = connection.prepare_cached("SELECT wrapped FROM keys WHERE id = ?1")?;
            Ok(statement.query_row([key.as_bytes().as_slice()], |row| row.get(0)).optional()?)
        });
        let failed = |fault| {
            tracing::error!("{fault}");
            None
        };
        found.map_or_else(failed, Option::flatten)
    }

    fn write(&self, keys: &CaseKeys) -> Result<(), Fault> {
        self.ring.master()?;
        self.make_file()?;
        let written = self.with_file(|connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            // Asked for while nobody else can write: whoever destroys it wraps these keys anew, or has done so before.
            let master = self.usable_master(&transaction)?;
            let wrapped = keys.keys.iter().map(|key| (key.id, master.wrap(key)));
            for (id, wrapped) in wrapped.chain(keys.destroyed.iter().map(|id| (*id, Vec::new()))) {
                transaction.prepare_cached(INSERT)?.execute(params![id.as_bytes().as_slice(), wrapped])?;
            }
            Ok(transaction.commit()?)
        })?;
        written.ok_or_else(|| Fault::unavailable(format!("the keys in {} were removed just now", self.path.display())))
    }

    /// The master key that wraps what is new, unless it was destroyed.
    fn usable_master(&self, connection: &Connection) -> Result<Master, Failed> {
        let master = self.ring.master()?;
        let mut destroyed = connection.prepare_cached("SELECT 1 FROM keys WHERE id = ?1")?;
        if destroyed.exists([master.id.as_bytes().as_slice()])? {
            return Err(self.ring.master_is_destroyed().into());
        }
        Ok(master)
    }

    /// Makes an empty file, if there is none.
    fn make_file(&self) -> Result<(), Fault> {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path) {
            Ok(_) => tracing::info!(
                file = %self.path.display(),
                "made the file of the keys under which what is personal in the log is kept; it needs backups of its own"
            ),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Fault::unavailable(format!("{} can't be made: {error}", self.path.display()))),
        }
        Ok(())
    }

    /// What is done with the file; none where there is none. One that was put in the place of another is opened anew.
    fn with_file<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failed>) -> Result<Option<T>, Fault> {
        let mut open = held(&self.file);
        let found = std::fs::metadata(&self.path).ok().map(|file| (file.dev(), file.ino()));
        let Some(file) = found else {
            *open = None;
            return Ok(None);
        };
        let worked = || -> Result<T, Failed> {
            let kept = open.take().filter(|open| open.file == file);
            let kept = kept.map_or_else(|| Ok(Open { connection: self.connect()?, file }), Ok::<_, Failed>)?;
            work(&open.insert(kept).connection)
        };
        worked().map(Some).map_err(|failed| match failed {
            Failed::Fault(fault) => fault,
            Failed::Database(error) => {
                Fault::unavailable(format!("the keys in {} can't be used: {error}", self.path.display()))
            }
        })
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(WAIT)?;
        // One file alone while nobody writes, so that it can be copied, and what is deleted in it is overwritten. `EXTRA`: a commit
        // outlives a power failure also in this mode.
        connection
            .execute_batch("PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON; PRAGMA cache_size = -2000;")?;
        if !connection.is_readonly(rusqlite::MAIN_DB)? {
            connection.execute_batch(TABLE)?;
        }
        Ok(connection)
    }
}

/// The rows of the table.
fn rows(connection: &Connection) -> Result<Vec<(Uuid, Vec<u8>)>, Failed> {
    let mut statement = connection.prepare("SELECT id, wrapped FROM keys")?;
    let rows = statement.query_map([], |row| Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn ids(connection: &Connection, sql: &str) -> Result<Vec<Uuid>, Failed> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Gives a connection to a log the function by which disclosures are opened.
pub(super) fn teach(connection: &Connection, keys: &Arc<Keys>) -> Result<(), rusqlite::Error> {
    let keys = Arc::clone(keys);
    connection
        .create_scalar_function("disclosed", 5, FunctionFlags::SQLITE_UTF8, move |context| Ok(keys.disclosed(context)))
}

/// The bytes of an argument; none of what is no blob.
fn bytes<'c>(context: &'c Context<'_>, n: usize) -> &'c [u8] {
    if let ValueRef::Blob(bytes) = context.get_raw(n) { bytes } else { &[] }
}
