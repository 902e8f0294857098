//! A calendar as RFC 5545 writes it, with the refresh and description of RFC 7986.
//!
//! Invariant: the same limits give the same bytes, in which no line is longer than 75 bytes and no text ends a line. All times
//! are in UTC: a calendar shows them in its own zone.

use chrono::DateTime;
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};

use super::words::Words;
use super::{FeedLimit, Over};
use crate::catalogue::Word as _;
use crate::labels::Label;
use crate::words_of_time::End;

/// How many limits a calendar holds at most. Of more, those that end last are left out: they come in when others are done.
pub const MOST: usize = 5_000;
/// The longest line, in bytes, without its end.
const LINE: usize = 75;
/// How often a calendar is to be read again.
const REFRESH: &str = "PT30M";

/// Writes the calendar of an office. `revision`: how often the law was computed anew for all limits (under another rulebook).
pub fn calendar(
    limits: &[&FeedLimit],
    book: &Rulebook,
    office: &OfficeCode,
    language: Language,
    revision: u32,
) -> String {
    let mut shown: Vec<&FeedLimit> = limits.to_vec();
    shown.sort_unstable_by_key(|limit| (limit.over.is_some(), limit.earliest, &limit.case, limit.id));
    shown.truncate(MOST);
    let mut out = Lines(String::with_capacity(512 + 1024 * shown.len()));
    let mut about = Words::Aid.of(language).to_owned();
    if shown.len() < limits.len() {
        about.push(' ');
        about.push_str(&Words::LeftOut.filled(language, &[("n", &MOST.to_string())]));
    }
    let name = format!("kamnot: {}, {office}", Words::Calendar.of(language));
    for (property, value) in
        [("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//kamnot//limits//EN"), ("METHOD", "PUBLISH")]
    {
        out.line(property, value);
    }
    for property in ["NAME", "X-WR-CALNAME"] {
        out.text(property, &name);
    }
    for property in ["DESCRIPTION", "X-WR-CALDESC"] {
        out.text(property, &about);
    }
    out.line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    out.line("X-PUBLISHED-TTL", REFRESH);
    out.line("X-WR-TIMEZONE", "Asia/Vientiane");
    for limit in shown {
        event(&mut out, limit, book, language, revision);
    }
    out.line("END", "VCALENDAR");
    out.0
}

fn event(out: &mut Lines, limit: &FeedLimit, book: &Rulebook, language: Language, revision: u32) {
    let modified = utc(limit.modified);
    let summary = format!("{}: {}", limit.case, book.name(&limit.rule, language));
    out.line("BEGIN", "VEVENT");
    out.line("UID", &format!("{}@kamnot", limit.id));
    out.line("DTSTAMP", &modified);
    out.line("LAST-MODIFIED", &modified);
    out.line("SEQUENCE", &limit.sequence.saturating_add(revision).to_string());
    out.line("STATUS", if limit.over.is_some() { "CANCELLED" } else { "CONFIRMED" });
    out.line("DTSTART", &utc(limit.earliest));
    if let Some(latest) = limit.latest.filter(|latest| *latest > limit.earliest) {
        out.line("DTEND", &utc(latest));
    }
    out.text("SUMMARY", &summary);
    out.text("DESCRIPTION", &description(limit, book, language));
    out.line("TRANSP", "TRANSPARENT");
    out.line("CLASS", "CONFIDENTIAL");
    if limit.over.is_none() {
        for notice in &limit.notices {
            out.line("BEGIN", "VALARM");
            out.line("ACTION", "DISPLAY");
            out.line("TRIGGER", &before(limit.earliest.since(*notice)));
            out.text("DESCRIPTION", &summary);
            out.line("END", "VALARM");
        }
    }
    out.line("END", "VEVENT");
}

/// Both ends in words, the article, who owes it, why it is owed no more, and what the calendar is not.
fn description(limit: &FeedLimit, book: &Rulebook, language: Language) -> String {
    let end = |at| End::of(at).in_sentence(language);
    let lenient = match limit.latest {
        Some(latest) => Words::Lenient.filled(language, &[("end", &end(latest))]),
        None => Words::NotLenient.of(language).to_owned(),
    };
    let over = limit.over.map(|over| match over {
        Over::Done => Words::Done,
        Over::CaseClosed => Words::CaseClosed,
        Over::Gone => Words::Gone,
    });
    let owed_by = Words::OwedBy.filled(language, &[("office", limit.owed_by.as_str())]);
    let sentences = [
        over.map(|over| over.of(language).to_owned()),
        Some(Words::Protective.filled(language, &[("end", &end(limit.earliest))])),
        Some(lenient),
        Some(format!("{} {}. {owed_by}", Label::Article.of(language), book.article(&limit.rule))),
        Some(Words::Aid.of(language).to_owned()),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// `20260305T030000Z`
fn utc(at: Instant) -> String {
    DateTime::from_timestamp(at.unix(), 0).map(|at| at.format("%Y%m%dT%H%M%SZ").to_string()).unwrap_or_default()
}

/// So many seconds before the beginning of an event, such as `-P1DT12H`.
fn before(seconds: i64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let part = |n: i64, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
    let time = [part(hours, "H"), part(minutes, "M"), part(rest, "S")].concat();
    match (days, time.is_empty()) {
        (0, true) => "PT0S".to_owned(),
        (days, true) => format!("-P{days}D"),
        (days, false) => format!("-P{}T{time}", part(days, "D")),
    }
}

/// The lines of a calendar.
struct Lines(String);

impl Lines {
    /// A property whose value is plain.
    fn line(&mut self, property: &str, value: &str) {
        self.folded(property, value.chars());
    }

    /// A property whose value is a text.
    fn text(&mut self, property: &str, text: &str) {
        let escaped = text.chars().flat_map(|letter| {
            let (escape, letter) = match letter {
                '\n' => (Some('\\'), 'n'),
                '\\' | ';' | ',' => (Some('\\'), letter),
                letter if letter.is_control() => (None, ' '),
                letter => (None, letter),
            };
            escape.into_iter().chain([letter])
        });
        self.folded(property, escaped);
    }

    /// A line that is folded between letters, before it is too long.
    fn folded(&mut self, property: &str, value: impl Iterator<Item = char>) {
        self.0.push_str(property);
        self.0.push(':');
        let mut length = property.len() + 1;
        for letter in value {
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters_and_texts_keep_to_their_line() {
        let mut lines = Lines(String::new());
        lines.text("SUMMARY", &"ກຳນົດ, ".repeat(30));
        lines.text("SUMMARY", "a;b\\c\nd\re");
        let (folded, plain) = lines.0.split_once("SUMMARY:a").expect("two lines");
        assert!(folded.split("\r\n").all(|line| line.len() <= LINE), "{folded}");
        assert_eq!(folded.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "ກຳນົດ\\, ".repeat(30)));
        assert_eq!(plain, "\\;b\\\\c\\nd e\r\n");
    }

    #[test]
    fn a_notice_comes_so_long_before() {
        let all = [0, 86_400, 43_200, 129_600, 3_599, 90_061].map(before);
        assert_eq!(all, ["PT0S", "-P1D", "-PT12H", "-P1DT12H", "-PT59M59S", "-P1DT1H1M1S"]);
    }
}
