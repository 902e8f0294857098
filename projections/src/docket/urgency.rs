//! How urgent a case is: the one order of dockets.

use std::collections::BTreeSet;

use engine::breach::Breach;
use engine::calendar::Instant;
use engine::rulebook::Rulebook;

use crate::summary::{Standing, Summary};

/// How it stands with a case. What a clerk should look at first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The child is held beyond a limit on detention, under both readings: the longest over first.
    HeldCertain,
    /// The same under the protective reading alone.
    HeldArguable,
    /// The child is held, but not beyond a limit on detention: by the limit that ends next.
    Held,
    /// The child is free, and a limit is over and open under both readings: the longest over first.
    OverCertain,
    /// The same under the protective reading alone.
    OverArguable,
    /// All other open cases: by the limit that ends next.
    Running,
    /// The case is closed.
    Closed,
}

impl Class {
    /// All classes, in their order.
    pub const ALL: [Self; 7] = [
        Self::HeldCertain,
        Self::HeldArguable,
        Self::Held,
        Self::OverCertain,
        Self::OverArguable,
        Self::Running,
        Self::Closed,
    ];

    /// How sure it is that a limit is over.
    pub const fn breach(self) -> Option<Breach> {
        match self {
            Self::HeldCertain | Self::OverCertain => Some(Breach::Certain),
            Self::HeldArguable | Self::OverArguable => Some(Breach::Arguable),
            Self::Held | Self::Running | Self::Closed => None,
        }
    }
}

/// How urgent a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Urgency {
    /// How it stands with the case.
    pub class: Class,
    /// The end that decides within the class; `None`, which comes last, where nothing ends.
    pub end: End,
}

/// An end of a limit, or none, which comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The last lawful instant.
    At(Instant),
    /// Nothing ends.
    Never,
}

impl Urgency {
    /// The urgency of a case at an instant.
    pub fn of(summary: &Summary, at: Instant, book: &Rulebook) -> Self {
        let next = || summary.ends_next(at, book).map_or(End::Never, |(_, end)| End::At(end));
        let over = summary.worst_passed(at, book).filter(|(limit, breach)| limit.ended_of(*breach).is_none());
        let since = over.map_or(End::Never, |(limit, breach)| End::At(limit.passed_end(breach)));
        let held = summary.standing.is_held();
        let over = over.filter(|(limit, _)| !held || book.is_on_detention(limit.rule)).map(|(_, breach)| breach);
        let (class, end) = match (summary.standing, over) {
            (Standing::Closed, _) => (Class::Closed, End::Never),
            (Standing::Remand | Standing::Custody, Some(Breach::Certain)) => (Class::HeldCertain, since),
            (Standing::Remand | Standing::Custody, Some(Breach::Arguable)) => (Class::HeldArguable, since),
            (Standing::Remand | Standing::Custody, None) => (Class::Held, next()),
            (Standing::Free, Some(Breach::Certain)) => (Class::OverCertain, since),
            (Standing::Free, Some(Breach::Arguable)) => (Class::OverArguable, since),
            (Standing::Free, None) => (Class::Running, next()),
        };
        Self { class, end }
    }
}

/// The urgency of a case for a while, so that a docket of thousands need not look through all their limits each time.
///
/// Invariant: within its time it gives what [`Urgency::of`] gives: the urgency changes only behind an end of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// From when each urgency holds, in order; never empty.
    steps: Vec<(Instant, Urgency)>,
    /// From when on it does not say; `None`: it says for ever.
    until: Option<Instant>,
}

/// How many ends are looked ahead. Few cases have as many to come.
const LOOKED_AHEAD: usize = 16;

impl Foreseen {
    /// The urgency from an instant on.
    pub fn of(summary: &Summary, from: Instant, book: &Rulebook) -> Self {
        let ends = summary.limits.iter().flat_map(|limit| [Some(limit.earliest), limit.latest]).flatten();
        let changes: BTreeSet<Instant> = ends.map(|end| end.plus(1)).filter(|change| *change > from).collect();
        let until = changes.iter().nth(LOOKED_AHEAD).copied();
        let mut steps = vec![(from, Urgency::of(summary, from, book))];
        for change in changes.into_iter().take(LOOKED_AHEAD) {
            let urgency = Urgency::of(summary, change, book);
            if steps.last().is_none_or(|(_, last)| *last != urgency) {
                steps.push((change, urgency));
            }
        }
        Self { steps, until }
    }

    /// The urgency at an instant; `None` outside its time.
    pub fn at(&self, at: Instant) -> Option<Urgency> {
        if self.until.is_some_and(|until| until <= at) {
            return None;
        }
        let behind = self.steps.partition_point(|(from, _)| *from <= at);
        self.steps.get(behind.checked_sub(1)?).map(|(_, urgency)| *urgency)
    }
}
