//! Cases that are due.
//!
//! Invariant: how heavy a case is, is known before it is read.

use engine::action::CaseRef;

use crate::heavy::HEAVY_CASE;

/// A case that has something to tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueCase {
    /// The case.
    pub case: CaseRef,
    /// How many events its stream holds.
    pub version: u32,
}

impl DueCase {
    /// Whether work on it takes long.
    pub const fn is_heavy(&self) -> bool {
        self.version as usize >= HEAVY_CASE
    }
}
