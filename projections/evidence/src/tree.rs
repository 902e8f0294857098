//! The log's tree: the hashes of RFC 6962, proofs of inclusion and consistency, and their verification.
//!
//! A log keeps the hash of each complete subtree, which never changes once it is complete. Every root and every proof
//! is made from these. [`Frontier`] says which become complete as leaves are appended; [`Plan`] says which a root or a
//! proof needs, so that a database reads them at once.

mod frontier;
mod verify;

use std::ops::Range;

pub use frontier::Frontier;
pub use verify::{ProofError, root_of_inclusion, verify_consistency, verify_inclusion};

use crate::hash::Hash;

/// The hash of a leaf: SHA-256(00 | leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash::of(&[&[0], leaf])
}

/// The hash of a node above two others: SHA-256(01 | left | right).
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The root of the tree over no leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The root of the tree over these leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    frontier.extend(leaves.iter().copied());
    frontier.root()
}

/// A complete subtree: over the 2^`level` leaves from `index` * 2^`level` on. At level 0 it is a leaf hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Its height above the leaves.
    pub level: u8,
    /// How many subtrees of this level lie to the left of it.
    pub index: u64,
}

/// What a root or a proof is made of: for each of its hashes, the leaves below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<Range<u64>>);

impl Plan {
    /// The root of the tree over the first `size` leaves: one hash, and none of the empty tree.
    pub fn root(size: u64) -> Self {
        Self((size > 0).then_some(0..size).into_iter().collect())
    }

    /// The proof that leaf `index` is in the tree over the first `size` leaves. `None` if there is no such leaf.
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let (mut below, mut ranges) = (0..size, Vec::new());
        while below.end - below.start > 1 {
            let middle = split(&below);
            if index < middle {
                ranges.push(middle..below.end);
                below.end = middle;
            } else {
                ranges.push(below.start..middle);
                below.start = middle;
            }
        }
        ranges.reverse();
        Some(Self(ranges))
    }

    /// The proof that the tree over the first `old` leaves is the beginning of the one over the first `new`. `None` if
    /// `old` is larger. Of the empty tree, and of equal sizes, the proof has no hashes.
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old > new {
            return None;
        }
        let (mut below, mut ranges) = (0..new, Vec::new());
        while old > 0 && below.end != old {
            let middle = split(&below);
            if old <= middle {
                ranges.push(middle..below.end);
                below.end = middle;
            } else {
                ranges.push(below.start..middle);
                below.start = middle;
            }
        }
        // The old root itself is known to whoever verifies.
        if below.start > 0 {
            ranges.push(below);
        }
        ranges.reverse();
        Some(Self(ranges))
    }

    /// The complete subtrees whose hashes are needed.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        self.0.iter().flat_map(complete)
    }

    /// The hashes of the root or proof, made from those of complete subtrees.
    ///
    /// # Errors
    /// What `hash` fails with.
    pub fn hashes<E>(&self, mut hash: impl FnMut(Node) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
        let mut made = Vec::with_capacity(self.0.len());
        for range in &self.0 {
            let mut parts = Vec::new();
            for node in complete(range) {
                parts.push(hash(node)?);
            }
            made.extend(joined(&parts));
        }
        Ok(made)
    }
}

/// Where RFC 6962 divides a tree of more than one leaf: the largest power of two that is smaller than its size.
fn split(below: &Range<u64>) -> u64 {
    below.start + (1 << (below.end - below.start - 1).ilog2())
}

/// The complete subtrees that make up the subtree over these leaves, from left to right: one for each bit of its size.
fn complete(below: &Range<u64>) -> impl Iterator<Item = Node> + use<> {
    let (size, mut start) = (below.end - below.start, below.start);
    (0..64).rev().filter(move |level| size >> level & 1 == 1).map(move |level| {
        let node = Node { level, index: start >> level };
        start += 1 << level;
        node
    })
}

/// The hash over complete subtrees that lie side by side, the larger to the left. `None` of none.
fn joined(parts: &[Hash]) -> Option<Hash> {
    let (last, before) = parts.split_last()?;
    Some(before.iter().rfold(*last, |right, left| node_hash(*left, right)))
}

#[cfg(test)]
mod tests;
