//! The keys with which a log signs its checkpoints and receipts, in a file outside the log and its backups.
//!
//! Invariant: a file is for its owner alone; it is written as a whole and never in place of another one but by a rotation,
//! which keeps the key before. Under a passphrase nobody signs who has the file alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evidence::key::{KeyError, KeyType, SignerKey, VerifierKey};
use evidence::receipt;
use store::private_file::{self, Readers};
use uuid::Uuid;

use crate::sealing::{SealingKey, random};

/// The first line of a file.
const TITLE: &str = "kamnot-log-key/1";
/// For whom the secret in a file is sealed.
const OWNER: Uuid = Uuid::from_u128(0x6b61_6d6e_6f74_6c6f_676b_6579_0000_0001);
/// What a guess of the passphrase costs: 64 MiB, three times.
const MEMORY_KIB: u32 = 64 * 1024;
const TIMES: u32 = 3;

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

/// The file of a log's keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log's keys, {}: {reason}", .file.display())]
pub struct LogKeyFault {
    file: PathBuf,
    reason: String,
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
    pub fn write(&self, file: &Path, passphrase: Option<&str>) -> Result<(), LogKeyFault> {
        // Unlike renaming, this replaces no file.
        self.write_by(file, passphrase, |whole, file| fs::hard_link(whole, file))
    }

    /// Writes the file anew.
    ///
    /// # Errors
    /// If it cannot be written; then it is as it was.
    pub fn rewrite(&self, file: &Path, passphrase: Option<&str>) -> Result<(), LogKeyFault> {
        self.write_by(file, passphrase, |whole, file| fs::rename(whole, file))
    }

    fn write_by(
        &self,
        file: &Path,
        passphrase: Option<&str>,
        name: impl FnOnce(&Path, &Path) -> io::Result<()>,
    ) -> Result<(), LogKeyFault> {
        let fault = |reason: String| LogKeyFault { file: file.to_owned(), reason };
        let text = self.to_text(passphrase).map_err(fault)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let whole = folder.join(format!(".kamnot-log-key.unfinished-{}", std::process::id()));
        let write = || -> io::Result<()> {
            let _ = fs::remove_file(&whole);
            let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&whole)?;
            written.write_all(text.as_bytes())?;
            written.sync_all()?;
            name(&whole, file)?;
            let _ = fs::remove_file(&whole);
            fs::File::open(folder)?.sync_all()
        };
        write().map_err(|error| fault(format!("cannot be written: {error}")))
    }

    fn to_text(&self, passphrase: Option<&str>) -> Result<String, String> {
        let keys = [Some(&self.log), Some(&self.receipt), self.previous.as_ref()];
        let secret: String = keys.iter().flatten().map(|key| key.to_text() + "\n").collect();
        let public = self.public();
        let previous = public.previous.map(|previous| format!("previous {previous}\n")).unwrap_or_default();
        let last = if let Some(passphrase) = passphrase {
            let salt: [u8; 16] = random();
            let sealed = wrapping(passphrase, &salt)?.seal(OWNER, secret.as_bytes());
            format!("sealed {} {}", STANDARD.encode(salt), STANDARD.encode(sealed))
        } else {
            format!("open {}", STANDARD.encode(secret))
        };
        Ok(format!("{TITLE}\nlog {}\nreceipt {}\n{previous}{last}\n", public.log, public.receipt))
    }

    /// Reads the keys; the passphrase is asked for if the file has one.
    ///
    /// # Errors
    /// If the file cannot be read, others may read it, the passphrase is wrong, or it holds something else.
    pub fn read(file: &Path, passphrase: impl FnOnce() -> Result<String, String>) -> Result<Self, LogKeyFault> {
        let fault = |reason: String| LogKeyFault { file: file.to_owned(), reason };
        let (public, line) = public(file)?;
        let secret = match line.split(' ').collect::<Vec<_>>()[..] {
            ["open", secret] => STANDARD.decode(secret).ok(),
            ["sealed", salt, sealed] => {
                let both = STANDARD.decode(salt).ok().zip(STANDARD.decode(sealed).ok());
                let (salt, sealed) = both.ok_or_else(|| fault(damaged()))?;
                let opened = wrapping(&passphrase().map_err(fault)?, &salt).map_err(fault)?.open(OWNER, &sealed);
                Some(opened.ok_or_else(|| fault("the passphrase is not the one of this file".to_owned()))?)
            }
            _ => None,
        };
        let secret = secret.and_then(|secret| String::from_utf8(secret).ok()).ok_or_else(|| fault(damaged()))?;
        let signers = secret.lines().map(SignerKey::from_text).collect::<Result<Vec<SignerKey>, KeyError>>();
        let mut signers = signers.map_err(|error| fault(error.to_string()))?.into_iter();
        let (Some(log), Some(receipt)) = (signers.next(), signers.next()) else { return Err(fault(damaged())) };
        let keys = Self { log, receipt, previous: signers.next() };
        let same = keys.public() == PublicKeys { sealed: false, ..public };
        same.then_some(keys).ok_or_else(|| fault(damaged()))
    }
}

impl PublicKeys {
    /// What the file says without its passphrase.
    ///
    /// # Errors
    /// If it cannot be read, others may read it, or it holds something else.
    pub fn read(file: &Path) -> Result<Self, LogKeyFault> {
        public(file).map(|(public, _)| public)
    }
}

/// What a file says to everybody, and the line of its secret.
fn public(file: &Path) -> Result<(PublicKeys, String), LogKeyFault> {
    let fault = |reason: String| LogKeyFault { file: file.to_owned(), reason };
    let text = private_file::read(file, Readers::Owner).map_err(fault)?;
    let text = String::from_utf8(text).map_err(|_| fault(damaged()))?;
    let lines: Vec<&str> = text.lines().collect();
    let (Some((&TITLE, lines)), Some(secret)) = (lines.split_first(), lines.last()) else {
        return Err(fault(format!("does not begin with {TITLE}")));
    };
    let key = |what: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(what)?.strip_prefix(' '));
        line.map(|key| key.parse::<VerifierKey>().map_err(|error| fault(error.to_string()))).transpose()
    };
    let (Some(log), Some(receipt)) = (key("log")?, key("receipt")?) else { return Err(fault(damaged())) };
    let public = PublicKeys { log, receipt, previous: key("previous")?, sealed: secret.starts_with("sealed ") };
    Ok((public, (*secret).to_owned()))
}

fn damaged() -> String {
    "is not what `kamnot key new` writes; restore a copy of it".to_owned()
}

/// The key that a passphrase gives.
fn wrapping(passphrase: &str, salt: &[u8]) -> Result<SealingKey, String> {
    let mut key = [0; 32];
    let failed = |error: argon2::Error| format!("the passphrase cannot be used: {error}");
    let params = Params::new(MEMORY_KIB, TIMES, 1, Some(key.len())).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.as_bytes(), salt, &mut key).map_err(failed)?;
    Ok(SealingKey::of(key))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

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
        for (from, to) in [(TITLE, "x"), ("log ", "lag "), ("\nsealed ", "\nopen "), (ORIGIN, "example.org/other")] {
            fs::write(&file, text.replacen(from, to, 1)).expect("written");
            assert!(read(&file, "a long passphrase").is_err(), "{from}");
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
