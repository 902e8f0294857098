//! The keys of a log in memory: its master keys, and the keys of the cases that were used last.
//!
//! Invariant: a key of a case is used to encrypt only once it is durable, wrapped.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use uuid::Uuid;

use super::master::{self, Master, Renewal};
use super::{CaseKey, Place, Secret};
use crate::Fault;

/// How many keys of cases are kept; some 60 bytes each.
const MOST: usize = 100_000;

/// New keys of cases. They may be used once they are durable, wrapped.
pub(crate) fn new_keys(count: usize) -> Vec<CaseKey> {
    // Those that are made together stand together, in few pages of an index.
    let first = Uuid::new_v4().as_u128();
    let id = |n: usize| Uuid::from_u128(first.wrapping_add(n as u128));
    (0..count).map(|n| CaseKey { id: id(n), secret: Secret::random() }).collect()
}

/// The keys of a log.
pub(crate) struct Ring {
    /// The file of the master keys; none where there is no place for one.
    file: Option<PathBuf>,
    /// The installation of the log, once it is known.
    log: OnceLock<Uuid>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    masters: Vec<Master>,
    /// The file as it was when they were read: its number, when it was written, and its length.
    read: Option<(u64, (i64, i64), u64)>,
    keys: HashMap<Uuid, Secret>,
    /// Whether the log is named in the file.
    named: bool,
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
        Self { file, log: OnceLock::new(), known: Mutex::default() }
    }

    /// Says whose keys these are.
    pub fn belong_to(&self, log: Uuid) {
        self.log.get_or_init(|| log);
    }

    /// Says in the file of the master keys, if there is one, that the log uses it. Not of a log that is to become the copy of
    /// another one, whose name it takes.
    pub fn name_log(&self) {
        let mut known = self.known();
        if let (false, Some(file), Some(log)) = (known.named, &self.file, self.log.get()) {
            // Where the file can't be replaced, such as a systemd credential, nobody destroys a key in it either.
            let _ = master::name_log(file, *log);
            known.named = true;
        }
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
        if let Some(file) = &self.file {
            known.read(file);
        }
        let key = master::unwrapped(&known.masters, id, wrapped)?;
        known.keep(key);
        Some(key)
    }

    /// The master key that wraps what is new, as its file has it now. It is made where there is no file.
    ///
    /// # Errors
    /// If the file can't be read or made.
    pub fn master(&self) -> Result<Master, Fault> {
        let masters = master::read_or_make(self.file()?)?.masters;
        masters.into_iter().next().ok_or_else(|| Fault::unavailable("the file of the master key holds none"))
    }

    /// Whether [`Ring::renew`] would do.
    ///
    /// # Errors
    /// Why it would not.
    pub fn may_renew(&self) -> Result<(), Fault> {
        Renewal::permitted(self.file()?, self.log.get().copied()).map(|_| ())
    }

    /// A new master key in the place of those that are there.
    ///
    /// # Errors
    /// If there is no file of them, it can't be replaced, or another log uses it.
    pub fn renew(&self) -> Result<Renewal, Fault> {
        Renewal::begin(self.file()?, self.log.get().copied())
    }

    /// Why nothing is wrapped by the master key in the file: it was destroyed elsewhere.
    pub fn master_is_destroyed(&self) -> Fault {
        let file = self.file.as_deref().unwrap_or_else(|| Path::new("?")).display();
        Fault::unavailable(format!(
            "the master key of what is personal in the log, {file}, was destroyed when a case was sealed: copy the new one from where \
             that was done, and start again if it is a systemd credential; nothing personal can be recorded before"
        ))
    }

    fn file(&self) -> Result<&Path, Fault> {
        let no_place =
            || Fault::unavailable("there is no home folder for the master key: name its file with --master-key");
        self.file.as_deref().ok_or_else(no_place)
    }

    /// Takes keys out of memory.
    pub fn forget(&self, ids: impl IntoIterator<Item = Uuid>) {
        let mut known = self.known();
        for id in ids {
            known.keys.remove(&id);
        }
    }

    /// Keeps a key in memory that is durable.
    pub fn keep(&self, key: CaseKey) {
        self.known().keep(key);
    }
}

impl Known {
    /// Reads the file of the master keys again if it is another one by now. While it can't be read, the keys stay that are known.
    fn read(&mut self, file: &Path) {
        let found = std::fs::metadata(file).ok();
        let found = found.map(|found| (found.ino(), (found.mtime(), found.mtime_nsec()), found.len()));
        if found.is_none() || found == self.read {
            return;
        }
        match master::read(file) {
            Ok(contents) => (self.masters, self.read, self.refused) = (contents.masters, found, false),
            Err(fault) if !self.refused => {
                tracing::error!("{fault}; nothing personal can be read before");
                self.refused = true;
            }
            Err(_) => {}
        }
    }

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
    use crate::secret::Rewrapped;

    #[test]
    fn a_key_that_is_not_at_hand_is_told_apart_from_bytes_that_were_altered() {
        use crate::secret::Sealed;
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| Ring::under(Some(folder.path().join(name)));
        let ring = of("master-key");
        let key = new_keys(1)[0];
        let wrapped = ring.master().unwrap().wrap(&key);
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

    #[test]
    fn a_renewed_master_key_opens_all_but_what_is_sealed_and_the_old_one_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master-key");
        let (ring, elsewhere) = (Ring::under(Some(file.clone())), Ring::under(Some(folder.path().join("other"))));
        let keys = new_keys(3);
        let rows = [&ring, &ring, &elsewhere].into_iter().zip(&keys);
        let rows: Vec<_> = rows.map(|(ring, key)| (key.id, ring.master().unwrap().wrap(key))).collect();
        let before = std::fs::read(&file).unwrap();
        std::fs::hard_link(&file, folder.path().join("kept")).unwrap();
        assert!(ring.unwrap(keys[0].id, &rows[0].1).is_some());

        let renewal = ring.renew().unwrap();
        assert!(ring.unwrap(keys[0].id, &rows[0].1).is_some(), "until all is wrapped anew, the old key opens it");
        let (anew, rewrapped) = renewal.rewrap(&[keys[1].id].into(), rows.clone());
        renewal.finish().unwrap();
        assert_eq!(rewrapped, Rewrapped { keys: 1, left: 1 });
        assert_eq!(anew.len(), 1, "neither the sealed one, nor the one of another master key");
        assert!(ring.unwrap(anew[0].0, &anew[0].1).is_some_and(|key| key.secret == keys[0].secret));
        assert!(ring.unwrap(keys[1].id, &rows[1].1).is_none());
        for left in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(left.unwrap().path()).unwrap();
            assert!(!bytes.windows(64).any(|found| *found == before[..64]), "the old key is overwritten");
        }
    }

    #[test]
    fn a_master_key_that_another_log_uses_is_not_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master-key");
        let [one, two] = [1, 2].map(|log| {
            let ring = Ring::under(Some(file.clone()));
            ring.belong_to(Uuid::from_u128(log));
            ring
        });
        let before = one.master().unwrap().id;
        one.name_log();
        one.renew().unwrap().finish().unwrap();
        let renewed = two.master().unwrap().id;
        two.name_log();
        assert_ne!(renewed, before);
        let refused = one.renew().err().unwrap().to_string();
        assert!(refused.contains("uses it too (the installation 00000000-0000-0000-0000-000000000002)"), "{refused}");
        assert_eq!(one.master().unwrap().id, renewed);
    }

    #[test]
    fn of_two_renewals_neither_loses_what_the_other_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Ring::under(Some(folder.path().join("master-key")));
        let key = new_keys(1)[0];
        let rows = vec![(key.id, ring.master().unwrap().wrap(&key))];
        let first = ring.renew().unwrap();
        let (rows, _) = first.rewrap(&[].into(), rows);
        let second = ring.renew().unwrap();
        first.finish().unwrap();
        let (rows, _) = second.rewrap(&[].into(), rows);
        second.finish().unwrap();
        let again = Ring::under(Some(folder.path().join("master-key")));
        assert!(again.unwrap(key.id, &rows[0].1).is_some());
        assert_eq!(again.known().masters.len(), 1);
    }
}
