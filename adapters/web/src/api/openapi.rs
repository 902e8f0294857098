//! The description of the API (`OpenAPI` 3.1): made from the table of routes, the parameters that handlers read, and the table of
//! actions.
//!
//! Invariant: what is described here is what is sent; a test holds routes, document and answers together.

mod action;
mod figures;
mod foreseen;
mod operations;
mod parts;
mod schemas;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::MEDIA_TYPES;
use super::parameters::Parameter;
use super::problem;
use crate::answer::{Answer, with};
use operations::{OPERATIONS, Operation, Takes};

/// A route, as the document names it.
#[derive(Clone, Copy, Debug)]
pub struct Routed {
    /// Its method.
    pub method: &'static str,
    /// Its path, with its parameters in braces.
    pub path: &'static str,
    /// Whether anybody may ask.
    pub public: bool,
}

/// The document, for these routes.
pub fn answer(routes: &[Routed]) -> Answer {
    with(StatusCode::OK, super::json::MEDIA_TYPE, document(routes).to_string())
}

/// The description of these routes. One that has no description of its own is left out.
pub fn document(routes: &[Routed]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let own = OPERATIONS.iter().find(|own| own.path == route.path && own.method == route.method);
        let Some(own) = own else { continue };
        paths.entry(route.path).or_insert_with(|| json!({}))[route.method.to_ascii_lowercase()] = of(own, route.public);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "kamnot",
            "version": "1",
            "description": "The watch over time limits in children's criminal cases. Everybody gets what is theirs; what is \
                            foreign and what does not exist look alike. Reading a case or a list is recorded.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(foreseen::all()),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-kamnot" },
            },
        },
        "security": [{ "token": [] }, { "session": [] }],
    })
}

fn of(operation: &Operation, public: bool) -> Value {
    let in_path = operation
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| json!({ "name": name, "in": "path", "required": true, "schema": schemas::of_path(name) }));
    let in_query = operation.parameters.iter().map(|Parameter { name, takes, about }| {
        json!({ "name": name, "in": "query", "description": about, "schema": takes.schema() })
    });
    let language = header("Accept-Language", "`en` or `lo`: the language of sentences and problems");
    let mut parameters: Vec<Value> = in_path.chain(in_query).chain([language]).collect();
    let mut answers = json!({
        "200": { "description": operation.says, "content": { (operation.kind): { "schema": (operation.gives)() } } },
        "default": of_problem("the service does not answer"),
    });
    for (status, says) in [("401", "no token or session that counts"), ("429", "the budget of a minute is used up")] {
        answers[status] = of_problem(says);
    }
    answers["400"] = of_problem("a parameter is unknown, given twice or badly written");
    answers["404"] = of_problem("there is nothing here for the caller");
    let mut described = json!({ "operationId": operation.id, "summary": operation.summary });
    if operation.tagged {
        let about = "the version of the case's last recorded action, with the rulebook's digest; for `If-Match`";
        answers["200"]["headers"] = json!({ "ETag": { "description": about, "schema": { "type": "string" } } });
    }
    match operation.takes {
        Takes::Nothing => {}
        Takes::Actions => {
            parameters.push(header("If-Match", "the ETag of the only case: 412 if an action was recorded there since"));
            let action = json!({ "$ref": "#/components/schemas/Action" });
            let many = json!({ "type": "array", "items": action, "maxItems": service::intake::MOST_ACTIONS });
            let lines = json!({ "type": "string", "description": "an action on each line" });
            described["requestBody"] = json!({ "required": true, "content": {
                MEDIA_TYPES[0]: { "schema": { "oneOf": [action, many] } },
                MEDIA_TYPES[1]: { "schema": lines },
            } });
            answers["412"] = of_problem("an action was recorded in the case since `If-Match`");
        }
        Takes::Handling => {
            let handling = json!({ "$ref": "#/components/schemas/Handling" });
            described["requestBody"] =
                json!({ "required": true, "content": { MEDIA_TYPES[0]: { "schema": handling } } });
        }
    }
    if operation.method == "POST" {
        parameters.push(header("X-CSRF-Token", "of a session: the token of its forms; a token of the API needs none"));
        answers["403"] = of_problem("a session's request without the token of its forms");
    }
    if operation.takes != Takes::Nothing {
        for (status, says) in [
            ("408", "the body took too long"),
            ("413", "more than 1 MiB or 1,000 actions"),
            ("415", "neither JSON nor JSON Lines"),
        ] {
            answers[status] = of_problem(says);
        }
    }
    if public {
        described["security"] = json!([]);
    }
    described["parameters"] = parameters.into();
    described["responses"] = answers;
    described
}

fn header(name: &str, about: &str) -> Value {
    json!({ "name": name, "in": "header", "description": about, "schema": { "type": "string" } })
}

fn of_problem(says: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({ "description": says, "content": { problem::MEDIA_TYPE: { "schema": schema } } })
}
