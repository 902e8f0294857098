//! An index of entries by name, so that a search need not look at every entry of a long case.
//!
//! Invariant: a search in the index finds what a search from entry to entry would find.

use super::Entry;
use crate::action::{ActionName, Names};

const NAMES: usize = ActionName::ALL.len();

/// The places of the entries, by name and in order.
#[derive(Debug)]
pub(super) struct Places {
    /// Where the places of each name begin. They end where those of the next name begin.
    begin: [usize; NAMES + 1],
    places: Vec<usize>,
}

impl Places {
    pub fn of(entries: &[Entry<'_>]) -> Self {
        let mut begin = [0; NAMES + 1];
        for entry in entries {
            begin[entry.name as usize + 1] += 1;
        }
        for name in 0..NAMES {
            begin[name + 1] += begin[name];
        }
        let mut next = begin;
        let mut places = vec![0; entries.len()];
        for (i, entry) in entries.iter().enumerate() {
            let slot = &mut next[entry.name as usize];
            places[*slot] = i;
            *slot += 1;
        }
        Self { begin, places }
    }

    /// The first place of `names` that is not before `from`.
    pub fn first(&self, names: Names, from: usize) -> Option<usize> {
        let of = |places: &[usize]| places.get(places.partition_point(|&place| place < from)).copied();
        self.of_each(names).filter_map(of).min()
    }

    /// The last place of `names` before `to`.
    pub fn last(&self, names: Names, to: usize) -> Option<usize> {
        let of = |places: &[usize]| places[..places.partition_point(|&place| place < to)].last().copied();
        self.of_each(names).filter_map(of).max()
    }

    /// The places of each of the names.
    fn of_each(&self, names: Names) -> impl Iterator<Item = &[usize]> {
        names.iter().map(|name| name as usize).map(|name| &self.places[self.begin[name]..self.begin[name + 1]])
    }
}
