//! A recorded action as a filled form, so that it can be corrected.
//!
//! Invariant: reading the form again gives the action's own fields as they were recorded.

use engine::action::Action;
use engine::action::describe::{Field, FieldKind, Need};
use engine::json::Json;

use super::names::{self, GIVEN, NO, NONE, NOT_ON_RECORD, YES, null_of};
use super::typed::asked_whole;
use crate::dates;
use crate::fields::Fields;

/// The form of an action.
pub fn form(action: &Action) -> Fields {
    let mut fields = Fields::default();
    let (date, time) = dates::typed(action.at);
    for (name, value) in [
        (names::CASE, action.case.as_str()),
        (names::BY, action.by.as_str()),
        (names::DATE, &date),
        (names::TIME, &time),
    ] {
        fields.add(name, value);
    }
    if let Json::Object(pairs) = action.to_json() {
        object(action.name.fields(), &pairs, "", &mut fields);
    }
    fields
}

fn object(fields: &'static [Field], pairs: &[(std::borrow::Cow<'_, str>, Json<'_>)], within: &str, form: &mut Fields) {
    for field in fields {
        let value = pairs.iter().find(|(key, _)| key == field.name).map(|(_, value)| value);
        one(field, value, &format!("{within}{}", field.name), form);
    }
}

fn one(field: &'static Field, value: Option<&Json<'_>>, path: &str, form: &mut Fields) {
    let not_on_record = if field.need == Need::Optional { NOT_ON_RECORD } else { "" };
    match (field.kind, value) {
        (FieldKind::Object(inner), value) => {
            if asked_whole(field, inner) {
                let state = match value {
                    Some(Json::Object(_)) => GIVEN,
                    Some(_) => NONE,
                    None => NOT_ON_RECORD,
                };
                form.add(path, state);
            }
            match value {
                Some(Json::Object(pairs)) => object(inner, pairs, &format!("{path}."), form),
                _ if asked_whole(field, inner) => {}
                _ => object(inner, &[], &format!("{path}."), form),
            }
        }
        (FieldKind::Objects(inner), Some(Json::List(items))) => {
            for (nth, item) in items.iter().enumerate() {
                if let Json::Object(pairs) = item {
                    object(inner, pairs, &format!("{path}.{nth}."), form);
                }
            }
        }
        (FieldKind::Flag | FieldKind::Word(_) | FieldKind::Words(_), None) => form.add(path, not_on_record),
        (FieldKind::Words(_), Some(Json::List(items))) if items.is_empty() => form.add(path, NONE),
        (FieldKind::Words(_), Some(Json::List(items))) => {
            for item in items {
                if let Json::Text(word) = item {
                    form.add(path, &**word);
                }
            }
        }
        (FieldKind::Word(_), Some(Json::Null)) => form.add(path, NONE),
        (_, Some(Json::Null)) => form.add(null_of(path), YES),
        (_, Some(Json::Bool(flag))) => form.add(path, if *flag { YES } else { NO }),
        (_, Some(Json::Number(number))) => form.add(path, number.to_string()),
        (FieldKind::Day, Some(Json::Text(day))) => {
            let typed = dates::read(day).map(|day| dates::typed(day).0);
            form.add(path, typed.unwrap_or_else(|_| day.clone().into_owned()));
        }
        (_, Some(Json::Text(text))) => form.add(path, &**text),
        (_, _) => {}
    }
}
