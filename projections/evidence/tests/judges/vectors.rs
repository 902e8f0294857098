//! Vectors of others, as `fixtures/third-party` keeps them.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A file of lines `name: value`.
pub struct Vector {
    text: String,
    path: PathBuf,
}

impl Vector {
    /// The file with this path below `fixtures/third-party`.
    pub fn read(path: &str) -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/third-party").join(path))
    }

    fn at(path: PathBuf) -> Self {
        Self { text: fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())), path }
    }

    /// The files of a folder, sorted by their names.
    pub fn folder(path: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/third-party").join(path);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.is_file());
        paths.sort();
        paths.into_iter().map(Self::at).collect()
    }

    /// The name of the file, without its ending.
    pub fn name(&self) -> &str {
        self.path.file_stem().and_then(|stem| stem.to_str()).expect("a name")
    }

    /// The values of all lines with this name.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.text.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    /// The value of the line with this name.
    pub fn value(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_else(|| panic!("{}: no {name}", self.path.display()))
    }

    /// The bytes that a line gives in base64.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        STANDARD.decode(self.value(name)).expect("base64")
    }
}
