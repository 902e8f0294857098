//! The figures of the caller's office, and the fixed figures of closed quarters.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::json::Json;
use projections::docket::choice::{Child, Choice, by_rule};
use projections::figures::fixed::Scope;
use projections::figures::period::{Period, Quarter};
use service::queries::counts::{Asked as Found, Counted};
use service::queries::quarters::quarters as kept;
use store::people::Seen;

use super::docket::own;
use super::json;
use super::parameters::{Asked, Parameter, Takes};
use super::problem::Problem;
use crate::answer::Answer;
use crate::counted::{exact, of_quarter, offices_of};
use crate::gate::note;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

const PERIOD: Parameter = Parameter {
    name: "period",
    takes: Takes::Period,
    about: "the year or quarter of the exact figures; without it they are left out",
};
const QUARTER: Parameter =
    Parameter { name: "quarter", takes: Takes::Quarter, about: "a closed quarter; the last one if left out" };

/// The parameters of [`figures`].
pub const OF_FIGURES: &[Parameter] = &[PERIOD];
/// The parameters of [`quarters`].
pub const OF_QUARTERS: &[Parameter] = &[QUARTER];

/// `GET /api/v1/figures`
pub async fn figures(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let asked = Asked::of(&uri, OF_FIGURES)?;
    let own = own(&site, &caller).await?;
    let period = asked.text(PERIOD.name).and_then(Period::parse);
    let counted = counted(&site, &caller, period, own.now).await?;
    let now = OwnDocket::order(&site.book, &site, own.now);
    let of = |child| Choice { child: Some(child), ..Choice::default() };
    let [open, held] = own.counts(&now, [&of(Child::Open), &of(Child::Held)]);
    let count = u32::try_from(own.cases.len()).unwrap_or(u32::MAX);
    note(&site, &caller, Seen::List { list: "figures".to_owned(), filters: asked.filters(), count }).await?;
    let rules = by_rule(own.cases.iter().map(|case| &**case), now.at);
    let rules = rules.iter().map(|(rule, counts)| {
        let [certain, arguable, running] = counts.map(json::count);
        Json::Object(vec![
            ("rule".into(), Json::text(rule.word())),
            ("certain".into(), certain),
            ("arguable".into(), arguable),
            ("running".into(), running),
        ])
    });
    let mut pairs = vec![
        ("office".into(), Json::text(caller.office().map_or("", OfficeCode::as_str))),
        ("at".into(), Json::text(now.at.to_string())),
        ("open".into(), json::count(open)),
        ("held".into(), json::count(held)),
        ("rules".into(), Json::List(rules.collect())),
    ];
    if let Some((period, counted)) = period.zip(counted.as_ref()) {
        pairs.push(("period".into(), Json::text(period.to_string())));
        pairs.push(("figures".into(), counted.numbers.to_json()));
        let heard = counted.heard.iter().map(|(office, at)| {
            let at = at.map_or(Json::Null, |at| Json::text(at.to_string()));
            Json::Object(vec![("office".into(), Json::text(office.as_str())), ("at".into(), at)])
        });
        pairs.push(("last_heard".into(), Json::List(heard.collect())));
    }
    Ok(json::value(&Json::Object(pairs)))
}

/// The exact figures of a period, for those who may see them.
async fn counted(
    site: &Site,
    caller: &Visitor,
    period: Option<Period>,
    now: Instant,
) -> Result<Option<Counted>, Problem> {
    let Some(period) = period else { return Ok(None) };
    match exact(site, caller, period, now).await? {
        Some(Found::Ready(counted)) => Ok(Some(counted)),
        Some(Found::Counting(_)) => Err(Problem::of_counting()),
        None => Err(Problem::of(Api::NotFound)),
    }
}

/// `GET /api/v1/figures/quarters`
pub async fn quarters(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let asked = Asked::of(&uri, OF_QUARTERS)?;
    let before = kept(site.log.as_ref(), site.now()).await?;
    let quarter = asked.text(QUARTER.name).and_then(Quarter::parse).or_else(|| before.first().copied());
    let quarter = quarter.ok_or(Problem::of(Api::NotFound))?;
    let fixed = match of_quarter(&site, quarter).await? {
        Found::Ready(Some(fixed)) => fixed,
        Found::Ready(None) => return Err(Problem::of(Api::NotFound)),
        Found::Counting(_) => return Err(Problem::of_counting()),
    };
    let filters = format!("quarter={quarter}");
    note(&site, &caller, Seen::List { list: "figures/quarters".to_owned(), filters, count: 0 }).await?;
    let named = |name: &'static str, of: &str, scope: &Scope| {
        Json::Object([(name.into(), Json::text(of.to_owned()))].into_iter().chain(scope.pairs()).collect())
    };
    let offices = offices_of(&site, &caller)
        .filter_map(|office| fixed.offices.get(office).map(|scope| named("office", office.as_str(), scope)));
    let provinces = fixed.provinces.iter().map(|(name, scope)| named("province", name, scope));
    let known = kept(site.log.as_ref(), site.now()).await?;
    Ok(json::value(&Json::Object(vec![
        ("quarter".into(), Json::text(quarter.to_string())),
        ("counted_at".into(), Json::text(fixed.counted_at.to_string())),
        ("quarters".into(), Json::List(known.iter().map(|quarter| Json::text(quarter.to_string())).collect())),
        ("country".into(), Json::Object(fixed.country.pairs())),
        ("provinces".into(), Json::List(provinces.collect())),
        ("offices".into(), Json::List(offices.collect())),
    ])))
}
