//! The scale of time: where an instant lies, and the lines of months or weeks.

use chrono::{Datelike, Days, Months, NaiveDate};
use engine::calendar::Instant;
use engine::rulebook::Language;

use super::canvas::{Tenths, units};
use crate::words_of_time;

/// A stretch of time, drawn linearly between two x.
pub(super) struct Scale {
    pub from: Instant,
    pub to: Instant,
    pub left: Tenths,
    pub right: Tenths,
}

impl Scale {
    /// Where an instant lies; at the edge if it is not on the scale.
    pub fn x(&self, at: Instant) -> Tenths {
        let (length, gone) = (self.to.since(self.from).max(1), at.since(self.from));
        if gone <= 0 {
            return self.left;
        }
        let width = i128::from(self.right - self.left);
        let x = width * i128::from(gone.min(length)) / i128::from(length);
        self.left + Tenths::try_from(x).unwrap_or(0)
    }

    /// Where two instants lie.
    pub fn ends(&self, from: Instant, to: Instant) -> [Tenths; 2] {
        [self.x(from), self.x(to)]
    }

    pub fn shows(&self, at: Instant) -> bool {
        self.from <= at && at <= self.to
    }

    /// Whether something that lasts until then goes on beyond the right edge.
    pub fn is_left_by(&self, end: Instant) -> bool {
        end > self.to
    }
}

/// How far apart two lines may be at least.
const APART: Tenths = units(70);

/// The room that the first label takes.
const FIRST: Tenths = units(130);

/// A line of the scale, with its label.
pub(super) struct Line {
    pub date: NaiveDate,
    pub label: String,
    /// Whether the label names the year.
    pub year: bool,
}

/// The lines of a scale: Mondays where weeks have room, else months, else years.
pub(super) fn lines(scale: &Scale, language: Language) -> Vec<Line> {
    let days = scale.to.since(scale.from) / 86_400;
    let room = (scale.right - scale.left) / days.max(1);
    if room * 7 >= APART {
        return mondays(scale, language);
    }
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
    let step = steps.into_iter().find(|step| room_of_months(scale, *step) >= APART).unwrap_or(12_000);
    let first = scale.from.date();
    let months = first.year() * 12 + first.month0().cast_signed();
    // The first month of a step that begins on the scale or before it.
    let begin = months - months.rem_euclid(step);
    let begin = NaiveDate::from_ymd_opt(begin.div_euclid(12), begin.rem_euclid(12).unsigned_abs() + 1, 1);
    let dates = std::iter::successors(begin, |date| date.checked_add_months(Months::new(step.unsigned_abs())));
    let mut dates: Vec<NaiveDate> = dates.take_while(|date| Instant::first_of(*date) < scale.to).collect();
    // Of the month that the scale begins in, the label has room only before the next one.
    if dates.get(1).is_some_and(|second| scale.x(Instant::first_of(*second)) - scale.left < FIRST) {
        dates.remove(0);
    }
    let mut lines = Vec::with_capacity(dates.len());
    for date in dates {
        let year = lines.is_empty() || date.month() == 1;
        let label = match (step < 12, year) {
            (false, _) => date.year().to_string(),
            (true, true) => month_and_year(date, language),
            (true, false) => words_of_time::month(date, language).to_owned(),
        };
        lines.push(Line { date, label, year });
    }
    lines
}

fn room_of_months(scale: &Scale, months: i32) -> Tenths {
    let length = i128::from(scale.to.since(scale.from).max(1));
    let room = i128::from(scale.right - scale.left) * i128::from(months) * 28 * 86_400 / length;
    Tenths::try_from(room).unwrap_or(Tenths::MAX)
}

/// `January 2026`
pub(super) fn month_and_year(date: NaiveDate, language: Language) -> String {
    format!("{}\u{a0}{}", words_of_time::month(date, language), date.year())
}

fn mondays(scale: &Scale, language: Language) -> Vec<Line> {
    let first = scale.from.date();
    let wait = u64::from((7 - first.weekday().num_days_from_monday()) % 7);
    let begin = first.checked_add_days(Days::new(wait));
    let dates = std::iter::successors(begin, |date| date.checked_add_days(Days::new(7)));
    let mut lines: Vec<Line> = Vec::new();
    for date in dates.take_while(|date| Instant::first_of(*date) < scale.to) {
        let year = lines.last().is_none_or(|last| last.date.year() != date.year());
        let weekday = words_of_time::short_weekday(date, language);
        let mut label = format!("{weekday}\u{a0}{}", words_of_time::short_day(date, language));
        if year {
            label = format!("{label}\u{a0}{}", date.year());
        }
        lines.push(Line { date, label, year });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let instant = |text: &str| Instant::first_of(engine::calendar::parse_date(text).unwrap());
        let scale = Scale { from: instant(from), to: instant(to), left: units(12), right: units(888) };
        lines(&scale, Language::En).into_iter().map(|line| line.label.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn the_lines_are_as_close_as_their_labels_allow() {
        let weeks = labels("2026-01-26", "2026-02-20");
        assert_eq!(weeks, ["Mon 26 Jan 2026", "Mon 2 Feb", "Mon 9 Feb", "Mon 16 Feb"]);
        let months = labels("2025-12-05", "2026-04-22");
        assert_eq!(months, ["December 2025", "January 2026", "February", "March", "April"]);
        let years = labels("2020-12-05", "2029-04-22");
        assert_eq!(years.first().map(String::as_str), Some("2020"));
        assert_eq!(years.len(), 10);
    }

    #[test]
    fn an_instant_off_the_scale_lies_at_its_edge() {
        let at = Instant::from_unix;
        let scale = Scale { from: at(0), to: at(100), left: units(12), right: units(112) };
        assert_eq!([at(i64::MIN), at(0), at(50), at(i64::MAX)].map(|at| scale.x(at)), [120, 120, 620, 1120]);
    }
}
