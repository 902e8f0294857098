//! Instants and durations in readable form.

use engine::action::When;
use engine::calendar::Instant;
use engine::explain;
use engine::rulebook::{Language, Rulebook};
use projections::labels::Label;

pub(super) use engine::explain::clock_time as short;

/// `2026-03-03 09:30:00`, which spreadsheets recognise.
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

/// Seconds in a minute, an hour and a day.
const UNITS: [i64; 3] = [60, 3600, 86_400];
/// From so many seconds on a duration is shown in days; a limit of two days is one in hours.
const IN_DAYS: i64 = 72 * 3600;
/// Up to so many seconds minutes are shown beside hours.
const WITH_MINUTES: i64 = 12 * 3600;

/// The time left of a limit, or, if `seconds` is negative, by how much it is over: `8 h left`, `5 days over`; rounded
/// down.
pub(super) fn left(seconds: i64, lang: Language) -> String {
    let [minute, hour, day] = UNITS;
    let of = |count: i64, label: Label| format!("{count} {}", label.of(lang));
    let length = match seconds.abs() {
        length if length < minute => of(length, Label::Seconds),
        length if length < hour => of(length / minute, Label::Minutes),
        length if length < WITH_MINUTES && length % hour >= minute => {
            format!("{} {}", of(length / hour, Label::Hours), of(length % hour / minute, Label::Minutes))
        }
        length if length < IN_DAYS => of(length / hour, Label::Hours),
        length => of(length / day, Label::Days),
    };
    let what = if seconds < 0 { Label::Over } else { Label::Left }.of(lang);
    match lang {
        Language::En => format!("{length} {what}"),
        Language::Lo => format!("{what} {length}"),
    }
}

/// A duration in words, with at most two units.
pub(super) fn length(book: &Rulebook, language: Language, seconds: i64) -> String {
    explain::duration(book, language, seconds.abs())
}
