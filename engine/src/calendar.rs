//! Instants, civil dates and the counting of periods, in Asia/Vientiane (UTC+7, no daylight saving).
//!
//! The law defines no way of counting a period. It says `ນັບແຕ່ວັນ … ເປັນຕົ້ນໄປ`, "counting from the day of …
//! onward" (Art. 64, 67, 71), and never mentions working days: nothing rolls over a weekend or a holiday.
//! Invariant: an instant has whole seconds, and every civil date is the one in Vientiane.

pub mod period;

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};

pub use period::Period;

use crate::words::words;

words! {
    /// Does the day of the event count as day 1?
    FirstDay {
        /// It does.
        Counted = "counted",
        /// It does not.
        NotCounted = "not_counted",
    }
}

words! {
    /// What is a month?
    Month {
        /// The shorter of a calendar month and thirty days.
        Shorter = "shorter",
        /// A calendar month.
        Calendar = "calendar",
    }
}

const OFFSET: i64 = 7 * 3600;
const DAY: i64 = 86_400;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z. Printed in Vientiane time, `+07:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant that is `seconds` after 1970-01-01T00:00:00Z.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The first second of a civil date in Vientiane.
    pub fn first_of(date: NaiveDate) -> Self {
        Self((i64::from(date.num_days_from_ce()) - UNIX_EPOCH_DAY) * DAY - OFFSET)
    }

    /// The last second of a civil date in Vientiane, 23:59:59.
    pub fn last_of(date: NaiveDate) -> Self {
        Self(Self::first_of(date).0 + DAY - 1)
    }

    /// The civil date in Vientiane.
    pub fn date(self) -> NaiveDate {
        i32::try_from(self.day()).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MAX)
    }

    /// The number of the civil day in Vientiane: faster than its date, where days are only compared.
    pub(crate) const fn day(self) -> i64 {
        self.0.saturating_add(OFFSET).div_euclid(DAY) + UNIX_EPOCH_DAY
    }

    /// The instant `seconds` later, or earlier if negative.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this instant.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads an RFC 3339 instant, exactly `YYYY-MM-DDTHH:MM:SS[.f]±HH:MM` or `…Z`. Fractions of a second are dropped.
    /// `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 20 || bytes[10] != b'T' || bytes[13] != b':' || bytes[16] != b':' {
            return None;
        }
        let date = parse_date(text.get(..10)?)?;
        let (hour, minute, second) = (two(bytes, 11, 23)?, two(bytes, 14, 59)?, two(bytes, 17, 59)?);
        let mut rest = &bytes[19..];
        if rest[0] == b'.' {
            let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            rest = &rest[1 + digits..];
        }
        let offset = match rest {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let seconds = two(rest, 1, 23)? * 3600 + two(rest, 4, 59)? * 60;
                if *sign == b'+' { seconds } else { -seconds }
            }
            _ => return None,
        };
        let midnight = (i64::from(date.num_days_from_ce()) - UNIX_EPOCH_DAY) * DAY;
        let instant = Self(midnight + hour * 3600 + minute * 60 + second - offset);
        (1..=9999).contains(&instant.date().year()).then_some(instant)
    }

    /// Appends the instant as `YYYY-MM-DDTHH:MM:SS+07:00`, Vientiane time.
    pub fn write(self, out: &mut String) {
        let local = self.0.saturating_add(OFFSET).rem_euclid(DAY);
        write_date(self.date(), out);
        out.push('T');
        push_two(out, local / 3600);
        out.push(':');
        push_two(out, local / 60 % 60);
        out.push(':');
        push_two(out, local % 60);
        out.push_str("+07:00");
    }

    /// The time of day in Vientiane, `HH:MM:SS`.
    pub fn time_of_day(self) -> String {
        self.to_string()[11..19].to_owned()
    }
}

/// The number of the day 1970-01-01, as chrono counts days.
const UNIX_EPOCH_DAY: i64 = 719_163;

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(25);
        self.write(&mut text);
        f.write_str(&text)
    }
}

fn two(bytes: &[u8], at: usize, most: i64) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let number = digit(*bytes.get(at)?)? * 10 + digit(*bytes.get(at + 1)?)?;
    (number <= most).then_some(number)
}

fn push_two(out: &mut String, number: i64) {
    for digit in [number / 10 % 10, number % 10] {
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

/// The last day whose year has four digits. A period that would end later ends then.
fn last_day_of_all() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// Reads a civil date, exactly `YYYY-MM-DD`; `None` for any other text, or if the calendar has no such day.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = two(bytes, 0, 99)? * 100 + two(bytes, 2, 99)?;
    let (month, day) = (two(bytes, 5, 12)?, two(bytes, 8, 31)?);
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    (date.year() > 0).then_some(date)
}

/// Appends a civil date as `YYYY-MM-DD`.
pub fn write_date(date: NaiveDate, out: &mut String) {
    let year = i64::from(date.year());
    push_two(out, year / 100);
    push_two(out, year % 100);
    out.push('-');
    push_two(out, i64::from(date.month()));
    out.push('-');
    push_two(out, i64::from(date.day()));
}

/// The last lawful day of `n` days from `start`. With `counted`, the day of the event is day 1.
pub fn days_on(start: NaiveDate, n: u32, first_day: FirstDay) -> NaiveDate {
    let days = match first_day {
        FirstDay::Counted => n.saturating_sub(1),
        FirstDay::NotCounted => n,
    };
    start.checked_add_days(Days::new(u64::from(days))).map_or_else(last_day_of_all, |date| date.min(last_day_of_all()))
}

/// The last lawful day of `n` calendar months from `start`: the same day number `n` months later, or the last day of that
/// month if it has no such day. With `counted`, the period ends one day earlier.
pub fn calendar_months_on(start: NaiveDate, n: u32, first_day: FirstDay) -> NaiveDate {
    let same_day = start.checked_add_months(Months::new(n));
    let same_day = same_day.map_or_else(last_day_of_all, |date| date.min(last_day_of_all()));
    match first_day {
        FirstDay::Counted => same_day.pred_opt().unwrap_or(same_day),
        FirstDay::NotCounted => same_day,
    }
}

/// The last lawful day of `n` months from `start`; `month` says how long a month is.
pub fn months_on(start: NaiveDate, n: u32, first_day: FirstDay, month: Month) -> NaiveDate {
    let calendar = calendar_months_on(start, n, first_day);
    match month {
        Month::Calendar => calendar,
        Month::Shorter => calendar.min(days_on(start, n.saturating_mul(DAYS_OF_A_SHORT_MONTH), first_day)),
    }
}

/// The choice `month = "shorter"` compares a calendar month with this many days.
pub const DAYS_OF_A_SHORT_MONTH: u32 = 30;

/// The last lawful instant of `period` from `start`. Hours and minutes run from the instant. Days and months run from its
/// civil date to 23:59:59 of the last lawful day, Vientiane time.
pub fn due(start: Instant, period: Period, first_day: FirstDay, month: Month) -> Instant {
    match period {
        Period::Minutes(n) => start.plus(i64::from(n) * 60),
        Period::Hours(n) => start.plus(i64::from(n) * 3600),
        Period::Days(n) => Instant::last_of(days_on(start.date(), n, first_day)),
        Period::Months(n) => Instant::last_of(months_on(start.date(), n, first_day, month)),
    }
}

/// The seconds of a period in minutes or hours; `None` for days and months, which end with a civil day.
pub const fn seconds(period: Period) -> Option<i64> {
    match period {
        Period::Minutes(n) => Some(n as i64 * 60),
        Period::Hours(n) => Some(n as i64 * 3600),
        Period::Days(_) | Period::Months(_) => None,
    }
}

/// The day on which somebody born on `birth` turns `years`. Somebody born on 29 February has a birthday on 1 March in a
/// year without 29 February.
pub fn birthday(birth: NaiveDate, years: u32) -> NaiveDate {
    let year = birth.year() + i32::try_from(years).unwrap_or(i32::MAX / 2);
    NaiveDate::from_ymd_opt(year, birth.month(), birth.day())
        .or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
        .unwrap_or(NaiveDate::MAX)
}
