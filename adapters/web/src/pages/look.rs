//! A supervisor's look at a case, with a reason that stands on the case.
//!
//! Invariant: the reason is durable before the case is shown. A supervisor looks at cases of the own office and of those
//! below it alone; a case that does not exist and one that cannot be looked at are answered alike.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use engine::action::{CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::calendar::Instant;
use engine::case::Case;
use engine::timeline::Timeline;
use projections::catalogue::Word as _;
use projections::view::Seat;
use serde::Deserialize;
use service::shown::plain;
use store::Fault;
use store::people::{Grant, Seen};
use uuid::Uuid;

use crate::answer::{Answer, page, see_other, store_is_away};
use crate::frame::Frame;
use crate::gate;
use crate::pages::looks::REASONS;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::looks::Looks as K;

/// How long a look lasts, in seconds.
const LASTS: i64 = 8 * 60 * 60;
/// The most characters of a reason in words.
const LONGEST: usize = 500;

/// What was entered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entered {
    /// The id of the form: sent twice, it counts once.
    id: String,
    reference: String,
    code: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "look.html")]
struct Page {
    frame: Frame,
    entered: Entered,
    /// The fields with their errors, in the order of the form.
    errors: Vec<(&'static str, K)>,
}

impl Page {
    fn error(&self, field: &str) -> Option<K> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| *error)
    }

    fn reasons(&self) -> Vec<(&'static str, K, bool)> {
        REASONS.iter().map(|(code, word)| (*code, *word, *code == self.entered.code)).collect()
    }

    fn answer(site: &Site, visitor: &Visitor, entered: Entered, errors: Vec<(&'static str, K)>) -> Answer {
        let title = K::Look.of(visitor.language);
        let (status, title) = if errors.is_empty() {
            (StatusCode::OK, title.to_owned())
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, format!("{}: {title}", K::Error.of(visitor.language)))
        };
        page(status, &Self { frame: Frame::of(site, visitor, "/look", title), entered, errors })
    }
}

/// `GET /look`
pub async fn form(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    Page::answer(&site, &visitor, Entered { id: Uuid::new_v4().to_string(), ..Entered::default() }, Vec::new())
}

/// `POST /look`
pub async fn look(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Result<Form<Entered>, axum::extract::rejection::FormRejection>,
) -> Answer {
    let entered = form.map(|Form(entered)| entered).unwrap_or_default();
    match granted(&site, &visitor, &entered).await {
        Ok(Ok(case)) => see_other(&format!("/cases/{case}")),
        Ok(Err(errors)) => Page::answer(&site, &visitor, entered, errors),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// Keeps the look; the fields with errors if it cannot be granted.
async fn granted(
    site: &Site,
    visitor: &Visitor,
    entered: &Entered,
) -> Result<Result<CaseRef, Vec<(&'static str, K)>>, Fault> {
    let mut errors = Vec::new();
    let known = REASONS.iter().any(|(code, _)| *code == entered.code);
    let reason = plain(entered.reason.trim()).into_owned();
    if !known {
        errors.push(("code", K::ChooseReason));
    }
    if reason.is_empty() || reason.chars().count() > LONGEST {
        errors.push(("reason", K::WriteReason));
    }
    let case = CaseRef::new(entered.reference.trim());
    // Whether a case exists is said only to somebody who gives a reason.
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let (Some(case), Some(office)) = (case, visitor.office()) else { return refused(site, visitor).await };
    let now = site.now();
    let loaded = site.log.load(&case).await?;
    if !is_supervised(site, &loaded, office, now) {
        return refused(site, visitor).await;
    }
    let form = Uuid::try_parse(&entered.id).unwrap_or_else(|_| Uuid::new_v4());
    let asked = [visitor.id.to_string().as_str(), case.as_str(), &entered.code, &reason].join("/");
    let grant = Grant {
        id: Uuid::new_v5(&form, asked.as_bytes()),
        person: visitor.id,
        office: office.clone(),
        case: case.clone(),
        code: entered.code.clone(),
        reason,
        from: now,
        until: now.plus(LASTS),
    };
    site.people.put_grant(&grant).await?;
    Ok(Ok(case))
}

/// Whether an office that has the case at an instant is this one or below it.
fn is_supervised(site: &Site, case: &Case, by: &OfficeCode, at: Instant) -> bool {
    let Some(timeline) = Timeline::new(case.actions(), at, &site.book) else { return false };
    let have = Addressees::from(timeline.offices());
    Seat::ALL.into_iter().filter_map(|seat| seat.of(&have)).any(|office| site.offices.is_under(office, by))
}

/// Records that a look was refused.
async fn refused(site: &Site, visitor: &Visitor) -> Result<Result<CaseRef, Vec<(&'static str, K)>>, Fault> {
    gate::note(site, visitor, Seen::Refused { route: "look".to_owned() }).await?;
    Ok(Err(vec![("reference", K::NoSuchCase)]))
}
