//! How much one command tells.
//!
//! Invariant: what is left untold is found again by the next command; at least one topic is told each time.

/// How many states of the past one command assesses at the most, to say whether a fact was recorded late. Each costs as
/// much as an assessment of the case, and is needed once for all alerts of limits that passed between two records.
const LOOKS_BACK: usize = 64;

/// How much is told at once, at the least one topic: the rest is found again the next time.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    /// How many facts.
    pub(crate) facts: usize,
    /// How many states of the past they may be held against.
    pub(crate) looks_back: usize,
}

/// The most facts that one topic gives: an alert withdrawn, another raised in its place and settled.
const OF_ONE_TOPIC: usize = 3;

impl Most {
    pub(crate) const NO_LIMIT: Self = Self { facts: usize::MAX, looks_back: usize::MAX };

    /// As many facts as these, and no more than [`LOOKS_BACK`] states of the past.
    pub(crate) fn of(facts: usize) -> Self {
        Self { facts: facts.max(OF_ONE_TOPIC), looks_back: LOOKS_BACK }
    }

    /// Whether so many facts may have been told because there was no room for more.
    pub(crate) fn may_have_cut(self, told: usize) -> bool {
        told >= self.looks_back.min(self.facts.saturating_sub(OF_ONE_TOPIC - 1))
    }
}
