//! A plain witness: it cosigns what continues the checkpoint that it cosigned last, and nothing else.
//!
//! Invariant: what it cosigned is on disk before its signature leaves. It signs nothing without its state, nor before the time
//! at which it signed last; and one process at a time has the state.

pub mod state;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use engine::calendar::Instant;
use evidence::checkpoint::Checkpoint;
use evidence::hash::Hash;
use evidence::key::{KeyError, KeyType, SignerKey, VerifierKey};
use evidence::note::Signature;
use evidence::tree::verify_consistency;
use evidence::witness::AddCheckpoint;
use store::private_file;

use crate::sealing::random;
use crate::signer_file::{SignerFile, SignerFileFault};
use state::{KnownLog, State, StateFault};

const KEY: SignerFile =
    SignerFile { title: "kamnot-witness-key/1", whose: "the witness's key", written_by: "kamnot witness init" };
/// The word for it in its file.
const WORD: &str = "witness";

/// The longest body of `add-checkpoint`, in bytes: the longest note, and the longest proof.
pub const LONGEST_BODY: usize = evidence::note::LONGEST + 4 * 1024;

/// Why a witness cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessFault {
    /// There is one already.
    #[error("{0}: there is a witness already; each has a folder of its own")]
    Exists(String),
    /// Its state cannot be used.
    #[error(
        "the witness's state, {file}, {why}, and a witness without its state signs nothing. Put no copy of it from a backup in \
         its place: it would sign twice. Make a new witness in another folder, and give its key to those who trust this one"
    )]
    State {
        /// Its file.
        file: String,
        /// What is wrong with it.
        why: StateFault,
    },
    /// Its state is that of another key.
    #[error("the state in {0} is that of another witness than the key there")]
    OtherWitness(String),
    /// Another process has it.
    #[error("another program uses the witness in {0}; end that one first")]
    Locked(String),
    /// A file of it cannot be written.
    #[error("{file} cannot be written: {reason}")]
    Unwritten {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// Its key.
    #[error(transparent)]
    Key(#[from] SignerFileFault),
    /// Its name may be none.
    #[error(transparent)]
    Name(#[from] KeyError),
    /// The key of a log is not that of checkpoints.
    #[error("{0} is not a key of a log's checkpoints; `kamnot key show` prints it")]
    NotALog(String),
    /// A log that it knows has another key now.
    #[error(
        "the log {origin} had another key until now. If its operator says on another way that it changed, confirm the new one \
         by its fingerprint: kamnot witness trust FOLDER KEY --fingerprint '{fingerprint}'"
    )]
    KeyChanged {
        /// The log.
        origin: String,
        /// Of the new key.
        fingerprint: String,
    },
    /// The fingerprint that was given is that of another key.
    #[error("the fingerprint is not that of this key, which is {0}")]
    Fingerprint(String),
}

/// Why a checkpoint is not cosigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was sent is not a body of `add-checkpoint`.
    #[error("{0}")]
    Malformed(String),
    /// The log is not known.
    #[error("this witness does not know the log {0}")]
    UnknownLog(String),
    /// It is not signed by the log.
    #[error("{0}")]
    Unsigned(String),
    /// It does not begin at what was cosigned last, or has another root at the same size.
    #[error("cosigned last: size {0}")]
    Stale(u64),
    /// It does not continue what was cosigned last.
    #[error("the checkpoint of size {new} does not continue that of size {old}: {reason}")]
    NotContinued {
        /// The size that was cosigned last.
        old: u64,
        /// The size of the checkpoint.
        new: u64,
        /// What is wrong with the proof.
        reason: String,
    },
    /// The clock says an earlier time than when it signed last.
    #[error("the clock of this witness went back by {0} s; nothing is signed until it is right again")]
    ClockWentBack(u64),
    /// The state cannot be written.
    #[error("the state of this witness cannot be written: {0}")]
    Unwritten(String),
}

/// A witness's folder, which no other process uses.
pub struct Folder {
    path: PathBuf,
    state: State,
    /// Held until this is dropped.
    _lock: File,
}

/// A witness at work.
pub struct Witness {
    folder: Folder,
    key: SignerKey,
}

fn key_in(folder: &Path) -> PathBuf {
    folder.join("key")
}

fn state_in(folder: &Path) -> PathBuf {
    folder.join("state")
}

/// Makes a witness: its key, and a state in which nothing was cosigned of these logs.
///
/// # Errors
/// If there is one in the folder, or it cannot be written.
pub fn init(folder: &Path, name: &str, logs: &[VerifierKey], passphrase: Option<&str>) -> Result<(), WitnessFault> {
    if key_in(folder).exists() || state_in(folder).exists() {
        return Err(WitnessFault::Exists(folder.display().to_string()));
    }
    let key = SignerKey::new(name, KeyType::Cosignature, &random())?;
    let mut state = State { witness: key.verifier().clone(), logs: BTreeMap::new() };
    for log in logs {
        trust(&mut state, log, None)?;
    }
    let file = state_in(folder);
    state.create(&file).map_err(|error| unwritten(&file, &error))?;
    Ok(KEY.write(&key_in(folder), &[(WORD, &key)], passphrase, private_file::make)?)
}

/// What a witness remembers, also while a process uses it.
///
/// # Errors
/// If its state cannot be read.
pub fn remembered(folder: &Path) -> Result<State, WitnessFault> {
    let file = state_in(folder);
    State::read(&file).map_err(|why| WitnessFault::State { file: file.display().to_string(), why })
}

/// Takes a log into the state, or a new key of a known one if it is confirmed by its fingerprint. Whether anything changed.
fn trust(state: &mut State, key: &VerifierKey, confirmed: Option<Hash>) -> Result<bool, WitnessFault> {
    let fingerprint = key.fingerprint();
    if key.key_type() != KeyType::Note {
        return Err(WitnessFault::NotALog(key.to_string()));
    }
    if confirmed.is_some_and(|confirmed| confirmed != fingerprint) {
        return Err(WitnessFault::Fingerprint(fingerprint.in_groups()));
    }
    match state.logs.get_mut(key.name()) {
        Some(known) if known.key == *key => return Ok(false),
        Some(known) if confirmed.is_some() => known.key = key.clone(),
        Some(_) => {
            let (origin, fingerprint) = (key.name().to_owned(), fingerprint.in_groups());
            return Err(WitnessFault::KeyChanged { origin, fingerprint });
        }
        None => {
            state.logs.insert(key.name().to_owned(), KnownLog::new(key.clone()));
        }
    }
    Ok(true)
}

/// The checkpoint in a body of `add-checkpoint`, if it continues what was cosigned last.
///
/// # Errors
/// If it does not.
pub fn judged(state: &State, add: &AddCheckpoint) -> Result<Checkpoint, Refusal> {
    let new = Checkpoint::from_text(add.checkpoint.text()).map_err(malformed)?;
    let log = state.logs.get(&new.origin).ok_or_else(|| Refusal::UnknownLog(new.origin.clone()))?;
    let new = Checkpoint::open(&add.checkpoint, &log.key).map_err(|error| Refusal::Unsigned(error.to_string()))?;
    if add.old > new.size {
        return Err(malformed(format!("old size {} above the size {}", add.old, new.size)));
    }
    if add.old != log.size || (add.old == new.size && log.root != new.root) {
        return Err(Refusal::Stale(log.size));
    }
    verify_consistency((log.size, log.root), (new.size, new.root), &add.proof)
        .map_err(|error| Refusal::NotContinued { old: log.size, new: new.size, reason: error.to_string() })?;
    Ok(new)
}

fn unwritten(file: &Path, error: &std::io::Error) -> WitnessFault {
    WitnessFault::Unwritten { file: file.display().to_string(), reason: error.to_string() }
}

impl Folder {
    /// Opens it, for this process alone.
    ///
    /// # Errors
    /// If another process has it, or its state cannot be used.
    pub fn open(folder: &Path) -> Result<Self, WitnessFault> {
        // First: where there is no state no lock is left behind.
        remembered(folder)?;
        let file = folder.join("lock");
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&file);
        let lock = opened.map_err(|error| unwritten(&file, &error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => WitnessFault::Locked(folder.display().to_string()),
            TryLockError::Error(error) => unwritten(&file, &error),
        })?;
        let state = remembered(folder)?;
        let key = KEY.shown(&key_in(folder))?.key(WORD).ok_or_else(|| KEY.damaged(&key_in(folder)))?;
        if key != state.witness {
            return Err(WitnessFault::OtherWitness(folder.display().to_string()));
        }
        Ok(Self { path: folder.to_owned(), state, _lock: lock })
    }

    /// Takes a log, or a new key of a known one if it is confirmed by its fingerprint.
    ///
    /// # Errors
    /// If a known log has another key and that is not confirmed, or the state cannot be written.
    pub fn trust(&mut self, key: &VerifierKey, confirmed: Option<Hash>) -> Result<(), WitnessFault> {
        let mut state = self.state.clone();
        if trust(&mut state, key, confirmed)? {
            let file = state_in(&self.path);
            state.replace(&file).map_err(|error| unwritten(&file, &error))?;
            self.state = state;
        }
        Ok(())
    }
}

impl Witness {
    /// The witness of a folder; the passphrase is asked for if its key has one.
    ///
    /// # Errors
    /// If the key cannot be read.
    pub fn of(folder: Folder, passphrase: impl FnOnce() -> Result<String, String>) -> Result<Self, WitnessFault> {
        let file = key_in(&folder.path);
        let key = KEY.read(&file, passphrase)?.into_iter().next().map(|(_, key)| key);
        Ok(Self { folder, key: key.ok_or_else(|| KEY.damaged(&file))? })
    }

    /// Its key.
    pub fn key(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Cosigns the checkpoint in a body of `add-checkpoint`, as C2SP tlog-witness says.
    ///
    /// # Errors
    /// If it is not cosigned.
    pub fn add(&mut self, body: &[u8], now: Instant) -> Result<Signature, Refusal> {
        self.cosign(&AddCheckpoint::from_bytes(body).map_err(malformed)?, now)
    }

    /// Cosigns a checkpoint.
    ///
    /// # Errors
    /// If it is not cosigned.
    pub fn cosign(&mut self, add: &AddCheckpoint, now: Instant) -> Result<Signature, Refusal> {
        let new = judged(&self.folder.state, add)?;
        let (time, last) = (u64::try_from(now.unix()).unwrap_or(0), self.folder.state.last_time());
        if time < last {
            return Err(Refusal::ClockWentBack(last - time));
        }
        // In memory first: if it cannot be written, nothing is signed, and nothing else at this size either.
        self.folder.state.note(&new, time);
        let written = self.folder.state.replace(&state_in(&self.folder.path));
        written.map_err(|error| Refusal::Unwritten(error.to_string()))?;
        new.cosign(&self.key, time).map_err(malformed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn malformed(error: impl ToString) -> Refusal {
    Refusal::Malformed(error.to_string())
}
