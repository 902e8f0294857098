//! The view of a case: one row with what dockets and the watch need, so that they need not load the case.
//!
//! Invariant: a view is a function of the case and the rulebook alone, so a rebuild gives the same bytes.

use engine::action::{CaseRef, OfficeCode};
use engine::alert::{Addressees, Alert};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;

use crate::summary::{Beside, ESCALATED, FORMER, Summary, beside};

/// The seat in which an office has a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    /// The court.
    Court,
    /// The prosecutor's office.
    Prosecutor,
    /// The investigation organisation.
    Investigator,
    /// The legal aid office.
    LegalAid,
}

impl Seat {
    /// All seats.
    pub const ALL: [Self; 4] = [Self::Court, Self::Prosecutor, Self::Investigator, Self::LegalAid];

    /// The office in this seat; `None` if there is none.
    pub const fn of(self, offices: &Addressees) -> Option<&OfficeCode> {
        match self {
            Self::Court => Some(&offices.court),
            Self::Prosecutor => Some(&offices.prosecutor),
            Self::Investigator => Some(&offices.investigator),
            Self::LegalAid => offices.legal_aid.as_ref(),
        }
    }

    /// The place of this seat's office in an alert's subject, from 0 (see [`Addressees::tokens`]).
    pub const fn place(self) -> usize {
        match self {
            Self::Prosecutor => 0,
            Self::Court => 1,
            Self::Investigator => 2,
            Self::LegalAid => 3,
        }
    }

    /// Whether `office` is in this seat; with `None`, in any seat.
    pub(crate) fn have(offices: &Addressees, office: &OfficeCode, seat: Option<Self>) -> bool {
        let seats = Self::ALL.into_iter().filter(|one| seat.is_none_or(|seat| seat == *one));
        seats.filter_map(|seat| seat.of(offices)).any(|of_case| of_case == office)
    }
}

/// The row of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseView {
    /// The case's reference.
    pub case: CaseRef,
    /// How many events the case's stream holds.
    pub version: u32,
    /// When the last event was recorded.
    pub recorded_at: Instant,
    /// The code of the court that has the case.
    pub court: OfficeCode,
    /// The code of the prosecutor's office that has the case.
    pub prosecutor: OfficeCode,
    /// The code of the investigation organisation that has the case.
    pub investigator: OfficeCode,
    /// The code of the legal aid office, if there is one.
    pub legal_aid: Option<OfficeCode>,
    /// The next instant at which the case calls for an alert event, if nothing more is recorded.
    pub next_due: Option<Instant>,
    /// The surest breach in the case when the view was made.
    pub worst: Option<Breach>,
    /// A [`Summary`] of all actions as one JSON document, with the offices that have handed the case on, and those
    /// whose duty was escalated.
    pub document: String,
}

impl CaseView {
    /// The view of a case; `None` while the case is not open.
    pub fn of(case: &Case, book: &Rulebook) -> Option<Self> {
        let recorded_at = case.last_recorded_at()?;
        // Actions may be some minutes ahead of the recording clock. The view answers for the time when all of them count.
        let last = case.actions().map(|action| action.at.first()).max()?;
        let assessment = case.assess(book, recorded_at.max(last))?;
        let offices = assessment.timeline.offices();
        let summary = Summary::of(&assessment);
        let have = Addressees::from(offices);
        let former: Vec<_> = case.concerned().into_iter().filter(|office| !Seat::have(&have, office, None)).collect();
        let mut escalated: Vec<_> =
            case.standing_alerts().filter(|alert| alert.topic.stage.is_escalated()).map(Alert::owing_office).collect();
        escalated.sort_unstable();
        escalated.dedup();
        let next_due = if last <= recorded_at { case.next_due_by(&assessment, book) } else { case.next_due(book) };
        Some(Self {
            case: case.reference().clone(),
            version: case.version(),
            recorded_at,
            court: offices.court.clone(),
            prosecutor: offices.prosecutor.clone(),
            investigator: offices.investigator.clone(),
            legal_aid: offices.legal_aid.cloned(),
            next_due,
            worst: summary.worst(recorded_at),
            document: summary.to_json_with(&Beside { former, escalated }),
        })
    }

    /// Whether `office` has the case in this seat; with `None`, in any seat.
    pub fn is_of(&self, office: &OfficeCode, seat: Option<Seat>) -> bool {
        Seat::have(&self.offices(), office, seat)
    }

    /// Whether `office` has handed the case on: the opening or a transfer that still counts names it, or it opened the
    /// case, and it has the case no more.
    pub fn was_of(&self, office: &OfficeCode) -> bool {
        beside(&self.document, FORMER).contains(office)
    }

    /// The offices whose duty in the case was escalated and is still owed.
    pub fn escalated(&self) -> Vec<OfficeCode> {
        beside(&self.document, ESCALATED)
    }

    /// The offices that have the case.
    pub fn offices(&self) -> Addressees {
        Addressees {
            court: self.court.clone(),
            prosecutor: self.prosecutor.clone(),
            investigator: self.investigator.clone(),
            legal_aid: self.legal_aid.clone(),
        }
    }
}
