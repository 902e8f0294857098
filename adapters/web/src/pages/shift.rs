//! The shift sheet: what runs out before the next shift, handed over by one person and taken over by another.

mod sheet;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::labels::Label;
use projections::shift::Line;
use projections::today::Taker;
use projections::words_of_time;
use store::Fault;
use store::people::Seen;
use uuid::Uuid;

use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::gate::note;
use crate::lao::{Html, html};
use crate::own_docket::case_path;
use crate::shift::{List, Sheet, confirm};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::shift::Shift as S;

pub use sheet::{receive, sheet};

/// How many confirmations are read for the list of earlier sheets.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "shift.html")]
struct Page {
    frame: Frame,
    error: Option<S>,
    says: String,
    lines: Vec<Shown>,
    more: Option<String>,
    /// The name of the list, and the id of what the button sends.
    list: Uuid,
    send: Uuid,
    waiting: Vec<Kept>,
    earlier: Vec<Kept>,
}

/// A line of a sheet, as shown.
struct Shown {
    case: String,
    path: String,
    limit: Html,
    ends: Html,
    taken: Html,
    /// What is different.
    change: Option<S>,
}

/// An earlier sheet, as listed.
struct Kept {
    path: String,
    given: String,
    received: Option<String>,
}

/// What the words of a sheet need.
struct Words<'w> {
    site: &'w Site,
    language: Language,
    names: BTreeMap<Uuid, String>,
}

impl<'w> Words<'w> {
    /// With the names of these people.
    async fn of(site: &'w Site, language: Language, people: impl Iterator<Item = Uuid>) -> Result<Self, Fault> {
        let mut names = BTreeMap::new();
        for id in people {
            if !names.contains_key(&id)
                && let Some(person) = site.people.person(id).await?
            {
                names.insert(id, person.name);
            }
        }
        Ok(Self { site, language, names })
    }

    fn who(&self, person: Option<Uuid>) -> &str {
        let Some(id) = person else { return S::Office.of(self.language) };
        self.names.get(&id).map_or(S::Somebody.of(self.language), String::as_str)
    }

    fn line(&self, line: &Line, change: Option<S>) -> Shown {
        let (book, language) = (&self.site.book, self.language);
        let rule = line.rule;
        let limit =
            format!("{}, {}\u{a0}{}", book.name(&rule, language), Label::Article.of(language), book.article(&rule));
        let one = |Taker { person, until }: &Taker| {
            format!("{}, {}", self.who(*person), words_of_time::instant(*until, language))
        };
        let taken: Vec<String> = line.taken.iter().map(one).collect();
        Shown {
            case: line.case.to_string(),
            path: case_path(&line.case),
            limit: html(&limit),
            ends: html(&words_of_time::instant(line.end, language)),
            taken: if taken.is_empty() { html(S::Nobody.of(language)) } else { html(&taken.join("; ")) },
            change,
        }
    }

    fn confirmed(&self, word: S, by: &store::people::ShiftSheet) -> String {
        let at = words_of_time::instant(by.at, self.language);
        word.filled(self.language, &[("who", self.who(Some(by.person))), ("at", &at)])
    }

    fn kept(&self, sheet: &Sheet) -> Kept {
        Kept {
            path: format!("/shift/{}", sheet.given.id),
            given: self.confirmed(S::GivenBy, &sheet.given),
            received: sheet.received.as_ref().map(|by| self.confirmed(S::ReceivedBy, by)),
        }
    }
}

/// The people who have what stands on these lines.
fn holders(lines: &[Line]) -> impl Iterator<Item = Uuid> {
    lines.iter().flat_map(|line| &line.taken).filter_map(|taker| taker.person)
}

/// The people who confirmed these sheets.
fn signers(sheets: &[Sheet]) -> impl Iterator<Item = Uuid> {
    sheets.iter().flat_map(|sheet| [Some(&sheet.given), sheet.received.as_ref()]).flatten().map(|by| by.person)
}

/// `GET /shift`
pub async fn shift(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    said(own(&site, &visitor, None).await, &visitor)
}

fn said(answer: Result<Option<Answer>, Fault>, visitor: &Visitor) -> Answer {
    match answer {
        Ok(Some(answer)) => answer,
        Ok(None) => no_such_page(visitor.language),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// The list as it stands now; `None` for somebody who has none.
async fn current(site: &Site, visitor: &Visitor) -> Result<Option<List>, Fault> {
    let Some(office) = visitor.office() else { return Ok(None) };
    List::of(site, visitor, site.offices.end_of_shift(office, site.now())).await
}

async fn own(site: &Site, visitor: &Visitor, error: Option<S>) -> Result<Option<Answer>, Fault> {
    let (Some(list), Some(office)) = (current(site, visitor).await?, visitor.office()) else { return Ok(None) };
    let language = visitor.language;
    let sheets = Sheet::all(site.people.sheets(office, MOST).await?);
    let words = Words::of(site, language, holders(&list.lines).chain(signers(&sheets))).await?;
    let (waiting, earlier): (Vec<_>, Vec<_>) = sheets.iter().partition(|sheet| sheet.received.is_none());
    let until = words_of_time::instant(list.until, language);
    let title = titled(error, language);
    let template = Page {
        frame: Frame::of(site, visitor, "/shift", title),
        error,
        says: S::Says.filled(language, &[("until", &until)]),
        lines: list.lines.iter().map(|line| words.line(line, None)).collect(),
        more: (list.more > 0).then(|| S::More.filled(language, &[("n", &list.more.to_string())])),
        list: list.name(),
        send: Uuid::new_v4(),
        waiting: waiting.into_iter().map(|sheet| words.kept(sheet)).collect(),
        earlier: earlier.into_iter().map(|sheet| words.kept(sheet)).collect(),
    };
    look(site, visitor, list.lines.len()).await?;
    Ok(Some(page(status(error), &template)))
}

fn titled(error: Option<S>, language: Language) -> String {
    let title = S::Title.of(language);
    if error.is_some() { format!("{}: {title}", S::Error.of(language)) } else { title.to_owned() }
}

const fn status(error: Option<S>) -> StatusCode {
    if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// Records that somebody saw a sheet.
async fn look(site: &Site, visitor: &Visitor, count: usize) -> Result<(), Fault> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    note(site, visitor, Seen::List { list: "shift".to_owned(), filters: String::new(), count }).await
}

/// `POST /shift`
pub async fn give(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    said(given(&site, &visitor, &fields).await, &visitor)
}

async fn given(site: &Site, visitor: &Visitor, fields: &Fields) -> Result<Option<Answer>, Fault> {
    if visitor.csrf().is_none() {
        return own(site, visitor, Some(S::PeopleAlone)).await;
    }
    let Some(list) = current(site, visitor).await? else { return Ok(None) };
    let (Ok(id), Ok(seen)) = (Uuid::try_parse(fields.text("id")), Uuid::try_parse(fields.text("list"))) else {
        return own(site, visitor, Some(S::Moved)).await;
    };
    // Sent twice, it was handed over by the first.
    if Sheet::of(site, visitor, id).await?.is_none() {
        if seen != list.name() {
            return own(site, visitor, Some(S::Moved)).await;
        }
        confirm(site, visitor, (id, id), &list).await?;
    }
    Ok(Some(see_other(&format!("/shift/{id}?done=given"))))
}
