//! The actions of the caller's office that need a second look, and a person's confirmation of one.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::Uri;
use engine::action::{ActionId, CaseRef};
use engine::case::RecordedAction;
use engine::json::Json;
use store::people::Seen;
use uuid::Uuid;

use super::inbox::became;
use super::json;
use super::parameters::{Asked, NONE};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::site::Site;
use crate::unconfirmed::{Unconfirmed, confirm as record};
use crate::visitor::Visitor;
use crate::words::api::Api;

/// `GET /api/v1/unconfirmed`
pub async fn unconfirmed(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, NONE)?;
    let own = Unconfirmed::of(&site, &caller).await?.ok_or(Problem::of(Api::NotFound))?;
    let count = u32::try_from(own.items.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "unconfirmed".to_owned(), filters: String::new(), count }).await?;
    Ok(json::all(own.items.iter().map(|(case, recorded)| item(case, recorded))))
}

/// `POST /api/v1/cases/{case}/actions/{id}/confirmation`
pub async fn confirm(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    Path((case, action)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let action = Uuid::try_parse(&action).map_err(|_| Problem::of(Api::NotFound))?;
    let case = CaseRef::new(&case).ok_or(Problem::of(Api::NotFound))?;
    became(record(&site, &caller, &case, ActionId(action)).await?, caller.language)
}

fn item<'j>(case: &'j CaseRef, recorded: &'j RecordedAction) -> Json<'j> {
    let RecordedAction { action, recorded_at, recorded_by, person } = recorded;
    Json::Object(vec![
        ("case".into(), Json::text(case.as_str())),
        ("action".into(), Json::text(action.name.word())),
        ("id".into(), Json::text(action.id.to_string())),
        ("at".into(), Json::text(action.at.to_string())),
        ("recorded_at".into(), Json::text(recorded_at.to_string())),
        ("recorded_by".into(), Json::text(recorded_by.as_str())),
        ("person".into(), person.map_or(Json::Null, |person| Json::text(person.to_string()))),
    ])
}
