//! What is kept of offices: their changes, their shift sheets, their fixed figures.
//!
//! Invariant: a shift sheet and fixed figures are never changed once they are kept.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use uuid::Uuid;

/// That the cases of an office go to another one, as an operator started it on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeChange {
    /// Its id.
    pub id: Uuid,
    /// The office whose cases go.
    pub from: OfficeCode,
    /// The office to which they go.
    pub to: OfficeCode,
    /// Only the cases go that this office has, too; `None`: all of them, and people and tokens follow.
    pub with: Option<OfficeCode>,
    /// The operator who started it.
    pub started_by: Uuid,
    /// When.
    pub started_at: Instant,
    /// The person of the office who confirmed it, and when.
    pub confirmed: Option<(Uuid, Instant)>,
    /// When it was carried out, or taken back before it was confirmed.
    pub ended_at: Option<Instant>,
}

/// A shift sheet as one person confirmed it: as it was handed over, or taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftSheet {
    /// The id of the confirmation.
    pub id: Uuid,
    /// The id of the sheet: that of the confirmation with which it was handed over.
    pub sheet: Uuid,
    /// The office.
    pub office: OfficeCode,
    /// Who confirms.
    pub person: Uuid,
    /// When.
    pub at: Instant,
    /// The end of the shift that takes over.
    pub until: Instant,
    /// What was on the sheet then, as JSON.
    pub list: String,
}

impl ShiftSheet {
    /// The id of the confirmation with which a sheet is taken over: there is only one.
    pub fn taken_over(sheet: Uuid) -> Uuid {
        Uuid::new_v5(&sheet, b"taken over")
    }
}

/// The fixed figures of a quarter. Never changed once they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenFigures {
    /// The quarter, such as `2026-Q1`.
    pub quarter: String,
    /// When they were counted.
    pub at: Instant,
    /// The secret by which counts are rounded; the same for all quarters of a log.
    pub secret: [u8; 32],
    /// What is shown, as JSON.
    pub shown: String,
    /// The exact counts with which the next quarter compares, as JSON. Not shown.
    pub known: String,
}
