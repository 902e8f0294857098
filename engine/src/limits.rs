//! The thirteen time limits. Each opening action gives a deadline, computed under both readings.
//!
//! Invariant: numbers come from the rulebook, never from here. Each deadline carries the breakdown of its computation, so
//! that it can be explained without a second computation.

mod detention;
mod opened;
mod procedure;

use std::sync::OnceLock;

use crate::action::{ActionName, OrderOnRecord, OrderedBy, What};
use crate::calendar::{self, Instant};
use crate::rulebook::{Choices, Period, Reading, Role, RuleId, Rulebook};
use crate::timeline::Timeline;

pub(crate) use detention::{Remand, remand_around};
pub(crate) use opened::Opened;
pub(crate) use procedure::starts_anew;

/// A time limit in a case: opened by an action, running or discharged.
#[derive(Clone, Debug, PartialEq)]
pub struct Deadline {
    /// The rule.
    pub rule: RuleId,
    /// Who owes the duty.
    pub owed_by: Role,
    /// The entry of the timeline that opened it.
    pub opened_by: usize,
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
    /// The limit runs from the receipt of the request for release.
    FromReceipt {
        /// The receipt.
        receipt: usize,
        /// The instant of the receipt.
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

/// All deadlines of a case, in no particular order, and its remands, which the conditions need.
pub(crate) struct Limits {
    pub(crate) deadlines: Vec<Deadline>,
    pub(crate) remands: Vec<Remand>,
    opened: OnceLock<Opened>,
}

impl Limits {
    pub(crate) fn of(timeline: &Timeline<'_>, book: &Rulebook) -> Self {
        let mut deadlines = Vec::with_capacity(16);
        procedure::deadlines(timeline, book, &mut deadlines);
        let remands = detention::deadlines(timeline, book, &mut deadlines);
        Self { deadlines, remands, opened: OnceLock::new() }
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| Opened::of(&self.deadlines))
    }

    /// The deadline of `rule` and `period` that `entry` opened.
    pub(crate) fn deadline(&self, rule: RuleId, entry: usize, period: u32) -> Option<&Deadline> {
        self.opened().place(rule, entry, period).map(|place| &self.deadlines[place])
    }

    /// The last deadline of `rule` that was opened before `entry`.
    pub(crate) fn last_before(&self, rule: RuleId, entry: usize) -> Option<&Deadline> {
        self.opened().last_before(rule, entry).map(|place| &self.deadlines[place])
    }
}

/// A timeline seen under one reading: the timeline and this reading's answers.
#[derive(Clone, Copy)]
pub(crate) struct Under<'t> {
    pub(crate) timeline: &'t Timeline<'t>,
    pub(crate) choices: &'t Choices,
}

impl<'t> Under<'t> {
    pub(crate) fn both(timeline: &'t Timeline<'t>, book: &'t Rulebook) -> [Self; 2] {
        [&book.protective, &book.lenient].map(|choices| Self { timeline, choices })
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
    fn due(&self, start: Instant, period: Period) -> Instant {
        calendar::due(start, period, self.choices.first_day, self.choices.month)
    }

    /// The plain computation: `period` from entry `from`, discharged by entry `done`.
    fn plain(&self, from: usize, period: Period, done: Option<usize>) -> Reckoning {
        let start = self.starts(from);
        Reckoning { from, start, period, turns: Vec::new(), due: self.due(start, period), done: self.done(done) }
    }

    fn done(&self, by: Option<usize>) -> Option<Done> {
        by.map(|by| Done { by, at: self.discharges(by) })
    }
}

/// Adds the deadline of two computations, protective and lenient. Adds nothing if the protective reading sees no limit.
fn push(
    deadlines: &mut Vec<Deadline>,
    rule: RuleId,
    owed_by: Role,
    opened_by: usize,
    period: u32,
    reckonings: [Option<Reckoning>; 2],
) {
    let [Some(protective), mut lenient] = reckonings else { return };
    if let Some(lenient) = &mut lenient
        && lenient.due < protective.due
    {
        lenient.due = protective.due;
        lenient.turns.push(Turn::Raised { due: protective.due });
    }
    deadlines.push(Deadline { rule, owed_by, opened_by, period, protective, lenient });
}

/// Who ordered: the court if the order on record is by a juvenile court, otherwise the prosecutor.
pub(crate) fn ordered_by(what: &What) -> Role {
    match what {
        What::RemandOrdered { order, .. } | What::RemandExtended { order, .. } if by_court(order) => Role::Court,
        _ => Role::Prosecutor,
    }
}

fn by_court(order: &OrderOnRecord) -> bool {
    matches!(order, Some(Some(order)) if order.by == OrderedBy::JuvenileCourt)
}

/// The actions that can discharge a limit. The closing of a case discharges all limits but the four on detention. Some
/// actions count only if the reading accepts them: a remand with a written order, a substantive hearing, a settled
/// mediation.
pub const fn discharged_by(rule: RuleId) -> &'static [ActionName] {
    use ActionName as N;
    match rule {
        RuleId::Interview90Min => &[N::InterviewEnded, N::CaseClosed],
        RuleId::Custody48h => &[N::RemandOrdered, N::Released, N::JudgmentGiven],
        RuleId::ParentsNotified => &[N::ParentsNotified, N::CaseClosed],
        RuleId::Investigation30d => &[N::FileSent, N::ReferredToMediation, N::InvestigationExtended, N::CaseClosed],
        RuleId::InvestigatorMediation30d => &[N::MediationEnded, N::InvestigationOpened, N::FileSent, N::CaseClosed],
        RuleId::RemandTerm => &[N::RemandExtended, N::Released, N::JudgmentGiven],
        RuleId::RemandCap => &[N::Released, N::JudgmentGiven],
        RuleId::ReleaseOpinion24h => &[N::ReleaseOpinionGiven, N::ReleaseDecided, N::Released, N::CaseClosed],
        RuleId::ReleaseDecision24h => &[N::ReleaseDecided, N::Released, N::CaseClosed],
        RuleId::ReleaseAtOnce => &[N::Released],
        RuleId::Prosecutor10d => {
            &[N::FileReturned, N::ProsecutionOrdered, N::ProsecutionDeclined, N::ReferredToMediation, N::CaseClosed]
        }
        RuleId::ProsecutorMediation30d => &[N::ProsecutionOrdered, N::MediationEnded, N::CaseClosed],
        RuleId::Court15d => &[N::JudgmentGiven, N::HearingHeld, N::CaseClosed],
        _ => &[],
    }
}
