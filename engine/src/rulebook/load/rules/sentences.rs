//! Fills the numbers of a rule into its name and its sentence: a number stands in the file once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::table::shown;
use super::super::{Flaw, Table, Value};
use crate::rulebook::{Language, Period, Rule, Text, amount};
use crate::template::{is_paired, pieces};

/// The numbers that a rule's own table may have.
const OWN: [&str; 9] = [
    "limit",
    "extension",
    "joined_by_bringing_in_within",
    "major",
    "crime",
    "from_request",
    "from_opinion",
    "years",
    "count",
];

/// Fills the numbers of each rule into its name and sentence. `{limit}` and other lengths of the rule become amounts in
/// words, `{years}` and `{count}` bare numbers, and so do those of [numbers]; one whose name ends in `_months` becomes an
/// amount too.
pub(in super::super) fn fill_numbers(
    rules: &mut [Rule],
    table: &Table<'_>,
    numbers: &Table<'_>,
    texts: &BTreeMap<String, Text>,
) -> Result<(), Flaw> {
    for rule in rules {
        let own = table.required(rule.id.word(), "a rule")?.table()?;
        let name = own.required("name", "a text")?.table()?;
        let number = |name: &str, language| number(&own, numbers, texts, language, name);
        rule.name = both(&name.required("en", "a name")?, &name.required("lo", "a name")?, number)?;
        rule.sentence = both(&own.required("en", "a sentence")?, &own.required("sentence_lo", "a sentence")?, number)?;
    }
    Ok(())
}

/// A text in both languages with its numbers, which have to be the same.
fn both(en: &Value<'_>, lo: &Value<'_>, number: impl Fn(&str, Language) -> Option<String>) -> Result<Text, Flaw> {
    let (english, in_english) = filled(en, |name| number(name, Language::En))?;
    let (lao, in_lao) = filled(lo, |name| number(name, Language::Lo))?;
    match in_english.symmetric_difference(&in_lao).next() {
        None => Ok(Text { en: english, lo: lao }),
        Some(name) => Err(lo.flaw(&format!(
            "found in one language only: {{{name}}}; expected the same numbers in both; correct one of them"
        ))),
    }
}

/// A text with its numbers, and their names.
fn filled<'a>(value: &Value<'a>, number: impl Fn(&str) -> Option<String>) -> Result<(String, BTreeSet<&'a str>), Flaw> {
    let template = value.string("a sentence")?;
    if !is_paired(template) {
        return Err(value.flaw("found an unpaired brace; expected placeholders such as {limit}; close or remove it"));
    }
    let (mut text, mut names) = (String::with_capacity(template.len()), BTreeSet::new());
    for (before, name) in pieces(template) {
        text.push_str(before);
        let Some(name) = name else { break };
        let Some(number) = number(name) else {
            let name = shown(name);
            return Err(value.flaw(&format!(
                "found {{{name}}}; expected the name of a number of this rule, such as {{limit}}, or of [numbers]; \
                 correct it"
            )));
        };
        text.push_str(&number);
        names.insert(name);
    }
    Ok((text, names))
}

fn number(
    own: &Table<'_>,
    numbers: &Table<'_>,
    texts: &BTreeMap<String, Text>,
    language: Language,
    name: &str,
) -> Option<String> {
    let value = OWN.contains(&name).then(|| own.optional(name)).flatten().or_else(|| numbers.optional(name))?;
    if let Some(period) = value.word().and_then(Period::parse) {
        return Some(amount(texts, language, period));
    }
    let number = value.integer(&(0..=100_000), "").ok()?;
    Some(if name.ends_with("_months") { amount(texts, language, Period::Months(number)) } else { number.to_string() })
}
