//! What the caller saw: the record of looks.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use engine::json::Json;
use store::people::{Look, LooksOf, Seen};

use super::json;
use super::parameters::Asked;
use super::problem::Problem;
use crate::answer::Answer;
use crate::site::Site;
use crate::visitor::Visitor;

/// How many looks are shown, the newest first.
pub const MOST: usize = 500;

/// `GET /api/v1/looks`
pub async fn looks(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, &[])?;
    let looks = site.people.looks(&LooksOf::Person(caller.id), MOST).await?;
    Ok(json::all(looks.iter().map(look_json)))
}

/// A look as JSON.
pub fn look_json(look: &Look) -> Json<'_> {
    let maybe = |text: Option<&str>| text.map_or(Json::Null, |text| Json::text(text.to_owned()));
    let mut pairs = vec![
        ("at".into(), Json::text(look.at.to_string())),
        ("who".into(), look.who.map_or(Json::Null, |who| Json::text(who.to_string()))),
        ("office".into(), maybe(look.office.as_ref().map(engine::action::OfficeCode::as_str))),
        ("role".into(), maybe(look.role.map(projections::rights::Role::word))),
    ];
    match &look.seen {
        Seen::Case(case) => pairs.push(("case".into(), Json::text(case.as_str()))),
        Seen::List { list, filters, count } => pairs.extend([
            ("list".into(), Json::text(list.as_str())),
            ("filters".into(), Json::text(filters.as_str())),
            ("count".into(), Json::Number((*count).into())),
        ]),
        Seen::Refused { route } => pairs.push(("refused".into(), Json::text(route.as_str()))),
    }
    Json::Object(pairs)
}
