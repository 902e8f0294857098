//! The inbox of the caller's office: what is to be acted on, and what the caller does about it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use engine::decide::Verdict;
use engine::refusal::{Code, Refusal};
use engine::rulebook::Language;
use service::handling::{Handled, Sent};
use service::verdict::Said;
use store::people::Seen;

use super::body;
use super::json;
use super::parameters::{Asked, NONE};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::inbox::{self, OwnInbox};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

/// `GET /api/v1/inbox`
pub async fn list(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, NONE)?;
    let own = OwnInbox::of(&site, &caller).await?.ok_or(Problem::of(Api::NotFound))?;
    let count = u32::try_from(own.items.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "inbox".to_owned(), filters: String::new(), count }).await?;
    Ok(json::all(own.items.iter().map(|(item, _)| item.to_json())))
}

/// `POST /api/v1/inbox`
pub async fn handle(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let lines = body::lines(&headers, body).await?;
    let (sent, doing) = Sent::read(&lines).ok_or(Problem::of(Api::UnreadableHandling))?;
    match inbox::handle(&site, &caller, &sent, &doing).await? {
        Handled::Judged(verdict, _) => became(verdict, caller.language),
        Handled::Several => {
            became(Verdict::Refused(Refusal::new(Code::SeveralItems).field("key").into()), caller.language)
        }
        Handled::Nothing => Err(Problem::of(Api::NotFound)),
    }
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
