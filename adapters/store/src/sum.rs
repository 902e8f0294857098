//! The sum of a log's events, in whatever order they are taken: so that a log that is read in the order of its events can be
//! compared with a copy that is read case by case.
//!
//! Invariant: two logs have one sum only if they have the same events in the same places.

use sha2::{Digest as _, Sha256};

use super::Position;

/// How many events, and the SHA-256 of each in its place: its four numbers of 64 bits, each added for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSum {
    /// How many.
    pub events: u64,
    digests: [u64; 4],
}

impl EventSum {
    /// Adds an event; `content`: its JSON in its canonical spelling, and its disclosures.
    pub(super) fn add(&mut self, case: &str, version: i64, position: Position, content: &[&str; 2]) {
        let mut hash = Sha256::new();
        hash.update(position.0.to_le_bytes());
        hash.update(version.to_le_bytes());
        hash.update((case.len() as u64).to_le_bytes());
        hash.update(case);
        for text in content {
            hash.update(text);
        }
        let digest = hash.finalize();
        let (numbers, _) = digest.as_chunks();
        let digests = std::array::from_fn(|n| u64::from_le_bytes(numbers[n]));
        self.add_all(Self { events: 1, digests });
    }

    /// Adds the events of another sum.
    pub(super) fn add_all(&mut self, other: Self) {
        self.events += other.events;
        self.digests = std::array::from_fn(|n| self.digests[n].wrapping_add(other.digests[n]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(events: &[(&str, i64, i64, &str)]) -> EventSum {
        let mut sum = EventSum::default();
        for (case, version, position, json) in events {
            sum.add(case, *version, Position(*position), &[json, ""]);
        }
        sum
    }

    #[test]
    fn the_order_does_not_matter_and_everything_else_does() {
        let [a, b] = [("A-1", 1, 1, "{}"), ("B-1", 1, 2, "{\"n\":1}")];
        let both = sum(&[a, b]);
        assert_eq!(sum(&[b, a]), both);
        let mut parts = sum(&[b]);
        parts.add_all(sum(&[a]));
        assert_eq!(parts, both);
        let others = [("A-2", 1, 1, "{}"), ("A-1", 2, 1, "{}"), ("A-1", 1, 3, "{}"), ("A-1", 1, 1, "[]")];
        for other in others {
            assert_ne!(sum(&[other, b]), both, "{other:?}");
        }
        assert_ne!(sum(&[a, b, b]), both);
        assert_ne!(sum(&[a]), both);
    }
}
