//! The tree as the specification has it, computed from all leaves each time: with nothing but SHA-256.

use std::collections::BTreeMap;

use evidence::hash::Hash;
use sha2::{Digest as _, Sha256};
use store::Stored;
use uuid::Uuid;

pub struct Naive {
    installation: Uuid,
    /// The hashes of the leaves.
    leaves: Vec<[u8; 32]>,
    /// The hash of the last event of each stream, by the stream.
    heads: BTreeMap<[u8; 32], [u8; 32]>,
    /// How many events were taken.
    taken: usize,
}

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

impl Naive {
    pub fn of(installation: Uuid) -> Self {
        Self { installation, leaves: Vec::new(), heads: BTreeMap::new(), taken: 0 }
    }

    /// Takes in what is new in the log.
    pub fn take(&mut self, log: &[Stored]) {
        for stored in &log[self.taken..] {
            let name = format!("kamnot/stream/1\n{}\n{}", self.installation, stored.case);
            let stream = sha(&[name.as_bytes()]);
            let leaf = [
                &[1][..],
                &u16::try_from(engine::case::Event::VERSION).unwrap().to_be_bytes(),
                &stream,
                &stored.version.to_be_bytes(),
                self.heads.get(&stream).unwrap_or(&[0; 32]),
                &stored.event.recorded_at.unix().to_be_bytes(),
                &sha(&[stored.event.to_json().as_bytes()]),
            ];
            let hash = sha(&[&[0], &leaf.concat()]);
            self.heads.insert(stream, hash);
            self.leaves.push(hash);
        }
        self.taken = log.len();
    }

    /// Ends the tree with the heads of all streams.
    pub fn end(&mut self) {
        let heads: Vec<_> = self.heads.iter().map(|(stream, head)| (*stream, *head)).collect();
        let (covers, streams) = (self.leaves.len() as u64, heads.len() as u64);
        let map = map(&heads, 0);
        let leaf = [&[2][..], &covers.to_be_bytes(), &streams.to_be_bytes(), &map].concat();
        self.leaves.push(sha(&[&[0], &leaf]));
    }

    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    pub fn leaf(&self, index: u64) -> Hash {
        Hash(self.leaves[usize::try_from(index).unwrap()])
    }

    pub fn root(&self) -> Hash {
        self.root_of(self.size())
    }

    /// The root of the tree over the first leaves.
    pub fn root_of(&self, size: u64) -> Hash {
        Hash(root(&self.leaves[..usize::try_from(size).unwrap()]))
    }
}

fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => sha(&[]),
        [leaf] => *leaf,
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            sha(&[&[1], &root(&leaves[..left]), &root(&leaves[left..])])
        }
    }
}

/// The root of the map of these streams, which share `depth` bits.
fn map(heads: &[([u8; 32], [u8; 32])], depth: usize) -> [u8; 32] {
    match heads {
        [] => [0; 32],
        [(stream, head)] if depth > 0 => sha(&[&[2], stream, head]),
        _ => {
            let is_left = |(stream, _): &([u8; 32], [u8; 32])| stream[depth / 8] >> (7 - depth % 8) & 1 == 0;
            let (left, right) = heads.split_at(heads.partition_point(is_left));
            sha(&[&[3], &map(left, depth + 1), &map(right, depth + 1)])
        }
    }
}
