//! The right edge of the tree, where leaves are added, and the rows that change by that.

use std::collections::{BTreeMap, BTreeSet};

use evidence::hash::Hash;
use evidence::tree::{Frontier, leaf_hash};

use super::TreeTables;
use super::leaves::{IN_ROW, LeafRow, altered};
use super::pages::{self, Page, Pages};
use crate::Fault;
use crate::people::rows::{Row, TREE_LEAVES, TREE_NODES, id_of_number};
use crate::people::tables::Change;

/// The right edge.
pub(super) struct Edge {
    frontier: Frontier,
    /// The leaves of the last row.
    leaves: LeafRow,
    /// The hashes in the last row of levels 8, 16, ….
    nodes: Vec<Vec<Hash>>,
    /// The rows that have changed since they were last taken.
    full: Vec<Row>,
    changed: BTreeMap<Page, Row>,
}

impl Edge {
    /// The edge of the tree of this size, whose rows are kept.
    pub async fn read(log: &impl TreeTables, size: u64) -> Result<Self, Fault> {
        // The last row of each level, as far as it is not full.
        let (mut last, mut count): (Vec<Page>, u64) = (Vec::new(), size);
        while count > 0 {
            count /= IN_ROW;
            last.push((u8::try_from(last.len()).unwrap_or(u8::MAX), count));
        }
        let mut read = Pages::read(log, &last.iter().copied().collect::<BTreeSet<_>>()).await?;
        let frontier = Frontier::read(size, |node| read.hash(node))?;
        let nodes = last.iter().skip(1).map(|page| read.take(*page).unwrap_or_default()).collect();
        let mut leaves = LeafRow::of_leaf(size);
        if !size.is_multiple_of(IN_ROW) {
            let row = log.rows_of(&TREE_LEAVES, vec![id_of_number(leaves.number)]).await?.pop().ok_or_else(altered)?;
            (leaves, _) = LeafRow::read(&row)?;
            if leaves.count != size % IN_ROW {
                return Err(altered());
            }
        }
        Ok(Self { frontier, leaves, nodes, full: Vec::new(), changed: BTreeMap::new() })
    }

    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Adds a leaf; its hash.
    pub fn push(&mut self, leaf: &[u8], place: Option<i64>) -> Hash {
        let hash = leaf_hash(leaf);
        self.leaves.push(leaf, place);
        if self.leaves.count == IN_ROW {
            self.full.push(self.leaves.row());
            self.leaves = LeafRow::of_leaf(self.size() + 1);
        }
        for (node, hash) in self.frontier.extend([hash]) {
            if node.level == 0 || !node.level.is_multiple_of(8) {
                continue;
            }
            let level = usize::from(node.level / 8 - 1);
            self.nodes.resize_with(self.nodes.len().max(level + 1), Vec::new);
            let hashes = &mut self.nodes[level];
            if node.index.is_multiple_of(IN_ROW) {
                hashes.clear();
            }
            hashes.push(hash);
            let page = (node.level / 8, node.index / IN_ROW);
            self.changed.insert(page, pages::row(page, hashes));
        }
        hash
    }

    /// What writes the rows that have changed.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let mut leaves = std::mem::take(&mut self.full);
        if self.leaves.count > 0 {
            leaves.push(self.leaves.row());
        }
        let nodes: Vec<Row> = std::mem::take(&mut self.changed).into_values().collect();
        [(&TREE_LEAVES, leaves), (&TREE_NODES, nodes)].map(|(table, rows)| Change::Replace(table, rows)).into()
    }
}

#[cfg(test)]
mod tests {
    use evidence::tree;

    use super::*;
    use crate::cell::Value;

    /// The bytes of a row of nodes.
    fn hashes(row: &Row) -> Vec<u8> {
        let Some(Value::Bytes(bytes)) = row.get(1) else { panic!("no bytes") };
        bytes.to_vec()
    }

    #[test]
    fn each_row_holds_what_a_naive_tree_gives_up_to_the_third_level() {
        const SIZE: u64 = 256 * 256 + 300;
        let mut edge = Edge {
            frontier: Frontier::default(),
            leaves: LeafRow::of_leaf(0),
            nodes: Vec::new(),
            full: Vec::new(),
            changed: BTreeMap::new(),
        };
        let mut leaves = Vec::new();
        let mut rows: BTreeMap<(u8, u64), Row> = BTreeMap::new();
        for n in 0..SIZE {
            let declaration = [&[3_u8, 3][..], &n.to_be_bytes(), &n.to_be_bytes(), &[0; 32]].concat();
            leaves.push(edge.push(&declaration, None));
            if n % 1000 == 0 || n + 1 == SIZE {
                rows.extend(std::mem::take(&mut edge.changed));
                edge.take_changes();
            }
        }
        assert_eq!(edge.root(), tree::root(&leaves));
        let expected = |level: u32, number: usize| -> Vec<u8> {
            let below = 256_usize.pow(level);
            let whole = leaves.chunks(below).filter(|chunk| chunk.len() == below);
            whole.skip(256 * number).take(256).flat_map(|chunk| tree::root(chunk).0).collect()
        };
        assert_eq!(rows.len(), 3, "two rows of level 8, one of level 16");
        for ((level, number), row) in &rows {
            let number = usize::try_from(*number).unwrap();
            assert_eq!(hashes(row), expected(u32::from(*level), number), "row {number} of level {}", 8 * level);
        }
    }
}
