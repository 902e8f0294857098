//! The docket of the caller's office, and its figures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use engine::calendar::Instant;
use engine::json::Json;
use engine::rulebook::RuleId;
use projections::docket::DocketRow;
use projections::docket::choice::{Child, Choice, State as LimitState};
use projections::docket::groups::Days;
use projections::docket::listed::Listed;
use projections::docket::pages::{Key, Order, page};
use projections::view::Seat;
use service::queries::dockets::{Docket, Whose};
use store::people::Seen;

use super::json;
use super::parameters::{Asked, CURSOR, Parameter, Takes};
use super::problem::Problem;
use crate::answer::Answer;
use crate::gate::note;
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
    let (found, _) = of_office(&site, &caller, caller.role().seat()).await?;
    let (now, choice) = (order(&site, site.now()), choice(&asked));
    let began = after.as_ref().map(|key| order(&site, key.began));
    let page = page(&found.cases, &choice, &now, after.as_ref().zip(began.as_ref()));
    let rows: Vec<DocketRow> =
        page.cases.iter().map(|placed| DocketRow::of(placed.case.at(now.at), &site.book)).collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "docket".to_owned(), filters: asked.filters(), count }).await?;
    let next = page.next.map(|key| key.to_string());
    Ok(json::list(rows.iter().map(DocketRow::to_json), next.as_deref()))
}

/// `GET /api/v1/figures`
pub async fn figures(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, super::parameters::NONE)?;
    // A supervisor's own office has its seat by its kind.
    let by_kind = caller.office().and_then(|office| site.offices.get(office)?.kind.seat());
    let (found, whose) = of_office(&site, &caller, caller.role().seat().or(by_kind)).await?;
    let now = order(&site, site.now());
    let chosen = now.chosen(&found.cases, &Choice::default());
    let open: Vec<&Listed> = chosen.iter().map(|placed| &*placed.case).filter(|case| case.closed.is_none()).collect();
    let held = open.iter().filter(|case| case.summary.standing.is_held()).count();
    let count = u32::try_from(found.cases.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "figures".to_owned(), filters: String::new(), count }).await?;
    let rules = by_rule(&open, now.at);
    let rules = rules.iter().map(|(rule, counts)| {
        let [certain, arguable, running] = counts.map(number);
        Json::Object(vec![
            ("rule".into(), Json::text(rule.word())),
            ("certain".into(), certain),
            ("arguable".into(), arguable),
            ("running".into(), running),
        ])
    });
    Ok(json::value(&Json::Object(vec![
        ("office".into(), Json::text(whose.office.as_str())),
        ("at".into(), Json::text(now.at.to_string())),
        ("open".into(), number(open.len())),
        ("held".into(), number(held)),
        ("rules".into(), Json::List(rules.collect())),
    ])))
}

/// In how many cases an open limit of each rule is over for certain, arguably over, or not over.
fn by_rule(cases: &[&Listed], at: Instant) -> BTreeMap<RuleId, [usize; 3]> {
    let mut counts: BTreeMap<RuleId, [usize; 3]> = BTreeMap::new();
    for case in cases {
        let states: BTreeSet<(RuleId, usize)> =
            case.summary.open().map(|limit| (limit.rule, LimitState::of(limit, at) as usize)).collect();
        for (rule, state) in states {
            counts.entry(rule).or_default()[state] += 1;
        }
    }
    counts
}

async fn of_office(site: &Site, caller: &Visitor, seat: Option<Seat>) -> Result<(Docket, Whose), Problem> {
    let whose = caller.office().zip(seat).map(|(office, seat)| Whose { office: office.clone(), seat });
    let whose = whose.ok_or(Problem::of(Api::NotFound))?;
    let docket = site.dockets.of(site.log.as_ref(), &site.book, &whose, site.now()).await?;
    Ok((docket, whose))
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

fn order(site: &Site, at: Instant) -> Order<'_> {
    // Days off count for groups alone, which rows in JSON do not have.
    Order { book: &site.book, at, days: Days::at(at, &BTreeSet::new()) }
}

fn number(count: usize) -> Json<'static> {
    Json::Number(i64::try_from(count).unwrap_or(i64::MAX))
}
