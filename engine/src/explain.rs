//! Why: the steps of a computation as codes and values, and their sentences in English and Lao.
//!
//! Invariant: a step holds no sentence; sentences are the rulebook's, so its digest covers every one of them.
//! No step holds personal data: offices, instants, enumerated words and numbers only.

mod finding;
mod looks_at;
mod steps;
mod values;

use crate::calendar::Instant;
use crate::rulebook::{KEYS, Language, Period, RuleId, Rulebook};

pub use finding::finding;
pub use looks_at::bears_on;
pub use steps::{deadline, notice};
use values::{fit, placeholders};

/// One step: the key of a text, and the values of its placeholders as codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    key: &'static str,
    values: Vec<String>,
}

impl Step {
    /// A step of this program; its values in the order of the key's placeholders.
    fn new(key: &'static str, values: Vec<String>) -> Self {
        debug_assert!(Self::read(key, values.clone()).is_some(), "{key} {values:?} could not be read again");
        Self { key, values }
    }

    /// A step that was stored; none if its key, the number of its values or one of them is not of this program.
    pub fn read(key: &str, values: Vec<String>) -> Option<Self> {
        let (key, names) = placeholders(key)?;
        fit(names, &values).then_some(Self { key, values })
    }

    /// The key of the text.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The values, as codes.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The step's sentence about `rule`.
    pub fn sentence(&self, book: &Rulebook, rule: RuleId, language: Language) -> String {
        fill(book, rule, language, self.key, &self.values, &[])
    }
}

/// The sentence of `key` about `rule`: `values` fill its own placeholders in their order, `context` names more.
pub fn fill(
    book: &Rulebook,
    rule: RuleId,
    language: Language,
    key: &str,
    values: &[String],
    context: &[(&str, &str)],
) -> String {
    let template = book.text(key).in_language(language);
    let Some((_, names)) = placeholders(key) else { return template.to_owned() };
    let own: Vec<(&str, &String)> = names.iter().copied().zip(values).collect();
    let of_rule = book.rule(rule);
    let fixed = |name: &str| match name {
        "article" => Some(of_rule.article.as_str()),
        "sentence" => Some(of_rule.sentence.in_language(language)),
        "name" => Some(of_rule.name.in_language(language)),
        _ => context.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
    };
    let question = values.first().map_or("", String::as_str);
    let mut sentence = String::with_capacity(2 * template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        sentence.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        if let Some((_, value)) = own.iter().find(|(known, _)| *known == name) {
            sentence.push_str(&shown(book, language, name, value, question));
        } else if let Some(value) = fixed(name) {
            sentence.push_str(value);
        } else {
            sentence.push_str(&rest[before.len()..before.len() + name.len() + 2]);
        }
        rest = after;
    }
    sentence.push_str(rest);
    sentence
}

/// A value as a reader sees it; the placeholder's name says what kind of code it is.
fn shown(book: &Rulebook, language: Language, name: &str, value: &str, question: &str) -> String {
    let text = |key: String| book.text(&key).in_language(language).to_owned();
    match name {
        "done" if discharges(value) => text(format!("done.{value}")),
        "action" | "done" => text(format!("action.{value}")),
        "reading" => text(format!("reading.{value}")),
        "question" => text(format!("question.{value}")),
        "protective" | "lenient" => text(format!("answer.{question}.{value}")),
        "field" => text(format!("field.{value}")),
        "actions" => listed(value, |action| text(format!("action.{action}"))),
        "fields" => listed(value, |field| text(format!("field.{field}"))),
        "class" => text(format!("word.{value}")),
        "value" | "serious" => listed(value, |word| value_word(book, language, word)),
        "amount" | "lead" | "left" | "used" | "over" => amount(book, language, value),
        "penalty" => value.replace("mo", "").replace('-', "–") + " " + &unit_name(book, language),
        _ => instant(value),
    }
}

/// Whether an action can end a limit, and so has words of its own for having done so.
fn discharges(action: &str) -> bool {
    KEYS.iter().any(|(key, _)| key.strip_prefix("done.") == Some(action))
}

fn listed(value: &str, word: impl Fn(&str) -> String) -> String {
    value.split(',').map(word).collect::<Vec<_>>().join(", ")
}

fn value_word(book: &Rulebook, language: Language, word: &str) -> String {
    let key = match word {
        "yes" | "no" | "none" => format!("value.{word}"),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => return number.to_owned(),
        word => format!("word.{word}"),
    };
    book.text(&key).in_language(language).to_owned()
}

/// The word for months without a number before it.
fn unit_name(book: &Rulebook, language: Language) -> String {
    book.text("unit.months").in_language(language).replace("{n}", "").trim().to_owned()
}

/// An instant as people read it, anything else (a date alone) as it is.
fn instant(value: &str) -> String {
    Instant::parse(value).map_or_else(|| value.to_owned(), clock_time)
}

/// `2026-03-03 09:30`, with the seconds where they say something: not at the end of a day, 23:59:59. Vientiane time.
pub fn clock_time(instant: Instant) -> String {
    let text = instant.to_string().replace('T', " ");
    let end = if &text[17..19] == "00" || &text[11..19] == "23:59:59" { 16 } else { 19 };
    text[..end].to_owned()
}

/// A length of time, `48h` or `90061s`, in words: at most two units.
fn amount(book: &Rulebook, language: Language, value: &str) -> String {
    let unit = |n: i64, one: &str, many: &str| {
        let key = if n == 1 { one } else { many };
        book.text(key).in_language(language).replace("{n}", &n.to_string())
    };
    let minutes = |n| unit(n, "unit.minute", "unit.minutes");
    let hours = |n| unit(n, "unit.hour", "unit.hours");
    let days = |n| unit(n, "unit.day", "unit.days");
    match Period::parse(value) {
        Some(Period::Minutes(n)) => return minutes(n.into()),
        Some(Period::Hours(n)) => return hours(n.into()),
        Some(Period::Days(n)) => return days(n.into()),
        Some(Period::Months(n)) => return unit(n.into(), "unit.month", "unit.months"),
        None => {}
    }
    let seconds: i64 = value.trim_end_matches('s').parse().unwrap_or(0);
    let (d, h, m) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (d, h, m) {
        (0, 0, 0) => unit(seconds, "unit.second", "unit.seconds"),
        (0, 0, _) => minutes(m),
        (0, _, 0) => hours(h),
        (0, _, _) => format!("{} {}", hours(h), minutes(m)),
        (_, 0, _) => days(d),
        _ => format!("{} {}", days(d), hours(h)),
    }
}

/// A length of time in words, in the rulebook's units: for lists and bars.
pub fn duration(book: &Rulebook, language: Language, seconds: i64) -> String {
    amount(book, language, &format!("{seconds}s"))
}

/// A length of time as the law states it, in words: `48 hours`.
pub fn period(book: &Rulebook, language: Language, period: Period) -> String {
    amount(book, language, &period.to_string())
}
