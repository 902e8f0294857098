//! The description of the API against its routes and the actions.

use std::collections::BTreeSet;

use engine::action::ActionName;
use projections::rights::Role;
use serde_json::Value;
use web::routes::ROUTES;

use crate::desk::{Desk, NOTHING, description};
use crate::log::Log;
use crate::schema::{check, fits};

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_api_is_described_and_nothing_else_is() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let document = description(&desk.router).await;
    let routes: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/"))
        .map(|route| (route.path.to_owned(), route.method.to_ascii_lowercase()))
        .collect();
    let paths = document["paths"].as_object().expect("paths");
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, of)| of.as_object().expect("methods").keys().map(|method| (path.clone(), method.clone())))
        .collect();
    assert_eq!(described, routes);
    let ids: BTreeSet<&str> = paths
        .values()
        .flat_map(|of| of.as_object().expect("methods").values())
        .filter_map(|of| of["operationId"].as_str())
        .collect();
    assert_eq!(ids.len(), routes.len(), "each has an id of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_route_answers() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with_a_case(log).await;
    let token = desk.token("vte-investigation", Role::Investigator).await;
    let supervisor = desk.token("vte-investigation", Role::Supervisor).await;
    let document = description(&desk.router).await;
    for (path, of) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{case}", "A-1").replace("{rule}", "custody-48h");
        if of.get("get").is_some() {
            let asks = if path.ends_with("/quarters") { &supervisor } else { &token };
            let answer = desk.get(asks, &path).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
            assert_eq!(answer.header("cache-control"), "no-store");
        } else {
            desk.post(&token, NOTHING).await.is_problem(400, "unreadable");
        }
    }
}

/// Every reference in the document leads somewhere.
fn assert_references(document: &Value, of: &Value) {
    match of {
        Value::Object(object) => {
            for (key, value) in object {
                if let ("$ref", Value::String(pointer)) = (key.as_str(), value) {
                    assert!(document.pointer(pointer.trim_start_matches('#')).is_some(), "{pointer}");
                }
                assert_references(document, value);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_references(document, item)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_actions_of_every_kind_are_as_they_are_described() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let document = description(&desk.router).await;
    assert_references(document, document);
    let schema = &document["components"]["schemas"]["Action"];
    let mut kinds = BTreeSet::new();
    let every = include_str!("../../fixtures/history-of-every-action.jsonl");
    for line in every.lines().chain(include_str!("../../fixtures/history-of-the-second-reading.jsonl").lines()) {
        let mut action: Value = serde_json::from_str(line).expect("JSON");
        check(document, schema, &action, line);
        kinds.insert(action["action"].as_str().expect("a word").to_owned());
        action["colour"] = "red".into();
        assert!(fits(document, schema, &action, "").is_err(), "a field that no action has");
    }
    assert_eq!(kinds.len(), ActionName::ALL.len(), "{kinds:?}");
}
