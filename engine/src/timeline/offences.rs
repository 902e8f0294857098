//! The offences of a case through its additions, reclassifications and corrections.
//!
//! Invariant: the gravest offence is the one with the highest class. Among equals it is the one with the highest maximum
//! penalty, then the first listed. A correction of the day holds for the whole case; a reclassification from then on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use chrono::NaiveDate;

use super::Entry;
use crate::action::{Action, ActionId, ActionName, Class, Names, Offence, WhichOffence};

/// What is known of the offences, each with the entry from which it counts.
#[derive(Debug)]
pub(super) struct Offences {
    /// The gravest offence at the start, then after each addition and reclassification.
    gravest: Vec<(usize, Offence)>,
    /// The dates of the earliest and the latest offence at the start, then after each addition.
    committed: Vec<(usize, [NaiveDate; 2])>,
}

impl Offences {
    /// `None` if the opening names no offence; reading it refuses that.
    pub fn of(opening: &Action, entries: &[Entry<'_>]) -> Option<Self> {
        let mut known = Known::default();
        for offence in opening.offences() {
            known.add(offence, None);
        }
        let first = known.gravest()?;
        let changes: Vec<usize> = (0..entries.len()).filter(|i| CHANGES.has(entries[*i].name)).collect();
        let mut gravest = vec![(0, first)];
        for &i in &changes {
            let action = entries[i].action;
            if let Some(offence) = action.added_offence() {
                known.add(offence, Some((action.id, i)));
            } else if action.name == ActionName::OffenceReclassified {
                known.reclassify(action);
            } else {
                continue;
            }
            gravest.push((i, known.gravest()?));
        }
        for &i in &changes {
            known.correct(entries[i].action);
        }
        let mut committed: Vec<(usize, [NaiveDate; 2])> = Vec::new();
        for (offence, added_at) in &known.offences {
            let day = offence.committed_on;
            let [earliest, latest] = committed.last().map_or([day; 2], |(_, known)| *known);
            let now = [earliest.min(day), latest.max(day)];
            match (*added_at, committed.last_mut()) {
                (None, Some((_, known))) => *known = now,
                (from, _) => committed.push((from.unwrap_or(0), now)),
            }
        }
        Some(Self { gravest, committed })
    }

    /// The gravest offence as it was classified before entry `index`.
    pub fn gravest_before(&self, index: usize) -> &Offence {
        let known = self.gravest.partition_point(|(from, _)| *from < index || *from == 0);
        &self.gravest[known.saturating_sub(1)].1
    }

    /// The dates of the earliest and the latest of the offences at entry `index`.
    pub fn committed_before(&self, index: usize) -> [NaiveDate; 2] {
        let known = self.committed.partition_point(|(from, _)| *from < index || *from == 0);
        self.committed[known.saturating_sub(1)].1
    }

    pub fn reclassifications(&self, after: usize, before: usize) -> impl Iterator<Item = (usize, Class)> + '_ {
        let known = &self.gravest[1..];
        let from = known.partition_point(|(at, _)| *at <= after);
        known[from..].iter().take_while(move |(at, _)| *at < before).map(|(at, offence)| (*at, offence.class))
    }
}

const CHANGES: Names =
    Names::of(&[ActionName::OffenceAdded, ActionName::OffenceReclassified, ActionName::OffenceCorrected]);

/// The offences, with an index that gives the gravest one.
#[derive(Default)]
struct Known {
    /// Each with the entry that added it; `None` for one of the opening.
    offences: Vec<(Offence, Option<usize>)>,
    of_opening: usize,
    /// The places of those that were added.
    added: BTreeMap<ActionId, usize>,
    /// The offences by gravity, the gravest first, among what they were before a reclassification.
    order: BinaryHeap<(Class, u64, Reverse<usize>)>,
}

impl Known {
    fn add(&mut self, offence: Offence, by: Option<(ActionId, usize)>) {
        let place = self.offences.len();
        self.order.push(gravity(place, &offence));
        match by {
            None => self.of_opening += 1,
            Some((id, _)) => drop(self.added.insert(id, place)),
        }
        self.offences.push((offence, by.map(|(_, entry)| entry)));
    }

    fn gravest(&mut self) -> Option<Offence> {
        while let Some(gravest @ (_, _, Reverse(i))) = self.order.peek() {
            let offence = self.offences[*i].0;
            if gravity(*i, &offence) == *gravest {
                return Some(offence);
            }
            self.order.pop();
        }
        None
    }

    /// The place of the offence that an action names, if it is known by then.
    fn place(&self, action: &Action) -> Option<usize> {
        match action.offence()? {
            WhichOffence::OfOpening(index) => usize::try_from(index).ok().filter(|index| *index < self.of_opening),
            WhichOffence::Added(id) => self.added.get(&id).copied(),
        }
    }

    fn reclassify(&mut self, action: &Action) {
        let Some(i) = self.place(action) else { return };
        let (class, penalty, serious) = action.classified();
        let offence = &mut self.offences[i].0;
        offence.class = class.unwrap_or(offence.class);
        offence.penalty_months = penalty.unwrap_or(offence.penalty_months);
        offence.serious = serious.unwrap_or(offence.serious);
        self.order.push(gravity(i, offence));
    }

    fn correct(&mut self, action: &Action) {
        if action.name == ActionName::OffenceCorrected
            && let (Some(i), Some(day)) = (self.place(action), action.day("committed_on"))
        {
            self.offences[i].0.committed_on = day;
        }
    }
}

const fn gravity(i: usize, offence: &Offence) -> (Class, u64, Reverse<usize>) {
    (offence.class, offence.penalty_months.max, Reverse(i))
}
