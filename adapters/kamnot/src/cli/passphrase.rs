//! Passphrases of keys: from a file, or typed without being seen.
//!
//! Invariant: no passphrase is taken from the command line.

use std::path::Path;

use store::private_file::{self, Readers};

use super::typed::secret;

/// The fewest characters of a passphrase.
const FEWEST: usize = 12;

/// Where the passphrase of some keys is.
pub(super) struct Passphrase<'o> {
    /// Its file, if one is named.
    pub file: Option<&'o Path>,
    /// The option that names it.
    pub option: &'static str,
    /// What it opens.
    pub whose: &'static str,
}

impl Passphrase<'_> {
    /// The passphrase of new keys: what is typed without being seen is typed twice.
    pub(super) fn chosen(&self) -> Result<String, String> {
        let passphrase = self.given()?;
        if self.file.is_none() && secret("The same again: ")?.is_none_or(|again| again != passphrase) {
            return Err("the two passphrases are not the same; no keys were made".to_owned());
        }
        Ok(passphrase)
    }

    /// The passphrase: from its file, or asked for on the terminal.
    pub(super) fn given(&self) -> Result<String, String> {
        let (whose, option) = (self.whose, self.option);
        let typed = if let Some(file) = self.file {
            let read = private_file::read(file, Readers::Owner).map_err(|why| format!("{}: {why}", file.display()))?;
            String::from_utf8(read).map_err(|_| format!("{}: expected a text", file.display()))?
        } else {
            secret(&format!("Passphrase of {whose}: "))?
                .ok_or_else(|| format!("a passphrase opens {whose}: name its file with {option}"))?
        };
        let passphrase = typed.lines().next().unwrap_or_default().to_owned();
        if passphrase.chars().count() < FEWEST {
            return Err(format!("the passphrase of {whose} has to have {FEWEST} characters at least"));
        }
        Ok(passphrase)
    }
}
