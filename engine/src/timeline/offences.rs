//! The offences of a case as they are classified, one after another.
//!
//! Invariant: the gravest is the one with the highest class; among equals the highest maximum penalty, then the first
//! listed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::action::{Class, Offence};

/// Offences of which the gravest is known.
pub(super) struct Gravest {
    offences: Vec<Offence>,
    /// By gravity, the gravest last.
    order: BTreeSet<(Class, u64, Reverse<usize>)>,
}

impl Gravest {
    /// At least one offence.
    pub fn of(offences: &[Offence]) -> Self {
        let order = offences.iter().enumerate().map(|(i, offence)| gravity(i, offence)).collect();
        Self { offences: offences.to_vec(), order }
    }

    /// The gravest.
    pub fn offence(&self) -> Offence {
        let gravest = self.order.last().map_or(0, |(_, _, Reverse(i))| *i);
        self.offences[gravest]
    }

    /// Changes one of them, if there is one of this index.
    pub fn change(&mut self, i: usize, change: impl FnOnce(&mut Offence)) {
        let Some(offence) = self.offences.get_mut(i) else { return };
        self.order.remove(&gravity(i, offence));
        change(offence);
        self.order.insert(gravity(i, offence));
    }
}

const fn gravity(i: usize, offence: &Offence) -> (Class, u64, Reverse<usize>) {
    (offence.class, offence.penalty_months.max, Reverse(i))
}

/// On which day the earliest and the latest were committed; at least one offence.
pub(super) fn committed(offences: &[Offence]) -> [NaiveDate; 2] {
    let first = offences[0].committed_on;
    let earliest = offences.iter().map(|offence| offence.committed_on).min();
    let latest = offences.iter().map(|offence| offence.committed_on).max();
    [earliest.unwrap_or(first), latest.unwrap_or(first)]
}
