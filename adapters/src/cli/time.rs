//! Instants and lengths of time as people read them.

use engine::action::When;
use engine::calendar::Instant;
use engine::explain;
use engine::rulebook::{Language, Rulebook};

pub(super) use engine::explain::clock_time as short;

/// `2026-03-03 09:30:00`, as a spreadsheet knows it.
pub(super) fn full(instant: Instant) -> String {
    instant.to_string()[..19].replace('T', " ")
}

/// An action's time: its instant, or its date alone.
pub(super) fn when(at: When) -> String {
    match at {
        When::Instant(instant) => short(instant),
        When::Date(_) => at.to_string(),
    }
}

/// A length of time in words, at most two units.
pub(super) fn length(book: &Rulebook, language: Language, seconds: i64) -> String {
    explain::duration(book, language, seconds.abs())
}
