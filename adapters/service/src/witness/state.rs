//! What a witness remembers of each log: the checkpoint that it cosigned last.
//!
//! Invariant: the file is written as a whole, and nothing that is missing, damaged or another witness's is taken for a state.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use evidence::checkpoint::Checkpoint;
use evidence::hash::Hash;
use evidence::key::VerifierKey;
use evidence::tree::empty_root;

use store::private_file;

/// The first line of the file.
const TITLE: &str = "kamnot-witness-state/1";

/// A log that a witness cosigns for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// Its key, whose name is its origin.
    pub key: VerifierKey,
    /// The size that was cosigned last; 0 before the first time.
    pub size: u64,
    /// The root of that size.
    pub root: Hash,
    /// When that was, in seconds since 1970-01-01T00:00:00Z.
    pub time: u64,
}

impl KnownLog {
    /// A log of which nothing was cosigned yet.
    pub fn new(key: VerifierKey) -> Self {
        Self { key, size: 0, root: empty_root(), time: 0 }
    }
}

/// What a witness remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The witness's key.
    pub witness: VerifierKey,
    /// The logs, by origin.
    pub logs: BTreeMap<String, KnownLog>,
}

/// Why a state cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateFault {
    /// There is none.
    #[error("is missing")]
    Missing,
    /// It is not what was written.
    #[error("is damaged")]
    Damaged,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unread(String),
}

impl State {
    /// When anything was cosigned last.
    pub fn last_time(&self) -> u64 {
        self.logs.values().map(|log| log.time).max().unwrap_or(0)
    }

    /// Notes that a checkpoint of a known log is cosigned.
    pub fn note(&mut self, cosigned: &Checkpoint, time: u64) {
        if let Some(log) = self.logs.get_mut(&cosigned.origin) {
            (log.size, log.root, log.time) = (cosigned.size, cosigned.root, time);
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// If there is none, or it is not what was written.
    pub fn read(file: &Path) -> Result<Self, StateFault> {
        match fs::read(file) {
            Ok(bytes) => String::from_utf8(bytes).ok().and_then(|text| of_text(&text)).ok_or(StateFault::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StateFault::Missing),
            Err(error) => Err(StateFault::Unread(error.to_string())),
        }
    }

    /// Writes a new one.
    ///
    /// # Errors
    /// If it cannot be written, or there is one.
    pub fn create(&self, file: &Path) -> io::Result<()> {
        private_file::make(file, self.to_text().as_bytes())
    }

    /// Writes it in place of the one before. It is on disk when this returns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn replace(&self, file: &Path) -> io::Result<()> {
        private_file::replace(file, self.to_text().as_bytes())
    }

    fn to_text(&self) -> String {
        let log = |log: &KnownLog| format!("log {} {} {} {}\n", log.key, log.size, log.root.to_base64(), log.time);
        let logs: String = self.logs.values().map(log).collect();
        let text = format!("{TITLE}\nwitness {}\n{logs}", self.witness);
        format!("{text}sha256 {}\n", Hash::of(&[text.as_bytes()]))
    }
}

/// The state that `to_text` wrote, and no other text.
fn of_text(text: &str) -> Option<State> {
    let mut lines = text.strip_prefix(TITLE)?.strip_prefix('\n')?.lines();
    let witness = lines.next()?.strip_prefix("witness ")?.parse().ok()?;
    let mut logs = BTreeMap::new();
    for line in lines {
        let Some(line) = line.strip_prefix("log ") else { break };
        let [key, size, root, time] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
        let key: VerifierKey = key.parse().ok()?;
        let log =
            KnownLog { size: size.parse().ok()?, root: Hash::from_base64(root).ok()?, time: time.parse().ok()?, key };
        logs.insert(log.key.name().to_owned(), log);
    }
    let state = State { witness, logs };
    // So everything is as it was written, the sum of its bytes too.
    (state.to_text() == text).then_some(state)
}
