//! The words in the picture, in both languages. The Lao is ours; no lawyer has reviewed it.

use chrono::{Datelike, NaiveDate};
use engine::action::{ActionName, When};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::limits::Deadline;
use engine::rulebook::{Language, Period, RuleId, Rulebook};

use super::Moment;
use super::choice::Overrun;
use super::scale::month_and_year;
use crate::labels::Label;
use crate::words_of_time::{self, End};

/// Writes the words of one picture.
#[derive(Clone, Copy)]
pub(super) struct Words<'p> {
    pub book: &'p Rulebook,
    pub language: Language,
    pub now: Instant,
    pub moment: Moment,
}

impl Words<'_> {
    pub fn pick(self, en: impl Into<String>, lo: impl Into<String>) -> String {
        match self.language {
            Language::En => en.into(),
            Language::Lo => lo.into(),
        }
    }

    /// `Longest remand`
    pub fn name(self, rule: RuleId) -> String {
        self.book.name(&rule, self.language).to_owned()
    }

    /// `Longest remand, Art. 64`
    pub fn name_and_article(self, rule: RuleId) -> String {
        format!("{}, {}\u{a0}{}", self.name(rule), Label::Article.of(self.language), self.book.article(&rule))
    }

    /// `4 months`
    pub fn amount(self, period: Period) -> String {
        self.book.amount(self.language, period)
    }

    pub fn length(self, seconds: i64) -> String {
        words_of_time::length(self.book, self.language, seconds)
    }

    /// `8 Jun`, with the year where it is not this one.
    pub fn day(self, date: NaiveDate) -> String {
        self.with_year(words_of_time::short_day(date, self.language), date)
    }

    /// `11 January`, with the year where it is not this one.
    pub fn long_day(self, date: NaiveDate) -> String {
        self.with_year(words_of_time::day(date, self.language), date)
    }

    fn with_year(self, day: String, date: NaiveDate) -> String {
        if date.year() == self.now.date().year() { day } else { format!("{day}\u{a0}{}", date.year()) }
    }

    /// `11 May` for the end of a day, else `14 Jan 10:00`.
    pub fn end(self, due: Instant) -> String {
        match End::of(due) {
            End::OfDay(date) => self.day(date),
            End::At(at) => format!("{}\u{a0}{}", self.day(at.date()), words_of_time::time_of_day(at)),
        }
    }

    /// `since the end of 11 May` for the end of a day, else `since 14 Jan 10:00`.
    pub fn with_end(self, en: &str, lo: &str, due: Instant) -> String {
        let end = self.end(due);
        match End::of(due) {
            End::OfDay(_) => self.pick(format!("{en} the end of {end}"), format!("{lo}ທ້າຍມື້\u{a0}{end}")),
            End::At(_) => self.pick(format!("{en} {end}"), format!("{lo} {end}")),
        }
    }

    /// Both ends: `11 May`, `10–13 Feb`, `29 Apr 09:00 or 10:00`, `28 Feb or 3 Mar`.
    pub fn ends(self, deadline: &Deadline) -> String {
        let (earliest, latest) = (deadline.earliest(), deadline.latest().unwrap_or(deadline.earliest()));
        if earliest == latest {
            return self.end(earliest);
        }
        let or = self.pick("or", "ຫຼື");
        match (End::of(earliest), End::of(latest)) {
            (End::OfDay(one), End::OfDay(other)) if one.with_day(1) == other.with_day(1) => {
                format!("{}–{}", one.day(), self.day(other))
            }
            (End::At(one), End::At(other)) if one.date() == other.date() => {
                format!("{} {or} {}", self.end(one), words_of_time::time_of_day(other))
            }
            _ => format!("{} {or} {}", self.end(earliest), self.end(latest)),
        }
    }

    /// `to 10–13 Feb`
    pub fn until(self, end: &str) -> String {
        self.pick(format!("to {end}"), format!("ຮອດ {end}"))
    }

    /// `with 4 extensions`; nothing without one.
    pub fn extensions(self, number: usize) -> String {
        match number {
            0 => String::new(),
            1 => self.pick(", 1\u{a0}extension", ", ຕໍ່\u{a0}1\u{a0}ຄັ້ງ"),
            _ => self.pick(format!(", {number}\u{a0}extensions"), format!(", ຕໍ່\u{a0}{number}\u{a0}ຄັ້ງ")),
        }
    }

    /// How a limit stands: over, done in time, ended by closing the case, or when it ends.
    pub fn standing(self, assessment: &Assessment<'_>, periods: &[&Deadline]) -> String {
        let at = assessment.at;
        let overruns = periods.iter().filter_map(|deadline| Some((deadline.breach(at)?, Overrun::of(deadline, at)?)));
        if let Some((breach, overrun)) = overruns.max_by_key(|(breach, overrun)| (*breach, length(overrun.protective)))
        {
            let over = self.length(length(overrun.protective));
            return match breach {
                Breach::Certain => self.pick(format!("{over} over"), format!("ເກີນ {over}")),
                Breach::Arguable => self.pick(format!("{over} over, arguable"), format!("ອາດເກີນ {over}")),
            };
        }
        let Some(last) = periods.last() else { return String::new() };
        match last.protective.done {
            None => self.until(&self.ends(last)),
            Some(done) => {
                let entry = &assessment.timeline.entries()[done.by];
                if entry.name == ActionName::CaseClosed {
                    return Label::ClosedOn.of(self.language).to_owned();
                }
                let action = self.book.text(&format!("action.{}", entry.name)).in_language(self.language);
                let day = self.day(entry.date());
                self.pick(format!("{action} {day}, in time"), format!("{action} {day}, ທັນກຳນົດ"))
            }
        }
    }

    /// `over: 2 days 8 hours, by the lenient reading 8 hours`
    pub fn over(self, overrun: &Overrun) -> String {
        let over = self.length(length(overrun.protective));
        match overrun.lenient {
            None => self.pick(
                format!("over: {over}, by the protective reading alone"),
                format!("ອາດເກີນ {over}, ສະເພາະຕາມແບບປົກປ້ອງເດັກ"),
            ),
            Some(lenient) if lenient == overrun.protective => {
                self.pick(format!("over: {over}, both readings"), format!("ເກີນ {over}, ທັງສອງແບບ"))
            }
            Some(lenient) => {
                let lenient = self.length(length(lenient));
                self.pick(
                    format!("over: {over}, by the lenient reading {lenient}"),
                    format!("ເກີນ {over}, ຕາມແບບຜ່ອນຜັນ {lenient}"),
                )
            }
        }
    }

    /// Whether a condition is certainly or arguably not met, and how often.
    pub fn not_met(self, breach: Breach, times: usize) -> String {
        let said = match breach {
            Breach::Certain => self.pick("not met", "ບໍ່ຄົບຖ້ວນ"),
            Breach::Arguable => self.pick("arguable", "ອາດໂຕ້ແຍ້ງໄດ້"),
        };
        match times {
            0 | 1 => said,
            _ => self.pick(format!("{said}, {times}\u{a0}times"), format!("{said}, {times}\u{a0}ຄັ້ງ")),
        }
    }

    /// The ordered extension, by its number where that may be shown.
    pub fn order(self, number: Option<&str>, at: When) -> String {
        if let Some(number) = number {
            return self.pick(format!("order {number}"), format!("ຄຳສັ່ງ {number}"));
        }
        let day = self.day(at.date());
        self.pick(format!("order of {day}"), format!("ຄຳສັ່ງ ວັນທີ {day}"))
    }

    /// `now: 14 May, 08:10`, or `on 14 May 2026, 08:10`.
    pub fn now(self) -> String {
        let (date, time) = (self.now.date(), words_of_time::time_of_day(self.now));
        match self.moment {
            Moment::Now => {
                let day = self.day(date);
                self.pick(format!("now: {day}, {time}"), format!("ດຽວນີ້: {day}, {time}"))
            }
            Moment::Asked => {
                let day = words_of_time::day_and_year(date, self.language);
                self.pick(format!("on {day}, {time}"), format!("ວັນທີ {day}, {time}"))
            }
        }
    }

    /// `now: 08:10`, or `at 08:10`.
    pub fn now_on_its_day(self) -> String {
        let time = words_of_time::time_of_day(self.now);
        match self.moment {
            Moment::Now => self.pick(format!("now: {time}"), format!("ດຽວນີ້: {time}")),
            Moment::Asked => self.pick(format!("at {time}"), format!("ເວລາ {time}")),
        }
    }

    /// What the picture is of: from the month of one day to that of another.
    pub fn title(self, held: bool, from: NaiveDate, to: NaiveDate) -> String {
        let what = if held {
            self.pick("Deprivation of liberty and limits", "ການຕັດອິດສະລະພາບ ແລະ ກຳນົດເວລາ")
        } else {
            self.pick("Limits", "ກຳນົດເວລາ")
        };
        let last = month_and_year(to, self.language);
        let first = if from.year() == to.year() {
            words_of_time::month(from, self.language).to_owned()
        } else {
            month_and_year(from, self.language)
        };
        if (from.year(), from.month()) == (to.year(), to.month()) {
            return format!("{what}, {last}");
        }
        self.pick(format!("{what}, {first} to {last}"), format!("{what}, {first} ຫາ {last}"))
    }

    /// A sentence on when a limit ends or ended.
    pub fn ended(self, deadline: &Deadline) -> String {
        let name = self.name_and_article(deadline.rule);
        let verb = match (self.language, deadline.breach(self.now)) {
            (Language::En, None) => "ends",
            (Language::En, Some(_)) => "ended",
            (Language::Lo, _) => "ສິ້ນສຸດ",
        };
        let earliest = self.end(deadline.earliest());
        match deadline.latest() {
            None => self.pick(
                format!("{name}: {verb} {earliest} by the protective reading; the lenient one sees no limit."),
                format!("{name}: {verb} {earliest} ຕາມແບບປົກປ້ອງເດັກ; ຕາມແບບຜ່ອນຜັນ ບໍ່ມີກຳນົດ."),
            ),
            Some(latest) if latest == deadline.earliest() => self.pick(
                format!("{name}: {verb} {earliest} by both readings."),
                format!("{name}: {verb} {earliest} ຕາມທັງສອງແບບ."),
            ),
            Some(latest) => {
                let latest = self.end(latest);
                self.pick(
                    format!("{name}: {verb} {earliest} by the protective and {latest} by the lenient reading."),
                    format!("{name}: {verb} {earliest} ຕາມແບບປົກປ້ອງເດັກ ແລະ {latest} ຕາມແບບຜ່ອນຜັນ."),
                )
            }
        }
    }

    /// How many limits and findings the picture leaves to the table.
    pub fn left_out(self, number: usize) -> String {
        self.pick(format!("{number} more in the table"), format!("ອີກ {number} ລາຍການ ຢູ່ໃນຕາຕະລາງ"))
    }
}

/// The seconds from one instant to another.
pub(super) fn length([from, to]: [Instant; 2]) -> i64 {
    to.since(from)
}
