//! The keys with which a log signs its checkpoints and receipts, in a file outside the log and its backups.
//!
//! Invariant: a file is never written in place of another one but by a rotation, which keeps the key before.

use std::path::Path;

use evidence::key::{KeyError, KeyType, SignerKey, VerifierKey};
use evidence::receipt;
use store::private_file;

use crate::sealing::random;
use crate::signer_file::{SignerFile, SignerFileFault};

const FILE: SignerFile =
    SignerFile { title: "kamnot-log-key/1", whose: "the log's keys", written_by: "kamnot key new" };

/// The keys of a log.
#[derive(Clone, Debug)]
pub struct LogKeys {
    /// Signs checkpoints; its name is the log's origin.
    pub log: SignerKey,
    /// Signs receipts.
    pub receipt: SignerKey,
    /// The key of checkpoints before a rotation.
    pub previous: Option<SignerKey>,
}

/// What a file says without its passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeys {
    /// Verifies checkpoints.
    pub log: VerifierKey,
    /// Verifies receipts.
    pub receipt: VerifierKey,
    /// The key of checkpoints before a rotation.
    pub previous: Option<VerifierKey>,
    /// Whether a passphrase opens the file.
    pub sealed: bool,
}

impl LogKeys {
    /// New keys of the log with this origin.
    ///
    /// # Errors
    /// If this may be no origin.
    pub fn made(origin: &str) -> Result<Self, KeyError> {
        let signer = |name: &str| SignerKey::new(name, KeyType::Note, &random());
        Ok(Self { log: signer(origin)?, receipt: signer(&receipt::key_name(origin))?, previous: None })
    }

    /// The same with a new key of checkpoints.
    ///
    /// # Errors
    /// None: the origin is one.
    pub fn rotated(self) -> Result<Self, KeyError> {
        let log = SignerKey::new(self.log.verifier().name(), KeyType::Note, &random())?;
        Ok(Self { log, previous: Some(self.log), receipt: self.receipt })
    }

    /// The log's name for the world.
    pub fn origin(&self) -> &str {
        self.log.verifier().name()
    }

    /// What anybody may know of them.
    pub fn public(&self) -> PublicKeys {
        PublicKeys {
            log: self.log.verifier().clone(),
            receipt: self.receipt.verifier().clone(),
            previous: self.previous.as_ref().map(|key| key.verifier().clone()),
            sealed: false,
        }
    }

    /// Writes a new file.
    ///
    /// # Errors
    /// If it cannot be written, or there is one.
    pub fn write(&self, file: &Path, passphrase: Option<&str>) -> Result<(), SignerFileFault> {
        FILE.write(file, &self.named(), passphrase, private_file::make)
    }

    /// Writes the file anew.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn rewrite(&self, file: &Path, passphrase: Option<&str>) -> Result<(), SignerFileFault> {
        FILE.write(file, &self.named(), passphrase, private_file::replace)
    }

    fn named(&self) -> Vec<(&'static str, &SignerKey)> {
        let previous = self.previous.as_ref().map(|key| ("previous", key));
        [("log", &self.log), ("receipt", &self.receipt)].into_iter().chain(previous).collect()
    }

    /// Reads the keys; the passphrase is asked for if the file has one.
    ///
    /// # Errors
    /// If the file cannot be read, others may read it, the passphrase is wrong, or it holds something else.
    pub fn read(file: &Path, passphrase: impl FnOnce() -> Result<String, String>) -> Result<Self, SignerFileFault> {
        let mut keys = FILE.read(file, passphrase)?;
        let mut take = |word: &str| {
            let at = keys.iter().position(|(of, _)| of == word)?;
            Some(keys.swap_remove(at).1)
        };
        match (take("log"), take("receipt"), take("previous")) {
            (Some(log), Some(receipt), previous) => Ok(Self { log, receipt, previous }),
            _ => Err(FILE.damaged(file)),
        }
    }
}

impl PublicKeys {
    /// What the file says without its passphrase.
    ///
    /// # Errors
    /// If it cannot be read, others may read it, or it holds something else.
    pub fn read(file: &Path) -> Result<Self, SignerFileFault> {
        let shown = FILE.shown(file)?;
        match (shown.key("log"), shown.key("receipt"), shown.key("previous")) {
            (Some(log), Some(receipt), previous) => Ok(Self { log, receipt, previous, sealed: shown.is_sealed() }),
            _ => Err(FILE.damaged(file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    const ORIGIN: &str = "example.org/log";

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kamnot-log-key-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn read(file: &Path, passphrase: &str) -> Result<LogKeys, String> {
        LogKeys::read(file, || Ok(passphrase.to_owned())).map_err(|fault| fault.to_string())
    }

    #[test]
    fn keys_are_read_as_they_were_written_with_and_without_a_passphrase() {
        let folder = folder("read");
        for (name, passphrase) in [("open", None), ("sealed", Some("a long passphrase"))] {
            let (file, keys) = (folder.join(name), LogKeys::made(ORIGIN).expect("keys"));
            keys.write(&file, passphrase).expect("written");
            assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
            let found = read(&file, passphrase.unwrap_or_default()).expect("read");
            assert_eq!((found.public(), found.log.to_text()), (keys.public(), keys.log.to_text()));
            assert_eq!(PublicKeys::read(&file).expect("read").sealed, passphrase.is_some());
            assert!(keys.write(&file, None).is_err(), "no file is replaced");
            let rotated = found.rotated().expect("a key");
            rotated.rewrite(&file, passphrase).expect("written");
            let found = read(&file, passphrase.unwrap_or_default()).expect("read");
            assert_eq!(found.previous.map(|key| key.to_text()), Some(keys.log.to_text()));
            assert_ne!(found.log.to_text(), keys.log.to_text());
        }
        assert_eq!(fs::read_dir(&folder).expect("read").count(), 2, "nothing is left over");
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_file_under_a_passphrase_holds_no_key_and_opens_for_no_other() {
        let folder = folder("sealed");
        let (file, keys) = (folder.join("log-key"), LogKeys::made(ORIGIN).expect("keys"));
        keys.write(&file, Some("a long passphrase")).expect("written");
        let text = fs::read_to_string(&file).expect("read");
        let (_, secret) =
            keys.log.to_text().rsplit_once('+').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a key");
        assert!(!text.contains("PRIVATE") && !text.contains(&secret));
        assert!(read(&file, "another").expect_err("refused").contains("the passphrase is not the one"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
        assert!(read(&file, "a long passphrase").expect_err("refused").contains("chmod 0600"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
        for (from, to) in [(FILE.title, "x"), ("log ", "lag "), ("\nsealed ", "\nopen "), (ORIGIN, "example.org/other")]
        {
            fs::write(&file, text.replacen(from, to, 1)).expect("written");
            assert!(read(&file, "a long passphrase").is_err(), "{from}");
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
