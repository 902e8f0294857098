//! Files with secrets: who may read them.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Who may read a file with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The owner alone.
    Owner,
    /// The owner and the file's group, such as Debian's `ssl-cert`.
    OwnerAndGroup,
}

impl Readers {
    const fn excluded(self) -> u32 {
        match self {
            Self::Owner => 0o077,
            Self::OwnerAndGroup => 0o027,
        }
    }
}

/// Reads a file that nobody else may read or write.
///
/// # Errors
/// Why it cannot be read, or is refused: never what it contains.
pub fn read(path: &Path, readers: Readers) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(failed)?;
    // Of the open file, so that it is the one that is read.
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & readers.excluded() != 0 {
        let fit = mode & !readers.excluded();
        return Err(format!(
            "holds a secret, and others may read or change it (mode {mode:04o}): run chmod {fit:04o} {}",
            path.display()
        ));
    }
    let mut contents = Vec::new();
    file.read_to_end(&mut contents).map_err(failed)?;
    Ok(contents)
}
