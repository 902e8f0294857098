//! Files for their owner alone: who may read them, and how they are written.
//!
//! Invariant: a file has its name only as a whole, and is on disk when it was written.

use std::fs::{self, DirBuilder, File, OpenOptions};
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

/// Writes a new file, in a folder that is made for its owner alone if it is not there.
///
/// # Errors
/// If it cannot be written, or there is one.
pub fn make(file: &Path, contents: &[u8]) -> io::Result<()> {
    // Unlike renaming, this replaces no file.
    write(file, contents, |whole, file| fs::hard_link(whole, file))
}

/// Writes a file in place of the one before, if there is one.
///
/// # Errors
/// If it cannot be written. Then it is as it was; but for a failure at the very end, of which nobody knows.
pub fn replace(file: &Path, contents: &[u8]) -> io::Result<()> {
    write(file, contents, |whole, file| fs::rename(whole, file))
}

/// As [`replace`] where there is one before, whose bytes are then overwritten: under its other names as well, if it has any.
///
/// # Errors
/// If it cannot be written, or there is none before. It may be replaced and the one before not overwritten.
pub fn replace_and_overwrite(file: &Path, contents: &[u8]) -> io::Result<()> {
    let mut old = OpenOptions::new().write(true).open(file)?;
    replace(file, contents)?;
    let length = usize::try_from(old.metadata()?.len()).unwrap_or(0);
    old.write_all(&vec![0; length])?;
    old.sync_all()
}

/// Keeps others from changing the file, in every process, until what is given here is dropped: those who ask here as well. Who reads it
/// need not ask.
///
/// # Errors
/// If its folder can't be read.
pub fn hold(file: &Path) -> io::Result<File> {
    let folder = File::open(folder_of(file))?;
    folder.lock()?;
    Ok(folder)
}

fn write(file: &Path, contents: &[u8], name: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(file);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let whole = folder.join(format!(".kamnot-secret.unfinished-{}-{}", std::process::id(), uuid::Uuid::new_v4()));
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&whole)?;
    let named = written.write_all(contents).and_then(|()| written.sync_all()).and_then(|()| name(&whole, file));
    // What was renamed is not there any more.
    let _ = fs::remove_file(&whole);
    named?;
    File::open(folder)?.sync_all()
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
