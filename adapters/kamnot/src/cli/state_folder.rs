//! The folder where the program keeps small files between its runs.

use std::env;
use std::path::PathBuf;

/// `kamnot` in the user's state folder (XDG Base Directory: `$XDG_STATE_HOME`, an absolute path, or `~/.local/state`);
/// `None` if there is no home folder.
pub(super) fn state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("kamnot"))
}
