//! The figures of the visitor's own office: how its cases stand now, and what happened in a period.

mod chart;
pub mod file;
mod present;
pub mod quarters;
mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use chrono::Datelike as _;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::figures::period::{Period, Quarter};
use projections::figures::report::{Table, Words};
use projections::rights::{Act, Relation, allows};
use service::queries::counts::{Asked, Counted};
use store::people::Seen;

use crate::answer::{Answer, no_such_page, page, plain, see_other, store_is_away};
use crate::counted::exact;
use crate::frame::Frame;
use crate::gate::note;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::figures::Figures as F;
use crate::words::frame::Frame as W;
use crate::words::overview::Overview as O;
use file::{Kind, file};
use present::Present;
use shown::Shown;

/// After how many seconds it is worth asking again.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// The parameters of an address.
type Pairs = Result<Query<BTreeMap<String, String>>, QueryRejection>;

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    frame: Frame,
    present: Present,
    /// Where the fixed tables are, for those who may see them.
    quarters: bool,
    of_period: Option<OfPeriod>,
}

/// The figures of a period on the page.
struct OfPeriod {
    title: String,
    /// The periods to choose from, each with its path; `None` for the one that is shown.
    periods: Vec<(String, Option<String>)>,
    files: [String; 2],
    counting: Option<String>,
    damaged: bool,
    tables: Vec<Shown>,
}

/// `GET /figures`
pub async fn figures(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    let own = match OwnDocket::of(&site, &visitor).await {
        Ok(Some(own)) => own,
        Ok(None) if may(&visitor, Act::ReadFiguresBelow) => return see_other("/figures/quarters"),
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let asked = asked_period(pairs);
    let period = asked.unwrap_or_else(|| Period::year_of(own.now));
    let counted = match exact(&site, &visitor, period, own.now).await {
        Ok(counted) => counted,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let count = u32::try_from(own.cases.len()).unwrap_or(u32::MAX);
    let filters = asked.map(|period| format!("period={period}")).unwrap_or_default();
    let template = Page {
        present: Present::of(&own, &site, &visitor),
        quarters: may(&visitor, Act::ReadFiguresBelow),
        of_period: counted.map(|counted| OfPeriod::of(counted, period, &site, visitor.language, own.now)),
        frame: Frame::of(&site, &visitor, "/figures", W::Figures.of(visitor.language)),
    };
    match note(&site, &visitor, Seen::List { list: "figures".to_owned(), filters, count }).await {
        Ok(()) => page(StatusCode::OK, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// `GET /figures.csv`
pub async fn figures_csv(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    download(&site, &visitor, pairs, Kind::Csv).await
}

/// `GET /figures.xlsx`
pub async fn figures_xlsx(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    download(&site, &visitor, pairs, Kind::Xlsx).await
}

async fn download(site: &Site, visitor: &Visitor, pairs: Pairs, kind: Kind) -> Answer {
    let (now, language) = (site.now(), visitor.language);
    let period = asked_period(pairs).unwrap_or_else(|| Period::year_of(now));
    let counted = match exact(site, visitor, period, now).await {
        Ok(Some(Asked::Ready(counted))) => counted,
        Ok(Some(Asked::Counting(_))) => return being_counted(language),
        Ok(None) => return no_such_page(language),
        Err(fault) => return store_is_away(&fault, language),
    };
    let count = u32::try_from(counted.cases).unwrap_or(u32::MAX);
    let seen = Seen::List { list: "figures.file".to_owned(), filters: format!("period={period}"), count };
    if let Err(fault) = note(site, visitor, seen).await {
        return store_is_away(&fault, language);
    }
    let words = Words { book: &site.book, language };
    let office = visitor.office().map_or("", |office| site.offices.name(office, language));
    file(kind, &words.about(office, period, now.date()), &tables(&counted, period, site, language), language)
}

/// What may be said of exact figures, in words.
fn tables(counted: &Counted, period: Period, site: &Site, language: Language) -> Vec<Table> {
    let words = Words { book: &site.book, language };
    let mut tables = words.tables(&counted.numbers, period);
    let offices = counted
        .heard
        .iter()
        .map(|(office, at)| (site.offices.name(office, language).to_owned(), at.map(Instant::date)));
    // Behind the delays.
    let behind = tables.iter().position(|table| table.id == "delays").map_or(tables.len(), |place| place + 1);
    tables.insert(behind, words.last_heard(&offices.collect::<Vec<_>>()));
    tables
}

impl OfPeriod {
    fn of(asked: Asked<Counted>, period: Period, site: &Site, language: Language, now: Instant) -> Self {
        let words = Words { book: &site.book, language };
        let (counting, counted) = match asked {
            Asked::Ready(counted) => (None, Some(counted)),
            Asked::Counting(far) => (Some(how_far(far, language)), None),
        };
        let first = counted.as_ref().and_then(|counted| counted.first);
        let path = |period: Period| (words.period(period), Some(format!("/figures?period={period}")));
        let mut periods: Vec<(String, Option<String>)> = Vec::new();
        for other in periods_of(first.map(|first| first.year()), period, now) {
            periods.push(if other == period { (words.period(period), None) } else { path(other) });
        }
        let shown = |counted: &Counted| Shown::all(&tables(counted, period, site, language), &counted.numbers, words);
        Self {
            title: F::InPeriod.filled(language, &[("period", &words.period(period))]),
            periods,
            files: ["csv", "xlsx"].map(|kind| format!("/figures.{kind}?period={period}")),
            counting,
            damaged: counted.as_ref().is_some_and(|counted| counted.damaged > 0),
            tables: counted.as_ref().map(shown).unwrap_or_default(),
        }
    }
}

/// The years from the first, at most ten of them, and the quarters of the year that is shown.
fn periods_of(first: Option<i32>, shown: Period, now: Instant) -> Vec<Period> {
    const MOST: i32 = 10;
    let this = now.date().year();
    let first = first.unwrap_or(this).max(this - MOST + 1).min(this);
    let mut periods: Vec<Period> = (first..=this).map(Period::Year).collect();
    let of_year = Period::Year(shown.first().year());
    let quarters = [of_year.month(0), of_year.month(3), of_year.month(6), of_year.month(9)].map(Quarter::of);
    periods.extend(quarters.into_iter().filter(|quarter| *quarter <= Quarter::of(now.date())).map(Period::Quarter));
    periods
}

/// The period that an address names.
fn asked_period(pairs: Pairs) -> Option<Period> {
    pairs.ok().and_then(|Query(pairs)| Period::parse(pairs.get("period")?))
}

fn may(visitor: &Visitor, act: Act) -> bool {
    allows(visitor.role(), Relation::Foreign, act)
}

fn how_far([done, of]: [usize; 2], language: Language) -> String {
    F::Counting.filled(language, &[("done", &done.to_string()), ("of", &of.to_string())])
}

/// The page of what is still being counted.
fn being_counted(language: Language) -> Answer {
    let words = [F::CountingPlain, F::LoadAgain].map(|word| word.of(language));
    let mut answer = plain(StatusCode::SERVICE_UNAVAILABLE, language, words);
    answer.headers_mut().insert(RETRY_AFTER, AGAIN);
    answer
}
