//! What an evidence file needs of the tree: where events stand, the heads of streams, the checkpoints of days, declarations.
//!
//! Invariant: only what was asked for is read, and nothing is read twice: a log has millions of leaves.

use std::collections::{BTreeMap, BTreeSet};

use evidence::leaf::{DeclarationLeaf, HeadsLeaf, Leaf, StreamId};
use evidence::map::Map;
use uuid::Uuid;

use super::heads::map_of;
use super::integrator::{PAGE, State, behind};
use super::leaves::{IN_ROW, KeptLeaf, LeafRow, altered};
use super::{Checkpoint, TreeStore as _, TreeTables, Which};
use crate::Fault;
use crate::cell::Value;
use crate::people::kept::Kept as _;
use crate::people::rows::{CHECKPOINTS, TREE_LEAVES, id_of_number};
use crate::people::tables::{Change, TEXT, Write};

/// The key of the text that says which leaves are declarations: up to which leaf they were looked for, and their indexes.
const DECLARATIONS: &str = "declarations";

/// The indexes of the leaves of the events at these positions.
pub(super) async fn indexes_of(log: &impl TreeTables, positions: &[i64]) -> Result<BTreeMap<i64, u64>, Fault> {
    let (Some(first), Some(last)) = (positions.iter().min(), positions.iter().max()) else {
        return Ok(BTreeMap::new());
    };
    let spans = "SELECT id, low, high FROM tree_leaves WHERE low <= $1 AND high >= $2 ORDER BY id";
    let wanted = |low: i64, high: i64| positions.iter().any(|position| (low..=high).contains(position));
    let mut rows: Vec<Uuid> = Vec::new();
    for row in log.rows(spans, vec![Value::Number(*last), Value::Number(*first)]).await? {
        let [Value::Id(id), Value::Number(low), Value::Number(high)] = row[..] else { return Err(altered()) };
        if wanted(low, high) {
            rows.push(id);
        }
    }
    let (wanted, mut found): (BTreeSet<i64>, _) = (positions.iter().copied().collect(), BTreeMap::new());
    for row in log.rows_of(&TREE_LEAVES, rows).await? {
        let (row, leaves) = LeafRow::read(&row)?;
        for (index, KeptLeaf { place, .. }) in (row.number * IN_ROW..).zip(leaves) {
            if let Some(place) = place.filter(|place| wanted.contains(place)) {
                found.insert(place, index);
            }
        }
    }
    Ok(found)
}

/// The last leaf of the last checkpoint, if that has this size, and its map.
pub(super) async fn heads_at(
    log: &impl TreeTables,
    size: u64,
    streams: &BTreeSet<StreamId>,
) -> Result<Option<(HeadsLeaf, Map)>, Fault> {
    let index = size.checked_sub(1).ok_or_else(altered)?;
    let row = log.rows_of(&TREE_LEAVES, vec![id_of_number(index / IN_ROW)]).await?.pop().ok_or_else(altered)?;
    let (_, leaves) = LeafRow::read(&row)?;
    let leaf = usize::try_from(index % IN_ROW).ok().and_then(|at| leaves.get(at)).ok_or_else(altered)?.leaf;
    let Leaf::Heads(heads) = leaf else { return Err(altered()) };
    let map = map_of(log, streams).await;
    // The rows of the map are those of the last checkpoint.
    if log.last_checkpoint(Which::Any).await?.is_none_or(|last| last.size != size) {
        return Ok(None);
    }
    let map = map?;
    if map.root() == heads.map_root { Ok(Some((heads, map))) } else { Err(altered()) }
}

/// The last signed checkpoint of each day.
pub(super) async fn day_ends(log: &impl TreeTables, above: u64) -> Result<Vec<Checkpoint>, Fault> {
    // A day begins seven hours earlier than at Greenwich.
    let last = "SELECT max(size) FROM checkpoints WHERE note IS NOT NULL AND size > $1 GROUP BY (at + 25200) / 86400";
    let sizes = log.rows(last, vec![Value::Number(above.cast_signed())]).await?;
    let size = |row: &Vec<Value>| row.first().and_then(Value::as_number).map(i64::cast_unsigned);
    let ids = sizes.iter().filter_map(size).map(id_of_number).collect();
    let rows = log.rows_of(&CHECKPOINTS, ids).await?;
    let mut found = rows.into_iter().map(Checkpoint::read).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable_by_key(|checkpoint| checkpoint.size);
    Ok(found)
}

/// The declarations, of which it is kept where they stand.
pub(super) async fn declarations(log: &impl TreeTables) -> Result<Vec<(u64, DeclarationLeaf)>, Fault> {
    let kept = log.rows(TEXT, vec![DECLARATIONS.into()]).await?.pop();
    let kept = kept.as_ref().and_then(|row| row.first()).and_then(Value::as_text).unwrap_or_default();
    let mut numbers = kept.split(' ').filter_map(|number| number.parse::<u64>().ok());
    let begin = numbers.next().unwrap_or(0);
    let known: Vec<u64> = numbers.collect();
    let size = State::read(log).await?.size;
    let mut found = Vec::new();
    let known_rows: BTreeSet<u64> = known.iter().map(|index| index / IN_ROW).collect();
    for row in log.rows_of(&TREE_LEAVES, known_rows.into_iter().map(id_of_number).collect()).await? {
        found.extend(declared_in(&LeafRow::read(&row)?).filter(|(index, _)| *index < begin));
    }
    let mut number = begin / IN_ROW;
    while number * IN_ROW < size {
        let page = log.rows(TREE_LEAVES.page, vec![behind(number).into(), Value::Number(PAGE)]).await?;
        if page.is_empty() {
            return Err(altered());
        }
        for row in page {
            found.extend(declared_in(&LeafRow::read(&row)?).filter(|(index, _)| (begin..size).contains(index)));
            number += 1;
        }
    }
    found.sort_unstable_by_key(|(index, _)| *index);
    // Kept only now and then: a log that is not written to can be asked too.
    if size - begin > 64 * IN_ROW {
        let numbers = std::iter::once(size).chain(found.iter().map(|(index, _)| *index));
        let text: Vec<String> = numbers.map(|number| number.to_string()).collect();
        let _ = log.write(Write::Changes(vec![Change::Text(DECLARATIONS, text.join(" "))])).await;
    }
    Ok(found)
}

fn declared_in((row, leaves): &(LeafRow, Vec<KeptLeaf>)) -> impl Iterator<Item = (u64, DeclarationLeaf)> {
    let indexed = (row.number * IN_ROW..).zip(leaves);
    indexed.filter_map(|(index, kept)| if let Leaf::Declaration(leaf) = kept.leaf { Some((index, leaf)) } else { None })
}
