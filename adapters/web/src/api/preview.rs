//! `POST /api/v1/cases/{case}/preview`: what actions would come to if they were recorded now, and what they would change.
//!
//! Invariant: nothing is recorded but the look. The verdicts are those that recording the same gives, and while one line is
//! refused nothing is said of the case.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use engine::action::{ActionName, CaseRef};
use engine::breach::Breach;
use engine::case::{Case, Event};
use engine::refusal::Flaws;
use engine::rulebook::{Language, Rulebook};
use projections::hindsight::Stand;
use projections::message;
use projections::preview::{Becomes, Change, Preview, Standing};
use projections::rights::{Act, Relation};
use serde_json::{Value, json};
use service::files::{CaseLines, Contents};
use service::intake;
use service::intake::reply::{Reply, Trouble};
use service::queries::preview::{Foreseen, Question, foresee};
use service::recorder::Sender;
use service::verdict::LineVerdict;
use store::Fault;
use store::heavy::beside;
use store::people::Seen;

use super::actions::may_record;
use super::body;
use super::cases::{tag, version_of};
use super::json;
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::{Shut, enter, note};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

/// What becomes of something, as it is sent.
pub const BECOMES: [&str; 5] = ["starts", "moves", "ends", "breached", "withdrawn"];
/// How something stands, as it is sent.
pub const STANDS: [&str; 6] = ["running", "in_time", "closed", "over", "late", "fails"];

/// `POST /api/v1/cases/{case}/preview`
pub async fn preview(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let Some(sender) = caller.sender().filter(|_| may_record(caller.role())) else {
        note(&site, &caller, Seen::Refused { route: "preview".to_owned() }).await?;
        return Err(Problem::of(Api::NotFound));
    };
    let lines = body::lines(&headers, body).await?;
    let contents = beside(move || intake::read(&lines)).await.map_err(Fault::from)??;
    let sent = of_one_case(&contents, &reference)?;
    let known = Known::of(&site, &caller, &reference, sent).await?;
    if let (Some(tag), Some(version)) = (headers.get(IF_MATCH), known.version())
        && version_of(tag.to_str().unwrap_or_default(), &site.book)? != version
    {
        return Err(Problem::of(Api::Moved));
    }
    let actions = sent.map_or(&[][..], |sent| &sent.actions);
    let question = Question { sender: &sender, case: &known.case, actions, alerts: site.alerts() };
    let foreseen = foresee(&site.recorder, &site.book, &site.offices, &question).await?;
    let mut answer =
        json::text(written(&verdicts(&contents, sent, &foreseen, &sender, &caller), &foreseen, &site.book, &caller));
    if known.version().is_some() {
        answer.headers_mut().extend(HeaderValue::from_str(&tag(&known.case, &site.book)).ok().map(|tag| (ETAG, tag)));
    }
    Ok(answer)
}

/// The lines of the path's case; none if no line could be read.
fn of_one_case<'c>(contents: &'c Contents, reference: &str) -> Result<Option<&'c CaseLines>, Trouble> {
    let mut cases = contents.cases.iter().filter(|case| !case.actions.is_empty());
    match (cases.next(), cases.next()) {
        (sent, None) if sent.is_none_or(|sent| sent.case.as_str() == reference) => Ok(sent),
        _ => Err(Trouble::SeveralCases),
    }
}

/// The case, as the caller may know it.
struct Known {
    case: Arc<Case>,
    /// Whether the caller knows its last action: a former office does not, and a case that is to be opened has none.
    is_own: bool,
}

impl Known {
    async fn of(site: &Site, caller: &Visitor, reference: &str, sent: Option<&CaseLines>) -> Result<Self, Problem> {
        let opens = sent.is_some_and(|sent| sent.actions.iter().any(|action| action.name == ActionName::CaseOpened));
        if let (true, Some(case)) = (opens, CaseRef::new(reference)) {
            let case = site.log.load(&case).await?;
            if case.version() == 0 {
                return Ok(Self { case, is_own: false });
            }
        }
        match enter(site, caller, reference, Act::ReadCase).await {
            Ok(opened) => Ok(Self { is_own: opened.relation == Relation::Own, case: opened.case }),
            Err(shut @ (Shut::NotThere | Shut::Away(_))) => Err(shut.into()),
        }
    }

    fn version(&self) -> Option<u32> {
        self.is_own.then(|| self.case.last_action())
    }
}

/// The outcome that each line would have.
fn verdicts(
    contents: &Contents,
    sent: Option<&CaseLines>,
    foreseen: &Foreseen,
    sender: &Sender,
    caller: &Visitor,
) -> Reply {
    let unread =
        contents.refused.iter().map(|line| LineVerdict::refused(line.line, None, &line.flaws, caller.language));
    let mut lines: Vec<LineVerdict> = unread.collect();
    if let Some(sent) = sent {
        let judged = foreseen.verdicts.iter().zip(&foreseen.warnings);
        let numbered = sent.lines.iter().zip(&sent.actions).zip(judged);
        lines.extend(numbered.map(|((line, action), (verdict, warnings)): (_, (_, &Flaws))| {
            LineVerdict::of_verdict(*line, Some(action.id.0), verdict, warnings, caller.language)
        }));
    }
    lines.sort_unstable_by_key(|line| line.line);
    Reply::of_lines(&sender.office, lines)
}

fn written(verdicts: &Reply, foreseen: &Foreseen, book: &Rulebook, caller: &Visitor) -> String {
    let Preview { at, after, changes, told } = &foreseen.preview;
    let is_said = verdicts.refused == 0;
    let changes = changes.iter().map(|change| of_change(change, book));
    let messages = told.iter().filter_map(|event| of_message(event, after, book, caller.language));
    json!({
        "verdicts": verdicts,
        "at": at.to_string(),
        "changes": is_said.then(|| changes.collect::<Vec<Value>>()),
        "messages": is_said.then(|| messages.collect::<Vec<Value>>()),
    })
    .to_string()
}

fn of_change(change: &Change, book: &Rulebook) -> Value {
    let Change { becomes, rule, on, period, was, is } = change;
    let word = match becomes {
        Becomes::Starts => BECOMES[0],
        Becomes::Moves => BECOMES[1],
        Becomes::Ends => BECOMES[2],
        Becomes::Breached => BECOMES[3],
        Becomes::Withdrawn => BECOMES[4],
    };
    json!({
        "becomes": word,
        "rule": rule.word(),
        "article": book.article(rule),
        "on": on.id.to_string(),
        "action": on.name.word(),
        "at": on.at.to_string(),
        "period": period,
        "was": was.as_ref().map(of_standing),
        "is": is.as_ref().map(of_standing),
    })
}

fn of_standing(standing: &Standing) -> Value {
    let Standing { stand, earliest, latest, owed_by } = standing;
    let word = match stand {
        Stand::Running => STANDS[0],
        Stand::InTime => STANDS[1],
        Stand::Closed => STANDS[2],
        Stand::Over(_) => STANDS[3],
        Stand::Late(_) => STANDS[4],
        Stand::Fails(_) => STANDS[5],
    };
    json!({
        "stands": word,
        "breach": stand.breach().map(Breach::word),
        "earliest": earliest.map(|at| at.to_string()),
        "latest": latest.map(|at| at.to_string()),
        "owed_by": owed_by.as_ref().map(ToString::to_string),
    })
}

/// A message that would go; one about what is history is recorded and not sent.
fn of_message(event: &Event, after: &Case, book: &Rulebook, language: Language) -> Option<Value> {
    let (alert, kind) = event.fact.alert()?;
    let to: Vec<String> = alert.to.all().map(ToString::to_string).collect();
    Some(json!({
        "kind": kind.word(),
        "rule": alert.topic.rule.word(),
        "owed_by": alert.owing_office().to_string(),
        "to": to,
        "sent": !alert.history,
        "text": message::text(after.reference(), event, book, language)?,
    }))
}
