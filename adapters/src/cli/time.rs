//! Instants and lengths of time as people read them.

use engine::action::When;
use engine::calendar::Instant;
use engine::explain;
use engine::rulebook::{Language, Rulebook};

/// `2026-03-03 09:30`, with the seconds where they say something: not at the end of a day, 23:59:59.
pub(super) fn short(instant: Instant) -> String {
    let text = instant.to_string().replace('T', " ");
    let end = if &text[17..19] == "00" || &text[11..19] == "23:59:59" { 16 } else { 19 };
    text[..end].to_owned()
}

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
