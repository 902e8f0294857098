//! What a walk over all cases of a log gives, for who holds the whole log against something else.
//!
//! Invariant: cases and alerts are those of the events alone, whatever the other tables say; memory is bounded by the
//! cases of one look.

use engine::action::CaseRef;
use engine::case::{Case, Event};

use super::{Delivery, Position};

/// How far a walk over all cases has come, in an order of the store's own; the default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub u128);

/// Some cases, from one state of the store.
#[derive(Debug, Default)]
pub struct Examined {
    /// Where the walk goes on; none at its end.
    pub next: Option<Cursor>,
    /// How many events these cases have.
    pub events: u64,
    /// About how many events the whole log has.
    pub of: u64,
    /// The cases whose events can be read and built upon.
    pub cases: Vec<ExaminedCase>,
    /// What is wrong with their events, which nothing can rebuild.
    pub damage: Vec<RowFlaw>,
    /// Views and other rows that are not what the log gives.
    pub rows: Vec<RowFlaw>,
}

/// A case with what was told about it.
#[derive(Debug)]
pub struct ExaminedCase {
    /// The case as its events fold into it.
    pub case: Case,
    /// Its alert events in order.
    pub alerts: Vec<ExaminedAlert>,
}

/// An alert event in its place, with the mark of its delivery.
#[derive(Debug)]
pub struct ExaminedAlert {
    /// Its place in the log.
    pub position: Position,
    /// The event.
    pub event: Event,
    /// The mark that stands at its place.
    pub delivery: Option<Delivery>,
}

/// A row that is not what the log gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFlaw {
    /// The case that it is about, where it is one's.
    pub case: Option<CaseRef>,
    /// What was found, in words.
    pub found: String,
}

/// What is wrong with a log as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// With the log itself, which nothing can rebuild.
    pub damage: Vec<String>,
    /// With the tables that are made from it.
    pub rows: Vec<RowFlaw>,
}

/// Whether a look at cases hands on the cases themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Only what is wrong.
    Nothing,
    /// What is wrong, and the sum of all events.
    Sum,
    /// The cases too.
    Cases,
}
