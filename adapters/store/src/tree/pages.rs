//! The rows in which the hashes of the tree lie: 256 of levels 0, 8, 16, …; all other nodes follow from one row.

use std::collections::{BTreeMap, BTreeSet};

use evidence::hash::Hash;
use evidence::tree::{self, Node, Plan};
use uuid::Uuid;

use super::TreeTables;
use super::leaves::{IN_ROW, LeafRow, altered};
use crate::Fault;
use crate::cell::Value;
use crate::people::rows::{Row, TREE_LEAVES, TREE_NODES, id_of_number};

/// A row: how many times eight levels lie below it, and its number among those of its level.
pub(super) type Page = (u8, u64);

/// The id of a row of hashes; of the leaves they are made.
pub(super) fn id_of((level, number): Page) -> Uuid {
    Uuid::from_u128(u128::from(level) << 64 | (u128::from(number) + 1))
}

/// A row of hashes as it is written.
pub(super) fn row(page: Page, hashes: &[Hash]) -> Row {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    vec![id_of(page).into(), Value::Bytes(bytes.into())]
}

/// Rows that were read.
pub(super) struct Pages(BTreeMap<Page, Vec<Hash>>);

impl Pages {
    /// Reads these rows.
    pub async fn read(log: &impl TreeTables, wanted: &BTreeSet<Page>) -> Result<Self, Fault> {
        let mut read = BTreeMap::new();
        let (leaves, nodes): (Vec<Page>, Vec<Page>) = wanted.iter().copied().partition(|(level, _)| *level == 0);
        if !leaves.is_empty() {
            let ids = leaves.iter().map(|(_, number)| id_of_number(*number)).collect();
            for row in log.rows_of(&TREE_LEAVES, ids).await? {
                let (row, leaves) = LeafRow::read(&row)?;
                read.insert((0, row.number), leaves.iter().map(|kept| kept.leaf.hash()).collect());
            }
        }
        if !nodes.is_empty() {
            let pages: BTreeMap<Uuid, Page> = nodes.iter().map(|page| (id_of(*page), *page)).collect();
            for row in log.rows_of(&TREE_NODES, pages.keys().copied().collect()).await? {
                let [Value::Id(id), Value::Bytes(bytes)] = &*row else { return Err(altered()) };
                let page = pages.get(id).ok_or_else(altered)?;
                read.insert(*page, hashes_in(bytes)?);
            }
        }
        Ok(Self(read))
    }

    /// The hash of a node whose row was read.
    pub fn hash(&self, node: Node) -> Result<Hash, Fault> {
        let (page, start) = page_of(node);
        let hashes = self.0.get(&page).and_then(|hashes| hashes.get(start..start + (1 << (node.level % 8))));
        hashes.map(tree::root).ok_or_else(altered)
    }

    /// The hashes of a row that was read.
    pub fn take(&mut self, page: Page) -> Option<Vec<Hash>> {
        self.0.remove(&page)
    }
}

/// The hashes of a plan.
pub(super) async fn hashes(log: &impl TreeTables, plan: &Plan) -> Result<Vec<Hash>, Fault> {
    let wanted = plan.nodes().map(|node| page_of(node).0).collect();
    let pages = Pages::read(log, &wanted).await?;
    plan.hashes(|node| pages.hash(node))
}

/// The row in which a node lies, or those that it is made of, and where in the row they begin.
fn page_of(node: Node) -> (Page, usize) {
    let first = node.index << (node.level % 8);
    ((node.level / 8, first / IN_ROW), usize::try_from(first % IN_ROW).unwrap_or(0))
}

fn hashes_in(bytes: &[u8]) -> Result<Vec<Hash>, Fault> {
    let (hashes, rest) = bytes.as_chunks();
    if rest.is_empty() { Ok(hashes.iter().copied().map(Hash).collect()) } else { Err(altered()) }
}
