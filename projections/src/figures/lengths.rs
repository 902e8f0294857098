//! Lengths of time, of which the median and any other rank is found without going through all.
//!
//! Invariant: the same lengths give the same ranks, in whatever order they came and whatever was removed again.

use crate::multiset::Multiset;

/// Of how many seconds lengths are counted together first: two to this power.
const TOGETHER: u32 = 10;

/// Lengths of time in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    each: Multiset<u32>,
    /// The same, without their last digits.
    together: Multiset<u32>,
}

impl Lengths {
    /// Adds a length.
    pub fn add(&mut self, length: u32) {
        self.each.add(length);
        self.together.add(length >> TOGETHER);
    }

    /// Removes a length that is there.
    pub fn remove(&mut self, length: u32) {
        self.each.remove(length);
        self.together.remove(length >> TOGETHER);
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.each.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The smallest of the lengths that at least so many percent do not exceed; none of none.
    pub fn nearest_rank(&self, percent: usize) -> Option<u32> {
        let rank = (self.len() * percent).div_ceil(100);
        let (begin, before) = self.together.ranked(0, rank)?;
        self.each.ranked(begin << TOGETHER, rank - before).map(|(length, _)| length)
    }
}

impl FromIterator<u32> for Lengths {
    fn from_iter<I: IntoIterator<Item = u32>>(lengths: I) -> Self {
        let mut all = Self::default();
        lengths.into_iter().for_each(|length| all.add(length));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_that_of_all_lengths_in_order() {
        let mut lengths: Vec<u32> = (0..3_000_u32).map(|n| n.wrapping_mul(2_654_435_761) % 90_000).collect();
        let mut kept: Lengths = lengths.iter().copied().collect();
        lengths.drain(..1_000).for_each(|length| kept.remove(length));
        lengths.sort_unstable();
        for percent in 1..=100 {
            assert_eq!(kept.nearest_rank(percent), Some(lengths[(2_000 * percent).div_ceil(100) - 1]), "{percent} %");
        }
    }
}
