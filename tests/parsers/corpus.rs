//! The entries that are mutated, and what of them is private.

use std::path::{Path, PathBuf};

/// What of the corpus nothing may repeat: who the child is, when it was born, free text, in each form that the corpus has. Each
/// is long enough to be no accident.
pub const PRIVATE: [&str; 4] = ["Phommachan", "2009-11-20", "20/11/2009", "Khamla"];

/// A file of the corpus.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus").join(name)
}

/// Its text.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Its lines.
pub fn lines(name: &str) -> Vec<String> {
    text(name).lines().map(str::to_owned).collect()
}

/// Asserts that something said of an input repeats nothing private.
#[track_caller]
pub fn assert_discreet(said: &str, input: &[u8]) {
    for private in PRIVATE {
        assert!(!said.contains(private), "{private} is in {said}\nof {}", String::from_utf8_lossy(input));
    }
}

/// Asserts that what is said of an input grows with it and not beyond: `own` bytes may be the parser's own words.
#[track_caller]
pub fn assert_brief(said: usize, input: usize, own: usize) {
    assert!(said <= input + own, "{said} bytes are said of {input} bytes");
}
