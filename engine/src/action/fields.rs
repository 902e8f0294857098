//! The fields of one JSON object, taken one by one; what is left at the end is unknown and refused.
//!
//! Invariant: a message echoes enumerated words, office codes and instants only (Art. 85): of any other value
//! it gives the field and the JSON type.

#![expect(clippy::needless_pass_by_value, reason = "every reader of a field has the same shape")]

use std::borrow::Cow;

use chrono::NaiveDate;

use super::OfficeCode;
use super::read::Refusal;
use crate::json::Json;

/// The fields of an object that have not been taken yet.
pub struct Fields<'j> {
    /// Where the object stands, such as `child.`; empty at the top.
    path: String,
    left: Vec<(Cow<'j, str>, Json<'j>)>,
}

impl<'j> Fields<'j> {
    /// The fields of `json`, which must be an object; `path` is its own name (empty at the top).
    pub fn of(path: &str, json: Json<'j>) -> Result<Self, Refusal> {
        let path = if path.is_empty() { String::new() } else { format!("{path}.") };
        match json {
            Json::Object(left) => Ok(Self { path, left }),
            other if path.is_empty() => {
                Err(Refusal::new(format!("found {}, expected one JSON object, an action", other.type_name())))
            }
            other => Err(wrong(&path[..path.len() - 1], &other, "an object")),
        }
    }

    /// Takes a field; none if it was left out.
    pub fn take(&mut self, name: &str) -> Option<Json<'j>> {
        let at = self.left.iter().position(|(key, _)| key == name)?;
        Some(self.left.swap_remove(at).1)
    }

    /// Takes a field that must be there.
    pub fn require(&mut self, name: &str) -> Result<Json<'j>, Refusal> {
        self.take(name).ok_or_else(|| Refusal::new(format!("`{}{name}` is missing and required here", self.path)))
    }

    /// The field's full name, for messages.
    pub fn name(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// Refuses what was not taken.
    pub fn finish(self, of: &str) -> Result<(), Refusal> {
        match self.left.first() {
            None => Ok(()),
            Some((key, value)) => Err(Refusal::new(format!(
                "unknown field `{}{}` ({}): {of} has no such field; check its spelling or leave it out",
                self.path,
                shown_key(key),
                value.type_name()
            ))),
        }
    }

    /// An optional field read by `read`.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str, Json<'j>) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        self.take(name).map(|json| read(&self.name(name), json)).transpose()
    }

    /// A required field read by `read`.
    pub fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str, Json<'j>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let json = self.require(name)?;
        read(&self.name(name), json)
    }
}

/// A key that is safe to show: a field's name, not a person's.
fn shown_key(key: &str) -> Cow<'_, str> {
    let plain =
        key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain { key.into() } else { "…".into() }
}

/// The refusal of a value of the wrong kind.
pub fn wrong(field: &str, found: &Json<'_>, expected: &str) -> Refusal {
    let hint = if *found == Json::Null { "; leave the field out if it is not known" } else { "" };
    Refusal::new(format!("`{field}`: found {}, expected {expected}{hint}", found.type_name()))
}

/// `true` or `false`.
pub fn boolean(field: &str, json: Json<'_>) -> Result<bool, Refusal> {
    match json {
        Json::Bool(value) => Ok(value),
        other => Err(wrong(field, &other, "true or false")),
    }
}

/// A whole number from `least` to 1,000,000,000.
pub fn number(least: u32) -> impl Fn(&str, Json<'_>) -> Result<u32, Refusal> {
    move |field, json| match json {
        Json::Number(value) if (i64::from(least)..=1_000_000_000).contains(&value) => {
            u32::try_from(value).map_err(|_| Refusal::new(format!("`{field}`: out of range")))
        }
        other => Err(wrong(field, &other, &format!("a whole number, {least} or more"))),
    }
}

/// A text without NUL, which no database column can hold.
pub fn text(field: &str, json: Json<'_>) -> Result<String, Refusal> {
    match json {
        Json::Text(text) if text.contains('\0') => {
            Err(Refusal::new(format!("`{field}`: the text holds a NUL character; take it out")))
        }
        Json::Text(text) => Ok(text.into_owned()),
        other => Err(wrong(field, &other, "a text")),
    }
}

/// A text, or null for "none".
pub fn nullable<'j, T>(
    read: impl FnOnce(&str, Json<'j>) -> Result<T, Refusal>,
) -> impl FnOnce(&str, Json<'j>) -> Result<Option<T>, Refusal> {
    move |field, json| if json == Json::Null { Ok(None) } else { read(field, json).map(Some) }
}

/// One of a closed vocabulary.
pub fn word<T>(
    words: &'static [&'static str],
    from_word: fn(&str) -> Option<T>,
) -> impl Fn(&str, Json<'_>) -> Result<T, Refusal> {
    move |field, json| {
        let found = match &json {
            Json::Text(text) => match from_word(text) {
                Some(value) => return Ok(value),
                None => "another text",
            },
            other => other.type_name(),
        };
        Err(Refusal::new(format!("`{field}`: found {found}, expected one of {}", words.join(", "))))
    }
}

/// A list, each item read by `read`.
pub fn list<'j, T>(
    read: impl Fn(&str, Json<'j>) -> Result<T, Refusal>,
) -> impl FnOnce(&str, Json<'j>) -> Result<Vec<T>, Refusal> {
    move |field, json| match json {
        Json::List(items) => items.into_iter().map(|item| read(field, item)).collect(),
        other => Err(wrong(field, &other, "a list")),
    }
}

/// An office code.
pub fn office(field: &str, json: Json<'_>) -> Result<OfficeCode, Refusal> {
    match &json {
        Json::Text(text) => OfficeCode::new(text)
            .ok_or_else(|| Refusal::new(format!("`{field}`: not an office code, which is 1 to 64 of a-z, 0-9, `-`"))),
        other => Err(wrong(field, other, "an office code, a text")),
    }
}

/// A civil date; a birth date is never echoed.
pub fn date(field: &str, json: Json<'_>) -> Result<NaiveDate, Refusal> {
    match &json {
        Json::Text(text) => crate::calendar::parse_date(text)
            .ok_or_else(|| Refusal::new(format!("`{field}`: not a date of the calendar, expected YYYY-MM-DD"))),
        other => Err(wrong(field, other, "a date, YYYY-MM-DD")),
    }
}
