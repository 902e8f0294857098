//! How many alert events one command may add.
//!
//! Invariant: each command adds the events of at least one topic, and the next command finds what was left.

/// The most past states of a case that one command assesses, to find out whether a fact was recorded late. Each costs as
/// much as an assessment of the case. One past state serves all alerts of limits that passed between two records.
const LOOKS_BACK: usize = 64;

/// How much one command adds, at least one topic. The next command finds the rest.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    /// The most alert events.
    pub(crate) facts: usize,
    /// The most past states that may be assessed.
    pub(crate) looks_back: usize,
}

/// The most alert events of one topic: an alert is withdrawn with its escalation, and another is raised in its place and
/// settled.
const OF_ONE_TOPIC: usize = 4;

impl Most {
    pub(crate) const NO_LIMIT: Self = Self { facts: usize::MAX, looks_back: usize::MAX };

    /// At most `facts` alert events and [`LOOKS_BACK`] past states.
    pub(crate) fn of(facts: usize) -> Self {
        Self { facts: facts.max(OF_ONE_TOPIC), looks_back: LOOKS_BACK }
    }

    /// Whether a command that added `told` alert events may have had no room for more.
    pub(crate) fn may_have_cut(self, told: usize) -> bool {
        told >= self.looks_back.min(self.facts.saturating_sub(OF_ONE_TOPIC - 1))
    }
}
