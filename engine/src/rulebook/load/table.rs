//! The tables and values of a rulebook file, with their lines.
//!
//! Invariant: a flaw of a value names its line and path, what was found, and what was expected.

use std::mem::discriminant;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::Flaw;
use crate::refusal::nearest;
use crate::rulebook::{Period, Text};

/// How a length in hours, in days and in months is written.
pub(super) const HOURS: Period = Period::Hours(48);
pub(super) const DAYS: Period = Period::Days(30);
pub(super) const MONTHS: Period = Period::Months(1);

/// One table of the file.
pub(super) struct Table<'a> {
    source: &'a str,
    start: usize,
    path: String,
    entries: &'a DeTable<'a>,
}

/// One value of the file.
#[derive(Clone)]
pub(super) struct Value<'a> {
    source: &'a str,
    start: usize,
    path: String,
    found: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn root(source: &'a str, entries: &'a DeTable<'a>) -> Self {
        Self { source, start: 0, path: String::new(), entries }
    }

    /// A flaw on the line where this table begins.
    pub(super) fn flaw(&self, what: &str) -> Flaw {
        Flaw::new(self.source, self.start, &self.path, what)
    }

    /// Refuses every key but `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Flaw> {
        match self.in_order().into_iter().find(|(key, _)| !known.contains(key)) {
            None => Ok(()),
            Some((key, value)) => Err(value.flaw(&format!(
                "unknown key; expected one of {}{}; check the spelling or remove it",
                known.join(", "),
                meant(key, known)
            ))),
        }
    }

    /// Every key with its value, in the order of the file.
    pub(super) fn in_order(&self) -> Vec<(&'a str, Value<'a>)> {
        let mut all: Vec<_> = self.values().collect();
        all.sort_by_key(|(_, value)| value.start);
        all
    }

    /// Every key with its value, in the order of the keys.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.entries.iter().map(|(key, value)| {
            (key.get_ref().as_ref(), self.value_at(key.span().start, key.get_ref(), value.get_ref()))
        })
    }

    pub(super) fn optional(&self, key: &str) -> Option<Value<'a>> {
        let (key, value) = self.entries.get_key_value(key)?;
        Some(self.value_at(key.span().start, key.get_ref(), value.get_ref()))
    }

    /// The value of `key`. If it is missing, `expected` completes the flaw's "expected …".
    pub(super) fn required(&self, key: &str, expected: &str) -> Result<Value<'a>, Flaw> {
        self.optional(key).ok_or_else(|| self.flaw(&format!("\"{key}\" is missing; expected {expected}; add it")))
    }

    pub(super) fn table(&self, key: &str) -> Result<Table<'a>, Flaw> {
        self.required(key, "a table")?.table()
    }

    pub(super) fn string(&self, key: &str, expected: &str) -> Result<&'a str, Flaw> {
        self.required(key, expected)?.string(expected)
    }

    pub(super) fn integer(&self, key: &str, range: RangeInclusive<u32>) -> Result<u32, Flaw> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.required(key, &expected)?.integer(&range, &expected)
    }

    /// The text of `key` in both languages.
    pub(super) fn text(&self, key: &str) -> Result<Text, Flaw> {
        self.required(key, "a text { en = \"…\", lo = \"…\" }")?.text()
    }

    fn value_at(&self, start: usize, key: &str, found: &'a DeValue<'a>) -> Value<'a> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let key = if key.bytes().all(plain) { shown(key) } else { format!("\"{}\"", shown(key)) };
        let path = if self.path.is_empty() { key } else { format!("{}.{key}", self.path) };
        Value { source: self.source, start, path, found }
    }
}

impl<'a> Value<'a> {
    /// A flaw on the line of this value.
    pub(super) fn flaw(&self, what: &str) -> Flaw {
        Flaw::new(self.source, self.start, &self.path, what)
    }

    /// Where it stands, such as `rules.court-15d.limit`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn unexpected(&self, expected: &str) -> Flaw {
        let found = match self.found {
            DeValue::String(text) if text.trim().is_empty() => "an empty string".to_owned(),
            DeValue::String(text) => format!("\"{}\"", shown(text)),
            DeValue::Integer(number) => shown(&number.to_string()),
            DeValue::Float(number) => shown(&number.to_string()),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        self.flaw(&format!("found {found}; expected {expected}"))
    }

    pub(super) fn table(&self) -> Result<Table<'a>, Flaw> {
        match self.found {
            DeValue::Table(entries) => {
                Ok(Table { source: self.source, start: self.start, path: self.path.clone(), entries })
            }
            _ => Err(self.unexpected("a table")),
        }
    }

    pub(super) fn list(&self, expected: &str) -> Result<Vec<Value<'a>>, Flaw> {
        let DeValue::Array(items) = self.found else {
            return Err(self.unexpected(expected));
        };
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, item)| Value {
                source: self.source,
                start: item.span().start,
                path: format!("{}[{index}]", self.path),
                found: item.get_ref(),
            })
            .collect())
    }

    /// A string that is not empty.
    pub(super) fn string(&self, expected: &str) -> Result<&'a str, Flaw> {
        match self.found {
            DeValue::String(text) if !text.trim().is_empty() => Ok(text.as_ref()),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// A string, if it is one.
    pub(super) fn word(&self) -> Option<&'a str> {
        if let DeValue::String(text) = self.found { Some(text.as_ref()) } else { None }
    }

    /// Whether it is a list.
    pub(super) const fn is_list(&self) -> bool {
        matches!(self.found, DeValue::Array(_))
    }

    /// `true`, if it is there at all.
    pub(super) fn yes(&self) -> Result<bool, Flaw> {
        match self.found {
            DeValue::Boolean(true) => Ok(true),
            _ => Err(self.unexpected("true; leave it out for no")),
        }
    }

    /// One string or a list of strings, at least one, each with its value.
    pub(super) fn strings(&self, expected: &str) -> Result<Vec<(&'a str, Value<'a>)>, Flaw> {
        let all = if self.is_list() { self.list(expected)? } else { vec![self.clone()] };
        if all.is_empty() {
            return Err(self.flaw(&format!("found an empty list; expected {expected}")));
        }
        all.into_iter().map(|value| Ok((value.string(expected)?, value))).collect()
    }

    /// The words of which this value is one, or of several of which it is a list: their places as bits.
    pub(super) fn words_of(&self, words: &[&str]) -> Result<u32, Flaw> {
        let all = self.strings(&format!("one or more of {}", words.join(", ")))?;
        none_twice(&all)?;
        let mut places = all.into_iter().map(|(_, value)| value.index_in(words));
        places.try_fold(0, |bits, place| Ok(bits | 1 << place?))
    }

    pub(super) fn integer(&self, range: &RangeInclusive<u32>, expected: &str) -> Result<u32, Flaw> {
        let DeValue::Integer(number) = self.found else {
            return Err(self.unexpected(expected));
        };
        u32::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.unexpected(expected))
    }

    pub(super) fn date(&self) -> Result<NaiveDate, Flaw> {
        let expected = "a day of the calendar without quotation marks, such as 2007-03-27";
        let DeValue::Datetime(toml::value::Datetime { date: Some(date), time: None, offset: None }) = self.found else {
            return Err(self.unexpected(expected));
        };
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            .ok_or_else(|| self.unexpected(expected))
    }

    /// A time of day such as `08:00`, as seconds after midnight.
    pub(super) fn time_of_day(&self) -> Result<i64, Flaw> {
        let expected = "a time of day from \"00:00\" to \"23:59\", such as \"08:00\"";
        let two_digits = |text: &str| match text.as_bytes() {
            [b'0'..=b'9', b'0'..=b'9'] => text.parse::<i64>().ok(),
            _ => None,
        };
        self.string(expected)?
            .split_once(':')
            .and_then(|(hour, minute)| Some((two_digits(hour)?, two_digits(minute)?)))
            .filter(|(hour, minute)| *hour < 24 && *minute < 60)
            .map(|(hour, minute)| hour * 3600 + minute * 60)
            .ok_or_else(|| self.unexpected(expected))
    }

    /// A length of time in any unit, more than nothing and at most ten years: no limit of a child's case is longer, so a
    /// larger number is a mistake.
    pub(super) fn period(&self) -> Result<Period, Flaw> {
        let expected =
            "a length such as \"90min\", \"48h\", \"30d\" or \"1mo\", more than nothing and at most ten years";
        let most = |period: Period| match period {
            Period::Minutes(_) => 10 * 365 * 24 * 60,
            Period::Hours(_) => 10 * 365 * 24,
            Period::Days(_) => 10 * 365,
            Period::Months(_) => 10 * 12,
        };
        let period = Period::parse(self.string(expected)?);
        let period = period.filter(|period| (1..=most(*period)).contains(&period.number()));
        period.ok_or_else(|| self.unexpected(expected))
    }

    /// The number of a length of time in the unit of `sample`.
    pub(super) fn period_in(&self, sample: Period) -> Result<u32, Flaw> {
        let period = self.period()?;
        if discriminant(&period) == discriminant(&sample) {
            Ok(period.number())
        } else {
            Err(self.unexpected(&format!("a length in this unit: \"{sample}\"")))
        }
    }

    /// This value as a text in both languages.
    pub(super) fn text(&self) -> Result<Text, Flaw> {
        let languages = self.table()?;
        languages.only(&["en", "lo"])?;
        Ok(Text {
            en: languages.string("en", "the English words")?.to_owned(),
            lo: languages.string("lo", "the Lao words")?.to_owned(),
        })
    }

    /// The place of this value in `words`.
    pub(super) fn index_in(&self, words: &[&str]) -> Result<usize, Flaw> {
        let expected = format!("one of {}", words.join(", "));
        let found = self.string(&expected)?;
        let place = words.iter().position(|word| *word == found);
        place.ok_or_else(|| self.unexpected(&format!("{expected}{}", meant(found, words))))
    }
}

/// A text of the file as a flaw repeats it: on one line, and no longer than it has to be known again.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let mut shown: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// A hint at the word that was probably meant; nothing if none is near.
pub(super) fn meant(found: &str, words: &[&str]) -> String {
    nearest(found, words.iter().copied()).map_or(String::new(), |meant| format!(" (did you mean \"{meant}\"?)"))
}

/// Refuses a word that stands in a list twice.
pub(super) fn none_twice(all: &[(&str, Value<'_>)]) -> Result<(), Flaw> {
    let twice = all.iter().enumerate().find(|(nth, (word, _))| all[..*nth].iter().any(|(known, _)| known == word));
    match twice {
        None => Ok(()),
        Some((_, (word, value))) => {
            Err(value.flaw(&format!("found \"{}\" twice; expected it once; remove one", shown(word))))
        }
    }
}
