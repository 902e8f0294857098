//! Verifies proofs of inclusion and consistency, as RFC 9162, sections 2.1.3.2 and 2.1.4.2, has it.
//!
//! A proof is as long as the sizes demand: one hash more or less is refused, whatever it is.

use super::node_hash;
use crate::hash::Hash;

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("the tree has {size} leaves, so none with the index {index}")]
    NoSuchLeaf {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The tree that shall be the beginning is the larger one.
    #[error("a tree of {old} leaves is no beginning of one of {new}")]
    Shrunk {
        /// The size of the tree that shall be the beginning.
        old: u64,
        /// The size of the tree that shall continue it.
        new: u64,
    },
    /// The proof has more or fewer hashes than these sizes demand.
    #[error("the proof has {found} hashes, expected {expected}")]
    Length {
        /// How many hashes the proof has.
        found: usize,
        /// How many these sizes demand.
        expected: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The root that a tree of `size` leaves has if `leaf` is its leaf hash at `index`.
///
/// # Errors
/// If the tree has no such leaf, or the proof is of the wrong length.
pub fn root_of_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash]) -> Result<Hash, ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (inner, border) = lengths(index, size);
    of_length(proof, inner + border)?;
    let (inner, border) = proof.split_at(inner);
    Ok(from_left(on_path(leaf, inner, index), border))
}

/// Verifies that `leaf` is the leaf hash at `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// If it is not, as far as this proof shows.
pub fn verify_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash], root: Hash) -> Result<(), ProofError> {
    same(root_of_inclusion(index, size, leaf, proof)?, root)
}

/// Verifies that the tree with the first size and root is the beginning of the tree with the second. The proof from the
/// empty tree, and between equal sizes, has no hashes; a root that is given for the empty tree must be the empty
/// tree's.
///
/// # Errors
/// If it is not, as far as this proof shows.
pub fn verify_consistency(
    (old, old_root): (u64, Hash),
    (new, new_root): (u64, Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if new == 0 {
        same(new_root, super::empty_root())?;
    }
    if old == 0 {
        of_length(proof, 0)?;
        return same(old_root, super::empty_root());
    }
    if old == new {
        of_length(proof, 0)?;
        return same(old_root, new_root);
    }
    // The proof starts from the largest complete subtree at the old tree's right edge. If that is the whole old tree,
    // its hash is the old root and stands in no proof.
    let complete_levels = old.trailing_zeros();
    let (inner, border) = lengths(old - 1, new);
    let inner = inner - complete_levels as usize;
    let whole = old.is_power_of_two();
    of_length(proof, inner + border + usize::from(!whole))?;
    let (start, proof) = match proof.split_first() {
        Some((first, rest)) if !whole => (*first, rest),
        _ => (old_root, proof),
    };
    let path = (old - 1) >> complete_levels;
    let (inner, border) = proof.split_at(inner);
    same(from_left(only_left(start, inner, path), border), old_root)?;
    same(from_left(on_path(start, inner, path), border), new_root)
}

/// How many hashes of a proof stand below the place where the path joins the tree's right edge, and how many from there
/// on, all of which stand to the left.
fn lengths(index: u64, size: u64) -> (usize, usize) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner as usize, border as usize)
}

fn of_length(proof: &[Hash], expected: usize) -> Result<(), ProofError> {
    if proof.len() == expected { Ok(()) } else { Err(ProofError::Length { found: proof.len(), expected }) }
}

fn same(found: Hash, expected: Hash) -> Result<(), ProofError> {
    if found == expected { Ok(()) } else { Err(ProofError::Root) }
}

/// Joins each hash to the side that the path's bits say.
fn on_path(start: Hash, proof: &[Hash], path: u64) -> Hash {
    proof.iter().enumerate().fold(start, |hash, (level, other)| {
        if path >> level & 1 == 0 { node_hash(hash, *other) } else { node_hash(*other, hash) }
    })
}

/// Joins those hashes that lie to the left of the path: what lies to the right was not yet there.
fn only_left(start: Hash, proof: &[Hash], path: u64) -> Hash {
    let left = proof.iter().enumerate().filter(|(level, _)| path >> level & 1 == 1);
    left.fold(start, |hash, (_, other)| node_hash(*other, hash))
}

fn from_left(start: Hash, proof: &[Hash]) -> Hash {
    proof.iter().fold(start, |hash, other| node_hash(*other, hash))
}
