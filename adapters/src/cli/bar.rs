//! A limit as a bar: what is used of it, what is left, by how much it is over. It reads without colour too.

use engine::assess::Breach;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};
use projections::timeline::LimitLine;

use super::labels::Label;
use super::paint::{Paint, Tone};
use super::time::length;

/// How many cells a bar has.
const CELLS: i64 = 20;
/// A limit this long or shorter is told in hours and minutes, a longer one in civil days. Seconds.
const LONGEST_IN_HOURS: i64 = 72 * 3600;

/// The bar of a limit and its words: `██████████░░░░ 36 hours of 48 hours`.
pub(super) fn bar(limit: &LimitLine, book: &Rulebook, lang: Language, paint: Paint) -> String {
    let whole = limit.length().max(1);
    let tone = tone(limit);
    let drawn = if limit.over() > 0 {
        let within = (CELLS * whole / limit.used.max(1)).clamp(1, CELLS - 1);
        paint.text(Tone::Plain, &cells('█', within)) + &paint.text(tone, &cells('▓', CELLS - within))
    } else {
        let used = (CELLS * limit.used / whole).clamp(i64::from(limit.used > 0), CELLS);
        paint.text(tone, &cells('█', used)) + &paint.text(Tone::Faint, &cells('░', CELLS - used))
    };
    format!("{drawn} {}", paint.text(tone, &words(limit, book, lang)))
}

fn cells(cell: char, count: i64) -> String {
    std::iter::repeat_n(cell, usize::try_from(count).unwrap_or(0)).collect()
}

const fn tone(limit: &LimitLine) -> Tone {
    match (limit.breach, limit.done_at) {
        (Some(Breach::Certain), _) => Tone::Certain,
        (Some(Breach::Arguable), _) => Tone::Arguable,
        (None, Some(_)) => Tone::Good,
        (None, None) => Tone::Plain,
    }
}

/// `36 hours of 48 hours`, `day 12 of 30`; and by how much it is over.
fn words(limit: &LimitLine, book: &Rulebook, lang: Language) -> String {
    let end = limit.start.plus(limit.used);
    let of = Label::Of.of(lang);
    let used = if limit.length() <= LONGEST_IN_HOURS {
        let whole = limit.length() - 1;
        format!("{} {of} {}", hours(limit.used, book, lang), hours(whole, book, lang))
    } else {
        format!("{} {} {of} {}", Label::Day.of(lang), days(limit.start, end), days(limit.start, limit.earliest))
    };
    let state = match (limit.breach, limit.done_at) {
        (Some(Breach::Certain), _) => Label::Certain,
        (Some(Breach::Arguable), _) => Label::Arguable,
        (None, Some(_)) => Label::Done,
        (None, None) => Label::Running,
    };
    let over = if limit.over() > 0 {
        format!(", {} {}", length(book, lang, end.since(limit.earliest)), Label::Over.of(lang))
    } else {
        String::new()
    };
    format!("{used}{over} · {}", state.of(lang))
}

/// The number of the civil day in which `end` lies, that of `start` being 1.
fn days(start: Instant, end: Instant) -> i64 {
    end.date().signed_duration_since(start.date()).num_days() + 1
}

/// Hours and minutes, never days: a limit of 48 hours is not one of two days.
fn hours(seconds: i64, book: &Rulebook, lang: Language) -> String {
    let text = |n: i64, one: &str, many: &str| {
        book.text(if n == 1 { one } else { many }).in_language(lang).replace("{n}", &n.to_string())
    };
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, minutes) => text(minutes, "unit.minute", "unit.minutes"),
        (hours, 0) => text(hours, "unit.hour", "unit.hours"),
        (hours, minutes) => {
            format!("{} {}", text(hours, "unit.hour", "unit.hours"), text(minutes, "unit.minute", "unit.minutes"))
        }
    }
}
