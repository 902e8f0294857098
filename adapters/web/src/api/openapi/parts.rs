//! What schemas are made of.

use serde_json::{Map, Value, json};

use super::action::nullable;

/// The schema with a name.
pub fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A list of the schema with a name.
pub fn list_of(name: &str) -> Value {
    list(&refer(name))
}

/// A page of a list; `next` is the cursor of the page behind it.
pub fn page_of(name: &str) -> Value {
    object(&[("items", list_of(name)), ("next", nullable(&text()))])
}

/// Names with their schemas.
pub type Fields<'f> = [(&'f str, Value)];

/// An object with all of these fields and no others.
pub fn object(fields: &Fields<'_>) -> Value {
    with(fields, &[])
}

/// An object with all of the first fields and any of the second.
pub fn with(required: &Fields<'_>, optional: &Fields<'_>) -> Value {
    let all: Map<String, Value> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": all, "required": names, "additionalProperties": false })
}

/// A list of these.
pub fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// One of the schemas with these names.
pub fn one_of(names: &[&str]) -> Value {
    json!({ "oneOf": names.iter().map(|name| refer(name)).collect::<Vec<_>>() })
}

/// One of these words.
pub fn word(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// A text.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// `true` or `false`.
pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// A number that is not negative.
pub fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// An id.
pub fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// An instant.
pub fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// An instant, or a date where the time of day is not known.
pub fn when() -> Value {
    json!({ "type": "string" })
}

/// How sure a breach is.
pub fn breach() -> Value {
    word(&["arguable", "certain"])
}

/// A text in both languages.
pub fn both() -> Value {
    object(&[("en", text()), ("lo", text())])
}

/// How many are arguable and certain.
pub fn arguable_and_certain() -> Value {
    object(&[("arguable", count()), ("certain", count())])
}
