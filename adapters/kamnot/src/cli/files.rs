//! Files of a command: read as a whole, but not if they are too long for what they should be; and new ones.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::output::Failure;

/// The bytes of a file; none of one that is longer than this.
pub(super) fn read(file: &Path, longest: usize) -> Result<Option<Vec<u8>>, Failure> {
    let fault = |error: io::Error| Failure::Fault(format!("{}: cannot be read: {error}", file.display()));
    let mut bytes = Vec::new();
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file).map_err(fault)?.take(most).read_to_end(&mut bytes).map_err(fault)?;
    Ok((bytes.len() <= longest).then_some(bytes))
}

/// Writes a new file, which only its owner may read, also where there are no links, as on a stick.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        written.write_all(bytes)?;
        written.sync_all()
    };
    write().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Refused(format!("{}: there is a file of that name", file.display())),
        _ => Failure::Fault(format!("{}: cannot be written: {error}", file.display())),
    })
}
