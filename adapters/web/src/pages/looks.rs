//! What the visitor looked at.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::words_of_time;
use store::people::{Look, LooksOf, Seen};

use crate::answer::{Answer, page, store_is_away};
use crate::frame::{Frame, role};
use crate::lao::{Html, html};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::frame::Frame as W;
use crate::words::looks::Looks as K;
use crate::words::shift::Shift as S;

/// How many looks are listed.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "looks.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
}

/// A look.
struct Line {
    when: Html,
    /// The case, to link to it.
    case: Option<String>,
    what: Html,
    role: Html,
}

/// `GET /looks`
pub async fn looks(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let language = visitor.language;
    let looks = match site.people.looks(&LooksOf::Person(visitor.id), MOST).await {
        Ok(looks) => looks,
        Err(fault) => return store_is_away(&fault, language),
    };
    let lines = looks.iter().map(|look| line(&site, look, language)).collect();
    page(StatusCode::OK, &Page { frame: Frame::of(&site, &visitor, "/looks", K::Mine.of(language)), lines })
}

fn line(site: &Site, look: &Look, language: Language) -> Line {
    let (case, what) = match &look.seen {
        Seen::Case(case) => (Some(case.to_string()), case.to_string()),
        Seen::List { list, count, .. } => (None, listed(list, *count, language)),
        Seen::Refused { .. } => (None, K::Refused.of(language).to_owned()),
    };
    let role = look.role.map(|of| role(of).of(language)).unwrap_or_default();
    let acted = match &look.office {
        Some(office) => format!("{role}, {}", site.offices.name(office, language)),
        None => role.to_owned(),
    };
    Line { when: html(&words_of_time::instant(look.at, language)), case, what: html(&what), role: html(&acted) }
}

/// A list, and how many cases stood on it.
fn listed(list: &str, count: u32, language: Language) -> String {
    let name = match list {
        "overview" => W::Overview.of(language),
        "docket" => W::Docket.of(language),
        "handed-on" => D::HandedOn.of(language),
        "figures" => W::Figures.of(language),
        "inbox" => W::Inbox.of(language),
        "shift" => S::Title.of(language),
        "law" => K::OfRule.of(language),
        "alerts" => K::Alerts.of(language),
        "login" => return K::LoggedIn.of(language).to_owned(),
        // One that a later version of the program recorded.
        other => other,
    };
    let sentence = if count == 1 { K::ListOfOne } else { K::List };
    sentence.of(language).replace("{list}", name).replace("{count}", &count.to_string())
}

/// The coded reasons of a supervisor's look, with their words.
pub const REASONS: [(&str, K); 4] =
    [("escalated", K::Escalated), ("complaint", K::Complaint), ("inspection", K::Inspection), ("other", K::Other)];

/// The words of a coded reason.
pub fn reason(code: &str, language: Language) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == code).map_or(K::Other, |(_, word)| *word).of(language)
}
