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
/// The field with the numbers of these lines in the file.
const NUMBERS: &str = "numbers";
/// The field with the refused lines: the number of each, what it says, and why.
const REFUSED: &str = "refused";
/// How long the words about refused lines may be that are sent along, in bytes; of further ones only the numbers are.
const MOST_WORDS: usize = 200_000;

#[derive(Template)]
#[template(path = "enter/upload.html")]
struct Page {
    frame: Frame,
    error: Option<Html>,
    notes: Vec<Html>,
    rows: Vec<Row>,
    summary: Option<Html>,
    /// The lines that can be recorded, to be sent again as they are, and what else is sent along.
    hidden: Vec<(&'static str, String)>,
    done: bool,
}

/// A line of the file.
struct Row {
    line: usize,
    what: String,
    stands: Stands,
    says: String,
}

impl Row {
    fn what(&self) -> Html {
        html(&self.what)
    }

    fn says(&self) -> Html {
        html(&self.says)
    }
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
    rows: Vec<Row>,
    /// Warnings about the file and its lines.
    notes: Vec<Html>,
    hidden: Vec<(&'static str, String)>,
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
            Ok(fields) if !fields.raw(LINES).is_empty() => record(&site, &visitor, &fields).await,
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
        .map(|refused| row(refused.line, String::new(), Stands::Refused, &refused.flaws, language));
    let mut rows: Vec<Row> = refused.collect();
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
            rows.push(row(*line, what(site, action, language), stands, flaws, language));
        }
    }
    rows.sort_by_key(|row| row.line);
    lines.sort();
    let mut hidden = Vec::new();
    if rows.iter().any(|row| row.stands == Stands::New) {
        let (numbers, lines): (Vec<String>, Vec<String>) =
            lines.into_iter().map(|(number, line)| (number.to_string(), line)).unzip();
        hidden = vec![(LINES, lines.join("\n")), (NUMBERS, numbers.join(" ")), (REFUSED, refused_lines(&rows))];
    }
    Ok(Shown { rows, notes, hidden, ..Shown::default() })
}

/// The refused lines as they are sent along, so that they can be shown beside what was recorded.
fn refused_lines(rows: &[Row]) -> String {
    let mut left = MOST_WORDS;
    let refused = rows.iter().filter(|row| row.stands == Stands::Refused).map(|Row { line, what, says, .. }| {
        left = left.saturating_sub(what.len() + says.len());
        if left > 0 { (*line, what.as_str(), says.as_str()) } else { (*line, "", "") }
    });
    serde_json::to_string(&refused.collect::<Vec<_>>()).unwrap_or_default()
}

/// Records the lines that were shown.
async fn record(site: &Site, visitor: &Visitor, fields: &Fields) -> Result<Shown, Fault> {
    let (lines, language) = (fields.raw(LINES), visitor.language);
    let numbers: Vec<usize> = fields.raw(NUMBERS).split(' ').filter_map(|number| number.parse().ok()).collect();
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
        let number = numbers.get(verdict.line.saturating_sub(1)).copied().unwrap_or(verdict.line);
        row(number, what, stands, &flaws, language)
    });
    let refused: Vec<(usize, String, String)> = serde_json::from_str(fields.raw(REFUSED)).unwrap_or_default();
    let refused = refused.into_iter().map(|(line, what, says)| Row { line, what, stands: Stands::Refused, says });
    let mut rows: Vec<Row> = rows.chain(refused).collect();
    rows.sort_by_key(|row| row.line);
    Ok(Shown { rows, done: true, ..Shown::default() })
}

fn json(action: &Action) -> String {
    let mut out = String::new();
    let json: Json<'_> = action.to_json();
    json.write(&mut out);
    out
}

/// The case, the action and when it happened.
fn what(site: &Site, action: &Action, language: Language) -> String {
    let name = begun(site.book.text(&format!("action.{}", action.name)).in_language(language));
    format!("{}: {name}, {}", action.case, words_of_time::when(action.at, language))
}

/// A line with what is wrong with it; of a line that is not refused these are warnings, and are called so.
fn row(line: usize, what: String, stands: Stands, flaws: &[Refusal], language: Language) -> Row {
    let mut says = reasons(flaws, language);
    if stands != Stands::Refused && !flaws.is_empty() {
        says = format!("{}: {says}", N::Warning.of(language));
    }
    Row { line, what, stands, says }
}

fn made(site: &Site, visitor: &Visitor, shown: Shown) -> Answer {
    let language = visitor.language;
    let count = |of: Stands| shown.rows.iter().filter(|row| row.stands == of).count().to_string();
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
        rows: shown.rows,
        hidden: shown.hidden,
        done: shown.done,
    };
    page(status, &page_of)
}
