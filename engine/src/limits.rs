//! The time limits. Each opening action gives a deadline, computed under both readings.
//!
//! Invariant: numbers come from the rulebook, never from here. Each deadline carries the breakdown of its computation, so
//! that it can be explained without a second computation.

mod detention;
mod investigation;
mod opened;
mod written;

use std::sync::OnceLock;

use crate::calendar::{self, Instant};
use crate::facts::{Facts, of_action};
use crate::rulebook::rule::{DoneBy, Limit};
use crate::rulebook::{Choices, Period, Reading, Readings, Role, Rule, RuleId, Rulebook};
use crate::timeline::Timeline;

pub(crate) use detention::{Remand, remand_around};
pub(crate) use investigation::starts_anew;
pub(crate) use opened::Opened;

/// A time limit in a case: opened by an action, running or discharged.
#[derive(Clone, Debug, PartialEq)]
pub struct Deadline {
    /// The rule.
    pub rule: RuleId,
    /// Who owes the duty.
    pub owed_by: Role,
    /// The entry of the timeline that opened it.
    pub opened_by: usize,
    /// The entry that opened its first period: its date says under which rules it runs.
    pub first_opened_by: usize,
    /// The number of the period, from 0. Each extension opens a further period.
    pub period: u32,
    /// The computation under the protective reading.
    pub protective: Reckoning,
    /// The computation under the lenient reading; `None` where it sees no limit.
    pub lenient: Option<Reckoning>,
}

/// How one reading computes the last lawful instant, and what discharged the limit under this reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Reckoning {
    /// The entry that starts the clock.
    pub from: usize,
    /// The instant at which the clock starts.
    pub start: Instant,
    /// How long the clock runs.
    pub period: Period,
    /// What changed the plain computation, in order.
    pub turns: Vec<Turn>,
    /// The last lawful instant.
    pub due: Instant,
    /// What discharged the limit, if anything did.
    pub done: Option<Done>,
}

/// What discharged a limit, and when, under one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The discharging entry.
    pub by: usize,
    /// The instant at which the duty counts as done.
    pub at: Instant,
}

/// A step of a computation beyond start and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Earlier custody in the case used up part of the limit.
    UsedBefore {
        /// The seconds used up.
        seconds: i64,
    },
    /// One month from the day after the end of the previous period, that day counted, ends earlier.
    Chained {
        /// The first instant of the day after the end of the previous period.
        start: Instant,
        /// The last lawful instant by that counting.
        due: Instant,
    },
    /// After a returned file, the period starts anew from the extension's own date.
    Anew {
        /// The extension's instant.
        start: Instant,
        /// The last lawful instant by that counting.
        due: Instant,
    },
    /// The period continues from the end of one that had started anew.
    GoesOn {
        /// The last lawful instant by that counting.
        due: Instant,
    },
    /// Earlier remands in the case used up part of the cap.
    CapUsed {
        /// Days of detention under earlier remands.
        days: i64,
        /// The last lawful instant of the cap, brought forward.
        due: Instant,
    },
    /// A reclassification changed the cap.
    CapChanged {
        /// The reclassification.
        by: usize,
        /// The cap from then on, in months.
        months: u32,
        /// The last lawful instant of the cap from then on.
        due: Instant,
    },
    /// A reclassification to a higher cap came after the end of the cap. A limit that has passed stays passed.
    CapKept {
        /// The reclassification.
        by: usize,
        /// The last lawful instant of the cap, unchanged.
        due: Instant,
    },
    /// A lower cap binds only from the reclassification.
    CapBound {
        /// The reclassification.
        by: usize,
        /// The last lawful instant of the cap from then on.
        due: Instant,
    },
    /// The limit runs from the opinion on the request for release, or from the receipt of the request.
    FromNext {
        /// The opinion or the receipt.
        by: usize,
        /// How long the limit is from then on.
        period: Period,
        /// Its instant.
        start: Instant,
        /// The last lawful instant by that counting.
        due: Instant,
    },
    /// The lenient reading's last lawful instant was earlier than the protective one's, so it was raised to that.
    Raised {
        /// The last lawful instant of the protective reading.
        due: Instant,
    },
}

impl Deadline {
    /// The last lawful instant of the protective reading.
    pub const fn earliest(&self) -> Instant {
        self.protective.due
    }

    /// The last lawful instant of the lenient reading; `None` where it sees no limit.
    pub fn latest(&self) -> Option<Instant> {
        self.lenient.as_ref().map(|reckoning| reckoning.due)
    }

    /// The discharging entry under the lenient reading, or under the protective reading if the lenient one sees no limit.
    pub fn done_by(&self) -> Option<usize> {
        self.lenient.as_ref().unwrap_or(&self.protective).done.map(|done| done.by)
    }

    /// The computation under `reading`.
    pub fn reckoning(&self, reading: Reading) -> Option<&Reckoning> {
        match reading {
            Reading::Protective => Some(&self.protective),
            Reading::Lenient => self.lenient.as_ref(),
        }
    }
}

impl Reckoning {
    /// Whether the limit is breached at `at`: its last lawful instant has passed, and it was not discharged by that instant.
    pub fn is_breached(&self, at: Instant) -> bool {
        at > self.due && self.done.is_none_or(|done| done.at > self.due)
    }
}

/// The deadlines of a case, in no particular order, and its remands, which the conditions need.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) deadlines: Vec<Deadline>,
    pub(crate) remands: Vec<Remand>,
    /// How many of the deadlines a procedure counted. They come first.
    counted: usize,
    /// An index of them, built on first use.
    opened: OnceLock<Opened>,
}

impl Limits {
    /// The limits that the procedures of these rulebooks count. The remands are those of the last one.
    pub(crate) fn counted<'t>(timeline: &'t Timeline<'t>, books: impl Iterator<Item = &'t Rulebook>) -> Self {
        let mut limits = Self { deadlines: Vec::with_capacity(USUAL), ..Self::default() };
        for book in books {
            let mut work = Work::new(timeline, book, limits);
            work.investigation();
            work.limits.remands = work.detention();
            limits = work.limits;
        }
        Self { counted: limits.deadlines.len(), ..limits }
    }

    /// An index of the deadlines that a procedure counted; `None` where they are few and are searched one by one.
    fn opened(&self) -> Option<&Opened> {
        (self.counted > FEW).then(|| self.opened.get_or_init(|| Opened::of(&self.deadlines[..self.counted])))
    }

    /// The deadline of `rule` and `period` that `entry` opened, counted by a procedure.
    pub(crate) fn deadline(&self, rule: RuleId, entry: usize, period: u32) -> Option<&Deadline> {
        if let Some(opened) = self.opened() {
            return opened.place(rule, entry, period).map(|place| &self.deadlines[place]);
        }
        let is_it = |it: &&Deadline| it.opened_by == entry && it.period == period && it.rule == rule;
        self.deadlines[..self.counted].iter().find(is_it)
    }

    /// The last deadline of `rule` that was opened before `entry`, counted by a procedure.
    pub(crate) fn last_before(&self, rule: RuleId, entry: usize) -> Option<&Deadline> {
        if let Some(opened) = self.opened() {
            return opened.last_before(rule, entry).map(|place| &self.deadlines[place]);
        }
        let before = self.deadlines[..self.counted].iter().filter(|it| it.opened_by < entry && it.rule == rule);
        before.max_by_key(|it| (it.opened_by, it.period))
    }
}

/// For how many deadlines there is room at first.
const USUAL: usize = 32;

/// Among so many deadlines, one is found without an index.
const FEW: usize = 64;

/// A timeline seen under one reading: the timeline and this reading's answers.
#[derive(Clone, Copy)]
pub(crate) struct Under<'t> {
    pub(crate) timeline: &'t Timeline<'t>,
    pub(crate) reading: Reading,
    pub(crate) choices: &'t Choices,
}

impl<'t> Under<'t> {
    pub(crate) fn of(timeline: &'t Timeline<'t>, book: &'t Rulebook, reading: Reading) -> Self {
        Self { timeline, reading, choices: book.choices(reading) }
    }

    /// When entry `i` starts a clock.
    pub(crate) fn starts(&self, i: usize) -> Instant {
        self.timeline.entries()[i].starts(self.choices)
    }

    /// When entry `i` discharges a clock. Also the instant at which it counts as made.
    pub(crate) fn discharges(&self, i: usize) -> Instant {
        self.timeline.entries()[i].discharges(self.choices)
    }

    /// The last lawful instant of `period` from `start`.
    fn due(&self, start: Instant, period: impl Into<Period>) -> Instant {
        calendar::due(start, period.into(), self.choices.first_day, self.choices.month)
    }

    /// The plain computation: `period` from entry `from`, discharged by entry `done`.
    fn plain(&self, from: usize, period: impl Into<Period>, done: Option<usize>) -> Reckoning {
        let (start, period) = (self.starts(from), period.into());
        Reckoning { from, start, period, turns: Vec::new(), due: self.due(start, period), done: self.done(done) }
    }

    fn done(&self, by: Option<usize>) -> Option<Done> {
        by.map(|by| Done { by, at: self.discharges(by) })
    }
}

/// The deadlines of a case under one rulebook as they are found.
pub(crate) struct Work<'t> {
    timeline: &'t Timeline<'t>,
    book: &'t Rulebook,
    under: Readings<Under<'t>>,
    pub(crate) limits: Limits,
    /// Of the discharging actions that a reading must accept, those that it accepts, in order: found once for each.
    accepted: Vec<(*const DoneBy, Readings<Vec<usize>>)>,
}

impl<'t> Work<'t> {
    /// Goes on from the `limits` that were found already.
    pub(crate) fn new(timeline: &'t Timeline<'t>, book: &'t Rulebook, limits: Limits) -> Self {
        let under = Readings::each(|reading| Under::of(timeline, book, reading));
        Self { timeline, book, under, limits, accepted: Vec::new() }
    }

    /// Adds the deadline of two computations. Adds nothing if the protective reading sees no limit, or if the rule does not
    /// hold on the date of the action that opened the first period.
    fn push(
        &mut self,
        rule: &Rule,
        owed_by: Role,
        (first, opened_by): (usize, usize),
        period: u32,
        mut reckonings: Readings<Option<Reckoning>>,
    ) {
        if !self.book.holds(rule, self.timeline.entries()[first].first) {
            return;
        }
        for reading in Reading::ALL {
            if !rule.after_eighteen && self.timeline.is_grown(self.book, *reading, opened_by) {
                reckonings[*reading] = None;
            }
        }
        let Some(protective) = reckonings.protective else { return };
        let mut lenient = reckonings.lenient;
        if let Some(lenient) = &mut lenient
            && lenient.due < protective.due
        {
            lenient.due = protective.due;
            lenient.turns.push(Turn::Raised { due: protective.due });
        }
        self.limits.deadlines.push(Deadline {
            rule: rule.id,
            owed_by,
            opened_by,
            first_opened_by: first,
            period,
            protective,
            lenient,
        });
    }

    /// The first action after `opened_by` that discharges the limit, under each reading. `opening` says which of the ways
    /// to discharge it the opening action allows.
    fn discharged(
        &mut self,
        limit: &'t Limit,
        opened_by: usize,
        opening: impl Fn(&DoneBy, Reading) -> bool,
    ) -> Readings<Option<usize>> {
        let first = self.timeline.first_after(opened_by, limit.plainly_done_by);
        let mut done = Readings { protective: first, lenient: first };
        for way in limit.done_by.iter().filter(|way| !way.is_plain()) {
            let begin = way.since_first_deprivation.then(|| self.timeline.episode_of(opened_by)).flatten();
            let from = begin.map_or(opened_by, |episode| episode.begin);
            for &reading in Reading::ALL {
                if !opening(way, reading) {
                    continue;
                }
                let before = done[reading].unwrap_or(self.timeline.entries().len());
                let found = if way.given.is_always() {
                    self.timeline.find(way.on, from + 1, before)
                } else {
                    let accepted = &self.accepted(way)[reading];
                    accepted.get(accepted.partition_point(|i| *i <= from)).copied().filter(|i| *i < before)
                };
                done[reading] = found.or(done[reading]);
            }
        }
        done
    }

    fn accepted(&mut self, way: &'t DoneBy) -> &Readings<Vec<usize>> {
        let nth = self.accepted.iter().position(|(known, _)| std::ptr::eq(*known, way)).unwrap_or_else(|| {
            let mut accepted: Readings<Vec<usize>> = Readings::default();
            for i in self.timeline.all(way.on) {
                let action = self.timeline.entries()[i].action;
                for &reading in Reading::ALL {
                    if of_action(&way.given, action, reading, self.book.choices(reading)) == Some(true) {
                        accepted[reading].push(i);
                    }
                }
            }
            self.accepted.push((way, accepted));
            self.accepted.len() - 1
        });
        &self.accepted[nth].1
    }
}

/// Whether the opening action allows a way of discharging: for limits that are opened as the rulebook says, by the facts at
/// the opening.
fn allowed(facts: &Facts<'_>, way: &DoneBy, reading: Reading) -> bool {
    way.if_opening.is_always() || facts.outcome(&way.if_opening, reading) == Some(true)
}

/// Limits of a procedure: every way of discharging is open.
const fn any_way(_: &DoneBy, _: Reading) -> bool {
    true
}
