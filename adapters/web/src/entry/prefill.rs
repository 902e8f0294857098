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

#[cfg(test)]
mod tests {
    use engine::rulebook::Language;

    use super::*;
    use crate::entry::typed;

    /// Actions that together have every field in every state.
    const HISTORIES: [&str; 2] = [
        include_str!("../../../../tests/fixtures/history-of-every-action.jsonl"),
        include_str!("../../../../tests/fixtures/history-of-the-second-reading.jsonl"),
    ];

    /// Everything but the time, of which a form has no seconds; lists in the order of the table, which is that of the boxes.
    fn own_fields(action: &Action) -> String {
        fn in_order(json: &mut Json<'_>) {
            match json {
                Json::List(items) => items.sort_by_key(|item| format!("{item:?}")),
                Json::Object(pairs) => pairs.iter_mut().for_each(|(_, value)| in_order(value)),
                _ => {}
            }
        }
        let mut json = action.to_json();
        if let Json::Object(pairs) = &mut json {
            pairs.retain(|(key, _)| key != "at");
        }
        in_order(&mut json);
        let mut out = String::new();
        json.write(&mut out);
        out
    }

    #[test]
    fn a_filled_form_is_read_as_the_action_that_it_was_made_from() {
        let mut compared = 0;
        for line in HISTORIES.iter().flat_map(|history| history.lines()).filter(|line| !line.trim().is_empty()) {
            let action = Action::read(line).expect("an action");
            let mut fields = form(&action);
            fields.set(names::ID, action.id.to_string());
            let read = typed::action(action.name, &fields, Language::En);
            assert_eq!(read.map(|read| own_fields(&read)), Ok(own_fields(&action)), "{line}");
            compared += 1;
        }
        assert!(compared > 80);
    }
}
