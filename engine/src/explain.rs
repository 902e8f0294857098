//! Explains an answer: the steps of a computation as codes and values, and their sentences in English and Lao.
//!
//! Invariant: a step contains no sentence. The rulebook contains all sentences, so its digest covers them. A step contains
//! no personal data, only offices, instants, fixed words and numbers (Art. 85).

mod finding;
pub mod in_words;
mod steps;
mod values;

use crate::calendar::Instant;
use crate::rulebook::{Language, Period, Rule, RuleId, Rulebook};
use crate::template::pieces;

pub use finding::finding;
pub use steps::{deadline, notice};
use values::{fit, placeholders};

/// One step: the key of a text, and the values of its placeholders as codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    key: &'static str,
    values: Vec<String>,
}

impl Step {
    /// A step made by this program. The values are in the order of the key's placeholders.
    fn new(key: &'static str, values: Vec<String>) -> Self {
        debug_assert!(Self::read(key, values.clone()).is_some(), "{key} {values:?} could not be read again");
        Self { key, values }
    }

    /// A stored step; `None` if this program does not know its key, or the number or the form of its values is wrong.
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

    /// The step's sentence about `rule`, in the words of `book`.
    pub fn sentence(&self, book: &Rulebook, rule: RuleId, language: Language) -> String {
        fill(book, rule, language, self.key, &self.values, &[])
    }
}

/// The sentence of `key` about `rule`. `values` fill the key's own placeholders in order; `context` fills further ones by
/// name.
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
    // Of a rule that this rulebook does not have, the name on record is all that can be said.
    let of_rule =
        |shown: fn(&Rule, Language) -> &str| book.rule(rule).map_or(rule.word(), |rule| shown(rule, language));
    let fixed = |name: &str| match name {
        "article" => Some(of_rule(|rule, _| &rule.article)),
        "sentence" => Some(of_rule(|rule, language| rule.sentence.in_language(language))),
        "name" => Some(of_rule(|rule, language| rule.name.in_language(language))),
        _ => context.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
    };
    let question = values.first().map_or("", String::as_str);
    let mut sentence = String::with_capacity(2 * template.len());
    for (text, name) in pieces(template) {
        sentence.push_str(text);
        let Some(name) = name else { break };
        if let Some((_, value)) = own.iter().find(|(known, _)| *known == name) {
            sentence.push_str(&shown(book, language, name, value, question));
        } else if let Some(value) = fixed(name) {
            sentence.push_str(value);
        } else {
            sentence.extend(["{", name, "}"]);
        }
    }
    sentence
}

/// A value in words. The placeholder's name says what kind of code the value is.
fn shown(book: &Rulebook, language: Language, name: &str, value: &str, question: &str) -> String {
    let text = |key: String| book.text(&key).in_language(language).to_owned();
    // A log may have been decided under a rulebook with other questions; then the name on record is all that can be said.
    let known = |key: String| book.known_text(&key).map_or(value, |text| text.in_language(language)).to_owned();
    match name {
        "done" if book.known_text(&format!("done.{value}")).is_some() => text(format!("done.{value}")),
        "action" | "done" => text(format!("action.{value}")),
        "reading" => text(format!("reading.{value}")),
        "question" => known(format!("question.{value}")),
        "protective" | "lenient" => known(format!("answer.{question}.{value}")),
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

/// The word for "months" without a number.
fn unit_name(book: &Rulebook, language: Language) -> String {
    book.text("unit.months").in_language(language).replace("{n}", "").trim().to_owned()
}

/// An instant as people read it. Any other text, such as a date alone, stays as it is.
fn instant(value: &str) -> String {
    Instant::parse(value).map_or_else(|| value.to_owned(), clock_time)
}

/// An instant in Vientiane time, such as `2026-03-03 09:30`. Seconds are shown unless they are 0 or the time is 23:59:59.
pub fn clock_time(instant: Instant) -> String {
    let text = instant.to_string().replace('T', " ");
    let end = if &text[17..19] == "00" || &text[11..19] == "23:59:59" { 16 } else { 19 };
    text[..end].to_owned()
}

/// A length of time such as `48h` or `90061s` in words, with at most two units.
fn amount(book: &Rulebook, language: Language, value: &str) -> String {
    let unit = |n: i64, one: &str, many: &str| {
        let key = if n == 1 { one } else { many };
        book.text(key).in_language(language).replace("{n}", &n.to_string())
    };
    let minutes = |n| unit(n, "unit.minute", "unit.minutes");
    let hours = |n| unit(n, "unit.hour", "unit.hours");
    let days = |n| unit(n, "unit.day", "unit.days");
    if let Some(period) = Period::parse(value) {
        return book.amount(language, period);
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

/// A length of time in words, in the rulebook's units, for lists and bars.
pub fn duration(book: &Rulebook, language: Language, seconds: i64) -> String {
    amount(book, language, &format!("{seconds}s"))
}
