//! What waits for a second look: actions on liberty that one person of the office entered and another one confirms.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use engine::action::{ActionId, CaseRef};
use engine::decide::Verdict;
use engine::refusal::{Code, Refusal};
use projections::catalogue::Word as _;
use projections::words_of_time as time;
use serde::Deserialize;
use store::people::Seen;
use uuid::Uuid;

use super::inbox::items::Names;
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::gate::note;
use crate::lao::{Html, html};
use crate::own_docket::case_path;
use crate::site::Site;
use crate::unconfirmed::{Unconfirmed, confirm as record};
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::second_look::SecondLook as S;

/// How many actions are shown.
const MOST: usize = 100;

/// What an address asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Whether something was confirmed just now.
    done: Option<u8>,
}

/// An action, as shown.
struct Shown {
    case: String,
    /// Its row on the case's page.
    path: String,
    action: Uuid,
    name: Html,
    when: Html,
    entered: Html,
    /// Whether the visitor entered it.
    own: bool,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page {
    frame: Frame,
    own: Unconfirmed,
    items: Vec<Shown>,
    done: bool,
    error: Option<Html>,
    more: Option<String>,
}

/// `GET /confirm`
pub async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Answer {
    let done = asked.is_ok_and(|Query(asked)| asked.done.is_some());
    answer(&site, &visitor, done, None).await
}

/// `POST /confirm`
pub async fn confirm(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let asked = (CaseRef::new(fields.text("case")), Uuid::try_parse(fields.text("action")));
    let (Some(case), Ok(action)) = asked else { return no_such_page(visitor.language) };
    match record(&site, &visitor, &case, ActionId(action)).await {
        Ok(Verdict::Accepted | Verdict::Known) => see_other("/confirm?done=1"),
        Ok(Verdict::Refused(flaws)) => {
            let refusal = flaws.first().cloned().unwrap_or_else(|| Refusal::new(Code::NoSecondLook));
            // The field is the API's: a page has none of this name.
            let said = Refusal { field: None, ..refusal }.reason(visitor.language);
            answer(&site, &visitor, false, Some(said)).await
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

async fn answer(site: &Site, visitor: &Visitor, done: bool, error: Option<String>) -> Answer {
    let own = match Unconfirmed::of(site, visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let names = match Names::of(site, visitor).await {
        Ok(names) => names,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let title = S::ToConfirm.of(visitor.language);
    let (status, title) = match error {
        None => (StatusCode::OK, title.to_owned()),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{}: {title}", S::Error.of(visitor.language))),
    };
    let frame = Frame::of(site, visitor, "/confirm", title);
    let shown = own.items.iter().take(MOST).map(|item| shown(site, visitor, &names, item));
    let more = (own.items.len() > MOST).then(|| frame.t(S::More).replace("{n}", &MOST.to_string()));
    let count = u32::try_from(own.items.len()).unwrap_or(u32::MAX);
    let error = error.map(|error| html(&error));
    let template = Page { items: shown.collect(), own, done, error, more, frame };
    let seen = Seen::List { list: "unconfirmed".to_owned(), filters: String::new(), count };
    match note(site, visitor, seen).await {
        Ok(()) => page(status, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

fn shown(
    site: &Site,
    visitor: &Visitor,
    names: &Names,
    (case, recorded): &(CaseRef, engine::case::RecordedAction),
) -> Shown {
    let language = visitor.language;
    let action = &recorded.action;
    let who = names.of_id(recorded.person, language);
    let at =
        format!("{} {}", time::day(recorded.recorded_at.date(), language), time::time_of_day(recorded.recorded_at));
    Shown {
        case: case.to_string(),
        path: format!("{}#a{}", case_path(case), action.id),
        action: action.id.0,
        name: html(site.book.text(&format!("action.{}", action.name)).in_language(language)),
        when: html(&time::when(action.at, language)),
        entered: html(&S::EnteredBy.filled(language, &[("who", &who), ("at", &at)])),
        own: recorded.person == Some(visitor.id),
    }
}
