//! The shifts of an office: `shifts = ["08:00", "16:00"]`. For display only.
//!
//! Invariant: at least one time of day; in ascending order, none twice.

use chrono::Days;
use engine::calendar::Instant;

/// The most shifts of a day.
const MOST: usize = 12;
/// A shift that ends within so many seconds is as good as over: what is handed over is the next one.
const AS_GOOD_AS_OVER: i64 = 3600;

/// The times of day at which shifts begin, in minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shifts(Vec<u32>);

impl Default for Shifts {
    /// From 08:00 and from 16:00.
    fn default() -> Self {
        Self(vec![8 * 60, 16 * 60])
    }
}

impl Shifts {
    /// Reads the times of day; otherwise what is wrong.
    pub(super) fn read(times: &[String]) -> Result<Self, String> {
        let wrong = || format!("`shifts`: expected 1 to {MOST} times of day such as \"08:00\", in ascending order");
        let minutes: Vec<u32> = times.iter().map(|time| minute(time)).collect::<Option<_>>().ok_or_else(wrong)?;
        let ascends = minutes.windows(2).all(|two| two[0] < two[1]);
        if minutes.is_empty() || minutes.len() > MOST || !ascends { Err(wrong()) } else { Ok(Self(minutes)) }
    }

    /// The end of the shift that is handed over at an instant: the first change of shifts that is at least an hour ahead.
    pub fn end(&self, now: Instant) -> Instant {
        let days = (0..=2).filter_map(|days| now.date().checked_add_days(Days::new(days)));
        let changes = days.flat_map(|day| {
            let at =
                move |minute: &u32| Instant::parse(&format!("{day}T{:02}:{:02}:00+07:00", minute / 60, minute % 60));
            self.0.iter().filter_map(at)
        });
        let mut ahead = changes.into_iter().filter(|change| change.since(now) >= AS_GOOD_AS_OVER);
        // The second day has one in any case, but at the end of time.
        ahead.next().unwrap_or(now)
    }
}

fn minute(time: &str) -> Option<u32> {
    let (hour, minute) = time.split_once(':')?;
    let number = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| plain)
    };
    Some((number(hour)?, number(minute)?)).filter(|(hour, minute)| *hour < 24 && *minute < 60).map(|(h, m)| h * 60 + m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_ends_at_the_next_change_that_is_an_hour_ahead() {
        let at = |text: &str| Instant::parse(text).expect("an instant");
        for (now, end) in [
            ("2026-05-14T08:10:00+07:00", "2026-05-14T16:00:00+07:00"),
            ("2026-05-14T15:00:00+07:00", "2026-05-14T16:00:00+07:00"),
            ("2026-05-14T15:00:01+07:00", "2026-05-15T08:00:00+07:00"),
            ("2026-05-14T23:59:59+07:00", "2026-05-15T08:00:00+07:00"),
        ] {
            assert_eq!(Shifts::default().end(at(now)), at(end), "{now}");
        }
        let one = Shifts::read(&["07:30".to_owned()]).expect("shifts");
        assert_eq!(one.end(at("2026-05-14T07:00:00+07:00")), at("2026-05-15T07:30:00+07:00"));
    }

    #[test]
    fn times_that_are_none_or_out_of_order_are_refused() {
        for times in [&[][..], &["8:00"], &["24:00"], &["08:60"], &["08:00", "08:00"], &["16:00", "08:00"], &["0800"]] {
            let times: Vec<String> = times.iter().map(|&time| time.to_owned()).collect();
            assert!(Shifts::read(&times).is_err(), "{times:?}");
        }
    }
}
