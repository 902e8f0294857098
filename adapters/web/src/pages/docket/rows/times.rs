//! Days, ends and lengths in the rows of a docket, where room is short.

use chrono::NaiveDate;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::docket::groups::day_of;
use projections::snapshot::LimitAt;
use projections::words_of_time::{self as time, End};

use super::Words;
use crate::words::docket::Docket as W;

/// From so many seconds on only days are shown, and from so many only hours.
const IN_DAYS: i64 = 3 * 86_400;
const IN_HOURS: i64 = 12 * 3600;

impl Words<'_> {
    /// `Held, ends before Monday`; of a day that is far off with its date.
    pub(super) fn before(self, day: NaiveDate) -> String {
        let near = day.signed_duration_since(self.days.today).num_days() < 7;
        let day = if near { time::weekday(day, self.language) } else { time::weekday_and_day(day, self.language) };
        format!("{}{}{day}", self.t(W::GroupHeldBefore), self.pick(" ", ""))
    }

    /// `since Tuesday 16:10`; longer ago `since 3 May`.
    pub(super) fn since(self, since: Instant, by_date: bool) -> String {
        let date = since.date();
        let near = self.days.today.signed_duration_since(date).num_days() < 7;
        let mut day = if near { time::weekday(date, self.language) } else { time::day(date, self.language) };
        if near && !by_date {
            day = format!("{day}\u{a0}{}", time::time_of_day(since));
        }
        format!("{}{}{day}", self.t(W::Since), self.pick(" ", ""))
    }

    /// The time left or over, in at most two units.
    pub(super) fn left(self, seconds: i64) -> String {
        let unit = match seconds.abs() {
            IN_DAYS.. => 86_400,
            IN_HOURS.. => 3600,
            _ => 1,
        };
        time::left(self.book, self.language, seconds - seconds % unit)
    }

    /// `Mon 11 May`
    pub(super) fn day(self, date: NaiveDate) -> String {
        match self.language {
            Language::En => {
                let weekday = time::short_weekday(date, self.language);
                format!("{weekday}\u{a0}{}", time::short_day(date, self.language))
            }
            Language::Lo => time::weekday_and_day(date, self.language),
        }
    }

    /// `Mon 11 May`; of a limit in hours with its time.
    pub(super) fn end(self, end: Instant) -> String {
        match End::of(end) {
            End::OfDay(date) => self.day(date),
            End::At(at) => format!("{} {}", self.day(at.date()), time::time_of_day(at)),
        }
    }

    /// `tomorrow, Fri 15 May`; `today 16:10`
    pub(super) fn end_near(self, end: Instant) -> String {
        let date = day_of(end);
        let near = (date == self.days.today || date == self.days.tomorrow)
            .then(|| time::days_from_today(date, self.days.today, self.language));
        match (near, End::of(end)) {
            (Some(near), End::At(at)) => format!("{near} {}", time::time_of_day(at)),
            (Some(near), End::OfDay(date)) => format!("{near}, {}", self.day(date)),
            (None, _) => self.end(end),
        }
    }

    /// Both ends of a limit that runs: `Fri 15 May – Sun 17 May, end of day`; `today 16:10, both readings`
    pub(super) fn ends(self, limit: &LimitAt) -> String {
        let in_days = matches!(End::of(limit.earliest), End::OfDay(_));
        let ends = match limit.latest {
            Some(latest) if latest == limit.earliest => {
                format!("{}, {}", self.end_near(latest), self.t(W::BothReadings))
            }
            Some(latest) => format!("{} – {}", self.end(limit.earliest), self.end(latest)),
            None => self.end_near(limit.earliest),
        };
        if in_days { format!("{ends}, {}", self.t(W::EndOfDay)) } else { ends }
    }

    /// The day on which something was recorded last, and how long ago that is.
    pub(super) fn heard(self, at: Instant) -> [String; 2] {
        let ago = time::days_from_today(at.date(), self.days.today, self.language);
        [time::short_day(at.date(), self.language), ago]
    }

    /// `tomorrow, Friday 15 May`
    pub(super) fn day_near(self, date: NaiveDate) -> String {
        let day = time::weekday_and_day(date, self.language);
        if date == self.days.today || date == self.days.tomorrow {
            format!("{}, {day}", time::days_from_today(date, self.days.today, self.language))
        } else {
            day
        }
    }
}
