//! Sets of kinds of action.

use super::ActionName;

/// A set of kinds of action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names(u64);

impl Names {
    /// The set of these names.
    pub const fn of(names: &[ActionName]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < names.len() {
            bits |= 1 << names[i] as u64;
            i += 1;
        }
        Self(bits)
    }

    /// Whether `name` is in the set.
    pub const fn has(self, name: ActionName) -> bool {
        self.0 & (1 << name as u64) != 0
    }

    /// The names of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a name is in both sets.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no name is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names, in the course of a case.
    pub fn iter(self) -> impl Iterator<Item = ActionName> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let name = ActionName::ALL.get(left.trailing_zeros() as usize).copied();
            left &= left.wrapping_sub(1);
            name
        })
    }
}
