//! The line of live updates: what has changed of a page since it was made, and how many alerts are new.
//!
//! Invariant: it names nothing. What it counts is what the reader's own inbox and docket hold, and of a case it says only to
//! whoever has it that something was recorded.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use engine::action::CaseRef;
use engine::calendar::Instant;
use projections::catalogue::Word as _;
use projections::rights::{Relation, Role};
use serde::Deserialize;
use serde_json::json;
use store::Fault;

use crate::answer::{Answer, no_such_page, store_is_away, with};
use crate::inbox::OwnInbox;
use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::{Visitor, in_a_query};
use crate::words::live::Live as L;

/// What a page shows, and how it was when it was made.
#[derive(Clone, Copy)]
pub enum Shows<'c> {
    /// A list of the visitor's office with this tag.
    List(u64),
    /// A case with so many events.
    Case(&'c CaseRef, u32),
    /// Nothing that changes but the number of alerts.
    Nothing,
}

/// The address at which a page that was made at an instant asks for its line.
pub fn address(shows: Shows<'_>, at: Instant) -> String {
    let since = at.unix();
    match shows {
        Shows::List(tag) => format!("/live?since={since}&tag={tag}"),
        Shows::Case(case, version) => format!("/live?since={since}&tag={version}&case={}", in_a_query(case.as_str())),
        Shows::Nothing => format!("/live?since={since}"),
    }
}

/// What such an address asks.
#[derive(Debug, Deserialize)]
pub struct Asked {
    since: i64,
    tag: Option<u64>,
    case: Option<String>,
}

/// `GET /live`
pub async fn line(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Answer {
    let Ok(Query(asked)) = asked else { return no_such_page(visitor.language) };
    match said(&site, &visitor, &asked).await {
        Ok((alerts, line)) => {
            let said = json!({ "alerts": alerts, "line": line });
            with(StatusCode::OK, "application/json", said.to_string())
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// How many alerts are new, and the line; none where nothing has changed.
async fn said(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<(usize, Option<String>), Fault> {
    let since = Instant::from_unix(asked.since);
    let changed = changed(site, visitor, asked).await?;
    // Where the list is as it was, so are its alerts.
    let may_be_new = changed || asked.tag.is_none() || asked.case.is_some();
    let alerts = if may_be_new { raised(site, visitor, since).await? } else { 0 };
    let word = match alerts {
        0 if changed => L::Changed,
        0 => return Ok((0, None)),
        1 => L::OneAlert,
        _ => L::Alerts,
    };
    let line = word.of(visitor.language).replace("{n}", &alerts.to_string());
    Ok((alerts, Some(line.replace("{time}", &since.time_of_day()))))
}

/// Whether what the page shows has changed since.
async fn changed(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<bool, Fault> {
    let Some(tag) = asked.tag else { return Ok(false) };
    if let Some(case) = &asked.case {
        return Ok(version(site, visitor, case).await?.is_some_and(|version| u64::from(version) != tag));
    }
    if visitor.role() == Role::Supervisor {
        return Ok(OwnInbox::of(site, visitor).await?.is_some_and(|own| own.tag != tag));
    }
    let Some(whose) = whose(site, visitor) else { return Ok(false) };
    Ok(site.dockets.of(site.log.as_ref(), &site.book, &whose, site.now()).await?.tag != tag)
}

/// How many events a case of the visitor's office has. No look is recorded: nothing of the case is shown.
async fn version(site: &Site, visitor: &Visitor, case: &str) -> Result<Option<u32>, Fault> {
    let (Some(reference), Some(office)) = (CaseRef::new(case), visitor.office()) else { return Ok(None) };
    let case = site.log.load(&reference).await?;
    let relation = Relation::to_case(visitor.role(), office, &case, &site.book, site.now());
    Ok((relation == Some(Relation::Own)).then(|| case.version()))
}

/// How many items of the visitor's inbox are about an alert that was raised after an instant. One of the very second in which
/// a page was made is mostly on it: it was recorded with the paper that led there, or is due as the second begins.
async fn raised(site: &Site, visitor: &Visitor, since: Instant) -> Result<usize, Fault> {
    let Some(own) = OwnInbox::since(site, visitor, Some(since)).await? else { return Ok(0) };
    Ok(own.items.iter().filter(|(item, _)| item.raised_at > since).count())
}
