//! The file of a log's master keys: each wraps the keys of cases. It lies outside the log, its file of keys, and their backups.
//!
//! Invariant: the file is for its owner alone; it is made once, as a whole. The first key in it wraps what is new; each opens what
//! it wrapped.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, io};

use sha2::{Digest as _, Sha256};

use super::{CaseKey, Secret};
use crate::Fault;
use crate::private_file::{self, Readers};

/// How many bytes name a master key in what it wrapped.
const NAME: usize = 8;

/// A key that wraps others.
#[derive(Clone)]
pub(super) struct Master {
    name: [u8; NAME],
    secret: Secret,
}

impl Master {
    fn of(secret: Secret) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update("kamnot/master-key/1\n").chain_update(secret.0).finalize().into();
        Self { name: std::array::from_fn(|n| digest[n]), secret }
    }

    /// The key of a case, wrapped: the name of this key, the nonce, and the rest.
    pub fn wrap(&self, key: &CaseKey) -> Vec<u8> {
        [&self.name[..], &self.secret.seal(key.id.as_bytes(), &key.secret.0)].concat()
    }
}

/// Unwraps the key with this id; `None` if none of these master keys wrapped it, or it was altered.
pub(super) fn unwrapped(masters: &[Master], id: uuid::Uuid, wrapped: &[u8]) -> Option<CaseKey> {
    let (name, wrapped) = wrapped.split_first_chunk::<NAME>()?;
    let master = masters.iter().find(|master| master.name == *name)?;
    let secret = master.secret.open(id.as_bytes(), wrapped)?.try_into().ok()?;
    Some(CaseKey { id, secret: Secret(secret) })
}

/// Where the master keys of a log in this file lie, unless another file is named: beside it.
pub fn beside(log: &Path) -> PathBuf {
    let mut file = log.as_os_str().to_owned();
    file.push(".master-key");
    file.into()
}

/// Where the master keys of logs on a server lie, unless another file is named: in the user's state folder. `None` if there is
/// no home folder.
pub fn in_state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("kamnot/master-key"))
}

/// The master keys in a file; none if there is no such file.
///
/// # Errors
/// If it cannot be read, others may read it, or it holds something else.
pub(super) fn read(file: &Path) -> Result<Vec<Master>, Fault> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = private_file::read(file, Readers::Owner).map_err(|reason| fault(file, &reason))?;
    let text = std::str::from_utf8(&text).unwrap_or_default();
    let keys: Option<Vec<Master>> = text.lines().map(|line| Some(Master::of(Secret(key(line)?)))).collect();
    let damaged = || fault(file, "expected a line of 64 hexadecimal digits for each key; restore a copy of it");
    keys.filter(|keys| !keys.is_empty()).ok_or_else(damaged)
}

/// As [`read`], with a new key where there is no such file.
pub(super) fn read_or_make(file: &Path) -> Result<Vec<Master>, Fault> {
    if !file.exists() {
        let mut text = String::with_capacity(65);
        for byte in Secret::random().0 {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
        match private_file::make(file, text.as_bytes()) {
            Ok(()) => tracing::info!(
                file = %file.display(),
                "made the master key of what is personal in the log; keep a copy of it apart from the backups: without it \
                 nobody reads a name again"
            ),
            // Another process made it first.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(fault(file, &format!("cannot be made: {error}"))),
        }
    }
    read(file)
}

fn key(line: &str) -> Option<[u8; 32]> {
    if line.len() != 64 || !line.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let bytes: Result<Vec<u8>, _> =
        (0..32).map(|place| u8::from_str_radix(&line[place * 2..place * 2 + 2], 16)).collect();
    bytes.ok()?.try_into().ok()
}

fn fault(file: &Path, reason: &str) -> Fault {
    Fault::unavailable(format!("the master key of what is personal in the log, {}: {reason}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_file_of_keys_is_made_once_and_each_key_in_it_opens_what_it_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/master-key");
        assert!(read(&file).unwrap().is_empty());
        let masters = read_or_make(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let key = CaseKey { id: Uuid::from_u128(1), secret: Secret::random() };
        let wrapped = masters[0].wrap(&key);
        let other = read_or_make(&folder.path().join("other")).unwrap();
        assert!(unwrapped(&other, key.id, &wrapped).is_none());
        let both = fs::read_to_string(folder.path().join("other")).unwrap() + &fs::read_to_string(&file).unwrap();
        fs::write(&file, both).unwrap();
        let both = read_or_make(&file).unwrap();
        assert!(unwrapped(&both, key.id, &wrapped).is_some_and(|found| found.secret == key.secret));
        assert!(unwrapped(&both, Uuid::from_u128(2), &wrapped).is_none());
    }

    #[test]
    fn a_file_that_others_may_read_or_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master-key");
        read_or_make(&file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let refused = || read_or_make(&file).err().expect("refused").to_string();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(refused().contains("chmod 0600"), "{}", refused());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for wrong in ["", "\n", "abc", &text[1..], &text.replace(&text[..2], "ກx")] {
            fs::write(&file, wrong).unwrap();
            assert!(refused().contains("64 hexadecimal digits") && !refused().contains(&text[..8]), "{}", refused());
        }
    }
}
