//! The keys of a log in memory: its master keys, and the keys of the cases that were used last.
//!
//! Invariant: a key of a case is used to encrypt only once it is durable, wrapped.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::master::{self, Master};
use super::{CaseKey, CaseKeys, Place, Secret};
use crate::Fault;

/// How many keys of cases are kept; some 60 bytes each.
const MOST: usize = 100_000;

/// The keys of a log.
pub(crate) struct Ring {
    /// The file of the master keys; none where there is no place for one.
    file: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// None read yet.
    masters: Vec<Master>,
    keys: HashMap<Uuid, Secret>,
    /// Whether it was said that the file can't be used.
    refused: bool,
}

/// A disclosure that was to be opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// Its text.
    Text(String),
    /// The key is not at hand.
    NoKey,
    /// It is not what was sealed there.
    Altered,
}

impl Ring {
    /// The keys under the master keys in this file.
    pub fn under(file: Option<PathBuf>) -> Self {
        Self { file, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a disclosure. Where the key is not in memory, `wrapped` gives it as it is kept.
    pub fn open(
        &self,
        key: Uuid,
        place: &Place<'_>,
        bytes: &[u8],
        wrapped: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Opened {
        let kept = self.known().keys.get(&key).copied();
        let secret = kept.or_else(|| Some(self.unwrap(key, &wrapped()?)?.secret));
        let Some(secret) = secret else { return Opened::NoKey };
        let text = secret.open(&place.bytes(), bytes).and_then(|text| String::from_utf8(text).ok());
        text.map_or(Opened::Altered, Opened::Text)
    }

    /// The key of a case that is in memory.
    pub fn get(&self, id: Uuid) -> Option<CaseKey> {
        self.known().keys.get(&id).map(|secret| CaseKey { id, secret: *secret })
    }

    /// Unwraps the key of a case, and keeps it in memory; `None` if its master key is not at hand.
    pub fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Option<CaseKey> {
        let mut known = self.known();
        if known.masters.is_empty() {
            match self.file.as_deref().map_or(Ok(Vec::new()), master::read) {
                Ok(masters) => known.masters = masters,
                Err(fault) if !known.refused => {
                    tracing::error!("{fault}; nothing personal can be read before");
                    known.refused = true;
                }
                Err(_) => {}
            }
        }
        let key = master::unwrapped(&known.masters, id, wrapped)?;
        known.keep(key);
        Some(key)
    }

    /// New keys of cases, each wrapped. They may be used once that is durable.
    ///
    /// # Errors
    /// If the file of the master keys can't be read or made.
    pub fn make(&self, count: usize) -> Result<Vec<(CaseKey, Vec<u8>)>, Fault> {
        // Those that are made together stand together, in few pages of an index.
        let first = Uuid::new_v4().as_u128();
        let id = |n: usize| Uuid::from_u128(first.wrapping_add(n as u128));
        self.wrap_all((0..count).map(|n| CaseKey { id: id(n), secret: Secret::random() }).collect())
    }

    /// Keys of another log, each wrapped anew.
    ///
    /// # Errors
    /// As [`Ring::make`].
    pub fn wrap(&self, keys: CaseKeys) -> Result<Vec<(CaseKey, Vec<u8>)>, Fault> {
        self.wrap_all(keys.0)
    }

    fn wrap_all(&self, keys: Vec<CaseKey>) -> Result<Vec<(CaseKey, Vec<u8>)>, Fault> {
        let mut known = self.known();
        if known.masters.is_empty() {
            let no_place =
                || Fault::unavailable("there is no home folder for the master key: name its file with --master-key");
            known.masters = master::read_or_make(self.file.as_deref().ok_or_else(no_place)?)?;
        }
        // A file that could be read holds one.
        let Some(master) = known.masters.first() else { return Ok(Vec::new()) };
        Ok(keys.into_iter().map(|key| (key, master.wrap(&key))).collect())
    }

    /// Keeps a key in memory that is durable.
    pub fn keep(&self, key: CaseKey) {
        self.known().keep(key);
    }
}

impl Known {
    fn keep(&mut self, key: CaseKey) {
        if self.keys.len() >= MOST {
            self.keys.clear();
        }
        self.keys.insert(key.id, key.secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_at_hand_is_told_apart_from_bytes_that_were_altered() {
        use crate::secret::Sealed;
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| Ring::under(Some(folder.path().join(name)));
        let ring = of("master-key");
        let (key, wrapped) = ring.make(1).unwrap().pop().unwrap();
        let (stream, digest) = (Uuid::from_u128(1), [2; 32]);
        let sealed = Sealed::of(&key, (stream, 1), &digest, "text");
        let place = Place { stream, version: 1, digest: &digest };
        let open = |ring: &Ring, bytes: &[u8]| ring.open(key.id, &place, bytes, || Some(wrapped.clone()));
        assert_eq!(open(&of("master-key"), &sealed.bytes), Opened::Text("text".to_owned()));
        assert_eq!(open(&of("master-key"), b"other"), Opened::Altered);
        assert_eq!(open(&of("absent"), &sealed.bytes), Opened::NoKey);
        assert_eq!(of("master-key").open(key.id, &place, &sealed.bytes, || None), Opened::NoKey);
        assert!(!folder.path().join("absent").exists(), "who only reads makes no key");
    }
}
