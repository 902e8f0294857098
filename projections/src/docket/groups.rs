//! The groups of a docket: how much time is left, in words before colours; liberty first.
//!
//! Invariant: the groups cut the docket's order into stretches; they never change it.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, Weekday};
use engine::calendar::Instant;

use super::urgency::{Class, End, Urgency};

/// A group, in the order of a docket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Held past a limit, under both readings.
    HeldCertain,
    /// Held, arguably past a limit.
    HeldArguable,
    /// Held; a limit ends today.
    HeldToday,
    /// Held; a limit ends tomorrow.
    HeldTomorrow,
    /// Held; a limit ends behind tomorrow, before the next working day.
    HeldBeforeWork,
    /// Held; a limit ends later.
    HeldLater,
    /// Held, and no limit runs.
    HeldWithout,
    /// Not held, past a limit.
    Over,
    /// Not held; a limit ends today or tomorrow.
    Soon,
    /// Not held; a limit ends later.
    Later,
    /// Not held, and no limit runs.
    Without,
    /// Closed not long ago.
    Closed,
}

impl Group {
    /// The group of a case.
    pub fn of(urgency: Urgency, days: &Days) -> Self {
        let ends = match urgency.end {
            End::At(end) => days.of(end),
            End::Never => Ends::Never,
        };
        match (urgency.class, ends) {
            (Class::HeldCertain, _) => Self::HeldCertain,
            (Class::HeldArguable, _) => Self::HeldArguable,
            (Class::Held, Ends::Today) => Self::HeldToday,
            (Class::Held, Ends::Tomorrow) => Self::HeldTomorrow,
            (Class::Held, Ends::BeforeWork) => Self::HeldBeforeWork,
            (Class::Held, Ends::Later) => Self::HeldLater,
            (Class::Held, Ends::Never) => Self::HeldWithout,
            (Class::OverCertain | Class::OverArguable, _) => Self::Over,
            (Class::Running, Ends::Today | Ends::Tomorrow) => Self::Soon,
            (Class::Running, Ends::BeforeWork | Ends::Later) => Self::Later,
            (Class::Running, Ends::Never) => Self::Without,
            (Class::Closed, _) => Self::Closed,
        }
    }

    /// Whether the child is held.
    pub const fn is_held(self) -> bool {
        (self as u8) <= (Self::HeldWithout as u8)
    }

    /// Whether what ends in this group ends within days, so that a day off counts.
    pub const fn is_near(self) -> bool {
        matches!(self, Self::HeldToday | Self::HeldTomorrow | Self::HeldBeforeWork)
    }
}

/// When a limit ends, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// Behind tomorrow, before the first working day behind tomorrow.
    BeforeWork,
    /// Later.
    Later,
    /// Never.
    Never,
}

/// The days of a docket: today, and which days are off. For display alone: no limit rolls over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// Today.
    pub today: NaiveDate,
    /// Tomorrow.
    pub tomorrow: NaiveDate,
    /// The first working day behind today.
    pub next_working: NaiveDate,
    /// The first working day behind tomorrow.
    pub working_after_tomorrow: NaiveDate,
}

/// How many days in a row are looked at for one that is no day off.
const LONGEST_BREAK: usize = 60;

impl Days {
    /// The days around an instant.
    pub fn at(at: Instant, off: &BTreeSet<NaiveDate>) -> Self {
        let today = at.date();
        let tomorrow = today.succ_opt().unwrap_or(today);
        let working = |after: NaiveDate| after.iter_days().skip(1).take(LONGEST_BREAK).find(|day| !is_off(*day, off));
        Self {
            today,
            tomorrow,
            next_working: working(today).unwrap_or(tomorrow),
            working_after_tomorrow: working(tomorrow).unwrap_or(tomorrow),
        }
    }

    /// When an end is.
    pub fn of(&self, end: Instant) -> Ends {
        let before = |day: NaiveDate| end.plus(-1) < Instant::first_of(day);
        if before(self.tomorrow) {
            Ends::Today
        } else if before(self.tomorrow.succ_opt().unwrap_or(self.tomorrow)) {
            Ends::Tomorrow
        } else if before(self.working_after_tomorrow) {
            Ends::BeforeWork
        } else {
            Ends::Later
        }
    }

    /// Whether an end comes before the next working day begins.
    pub fn ends_before_work(&self, end: Instant) -> bool {
        end.plus(-1) < Instant::first_of(self.next_working)
    }

    /// The last working day before a day off, from today on; `None` if the day is none, or no working day is left.
    pub fn last_working_before(&self, day: NaiveDate, off: &BTreeSet<NaiveDate>) -> Option<NaiveDate> {
        if !is_off(day, off) {
            return None;
        }
        let before = std::iter::successors(day.pred_opt(), NaiveDate::pred_opt).take(LONGEST_BREAK);
        before.take_while(|day| *day >= self.today).find(|day| !is_off(*day, off))
    }
}

/// Whether a day is off: Saturday, Sunday or a holiday.
pub fn is_off(day: NaiveDate, off: &BTreeSet<NaiveDate>) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || off.contains(&day)
}

/// The day on which an end lies; the first instant of a day ends the day before.
pub fn day_of(end: Instant) -> NaiveDate {
    end.plus(-1).date()
}

#[cfg(test)]
mod tests {
    use engine::calendar::parse_date;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn days(at: &str, off: &[&str]) -> (Days, BTreeSet<NaiveDate>) {
        let off = off.iter().map(|text| day(text)).collect();
        (Days::at(Instant::parse(at).unwrap(), &off), off)
    }

    #[test]
    fn on_thursday_what_ends_at_the_weekend_ends_before_monday() {
        let (days, off) = days("2026-05-14T08:10:00+07:00", &[]);
        assert_eq!((days.next_working, days.working_after_tomorrow), (day("2026-05-15"), day("2026-05-18")));
        let ends = |at: &str| days.of(Instant::parse(at).unwrap());
        assert_eq!(ends("2026-05-14T23:59:59+07:00"), Ends::Today);
        // The first instant of a day is the end of the day before.
        assert_eq!(ends("2026-05-15T00:00:00+07:00"), Ends::Today);
        assert_eq!(ends("2026-05-15T00:00:01+07:00"), Ends::Tomorrow);
        assert_eq!(ends("2026-05-17T23:59:59+07:00"), Ends::BeforeWork);
        assert_eq!(ends("2026-05-18T08:00:00+07:00"), Ends::Later);
        assert_eq!(days.last_working_before(day("2026-05-17"), &off), Some(day("2026-05-15")));
        assert_eq!(days.last_working_before(day("2026-05-15"), &off), None);
    }

    #[test]
    fn a_holiday_is_no_working_day() {
        let (days, off) = days("2026-04-13T08:00:00+07:00", &["2026-04-14", "2026-04-15", "2026-04-16"]);
        assert_eq!((days.next_working, days.working_after_tomorrow), (day("2026-04-17"), day("2026-04-17")));
        assert!(days.ends_before_work(Instant::parse("2026-04-16T23:59:59+07:00").unwrap()));
        assert!(!days.ends_before_work(Instant::parse("2026-04-17T12:00:00+07:00").unwrap()));
        assert_eq!(days.last_working_before(day("2026-04-15"), &off), Some(day("2026-04-13")));
    }

    #[test]
    fn no_working_day_that_has_passed_is_named() {
        let (days, off) = days("2026-05-16T08:00:00+07:00", &[]);
        assert_eq!(days.last_working_before(day("2026-05-17"), &off), None);
    }

    #[test]
    fn the_groups_do_not_change_the_order() {
        let (days, _) = days("2026-05-14T08:10:00+07:00", &[]);
        let hours = (0..200).map(|n| End::At(Instant::parse("2026-05-14T08:10:00+07:00").unwrap().plus(n * 3600)));
        let ends: Vec<End> = hours.chain([End::Never]).collect();
        let all = Class::ALL.into_iter().flat_map(|class| ends.iter().map(move |end| Urgency { class, end: *end }));
        let groups: Vec<Group> = all.map(|urgency| Group::of(urgency, &days)).collect();
        assert!(groups.is_sorted());
    }
}
