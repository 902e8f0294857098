//! The file of the key under which secrets are sealed, outside the log and its backups.
//!
//! Invariant: the file is written once, as a whole, for its owner alone. A key that others may read is refused.

use std::io;
use std::path::{Path, PathBuf};

use store::private_file::{self, Readers};

use super::{SealingKey, random};

/// How many bytes a key has.
const LENGTH: usize = 32;

/// The file of the key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secrets of the pages, {}: {reason}", .file.display())]
pub struct KeyFileFault {
    file: PathBuf,
    reason: String,
}

impl SealingKey {
    /// Reads the key from its file, or makes both where there is no such file: 64 hexadecimal digits, mode 0600.
    ///
    /// # Errors
    /// If the file cannot be read or made, others may read it, or it holds something else.
    pub fn read_or_make(file: &Path) -> Result<Self, KeyFileFault> {
        let fault = |reason: String| KeyFileFault { file: file.to_owned(), reason };
        if !file.exists() {
            match make(file) {
                Ok(()) => {
                    let file = file.display();
                    tracing::info!(%file, "made the key under which secrets are sealed; keep a copy of it apart from the backups");
                }
                // Another process made it first.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(fault(format!("cannot be made: {error}"))),
            }
        }
        let text = private_file::read(file, Readers::Owner).map_err(fault)?;
        key(&text).map(Self).ok_or_else(|| fault(format!("expected {} hexadecimal digits", LENGTH * 2)))
    }
}

/// The key in a file's text.
fn key(text: &[u8]) -> Option<[u8; LENGTH]> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    if text.len() != LENGTH * 2 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let bytes: Result<Vec<u8>, _> =
        (0..LENGTH).map(|place| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16)).collect();
    bytes.ok()?.try_into().ok()
}

/// Makes the file with a new key.
fn make(file: &Path) -> io::Result<()> {
    let text: String = random::<LENGTH>().iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
    private_file::make(file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder of the test's own.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kamnot-key-file-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = folder("made");
        let file = folder.join("state/web-secrets");
        let made = SealingKey::read_or_make(&file).expect("made");
        assert_eq!(SealingKey::read_or_make(&file).expect("read").0, made.0);
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.parent().expect("a folder")).expect("read").count(), 1, "nothing is left over");
        assert!(SealingKey::read_or_make(&folder.join("other")).expect("made").0 != made.0);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_key_that_others_may_read_or_that_is_none_is_refused_and_never_replaced() {
        let folder = folder("refused");
        let file = folder.join("web-secrets");
        SealingKey::read_or_make(&file).expect("made");
        let text = fs::read_to_string(&file).expect("read");
        let refused = || SealingKey::read_or_make(&file).err().expect("refused").to_string();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
            assert!(refused().contains("chmod 0600"), "{}", refused());
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
        for wrong in ["", "abc", &text[1..], &text.replace(&text[..2], "ກx")] {
            fs::write(&file, wrong).expect("written");
            assert!(refused().contains("64 hexadecimal digits") && !refused().contains(&text[..8]), "{}", refused());
            assert_eq!(fs::read_to_string(&file).expect("read"), wrong);
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
