//! The prefix tree in memory, parts of which may be known by their hash alone.

use super::{Changed, MapError, Prefix};
use crate::hash::Hash;
use crate::leaf::StreamId;

/// A place of the tree and what lies below it.
#[derive(Clone, Debug, Default)]
pub(super) enum Node {
    /// Nothing.
    #[default]
    Empty,
    /// Two keys or more, of which only the hash is known; in a proof also a single one.
    Hidden(Hash),
    /// One key.
    Leaf(StreamId, Hash),
    /// Two keys or more; at the root also a single one.
    Inner(Box<Inner>),
}

/// A node with its children.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    hash: Hash,
    pub(super) children: [Node; 2],
}

/// Which child the way to a key takes at this depth: its bits, the most significant first.
pub(super) fn side(stream: &StreamId, depth: usize) -> usize {
    usize::from(stream.0[depth / 8] >> (7 - depth % 8) & 1)
}

/// The way to where a page begins.
fn sides(prefix: &Prefix) -> impl Iterator<Item = usize> {
    let bits = prefix.0.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.map(usize::from)
}

/// The hash of a leaf: SHA-256(02 | key | head).
pub(super) fn leaf_hash(stream: &StreamId, head: Hash) -> Hash {
    Hash::of(&[&[2], &stream.0, &head.0])
}

/// The hash of a node with two children, of which one may be missing: SHA-256(03 | left | right).
pub(super) fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash::of(&[&[3], &left.0, &right.0])
}

impl Node {
    pub(super) fn inner(children: [Self; 2]) -> Self {
        let hash = node_hash(children[0].hash(), children[1].hash());
        Self::Inner(Box::new(Inner { hash, children }))
    }

    pub(super) fn hash(&self) -> Hash {
        match self {
            Self::Empty => Hash::ZERO,
            Self::Hidden(hash) => *hash,
            Self::Leaf(stream, head) => leaf_hash(stream, *head),
            Self::Inner(inner) => inner.hash,
        }
    }

    /// Where the way to a key ends, and at which depth.
    pub(super) fn end_of_the_way_to(&self, stream: &StreamId) -> (&Self, usize) {
        let (mut node, mut depth) = (self, 0);
        while let Self::Inner(inner) = node {
            node = &inner.children[side(stream, depth)];
            depth += 1;
        }
        (node, depth)
    }

    /// The key and the depth if the way to it ends where nothing but a hash is known.
    pub(super) fn hidden_on_the_way_to<'a>(&self, stream: &'a StreamId) -> Option<(&'a StreamId, usize)> {
        let (end, depth) = self.end_of_the_way_to(stream);
        matches!(end, Self::Hidden(_)).then_some((stream, depth))
    }

    pub(super) fn head(&self, stream: &StreamId) -> Result<Option<Hash>, MapError> {
        match self.end_of_the_way_to(stream).0 {
            Self::Leaf(found, head) if found == stream => Ok(Some(*head)),
            Self::Hidden(_) => Err(MapError::Missing),
            _ => Ok(None),
        }
    }

    /// The place where a page begins.
    pub(super) fn at(&self, prefix: &Prefix) -> Option<&Self> {
        let mut node = self;
        for side in sides(prefix) {
            let Self::Inner(inner) = node else { return None };
            node = &inner.children[side];
        }
        Some(node)
    }

    /// The place where a page begins, to put it there.
    pub(super) fn at_mut(&mut self, prefix: &Prefix) -> Option<&mut Self> {
        let mut node = self;
        for side in sides(prefix) {
            let Self::Inner(inner) = node else { return None };
            node = &mut inner.children[side];
        }
        Some(node)
    }

    /// This place after the heads of these streams, sorted and all below it, were set. Nothing on the ways to them is
    /// hidden.
    pub(super) fn set(self, depth: usize, heads: &[(StreamId, Hash)], changed: &mut Changed) -> Self {
        let children = match (self, heads) {
            (node, []) => return node,
            (Self::Empty, [(stream, head)]) if depth > 0 => {
                changed.added += 1;
                return Self::Leaf(*stream, *head);
            }
            (Self::Leaf(found, _), [(stream, head)]) if found == *stream => return Self::Leaf(found, *head),
            (Self::Inner(inner), _) => inner.children,
            // Another key comes below this place, so that the leaf moves down, as far as both go the same way.
            (Self::Leaf(found, head), _) => {
                let mut children = [Self::Empty, Self::Empty];
                children[side(&found, depth)] = Self::Leaf(found, head);
                children
            }
            (Self::Empty | Self::Hidden(_), _) => [Self::Empty, Self::Empty],
        };
        let [left, right] = children;
        let (to_left, to_right) = heads.split_at(heads.partition_point(|(stream, _)| side(stream, depth) == 0));
        let node = Self::inner([left.set(depth + 1, to_left, changed), right.set(depth + 1, to_right, changed)]);
        if depth.is_multiple_of(8) {
            changed.pages.push(Prefix(heads[0].0.0[..depth / 8].to_vec()));
        }
        node
    }
}
