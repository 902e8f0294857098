//! The docket as a file for a spreadsheet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::docket::DocketRow;
use projections::docket::listed::Listed;
use projections::labels::{self, Label};
use projections::snapshot::LimitAt;
use service::spreadsheet::csv;

use super::asked::Asked;
use super::{Pairs, asked, list};
use crate::answer::{Answer, no_such_page, store_is_away, with};
use crate::gate::note;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;

/// `GET /docket.csv`
pub async fn docket_csv(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    let own = match OwnDocket::of(&site, &visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let asked = asked(pairs, &site.book);
    let now = OwnDocket::order(&site.book, &site, own.now);
    let chosen = now.chosen(&own.cases, &asked.chosen(own.of_silent()));
    let rows = chosen.iter().map(|placed| cells(&placed.case, own.now, &site, visitor.language)).collect::<Vec<_>>();
    let seen = list("docket.csv", &Asked::query(&asked.choice, None), rows.len());
    if let Err(fault) = note(&site, &visitor, seen).await {
        return store_is_away(&fault, visitor.language);
    }
    let headings = headings(visitor.language);
    let mut answer = with(StatusCode::OK, "text/csv; charset=utf-8", csv(headings, &rows));
    let attached = HeaderValue::from_static("attachment; filename=\"docket.csv\"");
    answer.headers_mut().insert(CONTENT_DISPOSITION, attached);
    answer
}

fn headings(language: Language) -> [&'static str; 16] {
    let d = |word: D| word.of(language);
    let l = |label: Label| label.of(language);
    [
        d(D::Case),
        d(D::Standing),
        l(Label::Since),
        d(D::HasPassed),
        d(D::Article),
        d(D::HowSure),
        d(D::EndsProtective),
        d(D::EndsLenient),
        l(Label::HoursOver),
        d(D::EndsNext),
        d(D::Article),
        d(D::EndsProtective),
        d(D::EndsLenient),
        l(Label::HoursLeft),
        d(D::OwedBy),
        d(D::LastHeard),
    ]
}

fn cells(case: &Listed, now: Instant, site: &Site, language: Language) -> Vec<String> {
    let row = DocketRow::of(case.at(now), &site.book);
    let name = |limit: &LimitAt| site.book.name(&limit.rule, language).to_owned();
    let ends = |limit: &LimitAt| [time(limit.earliest), limit.latest.map_or_else(String::new, time)];
    let mut cells = vec![case.case.to_string(), labels::standing(row.standing).of(language).to_owned()];
    cells.push(case.held.map_or_else(String::new, |held| time(held.since)));
    match &row.worst {
        None => cells.extend([const { String::new() }; 6]),
        Some(worst) => {
            cells.extend([name(worst), worst.article.clone(), labels::sure(worst.breach).of(language).to_owned()]);
            cells.extend(ends(worst));
            cells.push(LimitAt::hours(worst.over()).to_string());
        }
    }
    match &row.next {
        None => cells.extend([const { String::new() }; 5]),
        Some(next) => {
            cells.extend([name(next), next.article.clone()]);
            cells.extend(ends(next));
            cells.push(LimitAt::hours(next.left).to_string());
        }
    }
    let owing = row.worst.iter().filter(|worst| worst.ended.is_none()).chain(&row.next).next();
    cells.push(owing.map_or_else(String::new, |limit| site.offices.name(&limit.owed_by, language).to_owned()));
    cells.push(time(case.last_recorded));
    cells
}

/// `2026-03-03 09:30:00`, which spreadsheets recognise.
fn time(at: Instant) -> String {
    at.to_string()[..19].replace('T', " ")
}
