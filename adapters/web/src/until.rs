//! Until when somebody takes an alert, as people type it: an hour of today, `tomorrow 9:00`, or a day.
//!
//! Invariant: nothing is guessed. An hour that has passed today is refused and not taken for tomorrow's.

use chrono::Days;
use engine::action::When;
use engine::calendar::Instant;

use crate::dates::{in_arabic_digits, read};

/// The words for tomorrow.
const TOMORROW: [&str; 2] = ["tomorrow", "ມື້ອື່ນ"];

/// Reads it at an instant; `None` if it is unclear. A day alone means until its end.
pub fn until(text: &str, now: Instant) -> Option<Instant> {
    let text: String = text.trim().to_lowercase().chars().map(in_arabic_digits).collect();
    let today = now.date();
    let tomorrow = TOMORROW.iter().find_map(|word| text.strip_prefix(word)).map(str::trim);
    let (day, time) = match tomorrow {
        Some(time) => (today.checked_add_days(Days::new(1))?, time),
        None => (today, text.as_str()),
    };
    if tomorrow == Some("") {
        return Some(Instant::last_of(day));
    }
    if let Some((hour, minute)) = hour_and_minute(time) {
        return Instant::parse(&format!("{day}T{hour:02}:{minute:02}:00+07:00"));
    }
    match read(&text).ok().filter(|_| tomorrow.is_none())? {
        When::Instant(at) => Some(at),
        When::Date(day) => Some(Instant::last_of(day)),
    }
}

fn hour_and_minute(text: &str) -> Option<(u32, u32)> {
    let (hour, minute) = text.split_once([':', '.'])?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| plain)
    };
    Some((number(hour, 1..=2)?, number(minute, 2..=2)?)).filter(|(hour, minute)| *hour < 24 && *minute < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_a_day_and_both_are_read() {
        let now = Instant::parse("2026-05-14T08:10:00+07:00").expect("an instant");
        for (text, expected) in [
            ("14:30", "2026-05-14T14:30:00+07:00"),
            ("7.05", "2026-05-14T07:05:00+07:00"),
            ("tomorrow 9:00", "2026-05-15T09:00:00+07:00"),
            ("Tomorrow", "2026-05-15T23:59:59+07:00"),
            ("ມື້ອື່ນ ໐໙:໐໐", "2026-05-15T09:00:00+07:00"),
            ("16/5/2026", "2026-05-16T23:59:59+07:00"),
            ("16 May 2026, 12:00", "2026-05-16T12:00:00+07:00"),
        ] {
            assert_eq!(until(text, now).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "soon", "25:00", "9", "tomorrow 16/5/2026", "16/5/69", "16/5/2569"] {
            assert_eq!(until(text, now), None, "{text}");
        }
    }
}
