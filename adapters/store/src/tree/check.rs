//! Holds the log against its tree: each leaf against the event at its place, the tree's own rows and checkpoints against the
//! leaves.
//!
//! Invariant: what is said names the event in words that lead to it, and nothing that the event says. Others may go on adding
//! to the tree: looked at is what it was when the check began.

mod chain;
mod names;
mod rows;
mod said;

use std::collections::HashMap;

use evidence::leaf::Leaf;

use super::integrator::{PAGE, State, behind};
use super::leaves::{IN_ROW, KeptLeaf, LeafRow};
use super::{Entry, TreeStore as _, TreeTables, Which, own};
use crate::Fault;
use crate::cell::Value;
use crate::people::rows::TREE_LEAVES;
use chain::Chain;
use names::Names;
use rows::Rows;
use said::Said;

/// Everything that contradicts the tree.
pub(super) async fn check(log: &impl TreeTables) -> Result<Vec<String>, Fault> {
    let mut said = Said::default();
    // In this order: what the tree grows by meanwhile lies behind all of it.
    let (map, last) = map_of_last(log).await?;
    let state = State::read(log).await?;
    if state.size == 0 && last.is_none() {
        return Ok(Vec::new());
    }
    let mut chain = Chain::default();
    let mut rows = Rows::begin(log, last, map).await?;
    let own = own::behind(log, 0, usize::MAX).await?;
    let own: HashMap<i64, Entry> = own.into_iter().map(own::KeptOwn::entry).map(|entry| (entry.place, entry)).collect();
    let mut names = Names::of(log).await?;
    let (mut index, mut places) = (0, Vec::new());
    'all: while index < state.size {
        let page = log.rows(TREE_LEAVES.page, vec![behind(index / IN_ROW).into(), Value::Number(PAGE)]).await?;
        if page.is_empty() {
            said.of_tree(format!("its leaves from number {index} on are missing"));
            break;
        }
        for row in page {
            let Ok((row, leaves)) = LeafRow::read(&row) else {
                said.of_tree(format!("the row of its leaves from number {index} on can't be read"));
                break 'all;
            };
            let wanted = (state.size - index).min(IN_ROW);
            if row.number != index / IN_ROW || row.count < wanted {
                said.of_tree(format!("some of its leaves from number {index} on are missing"));
                break 'all;
            }
            let leaves = &leaves[..usize::try_from(wanted).unwrap_or(usize::MAX).min(leaves.len())];
            let entries = entries(log, leaves, &mut places).await?;
            for KeptLeaf { leaf, place } in leaves {
                if let (Leaf::Event(event), Some(place)) = (leaf, place) {
                    let found = if *place > 0 { entries.get(place) } else { own.get(place) };
                    chain.hold(&mut said, &mut names, log, (index, *place), event, found).await?;
                }
                chain.go_on(leaf);
                rows.go_on(&mut said, log, &chain, leaf).await?;
                index += 1;
            }
        }
    }
    if index == state.size {
        rows.end(&mut said, log, &chain).await?;
        surplus(log, &mut said, chain.missing, places).await?;
    }
    Ok(said.into_all())
}

/// The events of cases that these leaves are of, by their places.
async fn entries(
    log: &impl TreeTables,
    leaves: &[KeptLeaf],
    places: &mut Vec<i64>,
) -> Result<HashMap<i64, Entry>, Fault> {
    let wanted: Vec<i64> = leaves.iter().filter_map(|kept| kept.place).filter(|place| *place > 0).collect();
    places.extend(&wanted);
    let found = if wanted.is_empty() { Vec::new() } else { log.entries_at(wanted).await? };
    Ok(found.into_iter().map(|entry| (entry.place, entry)).collect())
}

/// The rows of the map, with the checkpoint whose they are.
async fn map_of_last(log: &impl TreeTables) -> Result<(rows::MapRows, Option<u64>), Fault> {
    loop {
        let size = |checkpoint: Option<super::Checkpoint>| checkpoint.map(|checkpoint| checkpoint.size);
        let before = size(log.last_checkpoint(Which::Any).await?);
        let map = rows::map(log).await?;
        if size(log.last_checkpoint(Which::Any).await?) == before {
            return Ok((map, before));
        }
    }
}

/// Names the events that the log has and the tree passed over.
async fn surplus(log: &impl TreeTables, said: &mut Said, missing: i64, mut places: Vec<i64>) -> Result<(), Fault> {
    let counted = log.rows(log.sql().surplus, Vec::new()).await?.pop();
    let surplus = counted.and_then(|row| row.first().and_then(Value::as_number)).unwrap_or(0) + missing;
    if surplus == 0 {
        return Ok(());
    }
    places.sort_unstable();
    let (mut after, mut extra) = (0, Vec::new());
    loop {
        let page = log.rows(log.sql().places, vec![Value::Number(after), Value::Number(PAGE * PAGE)]).await?;
        let page = page.iter().filter_map(|row| Some((row.first()?.as_number()?, row.get(1)?.as_number()?)));
        let page: Vec<(i64, i64)> = page.collect();
        let Some((last, _)) = page.last() else { break };
        after = *last;
        extra.extend(page.iter().filter(|(place, fresh)| *fresh == 0 && places.binary_search(place).is_err()));
    }
    for (place, _) in extra {
        said.add(format!("the event at position {place} of the log is not in the tree, which has come further"));
    }
    Ok(())
}
