//! When an action happened.

use std::fmt;

use chrono::NaiveDate;

use crate::calendar::{Instant, parse_date, write_date};

/// When an action happened: an instant, or a civil date in Vientiane if the time of day is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant.
    Instant(Instant),
    /// A date alone: its span is 00:00:00 to 23:59:59.
    Date(NaiveDate),
}

impl When {
    /// The first instant of the span.
    pub fn first(self) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => Instant::first_of(date),
        }
    }

    /// The last instant of the span.
    pub fn last(self) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => Instant::last_of(date),
        }
    }

    /// The civil date.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::Instant(instant) => instant.date(),
            Self::Date(date) => date,
        }
    }

    /// Reads an RFC 3339 instant or a civil date; `None` if the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 {
            return parse_date(text).map(Self::Date);
        }
        Instant::parse(text).map(Self::Instant)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(25);
        match self {
            Self::Instant(instant) => instant.write(&mut text),
            Self::Date(date) => write_date(*date, &mut text),
        }
        f.write_str(&text)
    }
}
