//! The right edge of a tree: all that appending to it needs.

use super::{Node, Plan, empty_root, joined, node_hash};
use crate::hash::Hash;

/// The complete subtrees that make up a tree, the largest first: at most 64 hashes, whatever the tree's size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    parts: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves whose complete subtrees are kept. Those that are read are
    /// [`Plan::root`]'s.
    ///
    /// # Errors
    /// What `hash` fails with.
    pub fn read<E>(size: u64, hash: impl FnMut(Node) -> Result<Hash, E>) -> Result<Self, E> {
        let parts = Plan::root(size).nodes().map(hash).collect::<Result<_, E>>()?;
        Ok(Self { size, parts })
    }

    /// How many leaves the tree has: the index of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        joined(&self.parts).unwrap_or_else(empty_root)
    }

    /// Appends leaf hashes. Returns every subtree that became complete, the leaves themselves among them, each after
    /// those below it. Whoever keeps these can make every later root and proof.
    pub fn extend(&mut self, leaves: impl IntoIterator<Item = Hash>) -> Vec<(Node, Hash)> {
        let mut completed = Vec::new();
        for leaf in leaves {
            let mut hash = leaf;
            completed.push((Node { level: 0, index: self.size }, hash));
            // As in a binary counter: each carry joins two subtrees of one size.
            let mut level = 0;
            while self.size >> level & 1 == 1 {
                let Some(left) = self.parts.pop() else { break };
                hash = node_hash(left, hash);
                level += 1;
                completed.push((Node { level, index: self.size >> level }, hash));
            }
            self.parts.push(hash);
            self.size += 1;
        }
        completed
    }
}
