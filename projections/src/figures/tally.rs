//! Counts cases together: the facts of many, the numbers of a period.
//!
//! Invariant: numbers depend on the set of cases alone, not on their order. Only what counts in the period is looked at.

use engine::breach::Breach;
use engine::calendar::Instant;

use super::child::{Child, Part};
use super::count::Count;
use super::facts::{CaseFacts, Counted, is_late};
use super::lengths::Lengths;
use super::numbers::{Cell, Numbers, Span, Spread, Stage};
use super::period::Period;
use super::rules::Rules;
use crate::view::Seat;

/// How many there are, and the sum of their keys, which says which they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// How many.
    pub count: u32,
    /// The sum of the keys of their cases.
    pub key: u64,
}

impl Weight {
    pub(super) const fn add(&mut self, key: u64) {
        self.count = self.count.saturating_add(1);
        self.key = self.key.wrapping_add(key);
    }

    const fn remove(&mut self, key: u64) {
        self.count = self.count.saturating_sub(1);
        self.key = self.key.wrapping_sub(key);
    }
}

/// How a case is added or removed.
struct Change {
    weight: fn(&mut Weight, u64),
    length: fn(&mut Lengths, u32),
    stage: fn(&mut Stage, [u32; 2]),
}

/// The cases of a period, counted together.
#[derive(Clone)]
pub struct Tally {
    period: Period,
    at: Instant,
    owed_by: Option<Seat>,
    children: Box<[[Weight; Part::ALL.len()]; Count::ALL.len()]>,
    /// By rule and month: arguable, certain.
    breaches: Vec<[Weight; 2]>,
    stages: Vec<Stage>,
    held: [Lengths; Part::ALL.len()],
    recorded: Lengths,
    taken: Lengths,
    late: Weight,
    untaken: Weight,
}

impl Tally {
    /// Nothing yet, as it stands at an instant. Of alerts those that `owed_by` owes; `None`: all.
    pub fn new(rules: &Rules, period: Period, at: Instant, owed_by: Option<Seat>) -> Self {
        Self {
            period,
            at,
            owed_by,
            children: Box::default(),
            breaches: vec![[Weight::default(); 2]; rules.count() * period.months()],
            stages: vec![Stage::default(); rules.count()],
            held: Default::default(),
            recorded: Lengths::default(),
            taken: Lengths::default(),
            late: Weight::default(),
            untaken: Weight::default(),
        }
    }

    /// Adds a case, with its key.
    pub fn add(&mut self, case: &CaseFacts, key: u64) {
        self.each(case, &Change { weight: Weight::add, length: Lengths::add, stage: Stage::add }, key);
    }

    /// Removes a case that was added as of the same instant, with its key.
    pub(super) fn remove(&mut self, case: &CaseFacts, key: u64) {
        self.each(case, &Change { weight: Weight::remove, length: Lengths::remove, stage: Stage::remove }, key);
    }

    /// Counts what is added from now on as it stands at another instant.
    pub(super) const fn set_at(&mut self, at: Instant) {
        self.at = at;
    }

    fn each(&mut self, case: &CaseFacts, change: &Change, key: u64) {
        let (period, at, owed_by) = (self.period, self.at, self.owed_by);
        case.each(period, at, owed_by, &mut |counted| self.take(case.child(), counted, change, key));
    }

    fn take(&mut self, child: &Child, counted: Counted, change: &Change, key: u64) {
        let Change { weight, length, stage } = change;
        match counted {
            Counted::Child(count, on) => {
                for part in child.parts(on) {
                    weight(&mut self.children[count as usize][part as usize], key);
                }
            }
            Counted::Breach(rule, month, breach) => {
                if let Some(weights) = self.breaches.get_mut(rule * self.period.months() + month) {
                    weight(&mut weights[usize::from(breach == Breach::Certain)], key);
                }
            }
            Counted::Stage(rule, lengths) => {
                if let Some(of_rule) = self.stages.get_mut(rule) {
                    stage(of_rule, lengths);
                }
            }
            Counted::HeldFor(seconds, on) => {
                for part in child.parts(on) {
                    length(&mut self.held[part as usize], seconds);
                }
            }
            Counted::Recorded(delay) => {
                length(&mut self.recorded, delay);
                if is_late(delay) {
                    weight(&mut self.late, key);
                }
            }
            Counted::Taken(Some(after)) => length(&mut self.taken, after),
            Counted::Taken(None) => weight(&mut self.untaken, key),
        }
    }

    /// The seat of the office whose cases these are.
    pub(super) const fn owed_by(&self) -> Option<Seat> {
        self.owed_by
    }

    /// A count, by group.
    pub(super) fn parts(&self, count: Count) -> &[Weight; Part::ALL.len()] {
        &self.children[count as usize]
    }

    /// The counts that are not 0.
    pub(super) fn weights(&self, rules: &Rules) -> impl Iterator<Item = (Cell, Weight)> {
        let children = Count::ALL.into_iter().flat_map(|count| {
            Part::ALL.map(|part| (Cell::Children(count, part), self.children[count as usize][part as usize]))
        });
        let months = self.period.months();
        let breaches = self.breaches.iter().enumerate().filter_map(move |(place, weights)| {
            let rule = rules.at(place / months)?;
            let of = |breach| Cell::Breach(rule, place % months, breach);
            Some([(of(Breach::Arguable), weights[0]), (of(Breach::Certain), weights[1])])
        });
        let others = [(Cell::RecordedLate, self.late), (Cell::Untaken, self.untaken)];
        children.chain(breaches.flatten()).chain(others).filter(|(_, weight)| weight.count > 0)
    }

    /// The lengths of time.
    pub(super) fn spreads(&self, rules: &Rules) -> impl Iterator<Item = (Span, Spread)> {
        let stages = self.stages.iter().enumerate().filter_map(|(place, stage)| {
            let rule = rules.at(place)?;
            Some((Span::Stage(rule), Spread::of_stage(stage)?))
        });
        let spread = |span, lengths| Some((span, Spread::of(lengths)?));
        let held =
            Part::ALL.into_iter().zip(&self.held).filter_map(move |(part, held)| spread(Span::HeldFor(part), held));
        let others = [spread(Span::Recorded, &self.recorded), spread(Span::Taken, &self.taken)];
        stages.chain(held).chain(others.into_iter().flatten())
    }

    /// The exact numbers.
    pub fn exact(&self, rules: &Rules) -> Numbers {
        Numbers {
            counts: self.weights(rules).map(|(cell, weight)| (cell, weight.count.into())).collect(),
            spreads: self.spreads(rules).collect(),
        }
    }
}
