//! Holds an answer against the description of the API: a small part of JSON Schema, and nothing of it passed over.
//!
//! schemathesis (`tests/schemathesis`) does the same with requests of its own making, from outside, on a log of two open cases.
//! It comes to no case that was handed on, corrected or closed, to no supervisor's look, no session, no store that is away, and
//! nobody whose budget is used up. Here every answer of the API that any of these tests gets is held against the description,
//! with the rest of the tests and without Python; and so is every action of the fixtures.

use axum::http::Method;
use serde_json::Value;

use crate::shown::Shown;

/// What says something to a reader and demands nothing.
const REMARKS: [&str; 5] = ["description", "format", "pattern", "maxLength", "discriminator"];

/// Asserts that an answer of the API is as it is described.
#[track_caller]
pub fn is_as_described(document: &Value, method: &Method, path: &str, answer: &Shown) {
    let path = path.split('?').next().expect("a path");
    let Some(operation) = operation(document, method, path) else { return };
    let responses = &operation["responses"];
    let status = answer.status.as_u16().to_string();
    let described = responses.get(&status).unwrap_or(&responses["default"]);
    assert!(
        !answer.status.is_client_error() || status == "405" || responses.get(&status).is_some(),
        "{status} of {path}"
    );
    if *method == Method::HEAD {
        return;
    }
    let kind = answer.header("content-type");
    let schema = &described["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {path}: {status} {kind} is not described");
    if kind == "text/event-stream" {
        assert_eq!(schema["type"], "string", "{path}");
        return;
    }
    check(document, schema, &answer.json(), &format!("{method} {path}"));
}

/// The description of a request.
fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let fits = |template: &str| {
        let (mut one, mut other) = (template.split('/'), path.split('/'));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one == other || one.starts_with('{') && !other.is_empty() => {}
                _ => return false,
            }
        }
    };
    let paths = document["paths"].as_object().expect("paths");
    // What is written out takes precedence over a parameter.
    let found =
        paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, found)| found))?;
    found.get(method.as_str().to_ascii_lowercase())
}

/// Asserts that a value is as a schema says.
#[track_caller]
pub fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Err(said) = fits(document, schema, value, at) {
        panic!("{said}\n{value}");
    }
}

/// Whether a number, or how many items there are, is within a bound.
fn is_within(keyword: &str, of: &Value, value: &Value) -> bool {
    let bound = of.as_i64().expect("a number");
    let items = || i64::try_from(value.as_array().map_or(0, Vec::len)).expect("a number");
    match keyword {
        "minimum" => value.as_i64() >= Some(bound),
        "maximum" => value.as_i64() <= Some(bound),
        "minItems" => items() >= bound,
        _ => items() <= bound,
    }
}

/// Whether a value is as a schema says.
///
/// # Errors
/// Where it is not.
pub fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {what}"));
    for (keyword, of) in schema.as_object().expect("a schema") {
        match keyword.as_str() {
            remark if REMARKS.contains(&remark) => {}
            "$ref" => {
                let pointer = of.as_str().expect("a reference").trim_start_matches('#');
                fits(document, document.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")), value, at)?;
            }
            "anyOf" | "oneOf" => {
                let all = of.as_array().expect("schemas").iter();
                let fitting = all.filter(|of| fits(document, of, value, at).is_ok()).count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    return wrong(&format!("{fitting} of {keyword} fit"));
                }
            }
            "type" => {
                let is = |word: &Value| match word.as_str().expect("a type") {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "string" => value.is_string(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                if !of.as_array().map_or_else(|| is(of), |types| types.iter().any(is)) {
                    return wrong(&format!("expected {of}"));
                }
            }
            "enum" if !of.as_array().expect("words").contains(value) => {
                return wrong(&format!("{value} is not of {of}"));
            }
            "const" if of != value => return wrong(&format!("expected {of}")),
            "minimum" | "maximum" | "minItems" | "maxItems" if !is_within(keyword, of, value) => {
                return wrong(&format!("{value} is beyond {keyword} {of}"));
            }
            "items" => {
                for (nth, item) in value.as_array().into_iter().flatten().enumerate() {
                    fits(document, of, item, &format!("{at}[{nth}]"))?;
                }
            }
            "properties" => {
                for (name, of) in of.as_object().expect("properties") {
                    if let Some(value) = value.get(name) {
                        fits(document, of, value, &format!("{at}.{name}"))?;
                    }
                }
            }
            "required" => {
                for name in of.as_array().expect("names") {
                    if value.get(name.as_str().expect("a name")).is_none() {
                        return wrong(&format!("{name} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(*of, Value::Bool(false));
                for name in value.as_object().into_iter().flat_map(|object| object.keys()) {
                    if schema["properties"].get(name).is_none() {
                        return wrong(&format!("{name} is not described"));
                    }
                }
            }
            "enum" | "const" | "minimum" | "maximum" | "minItems" | "maxItems" => {}
            other => panic!("{at}: the schema says {other}, which this does not look at"),
        }
    }
    Ok(())
}
