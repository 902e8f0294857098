//! One shift sheet: as it was handed over, and what was different when it is, or was, taken over.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use projections::catalogue::Word as _;
use projections::shift::{Change, Line, changes, read};
use projections::words_of_time;
use serde::Deserialize;
use store::Fault;
use store::people::ShiftSheet;
use uuid::Uuid;

use super::{Shown, Words, holders, look, said, signers, status, titled};
use crate::answer::{Answer, page, see_other};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::shift::{List, Sheet, confirm};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::shift::Shift as S;

#[derive(Template)]
#[template(path = "shift_sheet.html")]
struct Page {
    frame: Frame,
    error: Option<S>,
    done: Option<S>,
    says: String,
    confirmed: Vec<String>,
    given: Vec<Shown>,
    /// What is said of what is different, and what is.
    different: S,
    unchanged: S,
    changes: Vec<Shown>,
    /// Whether the visitor can take it over.
    waits: bool,
    is_own: bool,
    path: String,
    list: Uuid,
}

/// What an address asks: what was done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// `GET /shift/{id}`
pub async fn sheet(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    id: Result<Path<Uuid>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Answer {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let done = match asked.done.as_str() {
        "given" => Some(S::DoneGiven),
        "received" => Some(S::DoneReceived),
        _ => None,
    };
    said(shown(&site, &visitor, id.ok().map(|Path(id)| id), (done, None)).await, &visitor)
}

async fn shown(
    site: &Site,
    visitor: &Visitor,
    id: Option<Uuid>,
    (done, error): (Option<S>, Option<S>),
) -> Result<Option<Answer>, Fault> {
    let Some((sheet, list)) = found(site, visitor, id).await? else { return Ok(None) };
    let language = visitor.language;
    let given = lines(&sheet.given)?;
    let now = match &sheet.received {
        Some(received) => lines(received)?,
        None => list.lines.clone(),
    };
    let sheets = [sheet];
    let words = Words::of(site, language, holders(&given).chain(holders(&now)).chain(signers(&sheets))).await?;
    let [Sheet { given: by, received }] = &sheets;
    let mut confirmed = vec![words.confirmed(S::GivenBy, by)];
    confirmed.push(match received {
        Some(received) => words.confirmed(S::ReceivedBy, received),
        None => S::NotReceived.of(language).to_owned(),
    });
    let until = words_of_time::instant(by.until, language);
    let of_change = |change| match change {
        Change::Added => S::Added,
        Change::Taken => S::Taken,
        Change::Gone => S::Gone,
    };
    let is_received = received.is_some();
    let template = Page {
        frame: Frame::of(site, visitor, "/shift", titled(error, language)),
        error,
        done: done.filter(|_| error.is_none()),
        says: S::Says.filled(language, &[("until", &until)]),
        confirmed,
        given: given.iter().map(|line| words.line(line, None)).collect(),
        different: if is_received { S::ChangedWhenReceived } else { S::ChangedSince },
        unchanged: if is_received { S::UnchangedWhenReceived } else { S::Unchanged },
        changes: changes(&given, &now).into_iter().map(|(to, line)| words.line(line, Some(of_change(to)))).collect(),
        waits: !is_received,
        is_own: by.person == visitor.id,
        path: format!("/shift/{}", by.id),
        list: list.name(),
    };
    look(site, visitor, given.len()).await?;
    Ok(Some(page(status(error), &template)))
}

/// A sheet of the visitor's office, with the list as it stands now.
async fn found(site: &Site, visitor: &Visitor, id: Option<Uuid>) -> Result<Option<(Sheet, List)>, Fault> {
    let Some(id) = id else { return Ok(None) };
    let Some(sheet) = Sheet::of(site, visitor, id).await? else { return Ok(None) };
    let list = List::of(site, visitor, sheet.given.until).await?;
    Ok(list.map(|list| (sheet, list)))
}

fn lines(sheet: &ShiftSheet) -> Result<Vec<Line>, Fault> {
    let altered = || Fault::corrupt("a shift sheet was altered since it was written; restore a backup");
    read(&sheet.list).ok_or_else(altered)
}

/// `POST /shift/{id}`
pub async fn receive(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    id: Result<Path<Uuid>, PathRejection>,
    fields: Fields,
) -> Answer {
    said(received(&site, &visitor, id.ok().map(|Path(id)| id), &fields).await, &visitor)
}

async fn received(site: &Site, visitor: &Visitor, id: Option<Uuid>, fields: &Fields) -> Result<Option<Answer>, Fault> {
    let Some((sheet, list)) = found(site, visitor, id).await? else { return Ok(None) };
    let refused = async |why: S| shown(site, visitor, id, (None, Some(why))).await;
    let Sheet { given, received } = sheet;
    let done = || Ok(Some(see_other(&format!("/shift/{}?done=received", given.id))));
    if visitor.csrf().is_none() {
        return refused(S::PeopleAlone).await;
    }
    match received {
        Some(before) if before.person == visitor.id => return done(),
        Some(_) => return refused(S::TakenAlready).await,
        None if given.person == visitor.id => return refused(S::NotYourself).await,
        None if fields.text("list") != list.name().to_string() => return refused(S::Moved).await,
        None => {}
    }
    let by = (ShiftSheet::taken_over(given.sheet), given.sheet);
    if confirm(site, visitor, by, &list).await? { done() } else { refused(S::TakenAlready).await }
}
