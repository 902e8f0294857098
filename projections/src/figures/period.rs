//! The periods for which figures are counted: calendar years and quarters of Vientiane.
//!
//! Invariant: a period begins with the first day of a month and ends with the last day of one.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use engine::calendar::Instant;

/// How many months a quarter has.
const MONTHS: i32 = 3;

/// A quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter(i32);

/// A quarter or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A year.
    Year(i32),
    /// A quarter.
    Quarter(Quarter),
}

impl Quarter {
    /// The quarter of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.year() * 4 + i32::try_from(day.month0()).unwrap_or(0) / MONTHS)
    }

    /// The last quarter that has ended before an instant.
    pub fn last_closed(at: Instant) -> Self {
        Self::of(at.date()).before()
    }

    /// The quarter before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0 - 1)
    }

    /// The quarter after.
    #[must_use]
    pub const fn after(self) -> Self {
        Self(self.0 + 1)
    }

    /// The quarters from one to another, both included, in order.
    pub fn range(from: Self, until: Self) -> impl DoubleEndedIterator<Item = Self> {
        (from.0..=until.0).map(Self)
    }

    /// Reads `2026-Q1`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once("-Q")?;
        let number: i32 =
            if let [digit @ b'1'..=b'4'] = number.as_bytes() { i32::from(digit - b'1') } else { return None };
        Some(Self(read_year(year)? * 4 + number))
    }

    const fn year(self) -> i32 {
        self.0.div_euclid(4)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-Q{}", self.year(), self.0.rem_euclid(4) + 1)
    }
}

impl Period {
    /// Reads `2026` or `2026-Q1`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Quarter::parse(text).map(Self::Quarter).or_else(|| read_year(text).map(Self::Year))
    }

    /// The year of an instant.
    pub fn year_of(at: Instant) -> Self {
        Self::Year(at.date().year())
    }

    /// The first month, counted from the year 0.
    const fn first_month(self) -> i32 {
        match self {
            Self::Year(year) => year * 12,
            Self::Quarter(quarter) => quarter.0 * MONTHS,
        }
    }

    /// How many months it has.
    pub const fn months(self) -> usize {
        match self {
            Self::Year(_) => 12,
            Self::Quarter(_) => MONTHS as usize,
        }
    }

    /// The first day of one of its months, counted from 0.
    pub fn month(self, nth: usize) -> NaiveDate {
        first_of(self.first_month() + i32::try_from(nth).unwrap_or(0))
    }

    /// The first day.
    pub fn first(self) -> NaiveDate {
        self.month(0)
    }

    /// The last day.
    pub fn last(self) -> NaiveDate {
        let next = self.month(self.months());
        next.checked_sub_days(Days::new(1)).unwrap_or(next)
    }

    /// The place of a day's month in it, from 0; `None` for a day outside.
    pub fn place(self, day: NaiveDate) -> Option<usize> {
        let month = day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0);
        usize::try_from(month - self.first_month()).ok().filter(|place| *place < self.months())
    }

    /// Whether a day is in it.
    pub fn has(self, day: NaiveDate) -> bool {
        self.place(day).is_some()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::Quarter(quarter) => write!(f, "{quarter}"),
        }
    }
}

/// A year of four digits, of those that an action may have.
fn read_year(text: &str) -> Option<i32> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| digits && (1900..2400).contains(year))
}

fn first_of(month: i32) -> NaiveDate {
    let number = u32::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
    NaiveDate::from_ymd_opt(month.div_euclid(12), number, 1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_quarter_has_three_months_and_a_year_twelve() {
        let quarter = Period::parse("2026-Q1").expect("a quarter");
        assert_eq!((quarter.first(), quarter.last()), (day("2026-01-01"), day("2026-03-31")));
        assert_eq!(quarter.place(day("2026-03-31")), Some(2));
        assert!(!quarter.has(day("2026-04-01")) && !quarter.has(day("2025-12-31")));
        let year = Period::parse("2024").expect("a year");
        assert_eq!((year.first(), year.last(), year.months()), (day("2024-01-01"), day("2024-12-31"), 12));
    }

    #[test]
    fn a_period_is_read_as_it_is_written_and_nothing_else_is_read() {
        for text in ["2026", "2026-Q4", "1900-Q1"] {
            assert_eq!(Period::parse(text).expect(text).to_string(), text);
        }
        for text in
            ["", "2026-Q5", "2026-Q0", "2026-Q", "2026-q1", "26", "02026", "2026-Q11", "+026", "2569-Q1", "1899"]
        {
            assert_eq!(Period::parse(text), None, "{text}");
        }
        let first = Quarter::of(day("2026-02-28"));
        assert_eq!((first.before().to_string(), first.after().to_string()), ("2025-Q4".into(), "2026-Q2".into()));
        assert_eq!(Quarter::last_closed(Instant::first_of(day("2026-04-01"))), first);
        assert_eq!(Quarter::last_closed(Instant::last_of(day("2026-03-31"))), first.before());
    }
}
