//! Files with secrets: who may read them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
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
    let failed = |error: io::Error| format!("cannot be read: {error}");
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

/// Writes a new file for its owner alone, in a folder that is made for its owner alone if it is not there. It gets its name when it is
/// whole.
///
/// # Errors
/// If it cannot be written, or there is one.
pub fn make(file: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".kamnot-secret.unfinished-{}-{}", std::process::id(), uuid::Uuid::new_v4()));
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let whole = written.write_all(contents).and_then(|()| written.sync_all());
    // Unlike renaming, this replaces no file.
    let named = whole.and_then(|()| fs::hard_link(&unfinished, file));
    fs::remove_file(&unfinished)?;
    named?;
    File::open(folder)?.sync_all()
}
