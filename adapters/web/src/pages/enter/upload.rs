//! `/enter/upload`: a file of actions, first shown line by line, then recorded.
//!
//! Invariant: the lines that are recorded are those that were shown. A line that is known adds nothing, so an upload that broke
//! off is sent again whole. The name of the file is kept nowhere.

use std::path::Path;
use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use engine::action::Action;
use engine::decide::Alerts;
use engine::json::Json;
use engine::refusal::{Flaws, Refusal, reasons};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::words_of_time;
use service::files::{self, Contents, Form};
use service::intake::{Intake, MOST_ACTIONS, Request as OfActions};
use service::queries::preview::{Question, foresee};
use service::verdict::Outcome;
use store::Fault;
use store::heavy::beside;

use crate::answer::{Answer, page, store_is_away};
use crate::entry::asked::begun;
use crate::fields::Fields;
use crate::frame::Frame;
use crate::lao::{Html, html};
use crate::multipart::{self, LONGEST_UPLOAD};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;

/// The field with the lines that were shown.
const LINES: &str = "lines";

#[derive(Template)]
#[template(path = "enter/upload.html")]
struct Page {
    frame: Frame,
    error: Option<Html>,
    notes: Vec<Html>,
    rows: Vec<Row>,
    summary: Option<Html>,
    /// The lines that can be recorded, to be sent again as they are.
    lines: Option<String>,
    done: bool,
}

/// A line of the file.
struct Row {
    line: usize,
    what: Html,
    class: &'static str,
    stands: Html,
    says: Html,
}

/// How a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    New,
    Known,
    Refused,
    Recorded,
    Again,
}

impl Stands {
    const fn words(self) -> (&'static str, N) {
        match self {
            Self::New => ("run", N::LineNew),
            Self::Known => ("gone", N::LineKnown),
            Self::Refused => ("certain", N::LineRefused),
            Self::Recorded => ("ok", N::LineRecorded),
            Self::Again => ("today", N::LineAgain),
        }
    }
}

/// `GET /enter/upload`
pub async fn form(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    made(&site, &visitor, Shown::default())
}

/// What the page shows.
#[derive(Default)]
struct Shown {
    error: Option<String>,
    rows: Vec<(Stands, Row)>,
    /// Warnings about the file and its lines.
    notes: Vec<Html>,
    lines: Option<String>,
    done: bool,
}

/// `POST /enter/upload`: a file is shown, or the lines that were shown are recorded.
pub async fn post(State(site): State<Arc<Site>>, visitor: Visitor, request: Request) -> Answer {
    let language = visitor.language;
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let (parts, body) = request.into_parts();
    let wrong = |word: N| Shown { error: Some(word.of(language).to_owned()), ..Shown::default() };
    let Ok(bytes) = axum::body::to_bytes(body, LONGEST_UPLOAD).await else {
        return made(&site, &visitor, wrong(N::UploadTooLong));
    };
    let shown = if let Some(form) = multipart::read(&kind, &bytes) {
        let file = form.file.filter(|(_, content)| !content.is_empty());
        match file.map(|(name, content)| (name, content.to_vec())) {
            Some((name, content)) => of_file(&site, &visitor, &name, content).await,
            None => Ok(wrong(N::ChooseFile)),
        }
    } else {
        let mut lines = Request::from_parts(parts, bytes.into());
        DefaultBodyLimit::max(LONGEST_UPLOAD).apply(&mut lines);
        match Fields::from_request(lines, &()).await {
            Ok(fields) if !fields.raw(LINES).is_empty() => record(&site, &visitor, fields.raw(LINES)).await,
            _ => Ok(wrong(N::ChooseFile)),
        }
    };
    match shown {
        Ok(shown) => made(&site, &visitor, shown),
        Err(fault) => store_is_away(&fault, language),
    }
}

/// What the lines of a file come to.
async fn of_file(site: &Site, visitor: &Visitor, name: &str, bytes: Vec<u8>) -> Result<Shown, Fault> {
    let language = visitor.language;
    let end = name.rsplit_once('.').map(|(_, end)| format!("f.{end}")).unwrap_or_default();
    let read = beside(move || Form::of(&bytes, Path::new(&end)).and_then(|form| files::parse(&bytes, form))).await?;
    let contents = match read {
        Ok(contents) => contents,
        Err(flaw) => return Ok(Shown { error: Some(flaw.sentence(language)), ..Shown::default() }),
    };
    if contents.lines() > MOST_ACTIONS {
        let says = N::TooManyLines.of(language).replace("{n}", &contents.lines().to_string());
        return Ok(Shown { error: Some(says.replace("{most}", &MOST_ACTIONS.to_string())), ..Shown::default() });
    }
    foreseen(site, visitor, contents).await
}

async fn foreseen(site: &Site, visitor: &Visitor, contents: Contents) -> Result<Shown, Fault> {
    let language = visitor.language;
    let Some(sender) = visitor.sender() else { return Ok(Shown::default()) };
    let notes = contents
        .warned
        .iter()
        .map(|warned| format!("{} {}: {}", N::LineNumber.of(language), warned.line, reasons(&warned.flaws, language)));
    let notes: Vec<Html> = notes.map(|note| html(&note)).collect();
    let refused = contents
        .refused
        .iter()
        .map(|refused| (Stands::Refused, row(refused.line, html(""), Stands::Refused, &refused.flaws, language)));
    let mut rows: Vec<(Stands, Row)> = refused.collect();
    let mut lines: Vec<(usize, String)> = Vec::new();
    for case in contents.cases {
        let known = site.log.load(&case.case).await?;
        let question = Question { sender: &sender, case: &known, actions: &case.actions, alerts: Alerts::HeldBack };
        let foreseen = foresee(&site.recorder, &site.book, &site.offices, &question).await?;
        let judged = foreseen.verdicts.iter().zip(&foreseen.warnings);
        for ((line, action), (verdict, warnings)) in case.lines.iter().zip(&case.actions).zip(judged) {
            use engine::decide::Verdict;
            let (stands, flaws): (Stands, &Flaws) = match verdict {
                Verdict::Accepted => (Stands::New, warnings),
                Verdict::Known => (Stands::Known, warnings),
                Verdict::Refused(flaws) => (Stands::Refused, flaws),
            };
            if stands != Stands::Refused {
                lines.push((*line, json(action)));
            }
            rows.push((stands, row(*line, what(site, action, language), stands, flaws, language)));
        }
    }
    rows.sort_by_key(|(_, row)| row.line);
    lines.sort();
    let new = rows.iter().any(|(stands, _)| *stands == Stands::New);
    let lines = lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    Ok(Shown { rows, notes, lines: new.then_some(lines), ..Shown::default() })
}

/// Records the lines that were shown.
async fn record(site: &Site, visitor: &Visitor, lines: &str) -> Result<Shown, Fault> {
    let language = visitor.language;
    let Some(sender) = visitor.sender() else { return Ok(Shown::default()) };
    let request = OfActions { sender, alerts: site.alerts(), language, expected: None };
    let intake = Intake::new(Arc::clone(&site.recorder)).knowing(Some(Arc::clone(&site.offices)));
    let taken = match intake.take_request(&request, lines.as_bytes().to_vec()).await {
        Ok(taken) => taken,
        Err(trouble) => return Ok(Shown { error: Some(trouble.to_string()), ..Shown::default() }),
    };
    let shown: Vec<Option<Action>> = lines.lines().map(|line| Action::read(line).ok()).collect();
    let rows = taken.reply.lines.iter().map(|verdict| {
        let stands = match verdict.outcome {
            Outcome::Recorded => Stands::Recorded,
            Outcome::Known => Stands::Known,
            Outcome::Refused => Stands::Refused,
            Outcome::Again => Stands::Again,
        };
        let action = shown.get(verdict.line.saturating_sub(1)).and_then(Option::as_ref);
        let flaws: Vec<Refusal> = if stands == Stands::Refused {
            verdict.flaws()
        } else {
            verdict.warnings.iter().map(service::verdict::Said::refusal).collect()
        };
        let what = action.map(|action| what(site, action, language)).unwrap_or_default();
        (stands, row(verdict.line, what, stands, &flaws, language))
    });
    Ok(Shown { rows: rows.collect(), done: true, ..Shown::default() })
}

fn json(action: &Action) -> String {
    let mut out = String::new();
    let json: Json<'_> = action.to_json();
    json.write(&mut out);
    out
}

/// The case, the action and when it happened.
fn what(site: &Site, action: &Action, language: Language) -> Html {
    let name = begun(site.book.text(&format!("action.{}", action.name)).in_language(language));
    html(&format!("{}: {name}, {}", action.case, words_of_time::when(action.at, language)))
}

fn row(line: usize, what: Html, stands: Stands, flaws: &[Refusal], language: Language) -> Row {
    let (class, word) = stands.words();
    Row { line, what, class, stands: html(word.of(language)), says: html(&reasons(flaws, language)) }
}

fn made(site: &Site, visitor: &Visitor, shown: Shown) -> Answer {
    let language = visitor.language;
    let count = |of: Stands| shown.rows.iter().filter(|(stands, _)| *stands == of).count().to_string();
    let summary = (!shown.rows.is_empty()).then(|| {
        let (word, new) = if shown.done { (N::UploadDone, Stands::Recorded) } else { (N::UploadShows, Stands::New) };
        let says = word.of(language).replace("{new}", &count(new)).replace("{known}", &count(Stands::Known));
        html(&says.replace("{refused}", &count(Stands::Refused)).replace("{again}", &count(Stands::Again)))
    });
    let title = N::Upload.of(language);
    let (status, title) = if shown.error.is_some() {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("{}: {title}", N::Error.of(language)))
    } else {
        (StatusCode::OK, title.to_owned())
    };
    let page_of = Page {
        frame: Frame::of(site, visitor, "/enter", title),
        error: shown.error.map(|says| html(&says)),
        notes: shown.notes,
        summary,
        rows: shown.rows.into_iter().map(|(_, row)| row).collect(),
        lines: shown.lines,
        done: shown.done,
    };
    page(status, &page_of)
}
