//! `/enter/copy`: the actions of a case that repeats another are recorded in that one, before the case is voided.
//!
//! Invariant: a copy has an id of its own, which follows from the action and the case, so that copying twice adds nothing. Both
//! cases are reached through the gate.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use engine::action::{Action, ActionId, ActionName, CaseRef};
use engine::case::Case;
use engine::decide::Alerts;
use engine::json::Json;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::picture::Moment;
use projections::rights::{Act, Relation};
use projections::words_of_time;
use service::queries::preview::{Foreseen, Question, foresee};
use store::Fault;
use uuid::Uuid;

use crate::answer::{Answer, page, see_other, store_is_away};
use crate::api::cases::{tag, version_of};
use crate::entry::asked::{Pick, begun};
use crate::entry::difference::Difference;
use crate::entry::names::{DO, LOOKED, RECORD, SURE, SWITCH, VERSION};
use crate::entry::typed::Flaw;
use crate::fields::Fields;
use crate::frame::Frame;
use crate::gate::{self, Opened};
use crate::lao::{Html, html};
use crate::pages::login::keep_language;
use crate::sheet::reader::Reader;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;

/// The actions that are ticked.
const COPIED: &str = "copied";

#[derive(Template)]
#[template(path = "enter/copy.html")]
struct Page {
    frame: Frame,
    heading: Html,
    says: Html,
    from: String,
    to: String,
    legend: Html,
    picks: Vec<Pick>,
    errors: Vec<Html>,
    then_void: Html,
    copied: Option<Html>,
    result: Option<Shown>,
}

/// What copying would change.
struct Shown {
    difference: Difference,
    error: Option<Html>,
    hidden: Vec<(String, String)>,
}

/// Two cases, of which the first repeats the second.
struct Both {
    from: Opened,
    to: Opened,
}

impl Both {
    /// Opens both cases for who may record in both, and has both.
    async fn open(site: &Site, visitor: &Visitor, [from, to]: [&str; 2]) -> Result<Self, Answer> {
        let act = Act::Record(ActionName::CaseVoided);
        let from = gate::open(site, visitor, from, act).await?;
        let to = gate::open(site, visitor, to, act).await?;
        let own = |opened: &Opened| opened.relation == Relation::Own;
        if own(&from) && own(&to) && from.case.reference() != to.case.reference() {
            Ok(Self { from, to })
        } else {
            Err(crate::answer::no_such_page(visitor.language))
        }
    }

    fn left(&self) -> Vec<&Action> {
        to_copy(&self.from.case, &self.to.case)
    }
}

/// The actions of a case that count and that another one does not have: neither copied nor said there in the same words. Not its
/// opening, nor what is about the record itself.
pub fn to_copy<'c>(from: &'c Case, to: &Case) -> Vec<&'c Action> {
    use ActionName::{ActionWithdrawn, CaseOpened, CaseTransferred, CaseVoided, OffenceCorrected, OffenceReclassified};
    let of_the_record =
        [CaseOpened, CaseTransferred, CaseVoided, ActionWithdrawn, OffenceCorrected, OffenceReclassified];
    let withdrawn = |action: &Action| from.actions().any(|other| other.withdraws() == Some(action.id));
    let is_there = |action: &Action| {
        let same = |other: &Action| {
            (other.name, other.at, &other.by, &other.values) == (action.name, action.at, &action.by, &action.values)
        };
        to.actions().any(|other| other.id.0 == copy_id(action.id, to.reference()) || same(other))
    };
    let counts = |action: &&Action| !of_the_record.contains(&action.name) && !withdrawn(action) && !is_there(action);
    from.actions().filter(counts).collect()
}

fn copy_id(id: ActionId, to: &CaseRef) -> Uuid {
    Uuid::new_v5(&id.0, to.as_str().as_bytes())
}

/// The action as one of another case.
fn copy(action: &Action, to: &CaseRef) -> Option<Action> {
    let id = copy_id(action.id, to).to_string();
    let Json::Object(mut pairs) = action.to_json() else { return None };
    for (key, value) in &mut pairs {
        match &**key {
            "case" => *value = Json::text(to.as_str()),
            "id" => *value = Json::text(id.as_str()),
            _ => {}
        }
    }
    Action::from_json(Json::Object(pairs)).ok()
}

/// `GET /enter/copy`
pub async fn form(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Answer {
    let text = |name: &str| asked.get(name).map_or("", String::as_str);
    match Both::open(&site, &visitor, ["from", "to"].map(text)).await {
        Ok(both) => {
            let copied = text("copied").parse::<usize>().ok();
            made(&site, &visitor, &both, &Fields::default(), Beside { copied, ..Beside::default() })
        }
        Err(answer) => answer,
    }
}

/// What stands beside the list.
#[derive(Default)]
struct Beside {
    copied: Option<usize>,
    errors: Vec<Html>,
    result: Option<(StatusCode, Shown)>,
}

/// `POST /enter/copy`
pub async fn post(State(site): State<Arc<Site>>, mut visitor: Visitor, fields: Fields) -> Answer {
    let switched = Language::from_word(fields.raw(SWITCH));
    visitor.language = switched.unwrap_or(visitor.language);
    let mut answer = sent(&site, &visitor, &fields).await;
    if let Some(language) = switched {
        keep_language(&site, &mut answer, language);
    }
    answer
}

async fn sent(site: &Site, visitor: &Visitor, fields: &Fields) -> Answer {
    let both = match Both::open(site, visitor, ["from", "to"].map(|name| fields.text(name))).await {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    match posted(site, visitor, &both, fields).await {
        Ok(answer) => answer,
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

async fn posted(site: &Site, visitor: &Visitor, both: &Both, fields: &Fields) -> Result<Answer, Fault> {
    let language = visitor.language;
    let to = both.to.case.reference();
    let ticked = |action: &&Action| fields.all(COPIED).iter().any(|id| *id == action.id.to_string());
    let actions: Vec<Action> = both.left().into_iter().filter(ticked).filter_map(|action| copy(action, to)).collect();
    if !fields.raw(SWITCH).is_empty() && fields.raw(LOOKED).is_empty() {
        return Ok(made(site, visitor, both, fields, Beside::default()));
    }
    let refuse = |says: Vec<Html>| made(site, visitor, both, fields, Beside { errors: says, ..Beside::default() });
    let (Some(sender), false) = (visitor.sender(), actions.is_empty()) else {
        return Ok(refuse(vec![html(N::TickSome.of(language))]));
    };
    let alerts = site.alerts();
    let question = Question { sender: &sender, case: &both.to.case, actions: &actions, alerts };
    let foreseen = foresee(&site.recorder, &site.book, &site.offices, &question).await?;
    let refused: Vec<Html> =
        foreseen.refused().flat_map(|(_, flaws)| Flaw::all(flaws, language)).map(|flaw| html(&flaw.says)).collect();
    if !refused.is_empty() {
        return Ok(refuse(refused));
    }
    let difference = difference(site, visitor, both, &foreseen, alerts);
    let expected = version_of(&format!("\"{}\"", fields.text(VERSION)), &site.book).unwrap_or(u32::MAX);
    let (status, error) = if fields.text(DO) != RECORD || fields.text(VERSION).is_empty() {
        (StatusCode::OK, None)
    } else if expected != both.to.case.last_action() {
        (StatusCode::CONFLICT, Some(N::MovedHead))
    } else if difference.sure == fields.text(SURE) {
        match site.recorder.record_from(&sender, to, actions.clone(), alerts, Some(expected)).await {
            Ok(_) => {
                let from = both.from.case.reference();
                return Ok(see_other(&format!("/enter/copy?from={from}&to={to}&copied={}", actions.len())));
            }
            Err(Fault::Conflict(_)) => (StatusCode::CONFLICT, Some(N::MovedHead)),
            Err(fault) => return Err(fault),
        }
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, Some(N::ConfirmFirst))
    };
    let mut hidden = vec![(VERSION.to_owned(), tag(&both.to.case, &site.book).trim_matches('"').to_owned())];
    hidden.extend(fields.all(COPIED).iter().map(|id| (COPIED.to_owned(), id.clone())));
    let shown = Shown { difference, error: error.map(|word| html(word.of(language))), hidden };
    Ok(made(site, visitor, both, fields, Beside { result: Some((status, shown)), ..Beside::default() }))
}

fn difference(site: &Site, visitor: &Visitor, both: &Both, foreseen: &Foreseen, alerts: Alerts) -> Difference {
    let reader = Reader {
        book: &site.book,
        offices: &site.offices,
        language: visitor.language,
        at: foreseen.preview.at,
        moment: Moment::Now,
        personal: both.to.personal(visitor),
    };
    Difference::of(foreseen, alerts, &reader)
}

fn made(site: &Site, visitor: &Visitor, both: &Both, fields: &Fields, beside: Beside) -> Answer {
    let language = visitor.language;
    let (from, to) = (both.from.case.reference(), both.to.case.reference());
    let say = |word: N| {
        let said = word.of(language).replace("{from}", from.as_str()).replace("{to}", to.as_str());
        html(&said.replace("{n}", &beside.copied.unwrap_or_default().to_string()))
    };
    let is_new = fields.pairs().next().is_none();
    let pick = |action: &Action| {
        let what = begun(site.book.text(&format!("action.{}", action.name)).in_language(language));
        let id = action.id.to_string();
        Pick {
            label: html(&format!("{what}, {}", words_of_time::when(action.at, language))),
            chosen: is_new || fields.all(COPIED).contains(&id),
            value: id,
        }
    };
    let status = match (&beside.result, beside.errors.is_empty()) {
        (Some((status, _)), _) => *status,
        (None, true) => StatusCode::OK,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let heading = N::CopyHead.of(language).replace("{to}", to.as_str());
    let frame = Frame::of(site, visitor, "/enter", heading.clone());
    let picks: Vec<Pick> = both.left().into_iter().map(pick).collect();
    page(
        status,
        &Page {
            frame: if picks.is_empty() { frame } else { frame.keeping_the_form() },
            heading: html(&heading),
            says: say(N::CopySays),
            from: from.to_string(),
            to: to.to_string(),
            legend: say(N::WhichToCopy),
            picks,
            then_void: say(N::ThenVoid),
            copied: beside.copied.map(|_| say(N::Copied)),
            errors: beside.errors,
            result: beside.result.map(|(_, shown)| shown),
        },
    )
}
