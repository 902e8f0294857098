//! The offences of a case through its reclassifications.
//!
//! Invariant: the gravest offence is the one with the highest class. Among equals it is the one with the highest maximum
//! penalty, then the first listed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::action::{Class, Offence};

/// Offences with an index that gives the gravest one.
pub(super) struct Gravest {
    offences: Vec<Offence>,
    /// The offences by gravity, the gravest last.
    order: BTreeSet<(Class, u64, Reverse<usize>)>,
}

impl Gravest {
    /// `offences` has at least one.
    pub fn of(offences: &[Offence]) -> Self {
        let order = offences.iter().enumerate().map(|(i, offence)| gravity(i, offence)).collect();
        Self { offences: offences.to_vec(), order }
    }

    /// The gravest offence.
    pub fn offence(&self) -> Offence {
        let gravest = self.order.last().map_or(0, |(_, _, Reverse(i))| *i);
        self.offences[gravest]
    }

    /// Changes the offence with this index, if there is one.
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

/// The dates of the earliest and the latest offence. `offences` has at least one.
pub(super) fn committed(offences: &[Offence]) -> [NaiveDate; 2] {
    let first = offences[0].committed_on;
    let earliest = offences.iter().map(|offence| offence.committed_on).min();
    let latest = offences.iter().map(|offence| offence.committed_on).max();
    [earliest.unwrap_or(first), latest.unwrap_or(first)]
}
