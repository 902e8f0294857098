//! A case as a document for a judge, to print from the browser.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use projections::catalogue::Word as _;
use projections::rights::Act;

use crate::answer::{Answer, no_such_page, store_is_away, with};
use crate::frame::role;
use crate::gate;
use crate::pages::case::{Asked, Known, reader};
use crate::paper::{Printed, Style, document};
use crate::site::Site;
use crate::visitor::{By, Visitor};

/// `GET /cases/{reference}/print`
pub async fn print(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(reference): Path<String>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Answer {
    let language = visitor.language;
    let opened = match gate::open(&site, &visitor, &reference, Act::ReadCase).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let known = Known::of(&asked, opened.known_until, site.now(), language);
    let timeline = match known.timeline(&site, opened.case.reference(), language).await {
        Ok(Some(timeline)) => timeline,
        // At that time there was nothing to print.
        Ok(None) => return no_such_page(language),
        Err(fault) => return store_is_away(&fault, language),
    };
    let printed = Printed {
        by: Some(by(&site, &visitor)),
        at: site.now(),
        known: known.until(),
        clock_in_doubt: Some(site.status.clock_in_doubt()),
        made_up: site.demo.is_some(),
    };
    let reader = reader(&site, &visitor, &opened, &timeline, &known);
    match document(&timeline, reader, &printed, Style::Linked) {
        Some(text) => with(StatusCode::OK, "text/html; charset=utf-8", text),
        None => no_such_page(language),
    }
}

/// The visitor's name, role and office.
fn by(site: &Site, visitor: &Visitor) -> String {
    let language = visitor.language;
    let role = role(visitor.role()).of(language);
    let name = match &visitor.by {
        By::Session(of) => &of.0.name,
        By::Token(token) => &token.name,
    };
    match visitor.office() {
        Some(office) => format!("{name}, {role}, {}", site.offices.name(office, language)),
        None => format!("{name}, {role}"),
    }
}
