//! Which values a step may have: what a log says is checked before anybody renders it.
//!
//! Invariant: the name of a placeholder says what kind of value it takes, here and where the value is rendered.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::action::{ActionName, Class, When};
use crate::rulebook::{KEYS, Period, Reading};

/// The placeholders that a sentence takes from where it stands, not from the step.
const FROM_CONTEXT: [&str; 5] = ["article", "sentence", "name", "case", "owed_by"];

/// The keys of the texts, each as the program spells it, with the placeholders that a step gives values for.
static OWN: LazyLock<BTreeMap<&'static str, (&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let own = |all: &[&'static str]| all.iter().copied().filter(|name| !FROM_CONTEXT.contains(name)).collect();
    KEYS.iter().map(|(key, all)| (*key, (*key, own(all)))).collect()
});

/// A key of this program with the placeholders that a step gives values for; none if it is none.
pub(super) fn placeholders(key: &str) -> Option<(&'static str, &'static [&'static str])> {
    OWN.get(key).map(|(key, own)| (*key, own.as_slice()))
}

/// Whether these are values that a step under `key` may have.
pub(super) fn fit(names: &[&str], values: &[String]) -> bool {
    let question = values.first().map_or("", String::as_str);
    names.len() == values.len() && names.iter().zip(values).all(|(name, value)| fits(name, value, question))
}

fn fits(name: &str, value: &str, question: &str) -> bool {
    let is_key = |key: String| OWN.contains_key(key.as_str());
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name {
        "action" | "done" => ActionName::from_word(value).is_some(),
        "actions" => value.split(',').all(|action| ActionName::from_word(action).is_some()),
        "reading" => Reading::from_word(value).is_some(),
        "question" => is_key(format!("question.{value}")),
        "protective" | "lenient" => is_key(format!("answer.{question}.{value}")),
        "field" => is_key(format!("field.{value}")),
        "class" => Class::from_word(value).is_some(),
        "value" | "serious" => value
            .split(',')
            .all(|word| number(word) || is_key(format!("word.{word}")) || is_key(format!("value.{word}"))),
        "amount" | "lead" | "left" | "used" | "over" => {
            Period::parse(value).is_some() || value.strip_suffix('s').is_some_and(number)
        }
        "penalty" => value
            .strip_suffix("mo")
            .and_then(|range| range.split_once('-'))
            .is_some_and(|(min, max)| number(min) && number(max)),
        "days" | "count" | "months" | "served" | "missed" => number(value),
        _ => When::parse(value).is_some(),
    }
}
