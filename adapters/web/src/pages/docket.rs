//! The docket of the visitor's office.

pub mod asked;
mod file;
pub mod handed_on;
pub mod rows;

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use engine::rulebook::Rulebook;
use projections::catalogue::Word as _;
use projections::docket::choice::{Child, Choice};
use projections::docket::pages::{Page, page as page_of};
use store::people::Seen;

use super::live::{self, Shows};
use crate::answer::{Answer, no_such_page, page, store_is_away};
use crate::frame::Frame;
use crate::gate::note;
use crate::lao::Html;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::frame::Frame as W;
use asked::{Asked, Pick, Tag, lists, with_query};
use rows::{Stretch, Words};

pub use file::docket_csv;

/// The pairs of an address.
pub type Pairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

#[derive(Template)]
#[template(path = "docket.html")]
struct Docket {
    frame: Frame,
    /// The sentence under the heading.
    summary: String,
    csv: String,
    silence: Vec<(Html, Vec<(String, String)>)>,
    damaged: bool,
    unknown: bool,
    /// Where the list begins again, if cases of it were recorded in meanwhile.
    moved: Option<String>,
    reference: String,
    lists: [Vec<Pick>; 4],
    late: bool,
    /// What the form keeps although it has no field for it.
    kept: Vec<(&'static str, String)>,
    tags: Vec<Tag>,
    /// The filters in words, where no case matches them.
    no_match: Option<String>,
    stretches: Vec<Stretch>,
    /// How many cases there are and how many of them are shown.
    shown: String,
    next: Option<String>,
    first: Option<String>,
}

/// `GET /docket`
pub async fn docket(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    let own = match OwnDocket::of(&site, &visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let asked = asked(pairs, &site.book);
    let choice = asked.chosen(own.of_silent());
    let now = OwnDocket::order(&site.book, &site, own.now);
    let began = asked.after.as_ref().map(|key| OwnDocket::order(&site.book, &site, key.began.min(own.now)));
    let shown = page_of(&own.cases, &choice, &now, asked.after.as_ref().zip(began.as_ref()));
    let words =
        Words { book: &site.book, offices: &site.offices, language: visitor.language, now: own.now, days: &now.days };
    let stretches = words.stretches(&shown.cases, &shown.groups);
    let seen = list("docket", &Asked::query(&asked.choice, asked.after.as_ref()), shown.cases.len());
    let frame = Frame::of(&site, &visitor, "/docket", W::Docket.of(visitor.language));
    let frame = Frame { live: Some(live::address(Shows::List(own.tag), own.now)), ..frame };
    let template = Docket {
        summary: summary(&frame, &own, &now, &shown, &asked),
        csv: with_query("/docket.csv", &Asked::query(&asked.choice, None)),
        silence: words.silence(&own.silent),
        damaged: own.damaged > 0,
        unknown: asked.unknown,
        moved: (asked.after.is_some() && shown.changed > 0).then(|| Asked::path(&asked.choice, None)),
        reference: asked.choice.reference.clone().unwrap_or_default(),
        lists: lists(&asked.choice, &site.book, visitor.language),
        late: asked.choice.late,
        kept: kept(&asked.choice),
        tags: asked.tags(&site.book, visitor.language),
        no_match: no_match(&frame, &asked, &site, &own, &shown),
        stretches,
        shown: of_all(&frame, &shown),
        next: shown.next.as_ref().map(|key| Asked::path(&asked.choice, Some(key))),
        first: asked.after.as_ref().map(|_| Asked::path(&asked.choice, None)),
        frame,
    };
    // Before the page: without a record of the look there is none.
    match note(&site, &visitor, seen).await {
        Ok(()) => page(StatusCode::OK, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// What an address asks.
fn asked(pairs: Pairs, book: &Rulebook) -> Asked {
    let mut asked = match pairs {
        Ok(Query(pairs)) => Asked::read(&pairs),
        Err(_) => Asked { unknown: true, ..Asked::default() },
    };
    if asked.choice.rule.take_if(|rule| book.rule(*rule).is_none()).is_some() {
        asked.unknown = true;
    }
    asked
}

/// A list as it is recorded that somebody saw it.
fn list(list: &str, filters: &str, count: usize) -> Seen {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Seen::List { list: list.to_owned(), filters: filters.to_owned(), count }
}

/// The filters for which the form has no field.
fn kept(choice: &Choice) -> Vec<(&'static str, String)> {
    let mut pairs = Asked::pairs(choice);
    pairs.retain(|(name, _)| ["state", "silent"].contains(name));
    pairs
}

/// `13 open cases, 8 children held. Children who are held come first, then what ends first.`
fn summary(
    frame: &Frame,
    own: &OwnDocket,
    now: &projections::docket::pages::Order<'_>,
    shown: &Page,
    asked: &Asked,
) -> String {
    let open = own.cases.iter().filter(|case| case.closed.is_none()).count();
    let [held] = own.counts(now, [&Choice { child: Some(Child::Held), ..Choice::default() }]);
    let cases = frame.t(if open == 1 { D::OpenCase } else { D::OpenCases });
    let children = frame.t(if held == 1 { D::ChildHeld } else { D::ChildrenHeld });
    let all = frame.pick(format!("{open} {cases}, {held} {children}"), format!("{open} {cases}, {children} {held} ຄົນ"));
    let order = frame.t(D::Order);
    if asked.choice == Choice::default() {
        return format!("{all}. {order}");
    }
    let matching = shown.total;
    let verb = if matching == 1 { "matches" } else { "match" };
    let matching = frame.pick(format!("{matching} {verb} the filters"), format!("ກົງກັບຕົວກັ່ນຕອງ {matching} ຄະດີ"));
    format!("{all}; {matching}. {order}")
}

/// The filters in words, where no case matches.
fn no_match(frame: &Frame, asked: &Asked, site: &Site, own: &OwnDocket, shown: &Page) -> Option<String> {
    if shown.total > 0 || asked.choice == Choice::default() || own.cases.is_empty() {
        return None;
    }
    let tags = asked.tags(&site.book, frame.language);
    let quoted: Vec<String> = tags.iter().map(|tag| format!("“{}”", tag.words)).collect();
    Some(quoted.join(&format!(" {} ", frame.t(D::And))))
}

/// `All 14 cases are shown.`
fn of_all(frame: &Frame, shown: &Page) -> String {
    let (all, here) = (shown.total, shown.cases.len());
    if here == all {
        let en = if all == 1 { "The one case is shown.".to_owned() } else { format!("All {all} cases are shown.") };
        return frame.pick(en, format!("ສະແດງທັງໝົດ {all} ຄະດີ."));
    }
    frame.pick(format!("{here} of {all} cases are shown."), format!("ສະແດງ {here} ຈາກ {all} ຄະດີ."))
}
