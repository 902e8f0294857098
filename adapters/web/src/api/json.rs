//! Answers in JSON.

use axum::http::StatusCode;
use engine::json::Json;

use super::parameters::sealed;
use crate::answer::{Answer, with};

/// The media type.
pub const MEDIA_TYPE: &str = "application/json";

/// A count.
pub fn count(count: usize) -> Json<'static> {
    Json::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A value as an answer.
pub fn value(json: &Json<'_>) -> Answer {
    let mut out = String::with_capacity(1024);
    json.write(&mut out);
    text(out)
}

/// JSON that is written already.
pub fn text(json: String) -> Answer {
    with(StatusCode::OK, MEDIA_TYPE, json)
}

/// A part of a list; `next`: the key behind which it goes on.
pub fn list<'j>(items: impl IntoIterator<Item = Json<'j>>, next: Option<&str>) -> Answer {
    value(&Json::Object(vec![
        ("items".into(), Json::List(items.into_iter().collect())),
        ("next".into(), next.map_or(Json::Null, |key| Json::text(sealed(key)))),
    ]))
}

/// A whole list.
pub fn all<'j>(items: impl IntoIterator<Item = Json<'j>>) -> Answer {
    value(&Json::List(items.into_iter().collect()))
}
