//! The proof of one stream: the `PrefixProof` of draft-ietf-keytrans-protocol with one search result.
//!
//! `depth` is how many bits lead to the place where the search ends: at the stream's leaf, at the leaf of another
//! stream, or at a missing child. There are as many elements.

use super::MapError;
use super::trie::{Node, leaf_hash, node_hash, side};
use crate::hash::Hash;
use crate::leaf::StreamId;

/// What the search for a stream came upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The stream.
    Stream,
    /// Another stream, which stands where this one would.
    Other {
        /// The other stream.
        stream: StreamId,
        /// Its head.
        head: Hash,
    },
    /// Nothing.
    Nothing,
}

/// The proof of a stream's head, or that there is no such stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixProof {
    found: Found,
    /// How many bits lead there, and how many elements there are.
    depth: u8,
    /// The hashes beside the way, as they lie from left to right: those to the left of it from the top, then those to
    /// the right of it from the bottom.
    elements: Vec<Hash>,
}

pub(super) fn prove(root: &Node, stream: &StreamId) -> Result<PrefixProof, MapError> {
    let (end, depth) = root.end_of_the_way_to(stream);
    let found = match end {
        Node::Leaf(other, _) if other == stream => Found::Stream,
        Node::Leaf(other, head) => Found::Other { stream: *other, head: *head },
        Node::Hidden(_) => return Err(MapError::Missing),
        Node::Empty | Node::Inner(_) => Found::Nothing,
    };
    let depth = u8::try_from(depth).map_err(|_| MapError::Depth)?;
    let (mut node, mut left, mut right) = (root, Vec::new(), Vec::new());
    for level in 0.. {
        let Node::Inner(inner) = node else { break };
        let [to_left, to_right] = &inner.children;
        if side(stream, level) == 0 {
            right.push(to_right.hash());
            node = to_left;
        } else {
            left.push(to_left.hash());
            node = to_right;
        }
    }
    left.extend(right.into_iter().rev());
    Ok(PrefixProof { found, depth, elements: left })
}

impl PrefixProof {
    /// What the search came upon. It is proved by [`PrefixProof::verify`] only.
    pub fn found(&self) -> Found {
        self.found
    }

    /// Verifies that in the map with this root the stream has this head, or with `None` that there is no such stream.
    ///
    /// # Errors
    /// If it does not prove that.
    pub fn verify(&self, root: Hash, stream: &StreamId, head: Option<Hash>) -> Result<(), MapError> {
        let depth = usize::from(self.depth);
        let end = match (&self.found, head) {
            (Found::Stream, Some(head)) => leaf_hash(stream, head),
            (Found::Other { stream: other, head }, None) => {
                // It is another stream, and the way to this one leads to it.
                if other == stream || (0..depth).any(|bit| side(other, bit) != side(stream, bit)) {
                    return Err(MapError::Form);
                }
                leaf_hash(other, *head)
            }
            (Found::Nothing, None) => Hash::ZERO,
            _ => return Err(MapError::Head),
        };
        let ones = (0..depth).filter(|bit| side(stream, *bit) == 1).count();
        let (left, right) = self.elements.split_at(ones);
        let (mut left, mut right) = (left.iter().rev(), right.iter());
        let mut hash = end;
        for level in (0..depth).rev() {
            let to_left = side(stream, level) == 1;
            let beside = *if to_left { left.next() } else { right.next() }.ok_or(MapError::Form)?;
            // A node has two keys below it. Only a leaf below the root may be alone.
            let may_be_alone = level == 0 && !matches!(self.found, Found::Nothing);
            if level + 1 == depth && beside == Hash::ZERO && !may_be_alone {
                return Err(MapError::Form);
            }
            hash = if to_left { node_hash(beside, hash) } else { node_hash(hash, beside) };
        }
        // No leaf stands at the root.
        if depth == 0 && !matches!(self.found, Found::Nothing) {
            return Err(MapError::Form);
        }
        if hash == root { Ok(()) } else { Err(MapError::Root) }
    }

    /// The proof's bytes: `PrefixProof` in TLS presentation language.
    pub fn to_bytes(&self) -> Vec<u8> {
        let result = match &self.found {
            Found::Stream => vec![2, 1],
            Found::Other { stream, head } => [&[66, 2], &stream.0[..], &head.0].concat(),
            Found::Nothing => vec![2, 3],
        };
        let length = u16::from(self.depth) * 32;
        let elements: Vec<u8> = self.elements.iter().flat_map(|element| element.0).collect();
        [&result[..], &[self.depth], &length.to_be_bytes(), &elements].concat()
    }

    /// The proof that `to_bytes` wrote.
    ///
    /// # Errors
    /// If no proof is written so.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MapError> {
        let (length, rest) = bytes.split_first().ok_or(MapError::Form)?;
        let (result, rest) = rest.split_at_checked(usize::from(*length)).ok_or(MapError::Form)?;
        let (length, elements) = rest.split_first_chunk().ok_or(MapError::Form)?;
        let (found, depth) = match result {
            [1, depth] => (Found::Stream, *depth),
            [3, depth] => (Found::Nothing, *depth),
            [2, leaf @ .., depth] => {
                let (stream, head) = leaf.split_first_chunk().ok_or(MapError::Form)?;
                let head = head.try_into().map_err(|_| MapError::Form)?;
                (Found::Other { stream: StreamId(*stream), head: Hash(head) }, *depth)
            }
            _ => return Err(MapError::Form),
        };
        let (chunks, over) = elements.as_chunks();
        let is_of_length = usize::from(u16::from_be_bytes(*length)) == elements.len() && over.is_empty();
        if !is_of_length || chunks.len() != usize::from(depth) {
            return Err(MapError::Form);
        }
        Ok(Self { found, depth, elements: chunks.iter().map(|chunk| Hash(*chunk)).collect() })
    }
}
