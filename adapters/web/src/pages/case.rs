//! A case: as it is known now, or as it was known on a day; for any instant.

mod hindsight;
mod known;
mod looked;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use engine::action::ActionName;
use engine::breach::Breach;
use engine::calendar::Instant;
use projections::catalogue::Word as _;
use projections::labels::Label as L;
use projections::picture::Medium;
use projections::rights::{Act, Relation};
use projections::words_of_time;
use service::queries::timeline::Timeline;
use store::Fault;

use crate::answer::{Answer, page, store_is_away};
use crate::assets::address_on_each_page;
use crate::frame::Frame;
use crate::gate::{self, Opened};
use crate::lao::{Html, html};
use crate::sheet::Sheet;
use crate::sheet::alerts::{self, Alerts, Outside};
use crate::sheet::reader::Reader;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::case::Case as C;
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;

use super::enter::landing::landed;
use super::live::{self, Shows};
use hindsight::{Line, differences};
pub use known::{Asked, Known};
use looked::{Looked, looked};

#[derive(Template)]
#[template(path = "case.html")]
struct Page<'a> {
    frame: Frame,
    reference: String,
    /// The address of the style that puts the reference on each page of paper.
    for_paper: String,
    /// Where to go back to: the path and the word.
    back: (&'static str, &'static str),
    /// Where the visitor enters a paper of this case; `None` for whoever may not.
    enter: Option<String>,
    notes: Vec<Html>,
    sheet: Option<Sheet<'a>>,
    alerts: Alerts,
    fields: Vec<known::Field>,
    is_of_another_time: bool,
    /// What follows the path of the printed case, so that it shows the same.
    as_shown: String,
    differences: Option<Vec<Line>>,
    looks: Option<Vec<looked::Line>>,
}

/// `GET /cases/{reference}`
pub async fn case(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(reference): Path<String>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Answer {
    let opened = match gate::open(&site, &visitor, &reference, Act::ReadCase).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let known = Known::of(&asked, opened.known_until, site.now(), visitor.language);
    match shown(&site, &visitor, &opened, &known, asked.entered.as_deref()).await {
        Ok(answer) => answer,
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// The page of an opened case.
async fn shown(
    site: &Site,
    visitor: &Visitor,
    opened: &Opened,
    known: &Known,
    entered: Option<&str>,
) -> Result<Answer, Fault> {
    let reference = opened.case.reference();
    let timeline = known.timeline(site, reference, visitor.language).await?;
    let looked = looked(site, visitor, opened).await?;
    let mut parts = None;
    if let Some(timeline) = &timeline {
        let reader = reader(site, visitor, opened, timeline, known);
        let rows = alerts::rows(timeline, &reader);
        let gravest = match alerts::gravest(&rows).and_then(|nth| Some((nth, alerts::raising(&rows[nth])?))) {
            Some((nth, raised)) => {
                let delivered = delivered(site, timeline, raised.id).await?;
                let seen = looked.as_ref().map(|looked| looked.first_after(raised.at));
                let taken = alerts::taken(timeline, &rows[nth]);
                Some((nth, Outside { delivered, seen, taken }))
            }
            None => None,
        };
        let mut sheet = Sheet::of(timeline, Medium::Screen, reader);
        if let Some(sheet) = &mut sheet {
            sheet.may_correct = may_correct(visitor, opened) && !known.is_of_another_time();
            if let Some(action) = sheet.actions.iter_mut().find(|action| entered == Some(&action.id)) {
                action.landed = landed(&timeline.case, &action.id, known.at, &reader);
            }
        }
        parts = Some((sheet, Alerts::of(&rows, gravest, &reader)));
    }
    let (sheet, alerts) = parts.unwrap_or((None, Alerts { chain: None, others: Vec::new() }));
    let differences = match (&timeline, known.is_of_another_day()) {
        (Some(then), true) => {
            // For a former office, from what was known at the transfer.
            let at = opened.known_until.unwrap_or_else(|| site.now());
            let reader = reader(site, visitor, opened, then, known);
            Some(differences(then, &opened.case, &site.book, at, &reader))
        }
        _ => None,
    };
    let mut notes = notes(visitor, opened, known);
    if sheet.is_none() {
        notes.push(html(C::NotOpenThen.of(visitor.language)));
    }
    let back = match opened.relation {
        Relation::Granted => ("/look", crate::words::looks::Looks::Look.of(visitor.language)),
        _ => ("/docket", W::Docket.of(visitor.language)),
    };
    // A former office's case does not change any more, and a supervisor's look is not followed.
    let follows = opened.relation == Relation::Own && !known.is_of_another_time();
    let live = follows.then(|| live::address(Shows::Case(reference, opened.case.version()), site.now()));
    Ok(page(
        StatusCode::OK,
        &Page {
            frame: Frame { live, ..Frame::of(site, visitor, "/docket", reference.to_string()) },
            reference: reference.to_string(),
            for_paper: address_on_each_page(reference),
            back,
            enter: may_enter_some(visitor, opened).then(|| format!("/enter?case={reference}")),
            notes,
            sheet,
            alerts,
            fields: known.fields(site.now(), visitor.language),
            is_of_another_time: known.is_of_another_time(),
            as_shown: known.query(),
            differences,
            looks: looked.map(Looked::into_lines),
        },
    ))
}

/// For whom the case is put into words.
pub fn reader<'a>(
    site: &'a Site,
    visitor: &Visitor,
    opened: &Opened,
    timeline: &'a Timeline,
    &Known { at, moment, .. }: &Known,
) -> Reader<'a> {
    let personal = opened.personal(visitor);
    Reader { book: timeline.book(), offices: &site.offices, language: visitor.language, at, moment, personal }
}

/// Whether the visitor may record something in the case.
fn may_enter_some(visitor: &Visitor, opened: &Opened) -> bool {
    ActionName::ALL.iter().any(|name| opened.allows(visitor, Act::Record(*name)))
}

/// Whether the visitor may withdraw what was recorded.
fn may_correct(visitor: &Visitor, opened: &Opened) -> bool {
    opened.allows(visitor, Act::Record(ActionName::ActionWithdrawn))
}

/// When the alert event with this id was delivered.
async fn delivered(site: &Site, timeline: &Timeline, id: uuid::Uuid) -> Result<Option<Instant>, Fault> {
    let Some(position) = alerts::position(timeline, id) else { return Ok(None) };
    let next = site.log.deliveries(store::Position(position.0 - 1), 1).await?;
    Ok(next.into_iter().find(|delivery| delivery.position == position).map(|delivery| delivery.at))
}

/// What qualifies the page: that the case was handed on, that it is a supervisor's look, of which time it is.
fn notes(visitor: &Visitor, opened: &Opened, known: &Known) -> Vec<Html> {
    let language = visitor.language;
    let mut notes = Vec::new();
    let fill = |word: C, name: &str, value: &str| html(&word.of(language).replace(name, value));
    match (opened.relation, opened.known_until) {
        (Relation::Former, Some(until)) => {
            let when = words_of_time::instant(until, language);
            let said = C::HandedOnSays.of(language).replace("{when}", &when);
            notes.push(html(&format!("{}: {said}", C::HandedOn.of(language))));
        }
        (Relation::Granted, _) => notes.push(html(C::Granted.of(language))),
        _ => {}
    }
    if let Some(day) = known.day() {
        notes.push(fill(C::KnownAsOf, "{day}", &words_of_time::when(day, language)));
    }
    if known.is_of_another_time() {
        notes.push(fill(C::ComputedFor, "{when}", &words_of_time::End::of(known.at).in_sentence(language)));
    }
    notes
}
