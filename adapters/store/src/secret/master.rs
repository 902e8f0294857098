//! The file of a log's master keys: each wraps the keys of cases. It lies outside the log, its file of keys, and their backups.
//!
//! Invariant: the file is for its owner alone; it is written as a whole. The first key in it wraps what is new; each opens what
//! it wrapped. The file names the logs that use it. Where a key is destroyed, its bytes in the old file are overwritten.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::{env, io};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{CaseKey, Rewrapped, Secret};
use crate::Fault;
use crate::private_file::{self, Readers};

/// What stands before the installation of a log that uses the file.
const LOG: &str = "log ";

/// A key that wraps others.
#[derive(Clone)]
pub(crate) struct Master {
    /// What names it in what it wrapped: of a digest of it.
    pub id: Uuid,
    secret: Secret,
}

impl Master {
    fn of(secret: Secret) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update("kamnot/master-key/1\n").chain_update(secret.0).finalize().into();
        Self { id: Uuid::from_bytes(std::array::from_fn(|n| digest[n])), secret }
    }

    /// The key of a case, wrapped: the id of this key, the nonce, and the rest.
    pub fn wrap(&self, key: &CaseKey) -> Vec<u8> {
        [&self.id.as_bytes()[..], &self.secret.seal(key.id.as_bytes(), &key.secret.0)].concat()
    }
}

/// What a file of master keys holds.
#[derive(Default)]
pub(super) struct Contents {
    /// The keys.
    pub masters: Vec<Master>,
    /// The logs whose keys they wrap, each by its installation.
    logs: Vec<Uuid>,
}

impl Contents {
    fn of(text: &str) -> Option<Self> {
        let mut contents = Self::default();
        for line in text.lines() {
            match line.strip_prefix(LOG) {
                Some(log) => contents.logs.push(Uuid::try_parse(log).ok()?),
                None => contents.masters.push(Master::of(Secret(key(line)?))),
            }
        }
        (!contents.masters.is_empty()).then_some(contents)
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(65 * self.masters.len() + 41 * self.logs.len());
        for master in &self.masters {
            for byte in master.secret.0 {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        for log in &self.logs {
            let _ = writeln!(text, "{LOG}{log}");
        }
        text
    }
}

/// Unwraps the key with this id; `None` if none of these master keys wrapped it, or it was altered.
pub(super) fn unwrapped(masters: &[Master], id: Uuid, wrapped: &[u8]) -> Option<CaseKey> {
    let (master, wrapped) = wrapped.split_first_chunk::<16>()?;
    let master = masters.iter().find(|known| known.id.as_bytes() == master)?;
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
pub(super) fn read(file: &Path) -> Result<Contents, Fault> {
    if !file.exists() {
        return Ok(Contents::default());
    }
    let text = private_file::read(file, Readers::Owner).map_err(|reason| fault(file, &reason))?;
    let damaged = || fault(file, "expected a line of 64 hexadecimal digits for each key; restore a copy of it");
    Contents::of(std::str::from_utf8(&text).unwrap_or_default()).ok_or_else(damaged)
}

/// As [`read`], with a new key where there is no such file.
pub(super) fn read_or_make(file: &Path) -> Result<Contents, Fault> {
    if !file.exists() {
        let made = Contents { masters: vec![Master::of(Secret::random())], logs: Vec::new() };
        match private_file::make(file, made.text().as_bytes()) {
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

/// Names a log in the file, so that no other log destroys its keys, if that was not done.
///
/// # Errors
/// If the file can't be read or replaced.
pub(super) fn name_log(file: &Path, log: Uuid) -> Result<(), Fault> {
    let held = hold(file)?;
    let contents = read(file)?;
    // Of two that are named, one is another than any log: no more need to be.
    if !contents.masters.is_empty() && contents.logs.len() < 2 && !contents.logs.contains(&log) {
        replace(file, &Contents { logs: [&contents.logs[..], &[log]].concat(), ..contents })?;
    }
    drop(held);
    Ok(())
}

/// A master key that takes the place of those in its file, which are destroyed.
pub(crate) struct Renewal {
    file: PathBuf,
    new: Master,
    old: Vec<Master>,
}

impl Renewal {
    /// What is in a file whose keys may be destroyed. `log`: the one that uses it.
    ///
    /// # Errors
    /// As [`read`]; if there is no file, it can't be replaced, or another log uses it.
    pub(super) fn permitted(file: &Path, log: Option<Uuid>) -> Result<Contents, Fault> {
        let contents = read(file)?;
        if contents.masters.is_empty() {
            return Err(fault(file, "there is no such file; name the right one with --master-key"));
        }
        if let Some(other) = contents.logs.iter().find(|known| Some(**known) != log) {
            return Err(fault(
                file,
                &format!(
                    "another log uses it too (the installation {other}), and would lose its keys; copy the file, name the copy with \
                     --master-key for this log from now on, and take the lines of other logs out of it"
                ),
            ));
        }
        let writable = OpenOptions::new().write(true).open(file);
        writable.map_err(|error| fault(file, &format!("cannot be replaced: {error}")))?;
        Ok(contents)
    }

    /// Puts a new key in front of those in the file, so that all that is wrapped from now on is wrapped by it.
    ///
    /// # Errors
    /// As [`Renewal::permitted`].
    pub(super) fn begin(file: &Path, log: Option<Uuid>) -> Result<Self, Fault> {
        let held = hold(file)?;
        let contents = Self::permitted(file, log)?;
        let (new, old) = (Master::of(Secret::random()), contents.masters.clone());
        let mut masters = vec![new.clone()];
        masters.extend(contents.masters);
        replace(file, &Contents { masters, logs: contents.logs })?;
        drop(held);
        Ok(Self { file: file.to_owned(), new, old })
    }

    /// The keys of the log as they are kept from now on, with what became of them: those of `sealed` are left out, the others wrapped
    /// anew as far as they can be unwrapped.
    pub fn rewrap(&self, sealed: &BTreeSet<Uuid>, rows: Vec<(Uuid, Vec<u8>)>) -> (Vec<(Uuid, Vec<u8>)>, Rewrapped) {
        let mut rewrapped = Rewrapped::default();
        let others = rows.into_iter().filter(|(id, wrapped)| !sealed.contains(id) && !wrapped.is_empty());
        let anew = others.filter_map(|(id, wrapped)| {
            let key = unwrapped(&self.old, id, &wrapped);
            *(if key.is_some() { &mut rewrapped.keys } else { &mut rewrapped.left }) += 1;
            Some((id, self.new.wrap(&key?)))
        });
        (anew.collect(), rewrapped)
    }

    /// The ids of the keys that are destroyed.
    pub fn old(&self) -> impl Iterator<Item = Uuid> {
        self.old.iter().map(|master| master.id)
    }

    /// Takes the old keys out of the file, once everything is wrapped by the new one.
    ///
    /// # Errors
    /// If the file can't be read or replaced.
    pub fn finish(&self) -> Result<(), Fault> {
        let held = hold(&self.file)?;
        // Another one may have been put in front of them.
        let mut contents = read(&self.file)?;
        contents.masters.retain(|master| self.old().all(|old| old != master.id));
        replace(&self.file, &contents)?;
        drop(held);
        Ok(())
    }
}

fn hold(file: &Path) -> Result<File, Fault> {
    private_file::hold(file).map_err(|error| fault(file, &format!("cannot be held: {error}")))
}

fn replace(file: &Path, contents: &Contents) -> Result<(), Fault> {
    let replaced = private_file::replace_and_overwrite(file, contents.text().as_bytes());
    replaced.map_err(|error| fault(file, &format!("cannot be replaced: {error}")))
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

    use super::*;

    #[test]
    fn a_file_of_keys_is_made_once_and_each_key_in_it_opens_what_it_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/master-key");
        assert!(read(&file).unwrap().masters.is_empty());
        let masters = read_or_make(&file).unwrap().masters;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let key = CaseKey { id: Uuid::from_u128(1), secret: Secret::random() };
        let wrapped = masters[0].wrap(&key);
        let other = read_or_make(&folder.path().join("other")).unwrap().masters;
        assert!(unwrapped(&other, key.id, &wrapped).is_none());
        let both = fs::read_to_string(folder.path().join("other")).unwrap() + &fs::read_to_string(&file).unwrap();
        fs::write(&file, both).unwrap();
        let both = read_or_make(&file).unwrap().masters;
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
