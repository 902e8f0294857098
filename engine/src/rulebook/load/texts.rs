//! Reads the texts: one for every key, with the same placeholders in both languages.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::table::meant;
use super::{Flaw, Table, Value};
use crate::action::ActionName;
use crate::action::describe::{field_paths, words};
use crate::rulebook::{KEYS, Question, Rule, Text};
use crate::template::{is_paired, pieces};

/// The texts of a rulebook with these rules and questions: one for each key that it needs, and no other. A text has only
/// placeholders that the engine fills. If there are texts of the program's `own`, they stand in for missing ones.
pub(super) fn all(
    texts: &Table<'_>,
    rules: &[Rule],
    questions: &[Question],
    own: Option<&BTreeMap<String, Text>>,
) -> Result<BTreeMap<String, Text>, Flaw> {
    let mut needed: BTreeMap<Cow<'static, str>, &[&str]> =
        KEYS.iter().map(|(key, names)| ((*key).into(), *names)).collect();
    let mut keys: Vec<String> = Vec::new();
    for &action in ActionName::ALL {
        keys.push(format!("action.{action}"));
        if rules.iter().any(|rule| rule.discharged_by().has(action)) {
            keys.push(format!("done.{action}"));
        }
    }
    keys.extend(field_paths().iter().map(|path| format!("field.{path}")));
    keys.extend(words().iter().map(|word| format!("word.{word}")));
    for Question { name, answers } in questions {
        keys.push(format!("question.{name}"));
        keys.extend(answers.iter().map(|answer| format!("answer.{name}.{answer}")));
    }
    needed.extend(keys.into_iter().map(|key| (key.into(), &[][..])));
    if own.is_none()
        && let Some((key, value)) = texts.in_order().into_iter().find(|(found, _)| !needed.contains_key(*found))
    {
        return Err(unknown(key, &value, &needed));
    }
    let read = |(key, allowed): (Cow<'static, str>, &[&str])| {
        if let (None, Some(text)) = (texts.optional(&key), own.and_then(|own| own.get(&*key))) {
            return Ok((key.into_owned(), text.clone()));
        }
        let value = texts.required(&key, "a text for every sentence of the program")?;
        let text = value.text()?;
        check_template(&value.table()?, &text, allowed)?;
        Ok((key.into_owned(), text))
    };
    needed.into_iter().map(read).collect()
}

/// The flaw of a text that the program never shows under this rulebook.
fn unknown(key: &str, value: &Value<'_>, needed: &BTreeMap<Cow<'static, str>, &[&str]>) -> Flaw {
    let known: Vec<&str> = needed.keys().map(AsRef::as_ref).collect();
    let why = match key.split_once('.') {
        Some(("done", action)) if ActionName::from_word(action).is_some() => {
            "no limit of this rulebook ends by this action"
        }
        Some(("question" | "answer", _)) => "no such question or answer is under [questions]",
        _ => "the program shows no such text",
    };
    value.flaw(&format!("unknown key of a text: {why}{}; check the spelling or remove it", meant(key, &known)))
}

fn check_template(languages: &Table<'_>, text: &Text, allowed: &[&str]) -> Result<(), Flaw> {
    let in_language = |language: &str, template| -> Result<_, Flaw> {
        let value = languages.required(language, "a sentence")?;
        if !is_paired(template) {
            return Err(value.flaw("found an unpaired brace; expected placeholders such as {due}; close or remove it"));
        }
        let found: BTreeSet<&str> = pieces(template).filter_map(|(_, name)| name).collect();
        match found.iter().find(|name| !allowed.contains(name)) {
            None => Ok(found),
            Some(name) => Err(value.flaw(&format!(
                "found the placeholder {{{name}}}; expected only these: {}; remove it",
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
        "found in one language only: {}; expected the same placeholders in both; correct one of them",
        braced(difference)
    )))
}

fn braced<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("{{{name}}}")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
