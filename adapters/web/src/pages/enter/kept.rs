//! `/enter/kept/{id}`: a form that was sent after its session had ended, given back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use engine::action::ActionName;
use uuid::Uuid;

use super::may_enter;
use super::shown::{Show, show};
use super::work::Work;
use crate::answer::{Answer, see_other, store_is_away};
use crate::kept_forms;
use crate::site::Site;
use crate::visitor::Visitor;

/// `GET /enter/kept/{id}`; whoever has no such form begins a new one.
pub async fn kept(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>, parts: Parts) -> Answer {
    let Ok(id) = Uuid::try_parse(&id) else { return see_other("/enter") };
    let given = match kept_forms::give_back(&site, &visitor, id).await {
        Ok(Some(given)) => given,
        Ok(None) => return see_other("/enter"),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let name = given.path.strip_prefix("/enter/").and_then(ActionName::from_word);
    let Some(name) = name.filter(|name| may_enter(&visitor, *name)) else { return see_other("/enter") };
    let work = Work { site: &site, visitor: &visitor, name, fields: given.fields, parts: &parts };
    let known = work.case_of_the_form().await.unwrap_or_default();
    show(&work, known.as_ref(), Show::GivenBack)
}
