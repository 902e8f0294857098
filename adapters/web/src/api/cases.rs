//! One case: where it stands, its timeline, its assessment, the explanations, its alerts, and who looked at it.
//!
//! Invariant: a former office sees the case as it was known at the transfer, at that instant. What is personal is shown only
//! where the table of rights allows it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::http::header::{ETAG, HeaderValue};
use engine::action::When;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::{Rulebook, Rulebooks};
use projections::alerts::{AlertRow, Choice};
use projections::docket::DocketRow;
use projections::rights::Act;
use projections::timeline::{Entry, EntryLine, Why};
use service::queries::alerts::{AlertQuery, KnownAs, Wording, each_row};
use service::queries::timeline::{Question, Timeline, timeline};
use store::Fault;
use store::people::LooksOf;

use super::json;
use super::looks::{MOST as MOST_LOOKS, look_json};
use super::parameters::{Asked, Parameter, Takes};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::{Opened, enter};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

const AT: Parameter = Parameter {
    name: "at",
    takes: Takes::Instant,
    about: "the instant for which the limits are assessed; default now",
};
const AS_KNOWN_ON: Parameter =
    Parameter { name: "as_known_on", takes: Takes::When, about: "only what was recorded by then" };
const OPEN: Parameter =
    Parameter { name: "open", takes: Takes::Flag, about: "only what is neither settled nor withdrawn" };

/// The parameters of [`case`] and [`assessment`].
pub const OF_INSTANT: &[Parameter] = &[AT];
/// The parameters of [`entries`] and [`explanations`].
pub const OF_TIMELINE: &[Parameter] = &[AT, AS_KNOWN_ON];
/// The parameters of [`alerts`].
pub const OF_ALERTS: &[Parameter] = &[OPEN];

/// What a handler of one case is given.
type OfACase = (State<Arc<Site>>, Extension<Visitor>, Path<String>, Uri);

/// A case as the caller sees it.
struct View {
    opened: Opened,
    asked: Asked,
    /// The instant.
    at: Instant,
}

impl View {
    async fn of(
        site: &Site,
        caller: &Visitor,
        (reference, act): (&str, Act),
        uri: &Uri,
        known: &'static [Parameter],
    ) -> Result<Self, Problem> {
        let asked = Asked::of(uri, known)?;
        let opened = enter(site, caller, reference, act).await?;
        let at = asked.instant(AT.name).unwrap_or_else(|| site.now());
        let at = opened.known_until.map_or(at, |until| until.min(at));
        Ok(Self { opened, asked, at })
    }

    async fn timeline(&self, site: &Site, caller: &Visitor) -> Result<Timeline, Problem> {
        let asked = self.asked.when(AS_KNOWN_ON.name);
        let until = self.opened.known_until.map(When::Instant);
        let as_known_on = [asked, until].into_iter().flatten().min_by_key(|when| when.last());
        let at =
            self.asked.text(AT.name).map_or_else(|| asked.map_or(self.at, |on| self.at.min(on.last())), |_| self.at);
        let case = self.opened.case.reference().clone();
        let (why, language, offices) = (Why::Told, caller.language, &*site.offices);
        let question = Question { case, as_known_on, at, why, language, offices };
        let found = timeline(site.log.as_ref(), &site.book, &question).await?;
        found.ok_or(Problem::of(Api::NotFound))
    }
}

/// `GET /api/v1/cases/{case}`
pub async fn case((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadCase), &uri, OF_INSTANT).await?;
    let case = &view.opened.case;
    let row = DocketRow::of_case(case, &site.book, view.at).ok_or(Problem::of(Api::NotFound))?;
    let mut answer = json::value(&row.to_json());
    // A former office does not know the case's last action.
    if view.opened.known_until.is_none() {
        let tag = HeaderValue::from_str(&tag(case, &site.book)).ok();
        answer.headers_mut().extend(tag.map(|tag| (ETAG, tag)));
    }
    Ok(answer)
}

/// `GET /api/v1/cases/{case}/assessment`
pub async fn assessment((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadCase), &uri, OF_INSTANT).await?;
    let case = &view.opened.case;
    let mut out = String::with_capacity(4096);
    let assessment = case.assess(&site.book, view.at).ok_or(Problem::of(Api::NotFound))?;
    assessment.write_json(&site.book, &mut out);
    Ok(json::text(out))
}

/// `GET /api/v1/cases/{case}/timeline`
pub async fn entries((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadCase), &uri, OF_TIMELINE).await?;
    let timeline = view.timeline(&site, &caller).await?;
    let personal = view.opened.personal(&caller);
    Ok(json::all(timeline.entries.iter().map(|entry| entry.json(personal))))
}

/// `GET /api/v1/cases/{case}/explanations`
pub async fn explanations((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadCase), &uri, OF_TIMELINE).await?;
    let timeline = view.timeline(&site, &caller).await?;
    let explains = |entry: &&Entry| {
        !matches!(entry.what, EntryLine::Action(_) | EntryLine::Alert { .. } | EntryLine::Handling { .. })
    };
    Ok(json::all(timeline.entries.iter().filter(explains).map(Entry::to_json)))
}

/// `GET /api/v1/cases/{case}/alerts`
pub async fn alerts((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadCase), &uri, OF_ALERTS).await?;
    let asked = AlertQuery {
        office: None,
        case: Some(view.opened.case.reference().clone()),
        choice: Choice { open: view.asked.flag(OPEN.name), ..Choice::default() },
        at: view.at,
        known: if view.opened.known_until.is_some() { KnownAs::Then } else { KnownAs::Now },
    };
    let shelf = Rulebooks::new(Arc::clone(&site.book), site.log.rulebooks().await?);
    let wording = Wording { shelf: &shelf, book: &site.book, language: caller.language };
    let mut rows: Vec<AlertRow> = Vec::new();
    let take = |row| {
        rows.push(row);
        Ok::<(), Fault>(())
    };
    each_row(site.log.as_ref(), &asked, wording, take).await?;
    Ok(json::all(rows.iter().map(AlertRow::to_json)))
}

/// `GET /api/v1/cases/{case}/looks`
pub async fn looks((State(site), Extension(caller), Path(reference), uri): OfACase) -> Result<Answer, Problem> {
    let view = View::of(&site, &caller, (&reference, Act::ReadLooks), &uri, &[]).await?;
    let of = LooksOf::Case(view.opened.case.reference().clone());
    let looks = site.people.looks(&of, MOST_LOOKS).await?;
    Ok(json::all(looks.iter().map(look_json)))
}

/// The tag of a case: the version of its last recorded action, and the rulebook's digest. No alert and no look changes it.
pub fn tag(case: &Case, book: &Rulebook) -> String {
    format!("\"{}-{}\"", case.last_action(), book.digest())
}

/// The version of the last action that a tag names; one that no case has if it was made under another rulebook.
///
/// # Errors
/// If it is no tag of ours.
pub fn version_of(tag: &str, book: &Rulebook) -> Result<u32, Problem> {
    let bad = Problem::of(Api::BadIfMatch);
    let inside = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).ok_or(bad)?;
    let (version, digest) = inside.split_once('-').ok_or(bad)?;
    let version = version.parse().map_err(|_| bad)?;
    Ok(if digest == book.digest().to_string() { version } else { u32::MAX })
}
