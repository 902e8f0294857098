//! The rows that the tree keeps beside its leaves, against what the leaves give: nodes, map, checkpoints.

use std::collections::{BTreeMap, VecDeque};

use evidence::leaf::Leaf;
use evidence::map::Map;
use uuid::Uuid;

use super::super::leaves::IN_ROW;
use super::super::pages::id_of;
use super::super::{Checkpoint, TreeTables, heads};
use super::{Chain, PAGE, Said, behind};
use crate::Fault;
use crate::cell::Value;
use crate::people::kept::Kept as _;
use crate::people::rows::{CHECKPOINTS, TREE_MAP, TREE_NODES, Table, id_of_number};

/// The rows of the map by their ids.
pub(super) type MapRows = BTreeMap<Uuid, Vec<u8>>;

/// What is kept, and what the leaves so far give.
pub(super) struct Rows {
    /// The size of the last checkpoint, whose rows the map's are.
    last: Option<u64>,
    map: MapRows,
    /// What the rows of nodes should hold.
    nodes: BTreeMap<Uuid, Vec<u8>>,
    checkpoints: VecDeque<Checkpoint>,
}

impl Rows {
    pub async fn begin(log: &impl TreeTables, last: Option<u64>, map: MapRows) -> Result<Self, Fault> {
        let mut rows = Self { last, map, nodes: BTreeMap::new(), checkpoints: VecDeque::new() };
        rows.read_checkpoints(log, 0).await?;
        Ok(rows)
    }

    async fn read_checkpoints(&mut self, log: &impl TreeTables, above: u64) -> Result<(), Fault> {
        let after = id_of_number(above);
        let page = log.rows(CHECKPOINTS.page, vec![after.into(), Value::Number(PAGE * PAGE)]).await?;
        self.checkpoints = page.into_iter().map(Checkpoint::read).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Takes in the leaf that the chain has taken in.
    pub async fn go_on(
        &mut self,
        said: &mut Said,
        log: &impl TreeTables,
        chain: &Chain,
        leaf: &Leaf,
    ) -> Result<(), Fault> {
        for (node, hash) in chain.completed().iter().filter(|(node, _)| node.level > 0 && node.level.is_multiple_of(8))
        {
            let id = id_of((node.level / 8, node.index / IN_ROW));
            self.nodes.entry(id).or_default().extend(hash.0);
        }
        let size = chain.size();
        if self.last == Some(size) {
            self.hold_map(said, chain, leaf);
        }
        while let Some(checkpoint) = self.checkpoints.front()
            && checkpoint.size <= size
        {
            if checkpoint.size < size || checkpoint.root != chain.root() {
                let Checkpoint { size, at, .. } = checkpoint;
                said.of_tree(format!(
                    "the checkpoint of size {size}, made at {at}, has another root than its leaves give"
                ));
            }
            self.checkpoints.pop_front();
            if self.checkpoints.is_empty() {
                self.read_checkpoints(log, size).await?;
            }
        }
        Ok(())
    }

    /// Holds the map against the heads, at the last leaf of the last checkpoint.
    fn hold_map(&mut self, said: &mut Said, chain: &Chain, leaf: &Leaf) {
        let Leaf::Heads(leaf) = leaf else {
            return said.of_tree(format!(
                "the checkpoint of size {} does not end with the heads of all streams",
                chain.size()
            ));
        };
        let (mut map, all) = (Map::default(), chain.heads());
        let pages = map.set(&all).map(|changed| changed.pages).unwrap_or_default();
        if (leaf.map_root, leaf.streams, leaf.covers + 1) != (map.root(), all.len() as u64, chain.size()) {
            said.of_tree(format!("leaf {} names other heads of streams than the leaves before it give", leaf.covers));
        }
        for prefix in pages {
            let found = heads::id_of(&prefix).ok().and_then(|id| self.map.remove(&id));
            if found != map.page(&prefix) {
                said.of_tree("a page of the map of streams is not what the leaves give");
            }
        }
        if !self.map.is_empty() {
            said.of_tree("there are pages of the map of streams that the leaves do not give");
        }
    }

    /// That were all leaves.
    pub async fn end(mut self, said: &mut Said, log: &impl TreeTables, chain: &Chain) -> Result<(), Fault> {
        if let Some(last) = self.last.filter(|last| *last > chain.size()) {
            said.of_tree(format!("it has {} leaves, and a checkpoint says {last}", chain.size()));
        }
        let found = all(log, &TREE_NODES).await?;
        for (id, expected) in std::mem::take(&mut self.nodes) {
            // It may have grown meanwhile.
            if found.get(&id).is_none_or(|found| !found.starts_with(&expected)) {
                said.of_tree("a row of its nodes is not what the leaves give");
            }
        }
        Ok(())
    }
}

/// The rows of the map.
pub(super) async fn map(log: &impl TreeTables) -> Result<MapRows, Fault> {
    all(log, &TREE_MAP).await
}

/// All rows of a table of bytes.
async fn all(log: &impl TreeTables, table: &'static Table) -> Result<BTreeMap<Uuid, Vec<u8>>, Fault> {
    let (mut rows, mut after) = (BTreeMap::new(), behind(0));
    loop {
        let page = log.rows(table.page, vec![after.into(), Value::Number(PAGE * PAGE)]).await?;
        let Some(Value::Id(last)) = page.last().and_then(|row| row.first()) else { return Ok(rows) };
        after = *last;
        rows.extend(page.into_iter().filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Id(id), Value::Bytes(bytes)]) => Some((id, bytes.into_owned())),
            _ => None,
        }));
    }
}
