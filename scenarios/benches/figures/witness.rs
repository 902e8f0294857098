//! How long a witness takes to see that a checkpoint of a large log continues the one before, without disk and network.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use evidence::checkpoint::Checkpoint;
use evidence::hash::Hash;
use evidence::key::{KeyType, SignerKey};
use evidence::tree::{Node, Plan, leaf_hash, node_hash};
use evidence::witness::AddCheckpoint;
use service::witness::judged;
use service::witness::state::{KnownLog, State};

use crate::report::{Bar, Report};
use crate::setting::{Failure, Setting, number};

/// How many leaves came since the witness cosigned last: as many as give a long proof.
const NEW: usize = 12_345;

/// A checkpoint of a log of 1,000,000 events.
pub fn consistency(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let leaves = setting.size(1_000_000);
    let levels = levels(leaves);
    let (old, new) = (u64::try_from(leaves - NEW)?, u64::try_from(leaves)?);
    let hashes =
        |plan: Option<Plan>| plan.ok_or("no such proof")?.hashes(|node| hash(&levels, node).ok_or("no such node"));
    let root = |size: u64| hashes(Some(Plan::root(size)))?.pop().ok_or("no root");
    let log = SignerKey::new("kamnot.example.org/bench", KeyType::Note, &[1; 32])?;
    let checkpoint = Checkpoint { origin: log.verifier().name().to_owned(), size: new, root: root(new)? };
    let body = AddCheckpoint { old, proof: hashes(Plan::consistency(old, new))?, checkpoint: checkpoint.sign(&log)? }
        .to_bytes();
    let known = KnownLog { size: old, root: root(old)?, ..KnownLog::new(log.verifier().clone()) };
    let witness = SignerKey::new("kamnot.example.org/witness", KeyType::Cosignature, &[2; 32])?;
    let state =
        State { witness: witness.verifier().clone(), logs: BTreeMap::from([(known.key.name().to_owned(), known)]) };
    let (started, mut judgements) = (Instant::now(), 0);
    while started.elapsed() < setting.lasting {
        let add = AddCheckpoint::from_bytes(black_box(&body))?;
        judged(&state, &add)?.cosign(&witness, 1_800_000_000)?;
        judgements += 1;
    }
    let millis = started.elapsed().as_secs_f64() * 1e3 / number(judgements);
    let name = format!("a witness judges and cosigns a checkpoint of {leaves} leaves, {NEW} of them new");
    report.figure(&name, millis, "ms", Bar::AtMost(1.0));
    Ok(())
}

/// The hashes of all complete subtrees, by level.
fn levels(leaves: usize) -> Vec<Vec<Hash>> {
    let mut levels = vec![(0..leaves).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect::<Vec<Hash>>()];
    while let Some(last) = levels.last()
        && last.len() > 1
    {
        levels.push(last.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect());
    }
    levels
}

fn hash(levels: &[Vec<Hash>], node: Node) -> Option<Hash> {
    let level = levels.get(usize::from(node.level))?;
    level.get(usize::try_from(node.index).ok()?).copied()
}
