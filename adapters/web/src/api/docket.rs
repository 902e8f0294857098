//! The docket of the caller's office.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use projections::docket::DocketRow;
use projections::docket::choice::{Child, Choice, State as LimitState};
use projections::docket::pages::{Key, page};
use store::people::Seen;

use super::json;
use super::parameters::{Asked, CURSOR, Parameter, Takes};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

const HELD: Parameter =
    Parameter { name: "held", takes: Takes::Flag, about: "only children who are held, or only those who are not" };
const RULE: Parameter = Parameter { name: "rule", takes: Takes::Rule, about: "only with an open limit of this rule" };
const STATE: Parameter = Parameter {
    name: "state",
    takes: Takes::Word(&["certain", "arguable", "running"]),
    about: "only with an open limit that is over for certain, arguably over, or not over",
};
const LATE: Parameter =
    Parameter { name: "late", takes: Takes::Flag, about: "only cases with an action that was recorded late" };

/// The parameters of [`docket`].
pub const OF_DOCKET: &[Parameter] = &[HELD, RULE, STATE, LATE, CURSOR];

/// `GET /api/v1/docket`
pub async fn docket(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let asked = Asked::of(&uri, OF_DOCKET)?;
    let bad = Problem::of_parameter(Some(CURSOR.name));
    let after = asked.cursor().map(|key| Key::read(&key).ok_or(bad)).transpose()?;
    let own = own(&site, &caller).await?;
    let order = |at| OwnDocket::order(&site.book, &site, at);
    let (now, choice) = (order(own.now), choice(&asked));
    let began = after.as_ref().map(|key| order(key.began));
    let page = page(&own.cases, &choice, &now, after.as_ref().zip(began.as_ref()));
    let rows: Vec<DocketRow> =
        page.cases.iter().map(|placed| DocketRow::of(placed.case.at(now.at), &site.book)).collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "docket".to_owned(), filters: asked.filters(), count }).await?;
    let next = page.next.map(|key| key.to_string());
    Ok(json::list(rows.iter().map(DocketRow::to_json), next.as_deref()))
}

/// The docket of the caller's office.
///
/// # Errors
/// [`Api::NotFound`] for somebody whose office has no cases; the store does not answer.
pub async fn own(site: &Site, caller: &Visitor) -> Result<OwnDocket, Problem> {
    OwnDocket::of(site, caller).await?.ok_or(Problem::of(Api::NotFound))
}

fn choice(asked: &Asked) -> Choice {
    let child = |held| if held { Child::Held } else { Child::NotHeld };
    Choice {
        child: asked.text(HELD.name).map(|held| child(held == "true")),
        rule: asked.rule(RULE.name),
        state: asked.text(STATE.name).map(|word| match word {
            "certain" => LimitState::Certain,
            "arguable" => LimitState::Arguable,
            _ => LimitState::Running,
        }),
        late: asked.flag(LATE.name),
        ..Choice::default()
    }
}
