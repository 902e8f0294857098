//! JSON as it was written: objects keep the order of their keys, a key given twice is refused, numbers are whole.
//!
//! Invariant: equal values have exactly one spelling as canonical JSON (RFC 8785).

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::refusal::{Code, Refusal};

/// A JSON value. It borrows its texts from the line where possible.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A number that is not whole, or is too large. No field accepts one.
    Fraction,
    /// A field that an event commits to and that is not disclosed. No text is read as this.
    Withheld,
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object, in the order of its keys as they were written.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads one JSON value.
    ///
    /// # Errors
    /// What is wrong and at which column. The text is never echoed.
    pub fn read(text: &'a str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or(&message);
            let place = format!("at column {}", error.column());
            match what {
                KEY_TWICE => Refusal::new(Code::DuplicateKey).found(place),
                TOO_MANY_KEYS => Refusal::new(Code::TooManyKeys).found(place).expected(MOST_KEYS.to_string()),
                // serde_json echoes keys and values only in messages of our own visitor, and those echo none.
                _ => Refusal::new(Code::NotJson).found(format!("{what} {place}")),
            }
        })
    }

    /// The word for this value's JSON type, as a refusal's `found` gives it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Fraction => "fraction",
            Self::Withheld => "withheld",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }

    /// A text value.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Appends this value to `out` as canonical JSON (RFC 8785): keys sorted, no white space.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null | Self::Fraction => out.push_str("null"),
            Self::Withheld => out.push_str(r#"{"withheld":true}"#),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(pairs) => write_object(pairs, out),
        }
    }
}

fn write_object(pairs: &[(Cow<'_, str>, Json<'_>)], out: &mut String) {
    let mut sorted: Vec<&(Cow<'_, str>, Json<'_>)> = pairs.iter().collect();
    // RFC 8785 sorts by UTF-16 code units. Our keys are ASCII, so their bytes sort the same way.
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    out.push('{');
    for (i, (key, value)) in sorted.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        value.write(out);
    }
    out.push('}');
}

/// Appends `text` as a JSON string, escaped as RFC 8785 and ECMAScript do: short forms, else `\u00xx`, nothing more.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    // To count looks at many bytes at once.
    let special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    if text.bytes().filter(special).count() == 0 {
        out.push_str(text);
    } else {
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                control if control < ' ' => {
                    let _ = write!(out, "\\u{:04x}", control as u32);
                }
                other => out.push(other),
            }
        }
    }
    out.push('"');
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// The most keys that an object may have. An action has about a dozen.
const MOST_KEYS: usize = 64;
/// Marks, in the parser's error messages, the two flaws that only this reader looks for.
const TOO_MANY_KEYS: &str = "too many keys";
const KEY_TWICE: &str = "a key twice";

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Json::Fraction, Json::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Json::Fraction)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        // Otherwise a text of many small lists could take many times its own size in memory.
        items.shrink_to_fit();
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(Cow<'de, str>, Json<'de>)> = Vec::new();
        while let Some(key) = access.next_key()? {
            let Json::Text(key) = key else { return Err(A::Error::custom("a key is not text")) };
            if pairs.len() == MOST_KEYS {
                return Err(A::Error::custom(TOO_MANY_KEYS));
            }
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(KEY_TWICE));
            }
            pairs.push((key, access.next_value()?));
        }
        pairs.shrink_to_fit();
        Ok(Json::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that a value holds on the heap.
    fn held(json: &Json<'_>) -> usize {
        let text = |text: &Cow<'_, str>| if let Cow::Owned(text) = text { text.capacity() } else { 0 };
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Fraction | Json::Withheld => 0,
            Json::Text(of) => text(of),
            Json::List(items) => items.capacity() * size_of::<Json<'_>>() + items.iter().map(held).sum::<usize>(),
            Json::Object(pairs) => {
                let own = pairs.capacity() * size_of::<(Cow<'_, str>, Json<'_>)>();
                own + pairs.iter().map(|(key, value)| text(key) + held(value)).sum::<usize>()
            }
        }
    }

    #[test]
    fn what_is_read_holds_a_small_multiple_of_its_text() {
        for piece in ["{},", "[],", "[1],", "1,", r#"{"":1},"#, r#""\n","#, r#"{"a":[{}],"b":[[]]},"#] {
            let text = format!("[{}0]", piece.repeat(100_000 / piece.len()));
            let json = Json::read(&text).unwrap();
            assert!(held(&json) <= 24 * text.len(), "{piece}: {} bytes for {}", held(&json), text.len());
        }
    }
}
