//! Reads an action from JSON: checks every field's type, refuses every unknown field, reports all flaws together.

use std::borrow::Cow;

use uuid::Uuid;

use super::dates;
use super::field::{Field, FieldKind, Need};
use super::fields::{At, Fields, Read, boolean, date, list, number, of_text, office, text, word};
use super::{Action, ActionId, ActionName, CaseRef, Value, Values, When};
use crate::json::Json;
use crate::refusal::{Code, Flaws, Refusal};

impl Action {
    /// Reads one action from a line of JSON.
    ///
    /// # Errors
    /// Everything that is wrong with the line, at least one refusal. Nothing personal is echoed (Art. 85).
    pub fn read(line: &str) -> Result<Self, Flaws> {
        Self::from_json(Json::read(line)?)
    }

    /// Reads one action from a JSON value.
    ///
    /// # Errors
    /// As [`Action::read`].
    pub fn from_json(mut json: Json<'_>) -> Result<Self, Flaws> {
        let id = (!has_id(&json)).then(|| {
            spell_instant_in_vientiane(&mut json);
            derived_id(&json)
        });
        let mut fields = Fields::of(At::TOP, json, "")?;
        let name = fields.required("action", word(ActionName::WORDS));
        let sent = fields.optional("id", uuid);
        let case = fields.required("case", case_ref);
        let at = fields.required("at", when);
        let by = fields.required("by", office);
        let id = id.or(sent);
        let Some(name) = name.map(|nth| ActionName::ALL[usize::from(nth)]) else { return Err(fields.give_up()) };
        let values = values(name.fields(), &mut fields);
        fields.finish((|| Some(Self { case: case?, id: id?, at: at?, by: by?, name, values: values? }))())
    }
}

fn has_id(json: &Json<'_>) -> bool {
    matches!(json, Json::Object(pairs) if pairs.iter().any(|(key, _)| key == "id"))
}

/// The id is derived from the line with `at` written in +07:00 and whole seconds.
fn spell_instant_in_vientiane(json: &mut Json<'_>) {
    if let Json::Object(pairs) = json {
        for (key, value) in pairs {
            if let (true, Json::Text(text)) = (key == "at", &*value)
                && let Some(at) = When::parse(text)
            {
                *value = Json::text(at.to_string());
            }
        }
    }
}

/// The id of an action that came without one: a UUID v5, in the namespace of the URL `urn:kamnot:action`, of its canonical
/// JSON without what may be personal. So nobody can guess a birth date from an id.
fn derived_id(json: &Json<'_>) -> ActionId {
    let mut canonical = String::with_capacity(256);
    let of = if is_of_a_witness(json) { "witness" } else { "" };
    without_what_is_personal(json, of).write(&mut canonical);
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:action");
    ActionId(Uuid::new_v5(&namespace, canonical.as_bytes()))
}

fn is_of_a_witness(json: &Json<'_>) -> bool {
    let name = |(key, value): &(Cow<'_, str>, Json<'_>)| key == "action" && *value == Json::text("witness_interviewed");
    matches!(json, Json::Object(pairs) if pairs.iter().any(name))
}

/// A witness's `ref` stays: it is written like a case's reference and never a name.
fn without_what_is_personal<'j>(json: &'j Json<'j>, of: &str) -> Json<'j> {
    let is_personal = |key: &str, value: &Json<'_>| match key {
        "ref" => of != "witness",
        "child" | "birth_date" | "age_years" | "sex" | "rural" | "ethnic_minority" | "disability" => true,
        "reason" => *value != Json::Null,
        "number" => of == "order",
        _ => false,
    };
    match json {
        Json::Object(pairs) => {
            let kept = pairs.iter().filter(|(key, value)| !is_personal(key, value));
            Json::Object(
                kept.map(|(key, value)| (Cow::Borrowed(&**key), without_what_is_personal(value, key))).collect(),
            )
        }
        Json::List(items) => Json::List(items.iter().map(|item| without_what_is_personal(item, of)).collect()),
        other => other.clone(),
    }
}

fn case_ref(at: &At<'_>, json: Json<'_>) -> Read<CaseRef> {
    let refused = || Refusal::new(Code::NotACaseReference).found("text").expected(CaseRef::FORM);
    of_text(at, json, "text", |text| CaseRef::new(text).ok_or_else(|| refused().into()))
}

fn uuid(at: &At<'_>, json: Json<'_>) -> Read<ActionId> {
    let hyphenated = |text: &str| if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    let refused = || Refusal::new(Code::NotAUuid).found("text").expected("UUID");
    of_text(at, json, "UUID", |text| hyphenated(text).map(ActionId).ok_or_else(|| refused().into()))
}

fn when(at: &At<'_>, json: Json<'_>) -> Read<When> {
    of_text(at, json, dates::INSTANT_OR_DATE, dates::when)
}

/// Reads a value of `field`.
fn value(field: &'static Field, at: &At<'_>, json: Json<'_>) -> Read<Value> {
    if json == Json::Null && field.may_be_null() {
        return Ok(Value::Null);
    }
    if json == Json::Withheld && field.is_committed() {
        return Ok(Value::Withheld);
    }
    match field.kind {
        FieldKind::Flag => boolean(at, json).map(Value::Flag),
        FieldKind::Count(least) => number(least.into())(at, json).map(Value::Count),
        FieldKind::Day | FieldKind::When => date(at, json).map(Value::Day),
        FieldKind::Case => case_ref(at, json).map(Value::Case),
        FieldKind::Office => office(at, json).map(Value::Office),
        FieldKind::Id => uuid(at, json).map(Value::Id),
        FieldKind::Offence if matches!(json, Json::Text(_)) => uuid(at, json).map(Value::Id),
        FieldKind::Offence => number(0)(at, json).map(Value::Count),
        FieldKind::Text => text(at, json).map(|text| Value::Text(text.into_boxed_str())),
        FieldKind::Word(words) => word(words)(at, json).map(Value::Word),
        FieldKind::Words(words) => {
            let read = list(word(words), &field.example())(at, json)?;
            not_empty(field, at, &read)?;
            Ok(Value::Words(read.into_boxed_slice()))
        }
        FieldKind::Object(fields) => {
            object(fields, &field.example(), at, json).map(|values| Value::Object(Box::new(values)))
        }
        FieldKind::Objects(fields) => {
            let read = list(|at, json| object(fields, &field.example(), at, json), &field.example())(at, json)?;
            not_empty(field, at, &read)?;
            Ok(Value::Objects(read.into_boxed_slice()))
        }
    }
}

fn not_empty<T>(field: &Field, at: &At<'_>, items: &[T]) -> Read<()> {
    if items.is_empty() && !field.may_be_empty() { Err(Refusal::new(Code::EmptyList).field(at).into()) } else { Ok(()) }
}

fn object(fields: &'static [Field], example: &str, at: &At<'_>, json: Json<'_>) -> Read<Values> {
    let mut read = Fields::of(*at, json, example)?;
    let values = values(fields, &mut read);
    if let Some(values) = &values
        && let (Some(Value::Count(min)), Some(Value::Count(max))) =
            (values.get(fields, "min"), values.get(fields, "max"))
        && min > max
    {
        read.refuse(Refusal::new(Code::MinAboveMax).field(at));
    }
    read.finish(values)
}

/// The values of `fields`; `None` if a required one is missing. Refuses an action that gives none of the fields of which it
/// needs one. A flawed field was refused already.
fn values(fields: &'static [Field], read: &mut Fields<'_, '_>) -> Option<Values> {
    let mut found = Vec::with_capacity(fields.len());
    let mut complete = true;
    for field in fields {
        let of_field = |at: &At<'_>, json: Json<'_>| value(field, at, json);
        if field.need == Need::Required {
            let value = read.required(field.name, of_field);
            complete &= value.is_some();
            found.push(value);
        } else {
            found.push(read.optional(field.name, of_field));
        }
    }
    let needed = || fields.iter().zip(&found).filter(|(field, _)| field.need == Need::AnyOf);
    if needed().next().is_some() && needed().all(|(_, value)| value.is_none()) && read.is_sound() {
        let names: Vec<&str> = needed().map(|(field, _)| field.name).collect();
        read.refuse(Refusal::new(Code::NoneGiven).expected(names.join(", ")));
    }
    complete.then(|| Values::new(found))
}
