//! The cases that the visitor's office handed on.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use projections::catalogue::Word as _;

use super::list;
use crate::answer::{Answer, no_such_page, page, store_is_away};
use crate::frame::Frame;
use crate::gate::note;
use crate::own_docket::{case_path, whose};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::frame::Frame as W;

#[derive(Template)]
#[template(path = "handed_on.html")]
struct HandedOn {
    frame: Frame,
    cases: Vec<(String, String)>,
}

/// `GET /docket/handed-on`
pub async fn handed_on(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let Some(whose) = whose(&site, &visitor) else { return no_such_page(visitor.language) };
    let cases = match site.log.handed_on(&whose.office).await {
        Ok(views) => views,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    if let Err(fault) = note(&site, &visitor, list("handed-on", "", cases.len())).await {
        return store_is_away(&fault, visitor.language);
    }
    let frame = Frame::of(&site, &visitor, "/docket", D::HandedOn.of(visitor.language));
    let cases = cases.iter().map(|view| (case_path(&view.case), view.case.to_string())).collect();
    page(StatusCode::OK, &HandedOn { frame, cases })
}
