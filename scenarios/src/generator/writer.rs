//! The writer of action lines for both conducts, with random choices and civil time.
//!
//! Times inside the generator are civil seconds: seconds since 1 January 1970, 00:00:00, Vientiane time.

use std::fmt::{Display, Write};

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Line;

/// Seconds.
pub(super) const MINUTE: i64 = 60;
/// Seconds.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// Seconds.
pub(super) const DAY: i64 = 24 * HOUR;

/// Asia/Vientiane is seven hours ahead of UTC all year.
const AHEAD_OF_UTC: i64 = 7 * HOUR;

/// The provinces and Vientiane Capital: the prefix of their case references and of their offices' codes, and whether
/// there is a legal-aid office.
const PROVINCES: [(&str, &str, bool); 18] = [
    ("VTE", "vte", true),
    ("PSL", "psl", false),
    ("LNT", "lnt", false),
    ("ODX", "odx", true),
    ("BKO", "bko", false),
    ("LPB", "lpb", false),
    ("HPH", "hph", false),
    ("XYB", "xyb", true),
    ("XKH", "xkh", false),
    ("VTP", "vtp", false),
    ("BLX", "blx", false),
    ("KHM", "khm", false),
    ("SVK", "svk", true),
    ("SRV", "srv", false),
    ("XKG", "xkg", false),
    ("CPS", "cps", true),
    ("ATP", "atp", false),
    ("XSB", "xsb", false),
];

/// Who acted.
#[derive(Clone, Copy)]
pub(super) enum Office {
    Investigator,
    Prosecutor,
    Court,
}

/// When an action happened, in civil seconds.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// Known to the second.
    Instant(i64),
    /// Known by the date on which this second lies.
    DateAlone(i64),
}

/// An offence as `case_opened` states it.
pub(super) struct Offence {
    pub(super) class: &'static str,
    pub(super) min_months: i64,
    pub(super) max_months: i64,
    pub(super) serious: bool,
    /// The date, in days since 1 January 1970.
    pub(super) committed_on: i64,
}

/// What `case_opened` states about the child.
pub(super) struct Child {
    /// The date, in days since 1 January 1970.
    pub(super) birth_date: Option<i64>,
    pub(super) age_years: Option<i64>,
}

/// Writes the actions of one case. They may be written in any order and are sorted at the end.
pub(super) struct Writer {
    rng: ChaCha8Rng,
    case: usize,
    reference: String,
    codes: &'static str,
    legal_aid: bool,
    opening_day: i64,
    opened_at: i64,
    /// The fields of the next action, each with a comma before it.
    fields: String,
    lines: Vec<Line>,
    /// The actions that may be withdrawn: the id, and when it would be recorded.
    withdrawable: Vec<(String, i64)>,
}

/// Converts civil seconds to seconds since the epoch.
pub(super) fn epoch_seconds(civil: i64) -> i64 {
    civil - AHEAD_OF_UTC
}

fn date_time(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc()
}

/// A day, in days since 1 January 1970, as `2026-03-01`.
pub(super) fn date(day: i64) -> String {
    let date = date_time(day * DAY).date();
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

impl Writer {
    /// A writer for the `case`th case of a seed, opened on the given day (in days since 1 January 1970).
    pub(super) fn new(seed: u64, case: usize, opening_day: i64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(case as u64);
        let (prefix, codes, legal_aid) = PROVINCES[rng.next_u32() as usize % PROVINCES.len()];
        let year = date_time(opening_day * DAY).year();
        let reference = format!("{prefix}-{year}-{:06}", case + 1);
        let opened_at = opening_day * DAY + 8 * HOUR;
        let mut writer = Self {
            rng,
            case,
            reference,
            codes,
            legal_aid,
            opening_day,
            opened_at,
            fields: String::new(),
            lines: Vec::with_capacity(32),
            withdrawable: Vec::with_capacity(32),
        };
        writer.opened_at += writer.between(0, HOUR);
        writer
    }

    /// When the case was opened, in civil seconds.
    pub(super) fn opened_at(&self) -> i64 {
        self.opened_at
    }

    /// The day on which the case was opened, in days since 1 January 1970.
    pub(super) fn opening_day(&self) -> i64 {
        self.opening_day
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.rng.next_u64() % (high - low + 1).unsigned_abs()).cast_signed()
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of several values, all equally likely.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.next_u32() as usize % of.len()]
    }

    /// A moment within office hours, the given number of days after the opening.
    pub(super) fn office_hour(&mut self, days: i64) -> i64 {
        (self.opening_day + days) * DAY + self.between(9 * HOUR, 16 * HOUR)
    }

    /// Adds a field whose value is already JSON.
    pub(super) fn field(&mut self, name: &str, json: impl Display) -> &mut Self {
        // Writing to a string never fails.
        let _ = write!(self.fields, r#","{name}":{json}"#);
        self
    }

    /// Adds a field of text that needs no escaping.
    pub(super) fn text(&mut self, name: &str, text: impl Display) -> &mut Self {
        self.field(name, format_args!("\"{text}\""))
    }

    /// Writes the opening. It must be written before every other action.
    pub(super) fn open(&mut self, child: &Child, offences: &[Offence]) {
        let codes = self.codes;
        self.text("court", format_args!("{codes}-juvenile-court"));
        self.text("prosecutor", format_args!("{codes}-prosecutor"));
        self.text("investigator", format_args!("{codes}-investigation"));
        if self.legal_aid {
            self.text("legal_aid", format_args!("{codes}-legal-aid"));
        }
        let birth_date = child.birth_date.map_or("null".to_owned(), |day| format!("\"{}\"", date(day)));
        let age = child.age_years.map_or(String::new(), |age| format!(r#","age_years":{age}"#));
        let number = self.case + 1;
        let mut child = format!(r#"{{"ref":"C{number:06}","birth_date":{birth_date}{age}"#);
        if self.chance(90) {
            let sex = self.pick(&["f", "m", "m"]);
            let _ = write!(child, r#","sex":"{sex}""#);
        }
        for fact in ["rural", "ethnic_minority", "disability"] {
            if self.chance(40) {
                let holds = self.chance(40);
                let _ = write!(child, r#","{fact}":{holds}"#);
            }
        }
        self.field("child", child + "}");
        let offences: Vec<String> = offences.iter().map(Offence::json).collect();
        self.field("offences", format_args!("[{}]", offences.join(",")));
        self.act("case_opened", When::Instant(self.opened_at), Office::Investigator);
        self.withdrawable.clear();
    }

    /// Writes an action with the fields added since the last one. Returns its id.
    pub(super) fn act(&mut self, action: &str, when: When, by: Office) -> String {
        let id = self.next_id();
        let (first, shown) = match when {
            When::Instant(civil) => (civil, self.instant(civil)),
            When::DateAlone(civil) => (civil - civil.rem_euclid(DAY), date(civil.div_euclid(DAY))),
        };
        let office = match by {
            Office::Investigator => "investigation",
            Office::Prosecutor => "prosecutor",
            Office::Court => "juvenile-court",
        };
        let (reference, codes) = (&self.reference, self.codes);
        let fields = std::mem::take(&mut self.fields);
        let json = format!(
            r#"{{"case":"{reference}","id":"{id}","action":"{action}","at":"{shown}","by":"{codes}-{office}"{fields}}}"#
        );
        let at = epoch_seconds(first.max(self.opened_at));
        self.lines.push(Line { at, case: self.case, json });
        self.withdrawable.push((id.clone(), at));
        id
    }

    /// Withdraws one of the actions written so far, some days after the last of them. No action is withdrawn twice.
    pub(super) fn withdraw_one(&mut self) {
        if self.withdrawable.is_empty() {
            return;
        }
        let index = self.rng.next_u32() as usize % self.withdrawable.len();
        let (id, at) = self.withdrawable.swap_remove(index);
        self.withdraw(&id, at);
    }

    /// Withdraws the action that was written last.
    pub(super) fn withdraw_last(&mut self) {
        if let Some((id, at)) = self.withdrawable.pop() {
            self.withdraw(&id, at);
        }
    }

    fn withdraw(&mut self, id: &str, at: i64) {
        let when = at + AHEAD_OF_UTC + self.between(HOUR, 9 * DAY);
        self.text("withdraws", id);
        if self.chance(80) {
            let reason = self.pick(&["entered twice", "entered by mistake", "wrong case"]);
            self.text("reason", reason);
        }
        self.act("action_withdrawn", When::Instant(when), Office::Investigator);
        self.withdrawable.pop();
    }

    /// The lines, in the order in which they would be recorded.
    pub(super) fn finish(mut self) -> Vec<Line> {
        // The opening was written first and nothing is recorded before it: a stable sort leaves it in front.
        self.lines.sort_by_key(|line| line.at);
        self.lines
    }

    /// An instant with its offset. Now and then a sender writes it in UTC.
    fn instant(&mut self, civil: i64) -> String {
        let (shown, offset) = match self.rng.next_u32() % 32 {
            0 => (date_time(epoch_seconds(civil)), "Z"),
            _ => (date_time(civil), "+07:00"),
        };
        let (day, time) = (shown.date(), shown.time());
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{offset}",
            day.year(),
            day.month(),
            day.day(),
            time.hour(),
            time.minute(),
            time.second(),
        )
    }

    /// A UUID in the form of a random one (version 4), from the case's own stream of random numbers.
    fn next_id(&mut self) -> String {
        let (high, low) = (self.rng.next_u64(), self.rng.next_u64());
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0xc000 << 48) | 0x8000 << 48;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff,
        )
    }
}

impl Offence {
    fn json(&self) -> String {
        let Self { class, min_months, max_months, serious, committed_on } = self;
        let committed_on = date(*committed_on);
        format!(
            r#"{{"class":"{class}","penalty_months":{{"min":{min_months},"max":{max_months}}},"committed_on":"{committed_on}","serious":{serious}}}"#
        )
    }
}
