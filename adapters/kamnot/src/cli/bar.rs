//! Draws a limit as a bar: how much is used, how much is left, by how much it is over. It is readable without colour.

use engine::breach::Breach;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::labels::{self, Label};
use projections::summary::Ended;
use projections::timeline::LimitLine;

use super::paint::{Paint, Tone};

/// How many cells a bar has.
const CELLS: i64 = 14;
/// A limit of at most so many seconds is shown in hours and minutes, a longer one in civil days.
const LONGEST_IN_HOURS: i64 = 72 * 3600;

/// The bar of a limit and its words: `██████████░░░░ 36 h of 48 h`.
pub(super) fn bar(limit: &LimitLine, lang: Language, paint: Paint) -> String {
    let whole = limit.length().max(1);
    let tone = tone(limit);
    let drawn = if limit.over() > 0 {
        let within = (CELLS * whole / limit.used.max(1)).clamp(1, CELLS - 1);
        paint.text(Tone::Plain, &cells('█', within)) + &paint.text(tone, &cells('▓', CELLS - within))
    } else {
        let used = (CELLS * limit.used / whole).clamp(i64::from(limit.used > 0), CELLS);
        paint.text(tone, &cells('█', used)) + &paint.text(Tone::Faint, &cells('░', CELLS - used))
    };
    format!("{drawn} {}", paint.text(tone, &words(limit, lang)))
}

fn cells(cell: char, count: i64) -> String {
    std::iter::repeat_n(cell, usize::try_from(count).unwrap_or(0)).collect()
}

/// The colour of a limit.
pub(super) const fn tone(limit: &LimitLine) -> Tone {
    match (limit.breach, limit.ended) {
        (Some(Breach::Certain), _) => Tone::Certain,
        (Some(Breach::Arguable), _) => Tone::Arguable,
        (None, Some(Ended::Done(_))) => Tone::Good,
        (None, Some(Ended::CaseClosed(_)) | None) => Tone::Plain,
    }
}

/// The state of a limit: its breach, and whether it was done, is still open, or ended with its case.
pub(super) fn state(limit: &LimitLine, lang: Language) -> String {
    let late = match limit.ended {
        Some(Ended::Done(_)) => Label::DoneLate,
        Some(Ended::CaseClosed(_)) => Label::EndedByClosing,
        None => Label::StillOpen,
    };
    match (limit.breach, limit.ended) {
        (Some(how), _) => format!("{}, {}", labels::breach(Some(how)).of(lang), late.of(lang)),
        (None, Some(Ended::Done(_))) => Label::Done.of(lang).to_owned(),
        (None, Some(Ended::CaseClosed(_))) => late.of(lang).to_owned(),
        (None, None) => Label::Running.of(lang).to_owned(),
    }
}

/// `36 h of 48 h`, `day 12 of 30`; once it is over `48 h, over by 12 h`.
fn words(limit: &LimitLine, lang: Language) -> String {
    let end = limit.start.plus(limit.used);
    let (of, day) = (Label::Of.of(lang), Label::Day.of(lang));
    let in_hours = limit.length() <= LONGEST_IN_HOURS;
    let whole_days = days(limit.start, limit.earliest);
    if limit.over() == 0 {
        return if in_hours {
            format!("{} {of} {}", hours(limit.used, lang), hours(limit.length() - 1, lang))
        } else {
            format!("{day} {} {of} {whole_days}", days(limit.start, end))
        };
    }
    let many_days = |count: i64| format!("{count} {}", Label::Days.of(lang));
    let whole = if in_hours { hours(limit.length() - 1, lang) } else { many_days(whole_days) };
    let over = end.since(limit.earliest);
    let over = if over < LONGEST_IN_HOURS { hours(over, lang) } else { many_days(over / (24 * 3600)) };
    format!("{whole}, {} {over}", Label::OverBy.of(lang))
}

/// The number of the civil day of `end`; the day of `start` is 1.
fn days(start: Instant, end: Instant) -> i64 {
    end.date().signed_duration_since(start.date()).num_days() + 1
}

/// Hours and minutes, never days: a limit of 48 hours is not a limit of two days.
fn hours(seconds: i64, lang: Language) -> String {
    let (h, min) = (Label::Hours.of(lang), Label::Minutes.of(lang));
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) if seconds > 0 => format!("{seconds} {}", Label::Seconds.of(lang)),
        (0, minutes) => format!("{minutes} {min}"),
        (hours, 0) => format!("{hours} {h}"),
        (hours, minutes) => format!("{hours} {h} {minutes} {min}"),
    }
}
