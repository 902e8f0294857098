//! The schemas of actions, from the table of actions.

use engine::action::ActionName;
use engine::action::describe::{COMMON, Field, FieldKind, Need};
use engine::rulebook::Language;
use serde_json::{Map, Value, json};

/// An action of any kind.
pub fn any() -> Value {
    let kinds = ActionName::ALL.iter().map(|name| json!({ "$ref": format!("#/components/schemas/{}", key(*name)) }));
    json!({ "oneOf": kinds.collect::<Vec<_>>(), "discriminator": { "propertyName": "action" } })
}

/// The key of the schema of a kind of action.
pub fn key(name: ActionName) -> String {
    format!("action.{name}")
}

/// An action of this kind.
pub fn of(name: ActionName) -> Value {
    let mut schema = object(COMMON.iter().chain(name.fields()));
    schema["properties"]["action"] = json!({ "const": name.word() });
    schema
}

fn object<'f>(fields: impl Iterator<Item = &'f Field>) -> Value {
    let (mut properties, mut required, mut any_of) = (Map::new(), Vec::new(), Vec::new());
    for field in fields {
        let mut schema = of_kind(field);
        if field.may_be_null() {
            schema = nullable(&schema);
        }
        schema["description"] = field.meaning(Language::En).into();
        properties.insert(field.name.to_owned(), schema);
        match field.need {
            Need::Required => required.push(field.name),
            Need::AnyOf => any_of.push(json!({ "required": [field.name] })),
            Need::Optional => {}
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !any_of.is_empty() {
        schema["anyOf"] = any_of.into();
    }
    schema
}

fn of_kind(field: &Field) -> Value {
    match field.kind {
        FieldKind::Case => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
        FieldKind::Office => json!({ "type": "string", "pattern": "^[a-z0-9-]{1,64}$" }),
        FieldKind::Id => json!({ "type": "string", "format": "uuid" }),
        FieldKind::When => json!({ "anyOf": [
            { "type": "string", "format": "date-time" }, { "type": "string", "format": "date" },
        ] }),
        FieldKind::Day => json!({ "type": "string", "format": "date" }),
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Flag => json!({ "type": "boolean" }),
        FieldKind::Count(least) => {
            json!({ "type": "integer", "minimum": least, "maximum": 9_007_199_254_740_991_i64 })
        }
        FieldKind::Offence => json!({ "type": ["integer", "string"] }),
        FieldKind::Word(words) => json!({ "type": "string", "enum": words }),
        FieldKind::Words(words) => list(field, &json!({ "type": "string", "enum": words })),
        FieldKind::Object(fields) => object(fields.iter()),
        FieldKind::Objects(fields) => list(field, &object(fields.iter())),
    }
}

fn list(field: &Field, items: &Value) -> Value {
    let least = u8::from(!field.may_be_empty());
    json!({ "type": "array", "items": items, "minItems": least })
}

/// The schema, or null.
pub fn nullable(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}
