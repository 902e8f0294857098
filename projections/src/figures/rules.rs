//! The rules of figures, each in its place, so that facts of cases name them in two bytes.

use engine::rulebook::{RuleId, Rulebook};

/// The rules of a rulebook and of the earlier ones behind it, each with its place.
pub struct Rules(Vec<RuleId>);

impl Rules {
    /// Those of a rulebook.
    pub fn of(book: &Rulebook) -> Self {
        let mut ids: Vec<RuleId> = book.chain().flat_map(|book| book.rules().iter().map(|rule| rule.id)).collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// The rule in a place.
    pub fn at(&self, place: usize) -> Option<RuleId> {
        self.0.get(place).copied()
    }

    pub(super) fn place(&self, rule: RuleId) -> Option<u16> {
        u16::try_from(self.0.binary_search(&rule).ok()?).ok()
    }
}
