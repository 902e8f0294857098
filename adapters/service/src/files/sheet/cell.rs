//! Converts a cell's text into the value of its field.
//!
//! Invariant: a text that does not have the field's format stays a text, so that the reader of the action refuses it
//! with its own message.

use std::borrow::Cow;

use engine::action::When;
use engine::action::describe::FieldKind;
use engine::json::Json;
use engine::refusal::{Code, Refusal};

/// The value of a non-empty cell: `null` is null, `[]` is an empty list, lists are separated by `|`.
pub(super) fn value(kind: FieldKind, text: &str) -> Json<'_> {
    let word = text.trim();
    if word == "null" {
        return Json::Null;
    }
    match kind {
        FieldKind::Text => Json::text(text),
        FieldKind::Flag if word.eq_ignore_ascii_case("true") => Json::Bool(true),
        FieldKind::Flag if word.eq_ignore_ascii_case("false") => Json::Bool(false),
        FieldKind::Count(_) | FieldKind::Offence if word.bytes().all(|byte| byte.is_ascii_digit()) => {
            word.parse().map_or(Json::text(word), Json::Number)
        }
        FieldKind::Words(_) | FieldKind::Objects(_) if word == "[]" => Json::List(Vec::new()),
        FieldKind::Words(_) => Json::List(word.split('|').map(|item| Json::text(item.trim())).collect()),
        FieldKind::Object(_) if word.starts_with('{') => Json::read(word).unwrap_or(Json::text(word)),
        FieldKind::Objects(_) if word.starts_with('[') => Json::read(word).unwrap_or(Json::text(word)),
        _ => Json::text(word),
    }
}

/// Converts the time of an action to the format of actions: 31/12/2025, 31.12.2025 and 31-12-2025 are read day first,
/// with or without a time of the day, which is Vientiane time if it has no offset. Any other text stays as it is.
///
/// # Errors
/// If a text in one of these forms is not a date, its year has two digits, or the time of the day is invalid.
pub(super) fn instant(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', 'T']).map_or((text, ""), |(date, time)| (date, time.trim()));
    let Some(mark) = date.chars().find(|mark| !mark.is_ascii_digit()) else { return Ok(text.into()) };
    let parts: Vec<&str> = date.split(mark).collect();
    let &[day, month, year] = &parts[..] else { return Ok(text.into()) };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let day_first = matches!(mark, '/' | '.' | '-') && day.len() <= 2 && [day, month, year].into_iter().all(digits);
    if !day_first {
        return Ok(text.into());
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    let written = format!("{date}{}", time_of_day(time));
    // A date of the Buddhist era is not checked here: the reader of the action reports its year.
    let buddhist = year.parse().is_ok_and(|year: u32| (2400..3000).contains(&year));
    let is_good = |written: &str| year.len() == 4 && (buddhist || When::parse(written).is_some());
    if is_good(&written) {
        return Ok(written.into());
    }
    let code = if is_good(&date) { Code::NotATimeOfDay } else { Code::NotDayFirst };
    let letter = |letter: char| letter.is_ascii_digit() || "/.-:+TZ ".contains(letter);
    let shown = text.len() <= 40 && text.chars().all(letter);
    Err(Refusal::new(code).field("at").found(if shown { text } else { "text" }))
}

/// `9:05` and `9:05:30` as `T09:05:00+07:00` and `T09:05:30+07:00`; an offset that is there stays.
fn time_of_day(time: &str) -> String {
    if time.is_empty() {
        return String::new();
    }
    let offset_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(offset_at);
    let (clock, offset) = (clock.trim_end(), if offset.is_empty() { "+07:00" } else { offset });
    let seconds = if clock.matches(':').count() == 1 { ":00" } else { "" };
    format!("T{clock:0>width$}{seconds}{offset}", width = if seconds.is_empty() { 8 } else { 5 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_first_and_times_are_of_vientiane() {
        for (text, read) in [
            ("31/12/2025", "2025-12-31"),
            (" 3.4.2026 ", "2026-04-03"),
            ("03-04-2026", "2026-04-03"),
            ("31/12/2025 9:05", "2025-12-31T09:05:00+07:00"),
            ("31/12/2025 09:05:30", "2025-12-31T09:05:30+07:00"),
            ("31.12.2025T09:05:30Z", "2025-12-31T09:05:30Z"),
            ("31.12.2025 9:05 +02:00", "2025-12-31T09:05:00+02:00"),
            ("31/12/2568", "2568-12-31"),
            ("29/2/2567", "2567-02-29"),
            ("2026-03-01", "2026-03-01"),
            ("2026-03-01T09:30:00+07:00", "2026-03-01T09:30:00+07:00"),
            ("46082", "46082"),
            ("yesterday", "yesterday"),
            ("", ""),
        ] {
            assert_eq!(instant(text).expect(text), read);
        }
    }

    #[test]
    fn a_date_that_is_none_when_read_day_first_is_refused() {
        for (text, code) in [
            ("12/31/2025", Code::NotDayFirst),
            ("31/12/25", Code::NotDayFirst),
            ("29.2.2026", Code::NotDayFirst),
            ("1/2/26 Somsak", Code::NotDayFirst),
            ("1/2/2026 Somsak", Code::NotATimeOfDay),
            ("1/2/2026 24:00", Code::NotATimeOfDay),
            ("1/2/2026 9.30", Code::NotATimeOfDay),
        ] {
            let refusal = instant(text).expect_err(text);
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some("at")), "{text}");
            assert!(!refusal.found.as_deref().is_some_and(|found| found.contains("Somsak")));
        }
    }

    #[test]
    fn a_value_is_read_by_the_kind_of_its_field() {
        let words = FieldKind::Words(&["parent", "lawyer"]);
        let read = |kind, text| {
            let mut out = String::new();
            value(kind, text).write(&mut out);
            out
        };
        for (kind, text, json) in [
            (FieldKind::Flag, "TRUE", "true"),
            (FieldKind::Flag, " false", "false"),
            (FieldKind::Flag, "1", "\"1\""),
            (FieldKind::Flag, "null", "null"),
            (FieldKind::Count(0), "12", "12"),
            (FieldKind::Count(0), "12.5", "\"12.5\""),
            (FieldKind::Count(0), "99999999999999999999", "\"99999999999999999999\""),
            (FieldKind::Offence, "0", "0"),
            (FieldKind::Offence, "0197a000-0000-7000-8000-000000000001", "\"0197a000-0000-7000-8000-000000000001\""),
            (FieldKind::Text, " as it is", "\" as it is\""),
            (FieldKind::Text, "12", "\"12\""),
            (words, "parent | lawyer", "[\"parent\",\"lawyer\"]"),
            (words, "parent|", "[\"parent\",\"\"]"),
            (words, "[]", "[]"),
            (FieldKind::Object(&[]), "{\"by\":\"prosecutor\"}", "{\"by\":\"prosecutor\"}"),
            (FieldKind::Object(&[]), "{", "\"{\""),
            (FieldKind::Objects(&[]), "[]", "[]"),
        ] {
            assert_eq!(read(kind, text), json, "{text}");
        }
    }
}
