//! Which alerts a list asks for, and in which order their places come.
//!
//! Invariant: the alerts of one class of one case come together, in the order of the log, so that who reads them some at
//! a time holds those of one case alone.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use projections::alerts::Class;
use projections::view::Seat;

use super::Position;

/// The alerts to an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertsTo {
    /// As what the office was told.
    pub seat: Seat,
    /// The office.
    pub office: OfficeCode,
    /// Only of cases in which something was told since then; all of such a case.
    pub since: Option<Instant>,
    /// Only what was told until then.
    pub until: Option<Instant>,
}

impl AlertsTo {
    /// Whether the office is in its place among the addressees of an alert
    /// (see [`Addressees::tokens`](engine::alert::Addressees::tokens)).
    pub fn is_among(&self, addressees: &str) -> bool {
        addressees.split('.').nth(self.seat.place()) == Some(self.office.as_str())
    }
}

/// The names of a rulebook's rules of a class.
pub(super) fn rules_of(class: Class, book: &Rulebook) -> Vec<String> {
    let of_class = book.rules().iter().filter(|rule| Class::of(rule.id, book) == class);
    of_class.map(|rule| rule.id.to_string()).collect()
}

/// Places in the order of a list: limits on liberty, other limits, the rest; in each by case, then as they are in the log.
#[derive(Default)]
pub(super) struct ByClass([Vec<Position>; 3]);

impl ByClass {
    /// Adds a place, behind those of its class.
    pub fn push(&mut self, class: Class, position: Position) {
        self.0[class as usize].push(position);
    }

    /// All of them.
    pub fn into_all(self) -> Vec<Position> {
        self.0.concat()
    }
}
