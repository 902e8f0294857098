//! The inbox: what nobody has, what is taken and by whom, findings, and what was settled in the last day.

mod act;
pub(super) mod items;

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use projections::catalogue::Word as _;
use projections::inbox::{Hands, Subject};
use projections::rights::Role;
use serde::Deserialize;
use store::people::Seen;

use super::live::{self, Shows};
use crate::answer::{Answer, no_such_page, page, store_is_away};
use crate::frame::Frame;
use crate::gate::note;
use crate::inbox::OwnInbox;
use crate::lao::Html;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::inbox::Inbox as I;
use crate::words::shift::Shift as S;
use items::{May, Names, Shown, Words};

pub use act::act;

/// How many items are shown.
const MOST: usize = 100;

/// What an address asks: the form of which item is open, and what was done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The case of the item whose form is open.
    case: String,
    /// The item's key.
    key: String,
    /// `takes` or `hands_over`.
    form: String,
    /// What was done.
    done: String,
}

/// What was typed into a form, with what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    what: String,
    until: String,
    to: String,
    /// The fields with their errors, in the order of the form.
    errors: Vec<(&'static str, I)>,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    frame: Frame,
    supervises: bool,
    summary: String,
    unused: bool,
    damaged: bool,
    done: Option<I>,
    errors: Vec<(&'static str, I)>,
    nobody: Vec<Shown>,
    taken: Vec<Shown>,
    findings: Vec<Shown>,
    settled: Vec<[Html; 3]>,
    more: Option<String>,
}

/// A part of the page: the id of its heading, the heading, what is said under it, and its items.
type Part<'p> = (&'static str, I, Option<I>, &'p [Shown]);

impl Page {
    fn parts(&self) -> [Part<'_>; 3] {
        [
            ("nobody", I::Nobody, Some(I::NobodySays), &self.nobody),
            ("taken", I::Taken, None, &self.taken),
            ("findings", I::Findings, Some(I::FindingsSays), &self.findings),
        ]
    }
}

/// `GET /inbox`
pub async fn inbox(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Answer {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    answer(&site, &visitor, &asked, &Typed::default()).await
}

async fn answer(site: &Site, visitor: &Visitor, asked: &Asked, typed: &Typed) -> Answer {
    let own = match OwnInbox::of(site, visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let names = match Names::of(site, visitor).await {
        Ok(names) => names,
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let title = W::Inbox.of(visitor.language);
    let (status, title) = if typed.errors.is_empty() {
        (StatusCode::OK, title.to_owned())
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("{}: {title}", I::Error.of(visitor.language)))
    };
    let frame = Frame::of(site, visitor, "/inbox", title);
    let frame = Frame { live: Some(live::address(Shows::List(own.tag), own.now)), ..frame };
    let template = made(site, visitor, frame, &own, &names, asked, typed);
    let count = u32::try_from(own.items.len()).unwrap_or(u32::MAX);
    let seen = Seen::List { list: "inbox".to_owned(), filters: String::new(), count };
    match note(site, visitor, seen).await {
        Ok(()) => page(status, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

fn made(
    site: &Site,
    visitor: &Visitor,
    frame: Frame,
    own: &OwnInbox,
    names: &Names,
    asked: &Asked,
    typed: &Typed,
) -> Page {
    let order = crate::own_docket::OwnDocket::order(&site.book, site, own.now);
    let words = Words::new(site, visitor, &order.days, own.now, names);
    let errors = typed.errors.clone();
    let shown = |part: fn(&Subject, Hands) -> bool| {
        let of_part = own.items.iter().filter(move |(item, _)| part(&item.subject, item.hands));
        let shown = of_part.take(MOST).map(|(item, listed)| words.item(item, listed, asked, typed));
        shown.collect::<Vec<Shown>>()
    };
    let is_finding = |subject: &Subject| matches!(subject, Subject::Findings { .. });
    let is_longer = own.items.len() > MOST;
    Page {
        supervises: visitor.role() == Role::Supervisor,
        summary: summary(&frame, own),
        unused: !own.used,
        damaged: own.damaged > 0,
        done: done(&asked.done),
        errors,
        nobody: shown(|subject, hands| !matches!(subject, Subject::Findings { .. }) && hands != Hands::Taken),
        taken: shown(|_, hands| hands == Hands::Taken),
        findings: shown(|subject, hands| matches!(subject, Subject::Findings { .. }) && hands != Hands::Taken),
        settled: own.settled.iter().take(MOST).map(|(settled, listed)| words.settled(settled, listed)).collect(),
        more: (is_longer && own.items.iter().any(|(item, _)| !is_finding(&item.subject)))
            .then(|| frame.t(I::More).replace("{n}", &MOST.to_string())),
        frame,
    }
}

/// `5 alerts to act on, 5 children held.`
fn summary(frame: &Frame, own: &OwnInbox) -> String {
    let limits = own.items.iter().filter(|(item, _)| !matches!(item.subject, Subject::Findings { .. })).count();
    let mut held: Vec<&str> = own
        .items
        .iter()
        .filter(|(_, listed)| listed.summary.standing.is_held())
        .map(|(item, _)| item.case.as_str())
        .collect();
    held.sort_unstable();
    held.dedup();
    let held = held.len();
    let (alerts, children) =
        (if limits == 1 { "alert" } else { "alerts" }, if held == 1 { "child" } else { "children" });
    let counted = frame.pick(
        format!("{limits} {alerts} to act on, {held} {children} held."),
        format!("ມີ {limits} ອັນຕ້ອງເຮັດ, ເດັກຖືກກັກ {held} ຄົນ."),
    );
    format!("{counted} {}", frame.t(I::Order))
}

fn done(done: &str) -> Option<I> {
    match done {
        "takes" => Some(I::DoneTakes),
        "hands_over" => Some(I::DoneHandsOver),
        "gives_back" => Some(I::DoneGivesBack),
        "notes" => Some(I::DoneNotes),
        _ => None,
    }
}
