//! The alerts to the caller's office.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use engine::action::{CaseRef, When};
use engine::alert::Kind;
use engine::rulebook::Rulebooks;
use projections::alerts::{AlertRow, Choice, Class};
use service::queries::alerts::{AlertQuery, KnownAs, Wording, each_row};
use store::Fault;
use store::people::Seen;

use super::json;
use super::parameters::{Asked, CURSOR, LIMIT, Parameter, Takes, rows};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

const OPEN: Parameter =
    Parameter { name: "open", takes: Takes::Flag, about: "only what is neither settled nor withdrawn" };
const KIND: Parameter =
    Parameter { name: "kind", takes: Takes::Word(Kind::WORDS), about: "only what is of this kind now" };
const SINCE: Parameter = Parameter { name: "since", takes: Takes::When, about: "only what changed since then" };

/// The parameters of [`alerts`].
pub const OF_ALERTS: &[Parameter] = &[OPEN, KIND, SINCE, CURSOR, LIMIT];

/// The place of a row: its class, then its case. A page ends with a case.
type Place = (u8, CaseRef);

/// Why the reading of rows ends early.
enum End {
    PageIsFull,
    Fault(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// `GET /api/v1/alerts`
pub async fn alerts(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let asked = Asked::of(&uri, OF_ALERTS)?;
    let bad = Problem::of_parameter(Some(CURSOR.name));
    let after = asked.cursor().map(|key| place_of(&key).ok_or(bad)).transpose()?;
    let whose = caller.role().seat().zip(caller.office().cloned()).ok_or(Problem::of(Api::NotFound))?;
    let query = AlertQuery {
        office: Some(whose),
        case: None,
        choice: Choice {
            open: asked.flag(OPEN.name),
            kinds: asked.text(KIND.name).and_then(Kind::from_word).into_iter().collect(),
            since: asked.when(SINCE.name).map(When::first),
        },
        at: site.now(),
        known: KnownAs::Now,
    };
    let most = rows(&asked);
    let mut found: Vec<AlertRow> = Vec::new();
    let mut last: Option<Place> = None;
    let mut goes_on = false;
    let take = |row: AlertRow| {
        let place = (row.rule.map_or(Class::Finding, |rule| Class::of(rule, &site.book)) as u8, row.case.clone());
        if after.as_ref().is_some_and(|after| place <= *after) {
            return Ok(());
        }
        if found.len() >= most && last.as_ref() != Some(&place) {
            goes_on = true;
            return Err(End::PageIsFull);
        }
        last = Some(place);
        found.push(row);
        Ok(())
    };
    let shelf = Rulebooks::new(Arc::clone(&site.book), site.log.rulebooks().await?);
    let wording = Wording { shelf: &shelf, book: &site.book, language: caller.language };
    match each_row(site.log.as_ref(), &query, wording, take).await {
        Ok(_) | Err(End::PageIsFull) => {}
        Err(End::Fault(fault)) => return Err(fault.into()),
    }
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "alerts".to_owned(), filters: asked.filters(), count }).await?;
    let next = last.filter(|_| goes_on).map(|(class, case)| format!("{class}.{case}"));
    Ok(json::list(found.iter().map(AlertRow::to_json), next.as_deref()))
}

fn place_of(key: &str) -> Option<Place> {
    let (class, case) = key.split_once('.')?;
    Some((class.parse().ok()?, CaseRef::new(case)?))
}
