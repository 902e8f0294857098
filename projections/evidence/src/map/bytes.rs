//! Pages of the map, and the proof of many streams at once, to and from bytes.
//!
//! Both write the tree from the top, the left child before the right one: `00` nothing, `01 | key | head` a leaf, `02`
//! a node that its children follow, `03 | hash` what is known by its hash alone. There is one spelling for each part of
//! a map; everything else is refused.

use std::collections::BTreeSet;

use super::trie::{Node, side};
use super::{MapError, Prefix};
use crate::hash::Hash;
use crate::leaf::StreamId;

/// How many levels a page has.
const LEVELS: usize = 8;

/// A page: eight levels, of what lies below them the hash. `None` if no page begins at this place.
pub(super) fn page_to_bytes(node: &Node) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    write_page(node, LEVELS, &mut bytes);
    matches!(node, Node::Inner(_)).then_some(bytes)
}

fn write_page(node: &Node, levels: usize, bytes: &mut Vec<u8>) {
    match node {
        Node::Inner(inner) if levels > 0 => {
            bytes.push(2);
            inner.children.iter().for_each(|child| write_page(child, levels - 1, bytes));
        }
        Node::Inner(_) | Node::Hidden(_) => write_hash(node, bytes),
        Node::Leaf(stream, head) => write_leaf(stream, *head, bytes),
        Node::Empty => bytes.push(0),
    }
}

/// The proof of these streams: all that lies on the ways to them, of what lies beside them the hash.
pub(super) fn pruned_to_bytes(root: &Node, streams: &BTreeSet<StreamId>) -> Result<Vec<u8>, MapError> {
    let mut bytes = Vec::new();
    let streams: Vec<StreamId> = streams.iter().copied().collect();
    write_pruned(root, 0, &streams, &mut bytes)?;
    Ok(bytes)
}

fn write_pruned(node: &Node, depth: usize, streams: &[StreamId], bytes: &mut Vec<u8>) -> Result<(), MapError> {
    match node {
        Node::Empty => bytes.push(0),
        _ if streams.is_empty() => write_hash(node, bytes),
        Node::Hidden(_) => return Err(MapError::Missing),
        Node::Leaf(stream, head) => write_leaf(stream, *head, bytes),
        Node::Inner(inner) => {
            bytes.push(2);
            let (left, right) = streams.split_at(streams.partition_point(|stream| side(stream, depth) == 0));
            write_pruned(&inner.children[0], depth + 1, left, bytes)?;
            write_pruned(&inner.children[1], depth + 1, right, bytes)?;
        }
    }
    Ok(())
}

fn write_hash(node: &Node, bytes: &mut Vec<u8>) {
    bytes.push(3);
    bytes.extend(node.hash().0);
}

fn write_leaf(stream: &StreamId, head: Hash, bytes: &mut Vec<u8>) {
    bytes.push(1);
    bytes.extend(stream.0);
    bytes.extend(head.0);
}

/// The part of the map in the page below this prefix.
pub(super) fn page_from_bytes(bytes: &[u8], prefix: &Prefix) -> Result<Node, MapError> {
    let top = prefix.bytes().len() * 8;
    let mut way = [0; 32];
    way[..prefix.bytes().len()].copy_from_slice(prefix.bytes());
    let mut reader = Reader { rest: bytes, way, bottom: Some(top + LEVELS) };
    match reader.whole(top)? {
        node @ Node::Inner(_) => Ok(node),
        // Whoever sets nothing in an empty map has no page of it.
        _ => Err(MapError::Form),
    }
}

/// The part of the map that a proof of many streams shows.
pub(super) fn pruned_from_bytes(bytes: &[u8]) -> Result<Node, MapError> {
    Reader { rest: bytes, way: [0; 32], bottom: None }.whole(0)
}

struct Reader<'a> {
    rest: &'a [u8],
    /// The bits that lead to the place that is read, and zeros.
    way: [u8; 32],
    /// The depth at which a page ends and hashes stand for what lies below. A proof may have them anywhere.
    bottom: Option<usize>,
}

impl Reader<'_> {
    fn whole(&mut self, top: usize) -> Result<Node, MapError> {
        let node = self.node(top)?;
        if self.rest.is_empty() { Ok(node) } else { Err(MapError::Form) }
    }

    fn node(&mut self, depth: usize) -> Result<Node, MapError> {
        let at_bottom = self.bottom == Some(depth);
        match self.take::<1>()? {
            [0] => Ok(Node::Empty),
            [1] if depth > 0 => {
                let (stream, head) = (StreamId(self.take()?), Hash(self.take()?));
                let is_on_the_way = (0..depth).all(|bit| side(&stream, bit) == side(&StreamId(self.way), bit));
                if is_on_the_way { Ok(Node::Leaf(stream, head)) } else { Err(MapError::Form) }
            }
            [2] if depth < 256 && !at_bottom => self.inner(depth),
            [3] if at_bottom || self.bottom.is_none() => match Hash(self.take()?) {
                Hash::ZERO => Err(MapError::Form),
                hash => Ok(Node::Hidden(hash)),
            },
            _ => Err(MapError::Form),
        }
    }

    fn inner(&mut self, depth: usize) -> Result<Node, MapError> {
        let left = self.node(depth + 1)?;
        self.way[depth / 8] |= 0x80 >> (depth % 8);
        let right = self.node(depth + 1)?;
        self.way[depth / 8] &= !(0x80 >> (depth % 8));
        match (&left, &right) {
            (Node::Empty, Node::Empty) => Err(MapError::Form),
            // A leaf stands at the shallowest place of its own, but below the root.
            (Node::Empty, Node::Leaf(..)) | (Node::Leaf(..), Node::Empty) if depth > 0 => Err(MapError::Form),
            _ => Ok(Node::inner([left, right])),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], MapError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(MapError::Form)?;
        self.rest = rest;
        Ok(*taken)
    }
}
