//! The texts: one for every key, with the same placeholders in both languages.

use std::collections::{BTreeMap, BTreeSet};

use super::{Flaw, Table};
use crate::rulebook::KEYS;
use crate::rulebook::Text;

/// The texts, one for each of [`KEYS`], with no placeholder that the engine does not fill.
pub(super) fn all(texts: &Table<'_>) -> Result<BTreeMap<String, Text>, Flaw> {
    if let Some((_, value)) = texts.values().find(|(found, _)| !KEYS.iter().any(|(key, _)| key == found)) {
        return Err(value.flaw("unknown key of a text; check the spelling or take it out"));
    }
    KEYS.iter()
        .map(|(key, allowed)| {
            let value = texts.required(key, "a text for every sentence of the program")?;
            let text = value.text()?;
            check_template(&value.table()?, &text, allowed)?;
            Ok(((*key).to_owned(), text))
        })
        .collect()
}

fn check_template(languages: &Table<'_>, text: &Text, allowed: &[&str]) -> Result<(), Flaw> {
    let in_language = |language: &str, template| -> Result<_, Flaw> {
        let value = languages.required(language, "a sentence")?;
        let found = placeholders(template).map_err(|what| value.flaw(&what))?;
        match found.iter().find(|name| !allowed.contains(name)) {
            None => Ok(found),
            Some(name) => Err(value.flaw(&format!(
                "found the placeholder {{{name}}}; expected only these: {}; take it out",
                braced(allowed.iter().copied())
            ))),
        }
    };
    let (english, lao) = (in_language("en", &text.en)?, in_language("lo", &text.lo)?);
    if english == lao {
        return Ok(());
    }
    let difference = english.symmetric_difference(&lao).copied();
    Err(languages.required("lo", "a sentence")?.flaw(&format!(
        "found in one language only: {}; expected the same placeholders in both; mend one of them",
        braced(difference)
    )))
}

fn braced<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("{{{name}}}")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The names in the braces of a template.
fn placeholders(template: &str) -> Result<BTreeSet<&str>, String> {
    let mut names = BTreeSet::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        let close = after.find(['{', '}']).filter(|close| after[*close..].starts_with('}'));
        let (true, Some(close)) = (rest[open..].starts_with('{'), close) else {
            return Err("found a brace without its other one; expected placeholders such as {due}; close or remove it"
                .to_owned());
        };
        names.insert(&after[..close]);
        rest = &after[close + 1..];
    }
    Ok(names)
}
