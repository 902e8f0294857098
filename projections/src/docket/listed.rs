//! A case as a docket keeps it: its limits, and what else a row says about it, without anything personal.
//!
//! Invariant: made from the case alone; it answers for every instant until [`Listed::again_at`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::assess::Assessment;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;

use super::urgency::{Foreseen, Urgency};
use crate::snapshot::Snapshot;
use crate::summary::{Standing, Summary};
use crate::view::Seat;

/// An action that was recorded more than so many seconds after it happened was recorded late: nobody could be warned of the
/// forty-eight hours of a custody, the first of the limits.
pub const LATE: i64 = 48 * 3600;

/// A case as a docket keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The case's reference.
    pub case: CaseRef,
    /// The offices that have the case.
    pub offices: Addressees,
    /// Where the child is, and the limits.
    pub summary: Summary,
    /// Since when the child is held.
    pub held: Option<Held>,
    /// When the case was closed, and how.
    pub closed: Option<Closed>,
    /// When an action by an office of the case, or from it, was last recorded in the case.
    pub heard: BTreeMap<OfficeCode, Instant>,
    /// When the first action was recorded.
    pub first_recorded: Instant,
    /// When the last action was recorded; alerts do not count.
    pub last_recorded: Instant,
    /// Whether a counted action was recorded late (see [`LATE`]).
    pub recorded_late: bool,
    /// How many more extensions the longest remand leaves to the remand that runs, by the protective reading.
    pub extensions_left: Option<u32>,
    /// When a recorded action begins to count, so that the case has to be read again.
    pub again_at: Option<Instant>,
    /// How urgent it is from when it was read on.
    foreseen: Foreseen,
}

/// Since when a child is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The first instant of the first deprivation of liberty.
    pub since: Instant,
    /// Whether only the day of it is known.
    pub by_date: bool,
}

impl Held {
    /// The number of the day on which the child is held, from 1.
    pub fn day(self, today: NaiveDate) -> i64 {
        today.signed_duration_since(self.since.date()).num_days() + 1
    }
}

/// How a case was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Instant,
    /// Whether a mediation had settled it.
    pub by_mediation: bool,
}

impl Listed {
    /// The case as it counts at `at`; `None` if it was not open by then.
    pub fn of(case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        let assessment = case.assess(book, at)?;
        let (first, last) = (case.recorded().first()?, case.recorded().last()?);
        let Snapshot { case: reference, offices, summary, .. } =
            Snapshot::of_assessment(case.reference().clone(), &assessment, last.recorded_at);
        let counted = case.recorded().iter().filter(|recorded| assessment.entry(recorded.action.id).is_some());
        let late =
            |recorded: &engine::case::RecordedAction| recorded.recorded_at.since(recorded.action.at.last()) > LATE;
        let ahead = case.actions().map(|action| action.at.first()).filter(|first| *first > at);
        Some(Self {
            held: held(&assessment),
            closed: closed(&assessment, summary.standing),
            heard: heard(case, &offices),
            first_recorded: first.recorded_at,
            last_recorded: last.recorded_at,
            recorded_late: counted.into_iter().any(late),
            extensions_left: extensions_left(&assessment, book),
            again_at: ahead.min(),
            foreseen: Foreseen::of(&summary, at, book),
            case: reference,
            offices,
            summary,
        })
    }

    /// How urgent it is at an instant.
    pub fn urgency(&self, at: Instant, book: &Rulebook) -> Urgency {
        self.foreseen.at(at).unwrap_or_else(|| Urgency::of(&self.summary, at, book))
    }

    /// The case at an instant, as a row is made of it.
    pub fn at(&self, at: Instant) -> Snapshot {
        Snapshot {
            case: self.case.clone(),
            offices: self.offices.clone(),
            summary: self.summary.clone(),
            at,
            recorded_at: self.last_recorded,
        }
    }

    /// Whether `office` has the case in this seat; with `None`, in any seat.
    pub fn is_of(&self, office: &OfficeCode, seat: Option<Seat>) -> bool {
        Seat::have(&self.offices, office, seat)
    }
}

fn held(assessment: &Assessment<'_>) -> Option<Held> {
    let episode = assessment.timeline.episodes().last().filter(|episode| episode.end.is_none())?;
    let begin = &assessment.timeline.entries()[episode.begin];
    Some(Held { since: begin.first, by_date: begin.is_dated_only() })
}

fn closed(assessment: &Assessment<'_>, standing: Standing) -> Option<Closed> {
    let entries = assessment.timeline.entries();
    let last = entries.iter().rfind(|entry| entry.name == ActionName::CaseClosed)?;
    let settled = |entry: &engine::timeline::Entry<'_>| {
        entry.name == ActionName::MediationEnded && entry.action.flag("settled") == Some(true)
    };
    let by_mediation = entries.iter().any(settled);
    (standing == Standing::Closed).then_some(Closed { at: last.first, by_mediation })
}

fn heard(case: &Case, offices: &Addressees) -> BTreeMap<OfficeCode, Instant> {
    let mut heard = BTreeMap::new();
    for recorded in case.recorded() {
        for office in [&recorded.recorded_by, &recorded.action.by] {
            if Seat::have(offices, office, None) {
                let last = heard.entry(office.clone()).or_insert(recorded.recorded_at);
                *last = recorded.recorded_at.max(*last);
            }
        }
    }
    heard
}

fn extensions_left(assessment: &Assessment<'_>, book: &Rulebook) -> Option<u32> {
    let terms = assessment.deadlines.iter().filter(|deadline| deadline.protective.done.is_none());
    let mut terms =
        terms.filter(|deadline| book.rule(deadline.rule).is_some_and(engine::rulebook::Rule::is_remand_term));
    assessment.extensions_left(terms.next_back()?, book)
}
