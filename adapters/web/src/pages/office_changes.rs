//! Offices that change: an operator starts it and sees numbers only, the office whose cases go confirms it.
//!
//! Invariant: no case is named. What is not confirmed by a person of the office is not carried out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::action::OfficeCode;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::Role;
use service::succession::{Count, NotPossible, Succession, Which};
use store::people::OfficeChange;
use store::{Fault, Progress};
use uuid::Uuid;

use super::operate::short;
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::site::Site;
use crate::visitor::{By, Visitor};
use crate::words::frame::Frame as W;
use crate::words::office_change::OfficeChange as C;

/// How many changes an operator sees.
const MOST: usize = 50;
/// Where the page is.
const HERE: &str = "/office-changes";

/// A change, as shown.
struct Shown {
    id: Uuid,
    from: String,
    to: String,
    with: Option<String>,
    started: String,
    state: C,
    waits: bool,
    /// What the office is told before it confirms.
    says: String,
}

/// What was typed, and what it would come to.
#[derive(Default)]
struct Typed {
    from: String,
    to: String,
    with: String,
    would: Option<[Option<String>; 2]>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "office_changes.html")]
struct Page {
    frame: Frame,
    operates: bool,
    changes: Vec<Shown>,
    /// The offices: codes and names.
    offices: Vec<(String, String)>,
    typed: Typed,
    /// The id of the change that the form starts: sent twice, it starts one.
    id: Uuid,
}

/// Whether a change of the visitor's office waits to be confirmed.
///
/// # Errors
/// If the store cannot be read.
pub async fn waits(site: &Site, visitor: &Visitor) -> Result<bool, Fault> {
    let changes = site.people.office_changes().await?;
    Ok(changes.iter().any(|change| waits_for(change) && confirms(&changes, visitor, change)))
}

/// Whether the visitor's office confirms a change: the one whose cases go, or the one that took its place and to which its people
/// went already.
fn confirms(changes: &[OfficeChange], visitor: &Visitor, change: &OfficeChange) -> bool {
    let went = |done: &OfficeChange| {
        (&done.from, &done.to) == (&change.from, &change.to)
            && done.with.is_none()
            && done.confirmed.is_some()
            && done.ended_at.is_some()
    };
    visitor.office() == Some(&change.from) || (visitor.office() == Some(&change.to) && changes.iter().any(went))
}

const fn waits_for(change: &OfficeChange) -> bool {
    change.confirmed.is_none() && change.ended_at.is_none()
}

/// `GET /office-changes`
pub async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    listed(&site, &visitor, Typed::default()).await
}

async fn listed(site: &Site, visitor: &Visitor, typed: Typed) -> Answer {
    let operates = visitor.role() == Role::Operator;
    let changes = match shown(site, visitor, operates).await {
        Ok(changes) => changes,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let language = visitor.language;
    let named = |code: &OfficeCode| (code.to_string(), site.offices.name_and_code(code, language));
    let with_cases = site.offices.all().filter(|(_, office)| operates && office.kind.seat().is_some());
    let title = W::OfficeChanges.of(language);
    let (status, title) = match typed.error {
        None => (StatusCode::OK, title.to_owned()),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{}: {title}", C::Error.of(language))),
    };
    let template = Page {
        frame: Frame::of(site, visitor, HERE, title),
        operates,
        changes,
        offices: with_cases.map(|(code, _)| named(code)).collect(),
        typed,
        id: Uuid::new_v4(),
    };
    page(status, &template)
}

/// The changes that the visitor may see: an operator all, others those of the own office that wait or are under way.
async fn shown(site: &Site, visitor: &Visitor, operates: bool) -> Result<Vec<Shown>, Fault> {
    let all = site.people.office_changes().await?;
    let own = |change: &&OfficeChange| operates || (change.ended_at.is_none() && confirms(&all, visitor, change));
    let changes: Vec<&OfficeChange> = all.iter().filter(own).take(MOST).collect();
    let language = visitor.language;
    let name = |code: &OfficeCode| site.offices.name_and_code(code, language);
    let mut shown = Vec::with_capacity(changes.len());
    for change in changes {
        let waits = waits_for(change);
        let says = if waits && !operates {
            let cases = match succession(site, change) {
                Ok(succession) => succession.cases(site.log.as_ref()).await?.len(),
                Err(_) => 0,
            };
            C::ConfirmSays.filled(language, &[("cases", &cases.to_string()), ("to", &name(&change.to))])
        } else {
            String::new()
        };
        shown.push(Shown {
            id: change.id,
            from: name(&change.from),
            to: name(&change.to),
            with: change.with.as_ref().map(name),
            started: short(Some(change.started_at), language),
            state: match (change.confirmed, change.ended_at) {
                (Some(_), Some(_)) => C::Done,
                (Some(_), None) => C::UnderWay,
                (None, Some(_)) => C::TakenBack,
                (None, None) => C::Waiting,
            },
            waits,
            says,
        });
    }
    Ok(shown)
}

fn succession(site: &Site, change: &OfficeChange) -> Result<Succession, NotPossible> {
    let which = change.with.clone().map_or(Which::All, Which::With);
    Succession::new(&site.offices, change.from.clone(), change.to.clone(), which)
}

/// `POST /office-changes`: shows what a change would come to, or starts it.
pub async fn start(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    let mut typed = Typed { from: text("from"), to: text("to"), with: text("with"), ..Typed::default() };
    let change = change(&site, &visitor, &fields, &typed);
    let done = async {
        let change = match change {
            Ok(change) => change,
            Err(not) => return Ok(Some(not.of(visitor.language).to_owned())),
        };
        let succession = match succession(&site, &change) {
            Ok(succession) => succession,
            Err(not) => return Ok(Some(not.of(visitor.language).to_owned())),
        };
        let open = site.people.office_changes().await?;
        if open.iter().any(|other| other.from == change.from && other.ended_at.is_none() && other.id != change.id) {
            return Ok(Some(C::Already.of(visitor.language).to_owned()));
        }
        if fields.text("go").is_empty() {
            typed.would = Some(would(&site, &succession, visitor.language).await?);
            return Ok(Some(String::new()));
        }
        site.people.start_office_change(&change).await?;
        tracing::info!(by = %visitor.id, from = %change.from, to = %change.to, "a change of an office was started");
        Ok::<_, Fault>(None)
    };
    match done.await {
        Ok(None) => see_other(HERE),
        Ok(Some(error)) => {
            typed.error = (!error.is_empty()).then_some(error);
            listed(&site, &visitor, typed).await
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// The change that was typed.
fn change(site: &Site, visitor: &Visitor, fields: &Fields, typed: &Typed) -> Result<OfficeChange, NotPossible> {
    let office = |code: &str| OfficeCode::new(code).ok_or(NotPossible::UnknownOffice);
    Ok(OfficeChange {
        id: Uuid::try_parse(fields.text("id")).unwrap_or_else(|_| Uuid::new_v4()),
        from: office(&typed.from)?,
        to: office(&typed.to)?,
        with: if typed.with.is_empty() { None } else { Some(office(&typed.with)?) },
        started_by: visitor.id,
        started_at: site.now(),
        confirmed: None,
        ended_at: None,
    })
}

/// What it would come to, in words; and what would stay.
async fn would(site: &Site, succession: &Succession, language: Language) -> Result<[Option<String>; 2], Fault> {
    let quietly: Progress = Arc::new(|_, _| ());
    let cases = succession.cases(site.log.as_ref()).await?;
    let Count { cases, withdrawn, raised, refused, damaged } =
        succession.foresee(&site.recorder, &cases, &quietly).await?;
    let numbers =
        [("cases", cases), ("withdrawn", withdrawn), ("raised", raised), ("refused", refused), ("damaged", damaged)];
    let numbers = numbers.map(|(name, n)| (name, n.to_string()));
    let numbers = numbers.each_ref().map(|(name, n)| (*name, n.as_str()));
    let stay = (refused + damaged > 0).then(|| C::WouldStay.filled(language, &numbers));
    Ok([Some(C::Would.filled(language, &numbers)), stay])
}

/// `POST /office-changes/{id}/take-back`
pub async fn take_back(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    let Ok(id) = Uuid::try_parse(&id) else { return no_such_page(visitor.language) };
    match site.people.take_back_office_change(id, site.now()).await {
        Ok(taken_back) => {
            if taken_back {
                tracing::info!(by = %visitor.id, change = %id, "a change of an office was taken back");
            }
            see_other(HERE)
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// `POST /office-changes/{id}/confirm`
pub async fn confirm(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    // A program confirms nothing.
    let (Ok(id), By::Session(_)) = (Uuid::try_parse(&id), &visitor.by) else { return no_such_page(visitor.language) };
    let confirmed = async {
        let changes = site.people.office_changes().await?;
        let own = |change: &OfficeChange| change.id == id && confirms(&changes, &visitor, change);
        if !changes.iter().any(own) {
            return Ok(no_such_page(visitor.language));
        }
        if site.people.confirm_office_change(id, visitor.id, site.now()).await? {
            tracing::info!(by = %visitor.id, change = %id, "a change of an office was confirmed");
        }
        Ok::<_, Fault>(see_other(HERE))
    };
    confirmed.await.unwrap_or_else(|fault| store_is_away(&fault, visitor.language))
}
