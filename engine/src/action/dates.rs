//! Reads the dates and instants of an action: which years are accepted, and which common mistakes are recognised.
//!
//! Invariant: a refusal echoes a date or instant only if it was given as the time of an action, and stands alone there.

use chrono::{Datelike, NaiveDate};

use super::When;
use crate::calendar::parse_date;
use crate::refusal::{Code, Flaws, Refusal};

/// The years, in Vientiane time, in which an action, an offence or a birth may lie.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2399;
/// The same years as a refusal's `expected` names them.
const YEARS_WRITTEN: &str = "1900–2399";
/// By how many years the Buddhist era is ahead of the common era.
const BUDDHIST_ERA: i32 = 543;
/// Years that are taken for years of the Buddhist era.
const BUDDHIST_YEARS: std::ops::RangeInclusive<i32> = 2400..=2999;

/// How an instant and a date are written, as a refusal's `expected` shows it.
pub const INSTANT_OR_DATE: &str = "YYYY-MM-DDTHH:MM:SS±HH:MM, YYYY-MM-DD";

/// Reads a civil date. It may be a birth date, so a refusal never echoes it.
pub fn date(text: &str) -> Result<NaiveDate, Flaws> {
    let no_date = || Refusal::new(Code::NotADate).found("text").expected("YYYY-MM-DD");
    if let Some(meant) = of_the_buddhist_era(text) {
        let refusal = Refusal::new(Code::BuddhistYear);
        return Err(if parse_date(&meant).is_some() { refusal.into() } else { vec![refusal, no_date()] });
    }
    match parse_date(text) {
        Some(date) if YEARS.contains(&date.year()) => Ok(date),
        Some(_) => Err(Refusal::new(Code::YearOutOfRange).expected(YEARS_WRITTEN).into()),
        None => Err(no_date().into()),
    }
}

/// Reads the time of an action. A refusal echoes it only if it looks like a single date or instant.
pub fn when(text: &str) -> Result<When, Flaws> {
    let shown = if looks_like_a_date(text) { text } else { "text" };
    let no_instant = || Refusal::new(Code::NotAnInstant).found(shown).expected(INSTANT_OR_DATE);
    if let Some(meant) = of_the_buddhist_era(text) {
        let refusal = Refusal::new(Code::BuddhistYear).found(shown);
        let is_good = When::parse(&meant).is_some();
        return Err(if is_good { refusal.expected(meant).into() } else { vec![refusal, no_instant()] });
    }
    match When::parse(text) {
        Some(when) if YEARS.contains(&when.date().year()) => Ok(when),
        Some(_) => Err(Refusal::new(Code::YearOutOfRange).found(shown).expected(YEARS_WRITTEN).into()),
        None => Err(no_instant().into()),
    }
}

/// The same date or instant in the common era, for one written with a year of the Buddhist era.
fn of_the_buddhist_era(text: &str) -> Option<String> {
    if !looks_like_a_date(text) {
        return None;
    }
    let year = text.split(|c: char| !c.is_ascii_digit()).take(3).find(|part| part.len() == 4)?;
    let number = year.parse().ok().filter(|number| BUDDHIST_YEARS.contains(number))?;
    Some(text.replacen(year, &(number - BUDDHIST_ERA).to_string(), 1))
}

/// Whether a text looks like a single date, or a single date with a time of day. Anything else may be personal.
fn looks_like_a_date(text: &str) -> bool {
    let text = text.trim();
    let (date, time) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut parts = date.split(['-', '/', '.']);
    let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = parts.clone().count() == 3 && parts.all(digits);
    let is_time = time.is_none_or(|time| {
        time.len() <= 24
            && time.contains(':')
            && time.bytes().all(|byte| byte.is_ascii_digit() || b":.+-Z ".contains(&byte))
    });
    is_date && is_time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_made_like_one_date_is_shown() {
        for text in [
            "2026-02-30",
            "2026-02-30T09:00:00+07:00",
            "30/2/2026",
            "1.3.2026 9:00",
            "2026-03-01 09:30",
            "2026-03-01T9:00",
        ] {
            assert!(looks_like_a_date(text), "{text}");
        }
        for text in ["", "Somchai", "20091120", "020 5555 1234", "05.05.2010 2010-05-05", "2026-03-01T+", "1-2-3-4"] {
            assert!(!looks_like_a_date(text), "{text}");
        }
    }

    #[test]
    fn a_buddhist_year_is_told_from_a_year_that_cannot_be() {
        let code = |text: &str| when(text).map_err(|flaws| flaws[0].code).err();
        assert_eq!(code("2567-02-29"), Some(Code::BuddhistYear), "no day of the common calendar");
        assert_eq!(code("2569-03-01T09:30:00+07:00"), Some(Code::BuddhistYear));
        assert_eq!(code("1899-12-31"), Some(Code::YearOutOfRange));
        assert_eq!(code("2399-12-31T23:59:59+07:00"), None);
        assert_eq!(code("2399-12-31T17:00:00Z"), Some(Code::YearOutOfRange), "already the next year in Vientiane");
        let refusal = &when("2569-03-01").expect_err("Buddhist")[0];
        assert_eq!((refusal.found.as_deref(), refusal.expected.as_deref()), (Some("2569-03-01"), Some("2026-03-01")));
        let flaws = when("1/3/2569").expect_err("Buddhist, and written in another way");
        assert_eq!(flaws.iter().map(|flaw| flaw.code).collect::<Vec<_>>(), [Code::BuddhistYear, Code::NotAnInstant]);
        let flaws = date("6/5/2553").expect_err("Buddhist");
        assert_eq!(flaws.iter().map(|flaw| flaw.code).collect::<Vec<_>>(), [Code::BuddhistYear, Code::NotADate]);
        assert!(!format!("{flaws:?}").contains("2553"), "a birth date is not echoed");
    }
}
