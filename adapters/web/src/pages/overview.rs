//! The overview: numbers that lead to lists already filtered, and what runs out before the next working day.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use projections::catalogue::Word as _;
use projections::docket::choice::{Child, Choice, Left};
use projections::docket::pages::Order;
use projections::rights::Role;
use projections::words_of_time::weekday_and_day;
use store::people::Seen;

use super::docket::asked::Asked;
use super::docket::rows::{Stretch, Words};
use super::live::{self, Shows};
use super::office_changes;
use crate::answer::{Answer, page, see_other, store_is_away};
use crate::frame::Frame;
use crate::gate::note;
use crate::lao::{Html, html};
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::frame::Frame as W;
use crate::words::office_change::OfficeChange as C;
use crate::words::overview::Overview as O;

/// How many cases the overview lists.
const MOST: usize = 10;

/// A number that leads to its cases.
struct Number {
    count: usize,
    path: String,
    words: Html,
    /// The class of its card.
    class: &'static str,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    /// Whether the cases of the office are to go to another one, and somebody of it has to confirm that.
    change_waits: bool,
    numbers: Vec<Number>,
    next_working_day: String,
    all: String,
    stretches: Vec<Stretch>,
}

#[derive(Template)]
#[template(path = "overview_supervisor.html")]
struct OfSupervisor {
    frame: Frame,
}

/// `GET /`
pub async fn overview(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    match visitor.role() {
        Role::Operator => return see_other("/health"),
        Role::Supervisor => {
            let frame = Frame::of(&site, &visitor, "/", W::Overview.of(visitor.language));
            let frame = Frame { live: Some(live::address(Shows::Nothing, site.now())), ..frame };
            return page(StatusCode::OK, &OfSupervisor { frame });
        }
        Role::Clerk | Role::Prosecutor | Role::Investigator | Role::Lawyer => {}
    }
    let own = match OwnDocket::of(&site, &visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return see_other("/login"),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let now = OwnDocket::order(&site.book, &site, own.now);
    let words =
        Words { book: &site.book, offices: &site.offices, language: visitor.language, now: own.now, days: &now.days };
    let runs_out = Choice { left: Some(Left::BeforeWork), ..Choice::default() };
    let mut cases = now.chosen(&own.cases, &runs_out);
    let mut counts = std::collections::BTreeMap::new();
    for placed in &cases {
        *counts.entry(placed.group).or_default() += 1;
    }
    cases.truncate(MOST);
    let change_waits = match office_changes::waits(&site, &visitor).await {
        Ok(waits) => waits,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let frame = Frame::of(&site, &visitor, "/", W::Overview.of(visitor.language));
    let template = Overview {
        change_waits,
        numbers: numbers(&own, &now, visitor.language),
        next_working_day: weekday_and_day(now.days.next_working, visitor.language),
        all: Asked::path(&runs_out, None),
        stretches: words.stretches(&cases, &counts),
        frame: Frame { live: Some(live::address(Shows::List(own.tag), own.now)), ..frame },
    };
    let count = u32::try_from(cases.len()).unwrap_or(u32::MAX);
    let seen = Seen::List { list: "overview".to_owned(), filters: String::new(), count };
    match note(&site, &visitor, seen).await {
        Ok(()) => page(StatusCode::OK, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

fn numbers(own: &OwnDocket, now: &Order<'_>, language: engine::rulebook::Language) -> Vec<Number> {
    let of = |child, left| Choice { child: Some(child), left: Some(left), ..Choice::default() };
    let number = |choice: &Choice, count: usize, words: [O; 2], class| Number {
        count,
        path: Asked::path(choice, None),
        words: html(counted(count, words).of(language)),
        class,
    };
    let certain = of(Child::Held, Left::Certain);
    let arguable = of(Child::Held, Left::Arguable);
    let before_work = Choice { left: Some(Left::BeforeWork), ..Choice::default() };
    let over = of(Child::NotHeld, Left::Over);
    let silent = Choice { silent: Some(own.of_silent()), ..Choice::default() };
    let late = Choice { late: true, ..Choice::default() };
    let counts = own.counts(now, [&certain, &arguable, &before_work, &over, &late]);
    vec![
        number(&certain, counts[0], [O::OneHeldCertain, O::HeldCertain], "certain"),
        number(&arguable, counts[1], [O::OneHeldArguable, O::HeldArguable], "arguable"),
        number(&before_work, counts[2], [O::OneBeforeWork, O::BeforeWork], ""),
        number(&over, counts[3], [O::OneOverFree, O::OverFree], ""),
        number(&silent, own.silent.len(), [O::OneSilent, O::Silent], ""),
        number(&late, counts[4], [O::OneLate, O::Late], ""),
    ]
}

/// The words for one, or for as many as are counted.
pub const fn counted(count: usize, [one, many]: [O; 2]) -> O {
    if count == 1 { one } else { many }
}
