//! `POST /api/v1/actions`: actions are recorded, as the caller's office, role and person may.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use engine::action::ActionName;
use projections::rights::{Act, Relation, Role, allows};
use service::intake::{Intake, Request, Taken};
use store::people::Seen;

use super::body;
use super::cases::version_of;
use super::json;
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

/// `POST /api/v1/actions`
pub async fn record(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let Some(sender) = caller.sender().filter(|_| may_record(caller.role())) else {
        note(&site, &caller, Seen::Refused { route: "/api/v1/actions".to_owned() }).await?;
        return Err(Problem::of(Api::NotFound));
    };
    let expected = match headers.get(IF_MATCH) {
        Some(tag) => Some(version_of(tag.to_str().unwrap_or_default(), &site.book)?),
        None => None,
    };
    let lines = body::lines(&headers, body).await?;
    let request = Request { sender, alerts: site.alerts(), language: caller.language, expected };
    let intake = Intake::new(Arc::clone(&site.recorder)).knowing(Some(Arc::clone(&site.offices)));
    let Taken { reply, events } = intake.take_request(&request, lines).await?;
    site.remembered.charge_events(caller.id, events);
    Ok(json::text(String::from_utf8(reply.to_json()).unwrap_or_default()))
}

/// Whether the role may record anything.
pub fn may_record(role: Role) -> bool {
    let may = |relation| ActionName::ALL.iter().any(|name| allows(role, relation, Act::Record(*name)));
    Relation::ALL.into_iter().any(may)
}
