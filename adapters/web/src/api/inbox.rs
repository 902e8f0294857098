//! The inbox of the caller's office: what is to be acted on, and what the caller does about it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use engine::calendar::Instant;
use engine::decide::Verdict;
use engine::handling::{Doing, Holding, Promise};
use engine::json::Json;
use engine::rulebook::Language;
use projections::inbox::{Hands, Item, Subject};
use serde::Deserialize;
use service::shown::plain;
use service::verdict::Said;
use store::people::Seen;
use uuid::Uuid;

use super::body;
use super::json;
use super::parameters::{Asked, NONE};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::inbox::{OwnInbox, act};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

/// What can be done about an item.
pub const DOINGS: [&str; 4] = ["takes", "hands_over", "gives_back", "notes"];
/// Who has an item.
pub const HANDS: [&str; 3] = ["nobody", "lapsed", "taken"];

/// What the caller does about an item.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    id: Uuid,
    case: String,
    key: String,
    doing: String,
    what: Option<String>,
    until: Option<String>,
    to: Option<Uuid>,
}

/// `GET /api/v1/inbox`
pub async fn inbox(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, NONE)?;
    let own = OwnInbox::of(&site, &caller).await?.ok_or(Problem::of(Api::NotFound))?;
    let count = u32::try_from(own.items.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "inbox".to_owned(), filters: String::new(), count }).await?;
    Ok(json::all(own.items.iter().map(|(item, _)| item_json(item))))
}

/// `POST /api/v1/inbox`
pub async fn handle(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let lines = body::lines(&headers, body).await?;
    let sent: Sent = serde_json::from_slice(&lines).map_err(|_| Problem::of(Api::UnreadableHandling))?;
    let doing = doing(&sent).ok_or(Problem::of(Api::UnreadableHandling))?;
    let own = OwnInbox::of(&site, &caller).await?.ok_or(Problem::of(Api::NotFound))?;
    let item = own.item(&sent.case, &sent.key).ok_or(Problem::of(Api::NotFound))?;
    became(act(&site, &caller, item, sent.id, &doing).await?, caller.language)
}

/// What became of something that a person does.
pub fn became(verdict: Verdict, language: Language) -> Result<Answer, Problem> {
    let (outcome, flaws) = match verdict {
        Verdict::Accepted => ("recorded", Vec::new()),
        Verdict::Known => ("known", Vec::new()),
        Verdict::Refused(flaws) => ("refused", Said::all(&flaws, language)),
    };
    let flaws = serde_json::to_string(&flaws).map_err(|_| Problem::of(Api::Failed))?;
    Ok(json::text(format!("{{\"outcome\":\"{outcome}\",\"flaws\":{flaws}}}")))
}

fn doing(sent: &Sent) -> Option<Doing> {
    let promise = || {
        let what = plain(sent.what.as_deref()?.trim()).into_owned();
        Some(Promise { what: what.into(), until: Instant::parse(sent.until.as_deref()?)? })
    };
    match sent.doing.as_str() {
        "takes" => promise().map(Doing::Takes),
        "hands_over" => Some(Doing::HandsOver { to: sent.to?, promise: promise()? }),
        "gives_back" => Some(Doing::GivesBack),
        "notes" => Some(Doing::Notes),
        _ => None,
    }
}

fn instant(at: Option<Instant>) -> Json<'static> {
    at.map_or(Json::Null, |at| Json::text(at.to_string()))
}

fn item_json(item: &Item) -> Json<'_> {
    let (rule, earliest, latest, breach, findings, missing) = match &item.subject {
        Subject::Limit { rule, earliest, latest, breach, .. } => {
            (Json::text(rule.word()), Some(*earliest), *latest, *breach, 0, 0)
        }
        Subject::Findings { found, missing } => (Json::Null, None, None, None, *found, *missing),
    };
    let hands = match item.hands {
        Hands::Nobody => HANDS[0],
        Hands::Lapsed(_) => HANDS[1],
        Hands::Taken => HANDS[2],
    };
    Json::Object(vec![
        ("case".into(), Json::text(item.case.as_str())),
        ("key".into(), Json::text(item.key())),
        ("rule".into(), rule),
        ("earliest".into(), instant(earliest)),
        ("latest".into(), instant(latest)),
        ("breach".into(), breach.map_or(Json::Null, |breach| Json::text(breach.word()))),
        ("findings".into(), json::count(findings)),
        ("missing".into(), json::count(missing)),
        ("liberty".into(), Json::Bool(item.is_on_liberty())),
        ("owed_by".into(), Json::text(item.owed_by.as_str())),
        ("raised_at".into(), Json::text(item.raised_at.to_string())),
        ("hands".into(), Json::text(hands)),
        ("holdings".into(), Json::List(item.holdings.iter().map(holding_json).collect())),
        ("escalated_at".into(), instant(item.escalated)),
        ("escalates_at".into(), instant(item.escalates_at)),
    ])
}

fn holding_json(holding: &Holding) -> Json<'_> {
    let promise = holding.promise.as_ref();
    Json::Object(vec![
        ("person".into(), holding.person.map_or(Json::Null, |person| Json::text(person.to_string()))),
        ("since".into(), Json::text(holding.since.to_string())),
        ("what".into(), promise.map_or(Json::Null, |promise| Json::text(&*promise.what))),
        ("until".into(), instant(promise.map(|promise| promise.until))),
    ])
}
