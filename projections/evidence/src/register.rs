//! The paper register: one line a day, which a clerk signs, and which shows later how old a root is.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key;
use crate::strict;

/// A line of the register: the last checkpoint of a day. Written as day, origin, size, and the root in 16 groups of
/// four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterLine {
    /// The day, as the office counts days.
    pub day: Day,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

/// A day of the calendar, written as `2026-11-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u16, u8, u8);

/// A text is no line of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line of the register: day, origin, size, and 64 hexadecimal digits of the root")]
pub struct NotALine;

impl fmt::Display for RegisterLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checkpoint { origin, size, root } = &self.checkpoint;
        write!(f, "{} {origin} {size} {}", self.day, root.in_groups())
    }
}

impl FromStr for RegisterLine {
    type Err = NotALine;

    /// Reads a line that somebody copied from paper: what stands between the words, how the digits are grouped, and
    /// whether they are capitals does not matter.
    fn from_str(text: &str) -> Result<Self, NotALine> {
        let mut words = text.split_whitespace();
        let mut next = || words.next().ok_or(NotALine);
        let (day, origin, size) = (next()?.parse()?, next()?, next()?);
        let root: Hash = words.collect::<String>().to_ascii_lowercase().parse().map_err(|_| NotALine)?;
        if !key::is_name(origin) {
            return Err(NotALine);
        }
        let size = strict::decimal(size).ok_or(NotALine)?;
        Ok(Self { day, checkpoint: Checkpoint { origin: origin.to_owned(), size, root } })
    }
}

impl Day {
    /// The day. `None` if the calendar has no such day, or the year has not four digits.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1000..=9999).contains(&year) && (1..=length).contains(&day)).then_some(Self(year, month, day))
    }

    /// How many days it is after 1970-01-01.
    pub fn days(self) -> i64 {
        // Years that begin in March end with the leap day.
        let (year, month) = (i64::from(self.0) - i64::from(self.1 < 3), (i64::from(self.1) + 9) % 12);
        let before = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5;
        before + i64::from(self.2) - 1 - 719_468
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0, self.1, self.2)
    }
}

impl FromStr for Day {
    type Err = NotALine;

    fn from_str(text: &str) -> Result<Self, NotALine> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(NotALine);
        let (year, month, day) = (next()?, next()?, next()?);
        let number = |text: &str| text.parse().map_err(|_| NotALine);
        let day = Self::new(year.parse().map_err(|_| NotALine)?, number(month)?, number(day)?).ok_or(NotALine)?;
        if day.to_string() == text { Ok(day) } else { Err(NotALine) }
    }
}

#[cfg(test)]
mod tests;
