//! Files of keys that sign, each under a passphrase or open.
//!
//! Invariant: a file is for its owner alone; it is written as a whole. Under a passphrase nobody signs who has the file alone.

use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evidence::key::{KeyError, SignerKey, VerifierKey};
use uuid::Uuid;

use crate::sealing::{SealingKey, random};
use store::private_file::{self, Readers};

/// For whom the secret in a file is sealed.
const OWNER: Uuid = Uuid::from_u128(0x6b61_6d6e_6f74_6c6f_676b_6579_0000_0001);
/// What a guess of the passphrase costs: 64 MiB, three times.
const MEMORY_KIB: u32 = 64 * 1024;
const TIMES: u32 = 3;

/// A file of keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{whose}, {}: {reason}", .file.display())]
pub struct SignerFileFault {
    whose: &'static str,
    file: PathBuf,
    reason: String,
}

/// One kind of files.
pub(crate) struct SignerFile {
    /// Its first line.
    pub title: &'static str,
    /// Whose keys they are.
    pub whose: &'static str,
    /// The command that writes them.
    pub written_by: &'static str,
}

/// What a file says to everybody.
pub(crate) struct Shown {
    /// Its keys, each behind the word for it.
    pub keys: Vec<(String, VerifierKey)>,
    /// The line of the secret.
    secret: String,
}

impl Shown {
    /// Whether a passphrase opens the file.
    pub(crate) fn is_sealed(&self) -> bool {
        self.secret.starts_with("sealed ")
    }

    /// The key behind a word.
    pub(crate) fn key(&self, word: &str) -> Option<VerifierKey> {
        self.keys.iter().find(|(of, _)| of == word).map(|(_, key)| key.clone())
    }
}

/// Keys with the words for them.
pub(crate) type Named<'k> = [(&'static str, &'k SignerKey)];

impl SignerFile {
    /// Writes the file as `how` says: [`private_file::make`] or [`private_file::replace`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write(
        &self,
        file: &Path,
        keys: &Named<'_>,
        passphrase: Option<&str>,
        how: fn(&Path, &[u8]) -> io::Result<()>,
    ) -> Result<(), SignerFileFault> {
        how(file, self.text(file, keys, passphrase)?.as_bytes())
            .map_err(|error| self.fault(file, format!("cannot be written: {error}")))
    }

    fn text(&self, file: &Path, keys: &Named<'_>, passphrase: Option<&str>) -> Result<String, SignerFileFault> {
        let secret: String = keys.iter().map(|(_, key)| key.to_text() + "\n").collect();
        let line = |(word, key): &(&str, &SignerKey)| format!("{word} {}\n", key.verifier());
        let public: String = keys.iter().map(line).collect();
        let last = if let Some(passphrase) = passphrase {
            let salt: [u8; 16] = random();
            let key = wrapping(passphrase, &salt).map_err(|reason| self.fault(file, reason))?;
            format!("sealed {} {}", STANDARD.encode(salt), STANDARD.encode(key.seal(OWNER, secret.as_bytes())))
        } else {
            format!("open {}", STANDARD.encode(secret))
        };
        Ok(format!("{}\n{public}{last}\n", self.title))
    }

    /// What the file says without its passphrase.
    ///
    /// # Errors
    /// If it cannot be read, others may read it, or it holds something else.
    pub(crate) fn shown(&self, file: &Path) -> Result<Shown, SignerFileFault> {
        let text = private_file::read(file, Readers::Owner).map_err(|reason| self.fault(file, reason))?;
        let text = String::from_utf8(text).map_err(|_| self.damaged(file))?;
        let lines = text.strip_prefix(self.title).and_then(|lines| lines.strip_prefix('\n'));
        let lines = lines.ok_or_else(|| self.fault(file, format!("does not begin with {}", self.title)))?;
        let lines: Vec<&str> = lines.lines().collect();
        let (secret, keys) = lines.split_last().ok_or_else(|| self.damaged(file))?;
        let key = |line: &&str| -> Result<(String, VerifierKey), SignerFileFault> {
            let (word, key) = line.split_once(' ').ok_or_else(|| self.damaged(file))?;
            Ok((word.to_owned(), key.parse().map_err(|error: KeyError| self.fault(file, error.to_string()))?))
        };
        Ok(Shown { keys: keys.iter().map(key).collect::<Result<_, _>>()?, secret: (*secret).to_owned() })
    }

    /// Reads the keys, in their order; the passphrase is asked for if the file has one.
    ///
    /// # Errors
    /// If the file cannot be read, others may read it, the passphrase is wrong, or it holds something else.
    pub(crate) fn read(
        &self,
        file: &Path,
        passphrase: impl FnOnce() -> Result<String, String>,
    ) -> Result<Vec<(String, SignerKey)>, SignerFileFault> {
        let fault = |reason: String| self.fault(file, reason);
        let shown = self.shown(file)?;
        let secret = match shown.secret.split(' ').collect::<Vec<_>>()[..] {
            ["open", secret] => STANDARD.decode(secret).ok(),
            ["sealed", salt, sealed] => {
                let both = STANDARD.decode(salt).ok().zip(STANDARD.decode(sealed).ok());
                let (salt, sealed) = both.ok_or_else(|| self.damaged(file))?;
                let opened = wrapping(&passphrase().map_err(fault)?, &salt).map_err(fault)?.open(OWNER, &sealed);
                Some(opened.ok_or_else(|| fault("the passphrase is not the one of this file".to_owned()))?)
            }
            _ => None,
        };
        let secret = secret.and_then(|secret| String::from_utf8(secret).ok()).ok_or_else(|| self.damaged(file))?;
        let signers = secret.lines().map(SignerKey::from_text).collect::<Result<Vec<SignerKey>, KeyError>>();
        let signers = signers.map_err(|error| fault(error.to_string()))?;
        let public = shown.keys.iter().map(|(_, key)| key);
        if !public.eq(signers.iter().map(SignerKey::verifier)) {
            return Err(self.damaged(file));
        }
        Ok(shown.keys.into_iter().map(|(word, _)| word).zip(signers).collect())
    }

    /// The fault of a file that has something else than it should.
    pub(crate) fn damaged(&self, file: &Path) -> SignerFileFault {
        self.fault(file, format!("is not what `{}` writes; restore a copy of it", self.written_by))
    }

    fn fault(&self, file: &Path, reason: String) -> SignerFileFault {
        SignerFileFault { whose: self.whose, file: file.to_owned(), reason }
    }
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
