//! The examples of `docs/formats.md` are what is sent.

use axum::http::Method;
use projections::rights::Role;
use serde_json::Value;

use crate::desk::Desk;
use crate::log::Log;

/// The examples of the section on the API: requests, and the answers that stand behind them.
fn examples(page: &str) -> Vec<(String, Value)> {
    let (_, section) = page.split_once("\n## API\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let requests = section.split("\n```http\n").skip(1);
    requests
        .map(|rest| {
            let (request, rest) = rest.split_once("\n```\n").expect("its end");
            let answer = rest.split_once("```json\n").expect("its answer").1.split_once("\n```").expect("its end").0;
            (request.to_owned(), serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}")))
        })
        .collect()
}

/// Whether an answer has all that an example shows; `…` stands for anything.
fn is_like(example: &Value, found: &Value) -> bool {
    match (example, found) {
        (Value::String(any), _) if any == "…" => true,
        (Value::Object(example), Value::Object(found)) => {
            example.iter().all(|(key, value)| found.get(key).is_some_and(|found| is_like(value, found)))
        }
        (Value::Array(example), Value::Array(found)) => {
            example.len() <= found.len() && example.iter().zip(found).all(|(example, found)| is_like(example, found))
        }
        (example, found) => example == found,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_example_of_the_page_is_answered_as_it_says() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let (_, token) = desk.token("vte-investigation", Role::Investigator).await.credentials();
    let examples = examples(include_str!("../../../docs/formats.md"));
    assert!(examples.len() > 5, "{}", examples.len());
    for (request, expected) in examples {
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        let mut lines = head.lines();
        let (method, path) = lines.next().and_then(|first| first.split_once(' ')).expect("a request");
        let mut headers: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").expect("a header")).collect();
        headers.push(("authorization", &token));
        let method: Method = method.parse().expect("a method");
        let answer = desk.ask(method, path, &headers, body.to_owned()).await;
        assert!(is_like(&expected, &answer.json()), "{request}\n{}", answer.text);
    }
}
