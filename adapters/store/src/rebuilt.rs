//! What a rebuild and a check gather from the cases that they look at, some at a time.

use super::EventSum;
use super::audit::{Chunk, Difference};
use super::examined::{Cursor, Examined, Keep, Whole};

/// What a rebuild did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many cases there are.
    pub cases: u64,
    /// How many events.
    pub events: u64,
    /// How many alert events have a row that is as the log gives it.
    pub(super) alerts: u64,
    /// The sum of those that can be read; nothing where it was not asked for ([`crate::LogStore::prove`]).
    pub sum: EventSum,
    /// How many rows were not as the log gives them, and now are.
    pub differing: u64,
    /// The first thousand of them, in words.
    pub differed: Vec<String>,
    /// What is wrong with the log itself: the views of these cases are left as they were.
    pub damage: Vec<String>,
}

/// What a rebuild is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Views and alerts anew.
    Rebuild,
    /// The same, and the sum of the events, which costs as much again: a copy is to be compared.
    Prove,
    /// The same as the first, under another rulebook.
    Adopt,
}

impl Purpose {
    /// What is kept of each case.
    pub(super) const fn keep(self) -> Keep {
        match self {
            Self::Prove => Keep::Sum,
            Self::Rebuild | Self::Adopt => Keep::Nothing,
        }
    }
}

impl Rebuilt {
    /// Counts a row that was not as the log gives it.
    pub(super) fn note(&mut self, found: String) {
        const MOST_TOLD: usize = 1000;
        self.differing += 1;
        if self.differed.len() < MOST_TOLD {
            self.differed.push(found);
        }
    }

    /// Counts rows that were put right.
    pub(super) fn note_all<K>(&mut self, differences: Vec<Difference<K>>) {
        for difference in differences {
            self.note(difference.found);
        }
    }

    /// Whether among so many rows of alerts one may be on what is no alert: each alert event that was compared has its own by
    /// now. To look for such rows every payload has to be read.
    pub(super) const fn may_have_strays(&self, rows: u64) -> bool {
        rows != self.alerts
    }

    /// Takes in what was found about some cases, and put right.
    pub(super) fn take<K>(&mut self, chunk: Chunk<K>) {
        self.damage.extend(chunk.damage.into_iter().map(|flaw| flaw.found));
        self.cases += chunk.cases;
        self.events += chunk.events;
        self.alerts += chunk.alerts;
        self.sum.add_all(chunk.sum);
        self.note_all(chunk.differences);
    }
}

/// What a check finds.
#[derive(Default)]
pub(super) struct Checked {
    /// How many events were looked at.
    pub events: u64,
    /// Events of cases that can't be built upon; each spoils its own case.
    pub cases: Vec<String>,
    /// All else.
    pub rest: Vec<String>,
}

impl Checked {
    /// A check begins with what is no single case's.
    pub fn of(whole: Whole) -> Self {
        let rest = whole.damage.into_iter().chain(whole.rows.into_iter().map(|flaw| flaw.found));
        Self { rest: rest.collect(), ..Self::default() }
    }

    /// Takes in what was found about some cases.
    pub fn take<K>(&mut self, chunk: Chunk<K>) {
        self.events += chunk.events;
        self.cases.extend(chunk.damage.into_iter().map(|flaw| flaw.found));
        self.rest.extend(chunk.differences.into_iter().map(|difference| difference.found));
    }

    /// Everything that was found.
    pub fn into_all(mut self) -> Vec<String> {
        self.rest.append(&mut self.cases);
        self.rest
    }
}

impl Examined {
    /// What was found about some cases of a log of about `of` events.
    pub(super) fn of<K>(chunk: Chunk<K>, next: Option<Cursor>, of: u64) -> Self {
        Self {
            next,
            events: chunk.events,
            of,
            cases: chunk.kept,
            damage: chunk.damage,
            rows: chunk.differences.into_iter().map(Into::into).collect(),
        }
    }
}
