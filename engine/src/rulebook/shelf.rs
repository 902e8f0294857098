//! Every rulebook that a log was decided under: what was told is said in the words of the one it was told under.

use std::sync::Arc;

use super::{Digest, Rulebook};

/// The rulebook in force, and those before it.
#[derive(Clone, Debug)]
pub struct Shelf {
    in_force: Arc<Rulebook>,
    earlier: Vec<Rulebook>,
}

impl Shelf {
    /// The rulebook in force and the texts of all that the log holds. One that this program can no longer read is left
    /// out; what was told under it is then said in the words of the one in force.
    pub fn new(in_force: Arc<Rulebook>, texts: impl IntoIterator<Item = String>) -> Self {
        let earlier = texts.into_iter().filter_map(|text| Rulebook::stored(&text).ok());
        let earlier = earlier.filter(|book| book.digest != in_force.digest).collect();
        Self { in_force, earlier }
    }

    /// The rulebook with this digest.
    pub fn book(&self, digest: Digest) -> &Rulebook {
        self.earlier.iter().find(|book| book.digest == digest).unwrap_or(&self.in_force)
    }
}
