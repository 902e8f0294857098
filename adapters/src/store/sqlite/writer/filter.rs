//! A Bloom filter over the ids of recorded actions: it knows most new ids as new without a look at the disk.
//!
//! Invariant: an id that was added is never said to be new.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use uuid::Uuid;

/// How many bits an id takes, and how many of them it sets: about one new id in a hundred is looked up for nothing.
const BITS_AN_ID: usize = 10;
const BITS_SET: u64 = 5;

/// The filter.
pub(super) struct Filter {
    words: Vec<u64>,
    /// How many more ids it takes before it says too little.
    room: usize,
}

impl Filter {
    /// A filter with room for so many ids.
    pub fn with_room(ids: usize) -> Self {
        Self { words: vec![0; (ids * BITS_AN_ID).div_ceil(64).max(1)], room: ids }
    }

    /// Adds an id; false if there is no more room, and a larger filter is needed.
    #[must_use]
    pub fn add(&mut self, id: Uuid) -> bool {
        for bit in self.bits(id) {
            self.words[bit / 64] |= 1 << (bit % 64);
        }
        self.room = self.room.saturating_sub(1);
        self.room > 0
    }

    /// Whether an id was surely never added.
    pub fn is_new(&self, id: Uuid) -> bool {
        self.bits(id).any(|bit| self.words[bit / 64] & (1 << (bit % 64)) == 0)
    }

    /// The bits of an id.
    fn bits(&self, id: Uuid) -> impl Iterator<Item = usize> + use<> {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let (first, step) = (hasher.finish(), id.as_u64_pair().1 | 1);
        let all = self.words.len() * 64;
        (0..BITS_SET).map(move |nth| {
            let bit = first.wrapping_add(nth.wrapping_mul(step)) % all as u64;
            usize::try_from(bit).unwrap_or(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, &n.to_be_bytes())
    }

    #[test]
    fn what_was_added_is_known_and_of_the_others_few_are_taken_for_known() {
        let mut filter = Filter::with_room(10_000);
        assert!((1..10_000).all(|n| filter.add(id(n))));
        assert!(!filter.add(id(10_000)), "it is full");
        assert!((1..=10_000).all(|n| !filter.is_new(id(n))));
        let mistaken = (10_001..=20_000).filter(|n| !filter.is_new(id(*n))).count();
        assert!(mistaken < 300, "{mistaken} of 10,000");
    }
}
