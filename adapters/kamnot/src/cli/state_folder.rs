//! The folder where the program keeps small files between its runs, and the file of its secrets there.

use std::env;
use std::path::PathBuf;

use super::output::Failure;

/// `kamnot` in the user's state folder (XDG Base Directory: `$XDG_STATE_HOME`, an absolute path, or `~/.local/state`);
/// `None` if there is no home folder.
pub(super) fn state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("kamnot"))
}

/// The file of the key under which secrets are sealed: the one that is named, or that of the state folder.
pub(super) fn secrets(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let file = named.or_else(|| Some(state_folder()?.join("web-secrets")));
    file.ok_or_else(|| {
        Failure::Refused("there is no home folder for the secrets: name a file with --web-secrets".to_owned())
    })
}
