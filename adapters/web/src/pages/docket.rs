//! The docket of the visitor's office.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use projections::catalogue::Word as _;

use crate::answer::{Answer, page};
use crate::frame::Frame;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;

#[derive(Template)]
#[template(path = "docket.html")]
struct Docket {
    frame: Frame,
}

/// `GET /docket`
pub async fn docket(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let frame = Frame::of(&site, &visitor, "/docket", W::Docket.of(visitor.language));
    page(StatusCode::OK, &Docket { frame })
}
