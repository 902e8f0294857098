//! All rulebooks under which a log was decided. An alert is explained in the words of the rulebook that it was raised
//! under.

use std::sync::Arc;

use super::{Digest, Rulebook};

/// The rulebook in force, and the earlier ones.
#[derive(Clone, Debug)]
pub struct Rulebooks {
    in_force: Arc<Rulebook>,
    earlier: Vec<Rulebook>,
}

impl Rulebooks {
    /// Takes the rulebook in force and the texts of all rulebooks of the log. A rulebook that this program can no longer
    /// read is left out; alerts raised under it are then explained in the words of the one in force.
    pub fn new(in_force: Arc<Rulebook>, texts: impl IntoIterator<Item = String>) -> Self {
        let earlier = texts.into_iter().filter_map(|text| Rulebook::stored(&text).ok());
        let earlier = earlier.filter(|book| book.digest() != in_force.digest()).collect();
        Self { in_force, earlier }
    }

    /// The rulebook with this digest.
    pub fn book(&self, digest: Digest) -> &Rulebook {
        self.earlier.iter().find(|book| book.digest() == digest).unwrap_or(&self.in_force)
    }
}
