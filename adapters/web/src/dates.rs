//! Dates as people type them from paper: day first, in Arabic or Lao digits, the month as a number or a name.
//!
//! Invariant: nothing is guessed. A Buddhist year and a year of two digits are asked back with what they may mean.

use chrono::{Datelike as _, NaiveDate};
use engine::action::When;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};
use projections::catalogue::Word as _;
use projections::words_of_time::{self, is_weekday, month_named};

use crate::words::dates::Dates as W;

/// How far the Buddhist era is ahead.
const BUDDHIST: i32 = 543;
/// What is read as a Buddhist year, and as a year of ours.
const BUDDHIST_YEARS: std::ops::RangeInclusive<i32> = 2400..=2700;
const OUR_YEARS: std::ops::Range<i32> = 1900..2400;
/// The most characters that a date may have.
const LONGEST: usize = 80;

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// It is none.
    Unclear,
    /// The calendar has no such day, or the clock no such time.
    NotInCalendar,
    /// The year is Buddhist; if so, it is this year of ours.
    Buddhist(i32),
    /// The year has two digits; it may be this one.
    TwoDigits(i32),
    /// It is no time of day.
    NoTime,
}

impl NoDate {
    /// What to tell the reader.
    pub fn message(self, language: Language) -> String {
        match self {
            Self::Unclear => W::Unclear.of(language).to_owned(),
            Self::NotInCalendar => W::NotInCalendar.of(language).to_owned(),
            Self::NoTime => W::NoTime.of(language).to_owned(),
            Self::Buddhist(year) => {
                let buddhist = (year + BUDDHIST).to_string();
                W::Buddhist.of(language).replace("{buddhist}", &buddhist).replace("{year}", &year.to_string())
            }
            Self::TwoDigits(year) => W::TwoDigits.of(language).replace("{year}", &year.to_string()),
        }
    }
}

/// Reads a date, or a date and a time of day: `3/3/2026`, `3 ມີນາ 2026`, `໓/໓/໒໐໒໖ ໐໙:໓໐`, `3 March 2026, 9:30`. Also
/// `2026-03-03` and an instant in RFC 3339, as programs write them.
///
/// # Errors
/// Why it is none.
pub fn read(text: &str) -> Result<When, NoDate> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(NoDate::Unclear);
    }
    let text: String = text.chars().map(in_arabic_digits).collect::<String>().replace("ໍາ", "ຳ");
    if let Some(when) = When::parse(&text) {
        return Ok(when);
    }
    let (date, time) = apart(&text)?;
    let words: Vec<&str> = parts(date);
    let [day, month, year] = words[..] else { return Err(NoDate::Unclear) };
    let number = |word: &str, most: usize| {
        let digits = word.len() <= most && word.bytes().all(|byte| byte.is_ascii_digit());
        if digits { word.parse::<i32>().map_err(|_| NoDate::Unclear) } else { Err(NoDate::Unclear) }
    };
    let day = number(day, 2)?;
    let month = match month_named(month) {
        Some(month) => i32::try_from(month).unwrap_or_default(),
        None => number(month, 2)?,
    };
    let year = match (year.len(), number(year, 4)?) {
        (2, year) => return Err(NoDate::TwoDigits(2000 + year)),
        (4, year) if BUDDHIST_YEARS.contains(&year) => return Err(NoDate::Buddhist(year - BUDDHIST)),
        (4, year) if OUR_YEARS.contains(&year) => year,
        _ => return Err(NoDate::Unclear),
    };
    let written = format!("{year:04}-{month:02}-{day:02}");
    let when = match time {
        None => When::parse(&written),
        Some((hour, minute)) => {
            Instant::parse(&format!("{written}T{hour:0>2}:{minute:0>2}:00+07:00")).map(When::Instant)
        }
    };
    when.ok_or(NoDate::NotInCalendar)
}

/// Reads a time of day beside a date: `9:30`, `໐໙:໓໐`, `9.30`.
///
/// # Errors
/// Why it is none.
pub fn at_time(date: NaiveDate, text: &str) -> Result<When, NoDate> {
    let text: String = text.trim().chars().map(in_arabic_digits).collect::<String>().replace('.', ":");
    let (hour, minute) = text.split_once(':').ok_or(NoDate::NoTime)?;
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return Err(NoDate::NoTime);
    }
    let written = format!("{}T{hour:0>2}:{minute}:00+07:00", When::Date(date));
    Instant::parse(&written).map(When::Instant).ok_or(NoDate::NoTime)
}

/// A day, or a day with a time, in words, with how far it is from now.
pub fn echo(when: When, now: Instant, book: &Rulebook, language: Language) -> String {
    let mut said = format!(
        "{}, {}",
        words_of_time::when(when, language),
        words_of_time::days_from_today(when.date(), now.date(), language)
    );
    if let When::Instant(at) = when {
        said = format!("{said} ({})", words_of_time::ago(book, language, now.since(at)));
    }
    said
}

/// A day as it is typed: `3/5/2026`; a time of day apart, `9:30`.
pub fn typed(when: When) -> (String, String) {
    let date = when.date();
    let day = format!("{}/{}/{}", date.day(), date.month(), date.year());
    let time = if let When::Instant(at) = when { words_of_time::time_of_day(at) } else { String::new() };
    (day, time)
}

/// A whole number in Arabic or Lao digits.
pub fn number(text: &str) -> Option<u64> {
    let text: String = text.trim().chars().map(in_arabic_digits).collect();
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// As they are typed.
type HourAndMinute<'t> = (&'t str, &'t str);

/// The date and, if there is a colon, the hour and minute behind it.
fn apart(text: &str) -> Result<(&str, Option<HourAndMinute<'_>>), NoDate> {
    let Some((before, minute)) = text.split_once(':') else { return Ok((text, None)) };
    let hour = &before[before.trim_end_matches(|letter: char| letter.is_ascii_digit()).len()..];
    let digits =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(hour, &[1, 2]) && digits(minute.trim_end(), &[2]) {
        return Ok((&before[..before.len() - hour.len()], Some((hour, minute.trim_end()))));
    }
    Err(NoDate::Unclear)
}

/// The numbers and words of a date, without the words that stand around them: the day of the week, "day", "month", "year".
fn parts(date: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let between = |letter: char| letter.is_whitespace() || "/.-,".contains(letter);
    for mut piece in date.split(between).filter(|piece| !piece.is_empty()) {
        while let Some(first) = piece.chars().next() {
            let is_number = first.is_ascii_digit();
            let end = piece.find(|letter: char| letter.is_ascii_digit() != is_number).unwrap_or(piece.len());
            let (word, rest) = piece.split_at(end);
            let word = word.strip_prefix("ວັນທີ").unwrap_or(word);
            let word = word.strip_prefix("ເດືອນ").unwrap_or(word);
            if !(word.is_empty() || word == "ປີ" || is_weekday(word)) {
                found.push(word);
            }
            piece = rest;
        }
    }
    found
}

/// A Lao digit as an Arabic one.
pub fn in_arabic_digits(letter: char) -> char {
    match letter {
        '໐'..='໙' => char::from_digit(u32::from(letter) - u32::from('໐'), 10).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, NoDate> {
        read(text).map(|when| when.to_string())
    }

    #[test]
    fn a_day_is_read_however_it_is_written() {
        for text in [
            "3/5/2026",
            " 03/05/2026 ",
            "3.5.2026",
            "3-5-2026",
            "໓/໕/໒໐໒໖",
            "3 May 2026",
            "3 may 2026",
            "Sunday 3 May 2026",
            "3 ພຶດສະພາ 2026",
            "ວັນທີ 3 ເດືອນພຶດສະພາ ປີ 2026",
            "ວັນອາທິດ 3 ພຶດສະພາ 2026",
            "໓ພຶດສະພາ໒໐໒໖",
            "3\u{a0}ພຶດສະພາ\u{a0}2026",
            "2026-05-03",
        ] {
            assert_eq!(written(text).as_deref(), Ok("2026-05-03"), "{text}");
        }
        assert_eq!(written("12/1/2026").as_deref(), Ok("2026-01-12"), "the day comes first");
        for (nth, month) in
            ["ມັງກອນ", "ກຸມພາ", "ມີນາ", "ເມສາ", "ພຶດສະພາ", "ມິຖຸນາ", "ກໍລະກົດ", "ສິງຫາ", "ກັນຍາ", "ຕຸລາ", "ພະຈິກ", "ທັນວາ"]
                .iter()
                .enumerate()
        {
            assert_eq!(written(&format!("9 {month} 2026")), Ok(format!("2026-{:02}-09", nth + 1)), "{month}");
        }
    }

    #[test]
    fn a_time_of_day_may_follow() {
        for text in ["3/5/2026 9:30", "3 May 2026, 09:30", "໓/໕/໒໐໒໖ ໐໙:໓໐", "2026-05-03T09:30:00+07:00"]
        {
            assert_eq!(written(text).as_deref(), Ok("2026-05-03T09:30:00+07:00"), "{text}");
        }
        for text in ["3/5/2026 24:00", "3/5/2026 12:60"] {
            assert_eq!(read(text), Err(NoDate::NotInCalendar), "{text}");
        }
        for text in ["3/5/2026 9:3", "3/5/2026 9:30:00", "9:30", "3/5/2026 123:00"] {
            assert_eq!(read(text), Err(NoDate::Unclear), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_stands_beside_its_date() {
        let When::Date(date) = read("3/5/2026").unwrap() else { panic!("a date") };
        for text in ["9:30", "09:30", "໐໙:໓໐", " 9.30 "] {
            let when = at_time(date, text).map(|when| when.to_string());
            assert_eq!(when.as_deref(), Ok("2026-05-03T09:30:00+07:00"), "{text}");
        }
        for text in ["24:00", "9", "9:3", "9:60", "half past nine", "009:30", ""] {
            assert_eq!(at_time(date, text), Err(NoDate::NoTime), "{text}");
        }
        for text in ["3/5/2026", "3/5/2026 09:30"] {
            let when = read(text).unwrap();
            let (day, time) = typed(when);
            assert_eq!(read(&format!("{day} {time}")), Ok(when), "{text}");
        }
    }

    #[test]
    fn a_year_that_may_mean_another_is_asked_back() {
        for text in ["3/5/2569", "໓/໕/໒໕໖໙", "3 ພຶດສະພາ 2569"] {
            assert_eq!(read(text), Err(NoDate::Buddhist(2026)), "{text}");
        }
        assert_eq!(read("3/5/26"), Err(NoDate::TwoDigits(2026)));
        for language in [Language::En, Language::Lo] {
            let said = NoDate::Buddhist(2026).message(language);
            assert!(said.contains("2569") && said.contains("2026") && !said.contains('{'), "{said}");
            let said = NoDate::TwoDigits(2026).message(language);
            assert!(said.contains("2026") && !said.contains('{'), "{said}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["30/2/2026", "31/4/2026", "0/1/2026", "1/13/2026"] {
            assert_eq!(read(text), Err(NoDate::NotInCalendar), "{text}");
        }
        for text in
            ["", "today", "3/2026", "2026", "3/5/2026/1", "3/5/202", "3/5/0026", "1/1/3000", "x/5/2026", "3//5", "<b>"]
        {
            assert_eq!(read(text), Err(NoDate::Unclear), "{text}");
        }
        assert_eq!(read(&"3".repeat(10_000)), Err(NoDate::Unclear));
    }
}
