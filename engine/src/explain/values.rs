//! Which values a step may have. A step from a log is checked before anybody renders it.
//!
//! Invariant: the name of a placeholder decides what kind of value it takes, here and where the value is rendered.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::action::describe::{is_word, path_of};
use crate::action::{ActionName, Class, When};
use crate::rulebook::{KEYS, Period, Reading};

/// The placeholders that the caller fills from the context of the sentence, not from the step.
const FROM_CONTEXT: [&str; 5] = ["article", "sentence", "name", "case", "owed_by"];

/// The keys of the texts, as the program spells them, with the placeholders for which a step gives values.
static OWN: LazyLock<BTreeMap<&'static str, (&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let own = |all: &[&'static str]| all.iter().copied().filter(|name| !FROM_CONTEXT.contains(name)).collect();
    KEYS.iter().map(|(key, all)| (*key, (*key, own(all)))).collect()
});

/// A key with the placeholders for which a step gives values; `None` if this program does not know the key.
pub(super) fn placeholders(key: &str) -> Option<(&'static str, &'static [&'static str])> {
    OWN.get(key).map(|(key, own)| (*key, own.as_slice()))
}

/// Whether a step with this key may have these values.
pub(super) fn fit(names: &[&str], values: &[String]) -> bool {
    names.len() == values.len() && names.iter().zip(values).all(|(name, value)| fits(name, value))
}

fn fits(name: &str, value: &str) -> bool {
    let is_key = |key: String| OWN.contains_key(key.as_str());
    // A log may have been decided under a rulebook with other questions.
    let is_name = |text: &str| {
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name {
        "action" | "done" => ActionName::from_word(value).is_some(),
        "actions" => value.split(',').all(|action| ActionName::from_word(action).is_some()),
        "reading" => Reading::from_word(value).is_some(),
        "question" | "protective" | "lenient" => is_name(value),
        "field" => path_of(value).is_some(),
        "class" => Class::from_word(value).is_some(),
        "value" | "serious" => {
            value.split(',').all(|word| number(word) || is_word(word) || is_key(format!("value.{word}")))
        }
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
