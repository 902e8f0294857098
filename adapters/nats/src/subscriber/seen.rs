//! The file with the ids of the alerts already shown: one a line, appended.
//!
//! Invariant: an id counts as seen once it is on disk. A truncated last line does not count. Two followers never share
//! a file: each would get only a part of the alerts.

use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Error, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::NatsFault;

/// The ids of the alerts already shown.
pub(super) struct Seen {
    ids: HashSet<Uuid>,
    file: File,
    path: PathBuf,
}

impl Seen {
    /// Reads the ids of a file, which is created with its folders if it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, NatsFault> {
        Self::read(path).map_err(|error| fault(path, &error))
    }

    fn read(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Error::other("another follower uses it; give this one a file of its own with --seen")
            }
            TryLockError::Error(error) => error,
        })?;
        let text = std::io::read_to_string(&file)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.write_all(b"\n")?;
        }
        let ids = text[..whole].lines().filter_map(|line| line.parse().ok()).collect();
        Ok(Self { ids, file, path: path.to_owned() })
    }

    /// Whether an alert was shown.
    pub(super) fn contains(&self, id: Uuid) -> bool {
        self.ids.contains(&id)
    }

    /// Notes that an alert was shown; returns when that is on disk.
    pub(super) fn add(&mut self, id: Uuid) -> Result<(), NatsFault> {
        let written = self.file.write_all(format!("{id}\n").as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| fault(&self.path, &error))?;
        self.ids.insert(id);
        Ok(())
    }
}

fn fault(path: &Path, error: &Error) -> NatsFault {
    NatsFault::Own(format!("the file of alerts already shown, {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cut_off_by_a_crash_is_not_seen_and_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("seen");
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        std::fs::write(&path, format!("{one}\n{}", &two.to_string()[..20])).expect("written");
        Seen::open(&path).and_then(|mut seen| seen.add(three)).expect("added");
        let first = Seen::open(&path).expect("read");
        assert!(matches!(Seen::open(&path), Err(NatsFault::Own(said)) if said.contains("another follower")));
        drop(first);
        let seen = Seen::open(&path).expect("read");
        assert_eq!([one, two, three].map(|id| seen.contains(id)), [true, false, true]);
    }
}
