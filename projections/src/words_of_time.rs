//! Days, instants and lengths of time in words, as pages and pictures show them.
//!
//! Invariant: an end of a day is never shown as a time of day; digits are Arabic, years Gregorian, days those of Vientiane.
//! What belongs together is joined by no-break spaces.

use chrono::{Datelike, NaiveDate};
use engine::action::When;
use engine::calendar::Instant;
use engine::explain;
use engine::rulebook::{Language, Rulebook};

/// A space at which no line is broken.
const NO_BREAK: char = '\u{a0}';

/// The months, as CLDR names them.
const MONTHS: [[&str; 2]; 12] = [
    ["January", "ມັງກອນ"],
    ["February", "ກຸມພາ"],
    ["March", "ມີນາ"],
    ["April", "ເມສາ"],
    ["May", "ພຶດສະພາ"],
    ["June", "ມິຖຸນາ"],
    ["July", "ກໍລະກົດ"],
    ["August", "ສິງຫາ"],
    ["September", "ກັນຍາ"],
    ["October", "ຕຸລາ"],
    ["November", "ພະຈິກ"],
    ["December", "ທັນວາ"],
];

/// The days of the week from Monday, as CLDR names them. In Lao "day" stands before each, except where room is short.
const WEEKDAYS: [[&str; 2]; 7] = [
    ["Monday", "ຈັນ"],
    ["Tuesday", "ອັງຄານ"],
    ["Wednesday", "ພຸດ"],
    ["Thursday", "ພະຫັດ"],
    ["Friday", "ສຸກ"],
    ["Saturday", "ເສົາ"],
    ["Sunday", "ອາທິດ"],
];

/// The month of a date, such as `May`.
pub fn month(date: NaiveDate, language: Language) -> &'static str {
    let [en, lo] = MONTHS[date.month0() as usize];
    in_language(language, en, lo)
}

/// The month of this name, from 1: in full in either language, in English also its first three letters.
pub fn month_named(word: &str) -> Option<u32> {
    let short = |en: &str| word.len() == 3 && en[..3].eq_ignore_ascii_case(word);
    let is = |[en, lo]: &[&str; 2]| en.eq_ignore_ascii_case(word) || short(en) || *lo == word;
    MONTHS.iter().zip(1..).find_map(|(names, number)| is(names).then_some(number))
}

/// Whether a word names a day of the week, in either language.
pub fn is_weekday(word: &str) -> bool {
    let word = word.strip_prefix("ວັນ").unwrap_or(word);
    WEEKDAYS.iter().any(|[en, lo]| en.eq_ignore_ascii_case(word) || en[..3].eq_ignore_ascii_case(word) || *lo == word)
}

/// The day of the week, such as `Monday` or `ວັນຈັນ`.
pub fn weekday(date: NaiveDate, language: Language) -> String {
    let [en, lo] = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    match language {
        Language::En => en.to_owned(),
        Language::Lo => format!("ວັນ{lo}"),
    }
}

/// The day of the week where room is short, such as `Mon` or `ຈັນ`.
pub fn short_weekday(date: NaiveDate, language: Language) -> &'static str {
    let [en, lo] = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    in_language(language, &en[..3], lo)
}

/// `11 May`
pub fn day(date: NaiveDate, language: Language) -> String {
    format!("{}{NO_BREAK}{}", date.day(), month(date, language))
}

/// The day where room is short, such as `8 Jun`. Lao has no short names of months.
pub fn short_day(date: NaiveDate, language: Language) -> String {
    let month = month(date, language);
    format!("{}{NO_BREAK}{}", date.day(), if language == Language::En { &month[..3] } else { month })
}

/// `11 May 2026`
pub fn day_and_year(date: NaiveDate, language: Language) -> String {
    format!("{}{NO_BREAK}{}", day(date, language), date.year())
}

/// `Monday 11 May`
pub fn weekday_and_day(date: NaiveDate, language: Language) -> String {
    format!("{}{NO_BREAK}{}", weekday(date, language), day(date, language))
}

/// `Monday 11 May 2026`
pub fn full_day(date: NaiveDate, language: Language) -> String {
    format!("{}{NO_BREAK}{}", weekday_and_day(date, language), date.year())
}

/// The time of day, such as `08:10`.
pub fn time_of_day(at: Instant) -> String {
    at.time_of_day()[..5].to_owned()
}

/// `Thursday 14 May 2026, 08:10`
pub fn instant(at: Instant, language: Language) -> String {
    format!("{}, {}", full_day(at.date(), language), time_of_day(at))
}

/// When an action happened: with its time, or its day alone where no time is known.
pub fn when(at: When, language: Language) -> String {
    match at {
        When::Instant(at) => instant(at, language),
        When::Date(date) => full_day(date, language),
    }
}

/// A last lawful instant as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The end of a civil day.
    OfDay(NaiveDate),
    /// A time of day.
    At(Instant),
}

impl End {
    /// The end of a limit. One that runs in hours from the first instant of a day ends with a day, too.
    pub fn of(due: Instant) -> Self {
        match due.time_of_day().as_str() {
            "23:59:59" => Self::OfDay(due.date()),
            "00:00:00" => Self::OfDay(due.plus(-1).date()),
            _ => Self::At(due),
        }
    }

    /// The civil day on which it lies.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::OfDay(date) => date,
            Self::At(at) => at.date(),
        }
    }

    /// `end of Monday 11 May`, `Wednesday 14 January, 10:00`
    pub fn words(self, language: Language) -> String {
        match self {
            Self::OfDay(date) => {
                let day = weekday_and_day(date, language);
                in_language(language, format!("end of {day}"), format!("ທ້າຍມື້ {day}"))
            }
            Self::At(at) => format!("{}, {}", weekday_and_day(at.date(), language), time_of_day(at)),
        }
    }

    /// In a sentence, behind "since" and "by": `the end of Monday 11 May 2026`, `Wednesday 14 January 2026, 10:00`
    pub fn in_sentence(self, language: Language) -> String {
        match self {
            Self::OfDay(date) => {
                let day = full_day(date, language);
                in_language(language, format!("the end of {day}"), format!("ທ້າຍມື້{day}"))
            }
            Self::At(at) => instant(at, language),
        }
    }
}

/// A length of time in at most two units, such as `2 days 8 hours`. The sign of `seconds` does not matter.
pub fn length(book: &Rulebook, language: Language, seconds: i64) -> String {
    explain::duration(book, language, seconds.saturating_abs()).replace(' ', "\u{a0}")
}

/// What is left of a limit, or by how much it is over if `seconds` is negative: `2 days 8 hours left`.
pub fn left(book: &Rulebook, language: Language, seconds: i64) -> String {
    let length = length(book, language, seconds);
    match (language, seconds < 0) {
        (Language::En, false) => format!("{length} left"),
        (Language::En, true) => format!("{length} over"),
        (Language::Lo, false) => format!("ຍັງເຫລືອ {length}"),
        (Language::Lo, true) => format!("ເກີນ {length}"),
    }
}

/// How far an instant is from now: `2 days 8 hours ago`, `in 50 minutes`. `seconds` counts from then to now.
pub fn ago(book: &Rulebook, language: Language, seconds: i64) -> String {
    let length = length(book, language, seconds);
    match (language, seconds < 0) {
        (Language::En, false) => format!("{length} ago"),
        (Language::En, true) => format!("in {length}"),
        (Language::Lo, false) => format!("{length}ກ່ອນ"),
        (Language::Lo, true) => format!("ໃນອີກ {length}"),
    }
}

/// How far a day is from today: `yesterday`, `today`, `6 days ago`, `in 6 days`.
pub fn days_from_today(date: NaiveDate, today: NaiveDate, language: Language) -> String {
    let days = date.signed_duration_since(today).num_days();
    let many = days.abs();
    match (days, language) {
        (0, Language::En) => "today".to_owned(),
        (0, Language::Lo) => "ມື້ນີ້".to_owned(),
        (-1, Language::En) => "yesterday".to_owned(),
        (-1, Language::Lo) => "ມື້ວານ".to_owned(),
        (1, Language::En) => "tomorrow".to_owned(),
        (1, Language::Lo) => "ມື້ອື່ນ".to_owned(),
        (..=-2, Language::En) => format!("{many}{NO_BREAK}days ago"),
        (..=-2, Language::Lo) => format!("{many}{NO_BREAK}ວັນກ່ອນ"),
        (2.., Language::En) => format!("in {many}{NO_BREAK}days"),
        (2.., Language::Lo) => format!("ໃນອີກ {many}{NO_BREAK}ວັນ"),
    }
}

fn in_language<T>(language: Language, en: T, lo: T) -> T {
    match language {
        Language::En => en,
        Language::Lo => lo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::En, Language::Lo];

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn plain(words: impl AsRef<str>) -> String {
        words.as_ref().replace(NO_BREAK, " ")
    }

    #[test]
    fn instants_and_days_read_as_in_the_pages() {
        let now = at("2026-05-14T08:10:59+07:00");
        let [en, lo] = BOTH.map(|language| plain(instant(now, language)));
        assert_eq!((en.as_str(), lo.as_str()), ("Thursday 14 May 2026, 08:10", "ວັນພະຫັດ 14 ພຶດສະພາ 2026, 08:10"));
        let [en, lo] = BOTH.map(|language| plain(short_day(now.date(), language)));
        assert_eq!((en.as_str(), lo.as_str()), ("14 May", "14 ພຶດສະພາ"));
        let dated = When::Date(now.date());
        assert_eq!(plain(when(dated, Language::En)), "Thursday 14 May 2026");
    }

    #[test]
    fn an_end_of_a_day_never_shows_a_time_of_day() {
        for due in ["2026-05-11T23:59:59+07:00", "2026-05-12T00:00:00+07:00"] {
            let [en, lo] = BOTH.map(|language| plain(End::of(at(due)).words(language)));
            assert_eq!((en.as_str(), lo.as_str()), ("end of Monday 11 May", "ທ້າຍມື້ ວັນຈັນ 11 ພຶດສະພາ"));
            let [en, lo] = BOTH.map(|language| plain(End::of(at(due)).in_sentence(language)));
            assert_eq!((en.as_str(), lo.as_str()), ("the end of Monday 11 May 2026", "ທ້າຍມື້ວັນຈັນ 11 ພຶດສະພາ 2026"));
        }
        let hours = End::of(at("2026-01-14T10:40:00+07:00"));
        assert_eq!(plain(hours.words(Language::En)), "Wednesday 14 January, 10:40");
    }

    #[test]
    fn lengths_have_the_two_largest_units() {
        let book = Rulebook::law_05_na_2006();
        let two_days = 2 * 86_400 + 8 * 3600 + 600;
        let said = |language, seconds| plain(left(&book, language, seconds));
        assert_eq!(said(Language::En, two_days), "2 days 8 hours left");
        assert_eq!(said(Language::En, -two_days), "2 days 8 hours over");
        assert_eq!(said(Language::Lo, two_days), "ຍັງເຫລືອ 2 ວັນ 8 ຊົ່ວໂມງ");
        assert_eq!(said(Language::Lo, -(7 * 3600 + 3000)), "ເກີນ 7 ຊົ່ວໂມງ 50 ນາທີ");
        let said = |language, seconds| plain(ago(&book, language, seconds));
        assert_eq!(said(Language::En, two_days), "2 days 8 hours ago");
        assert_eq!(said(Language::Lo, two_days), "2 ວັນ 8 ຊົ່ວໂມງກ່ອນ");
        assert_eq!(said(Language::En, -3000), "in 50 minutes");
    }

    #[test]
    fn days_are_counted_from_today() {
        let today = at("2026-05-14T00:10:00+07:00").date();
        let said =
            |text: &str, language| plain(days_from_today(engine::calendar::parse_date(text).unwrap(), today, language));
        let expected = [
            ("2026-05-14", "today", "ມື້ນີ້"),
            ("2026-05-13", "yesterday", "ມື້ວານ"),
            ("2026-05-15", "tomorrow", "ມື້ອື່ນ"),
            ("2026-05-08", "6 days ago", "6 ວັນກ່ອນ"),
            ("2026-05-20", "in 6 days", "ໃນອີກ 6 ວັນ"),
        ];
        for (date, en, lo) in expected {
            assert_eq!((said(date, Language::En), said(date, Language::Lo)), (en.to_owned(), lo.to_owned()));
        }
    }
}
