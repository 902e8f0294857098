//! `kamnot docket`: a list for a court.
//!
//! Invariant: JSON holds codes and instants, for programs; tables and CSV hold words, in the reader's language.

use std::io;
use std::sync::{Arc, mpsc};

use engine::action::{CaseRef, OfficeCode};
use engine::alert::Kind;
use engine::assess::Breach;
use engine::calendar::Instant;
use engine::json::Json;
use engine::rulebook::{Language, Rulebook};
use futures::{StreamExt as _, TryStreamExt as _};
use projections::CaseView;
use projections::docket::{self, DocketRow};

use super::arguments::{Common, Docket, Format};
use super::database::{Absent, Database, run as block_on};
use super::labels::{self, Label};
use super::output::{Failure, Outcome, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::spreadsheet::csv;
use super::table::{Cell, Table, indented};
use super::time::{full, length, short};
use crate::clock::{Clock as _, SystemClock};
use crate::offices::Offices;

/// How many cases are loaded at the same time.
const IN_FLIGHT: usize = 64;
/// The column of the docket that is left out on a narrow line, and what is narrow.
const OWED_BY: usize = 4;
const ROOM_FOR_ALL: usize = 100;
/// Seconds.
const DAY: i64 = 86_400;
/// From here on hours say nothing any more. Seconds.
const MANY_DAYS: i64 = 3 * DAY;

/// In what words a list is printed.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// The rulebook with the names of the rules.
    pub book: &'a Rulebook,
    /// The names of the offices.
    pub offices: &'a Offices,
    /// The language.
    pub lang: Language,
}

/// `kamnot docket`
pub(super) fn docket(common: &Common, own: &Docket) -> Result<Outcome, Failure> {
    let offices = offices(common)?;
    let database = Database::open(common, Absent::Fail)?;
    let now = SystemClock.now();
    let at = own.at.unwrap_or(now);
    let mut rows = block_on(docket_rows(&database, &own.court, at, at < now))?;
    docket::sort(&mut rows);
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    print_out(&match own.format {
        Format::Json => json(rows.iter().map(DocketRow::to_json)),
        Format::Csv => docket_csv(&rows, words),
        Format::Table => docket_table(&rows, &own.court, at, words, Paint::of(&io::stdout())),
    })?;
    Ok(Outcome::Done)
}

/// The court's cases at an instant. For a past one every case is looked at: it may have gone to another court since.
/// A view that answers for an instant names the court of that instant, for no action of its case lies behind it.
async fn docket_rows(
    database: &Database,
    court: &OfficeCode,
    at: Instant,
    past: bool,
) -> Result<Vec<DocketRow>, Failure> {
    let Database { store, book } = database;
    let look = {
        let (book, court) = (Arc::clone(book), court.clone());
        move |view: CaseView| match DocketRow::of_view(&view, &book, at) {
            Some(row) => (row.court == court).then_some(Looked::Row(row)),
            None => Some(Looked::Unanswered(view.case)),
        }
    };
    let looked: Vec<Looked> = if past {
        let (found, all) = mpsc::channel();
        let send = move |view| {
            // The receiver waits below until every view was looked at.
            look(view).and_then(|looked| found.send(looked).ok());
        };
        store.views(Box::new(send)).await?;
        all.into_iter().collect()
    } else {
        store.docket(court).await?.into_iter().filter_map(look).collect()
    };
    let (mut rows, mut to_load) = (Vec::new(), Vec::new());
    for looked in looked {
        match looked {
            Looked::Row(row) => rows.push(row),
            Looked::Unanswered(case) => to_load.push(case),
        }
    }
    let loaded = futures::stream::iter(to_load).map(|case| async move {
        let case = store.load(&case).await?;
        Ok::<_, Failure>(DocketRow::of_case(&case, book, at))
    });
    let loaded: Vec<Option<DocketRow>> = loaded.buffered(IN_FLIGHT).try_collect().await?;
    rows.extend(loaded.into_iter().flatten().filter(|row| row.court == *court));
    Ok(rows)
}

/// What a look at a view gave.
enum Looked {
    Row(DocketRow),
    /// The instant lies before an action of the case.
    Unanswered(CaseRef),
}

/// Rows as one JSON array, one row a line.
pub(super) fn json<'j>(rows: impl Iterator<Item = Json<'j>>) -> String {
    let mut out = String::from("[");
    for (nth, row) in rows.enumerate() {
        out.push_str(if nth == 0 { "\n" } else { ",\n" });
        row.write(&mut out);
    }
    out.push_str("\n]\n");
    out
}

/// The colour of a standing.
pub(super) const fn tone(breach: Option<Breach>) -> Tone {
    match breach {
        Some(Breach::Certain) => Tone::Certain,
        Some(Breach::Arguable) => Tone::Arguable,
        None => Tone::Plain,
    }
}

/// The court's docket as a table with its heading.
pub(super) fn docket_table(
    rows: &[DocketRow],
    court: &OfficeCode,
    at: Instant,
    words: Words<'_>,
    paint: Paint,
) -> String {
    let Words { offices, lang, .. } = words;
    let heading = format!("{}: {} ({court})", Label::Docket.of(lang), offices.name(court, lang));
    let mut out = format!("{}\n{} {}\n\n", paint.text(Tone::Strong, &heading), Label::At.of(lang), short(at));
    if rows.is_empty() {
        return out + Label::NoCases.of(lang) + "\n";
    }
    let columns = [
        Label::Case,
        Label::Child,
        Label::Standing,
        Label::NextLimit,
        Label::OwedBy,
        Label::Ends,
        Label::LimitsBreached,
        Label::Findings,
    ];
    let mut table = Table { headings: columns.map(|label| label.of(lang).to_owned()).to_vec(), rows: Vec::new() };
    table.rows.extend(rows.iter().map(|row| docket_cells(row, words)));
    if line_width() < ROOM_FOR_ALL {
        table.leave_out(OWED_BY);
    }
    out += &table.draw(line_width(), paint);
    out + "\n" + &paint.text(Tone::Faint, indented(Label::CountsLegend.of(lang), 0, line_width()).trim_end()) + "\n"
}

fn docket_cells(row: &DocketRow, words: Words<'_>) -> Vec<Cell> {
    let Words { book, lang, .. } = words;
    let how = tone(row.worst);
    let mut cells = vec![
        Cell::new(row.case.as_str(), Tone::Strong),
        Cell::plain(labels::standing(row.standing).of(lang)),
        Cell::new(labels::breach(row.worst).of(lang), how),
    ];
    match &row.next {
        Some(next) => cells.extend([
            Cell::plain(book.rule(next.rule).name.in_language(lang)),
            Cell::plain(next.owed_by.as_str()),
            Cell::new(format!("{}, {}", short(next.earliest), left(next.left, words)), tone(next.breach)),
        ]),
        None => cells.extend(["–", "", ""].map(Cell::plain)),
    }
    cells.extend([counts(row.limits), counts(row.findings)].map(Cell::plain));
    cells
}

/// What is left of a limit, or by how much it is over; whole days once they are many.
fn left(seconds: i64, Words { book, lang, .. }: Words<'_>) -> String {
    let whole_days = if seconds.abs() >= MANY_DAYS { seconds - seconds % DAY } else { seconds };
    let what = if seconds < 0 { Label::Over } else { Label::Left };
    format!("{} {}", length(book, lang, whole_days), what.of(lang))
}

/// Certain and arguable ones.
fn counts([arguable, certain]: [u32; 2]) -> String {
    if arguable + certain == 0 { "–".to_owned() } else { format!("{certain} + {arguable}") }
}

fn docket_csv(rows: &[DocketRow], Words { book, lang, .. }: Words<'_>) -> String {
    let headings = [
        Label::Case,
        Label::Court,
        Label::Prosecutor,
        Label::Child,
        Label::Standing,
        Label::NextLimit,
        Label::Article,
        Label::OwedBy,
        Label::EndsProtective,
        Label::EndsLenient,
        Label::LimitsCertain,
        Label::LimitsArguable,
        Label::FindingsCertain,
        Label::FindingsArguable,
        Label::NotOnRecord,
    ]
    .map(|label| label.of(lang));
    let row = |row: &DocketRow| {
        let mut cells = vec![
            row.case.to_string(),
            row.court.to_string(),
            row.prosecutor.to_string(),
            labels::standing(row.standing).of(lang).to_owned(),
            labels::breach(row.worst).of(lang).to_owned(),
        ];
        cells.extend(match &row.next {
            Some(next) => [
                book.rule(next.rule).name.in_language(lang).to_owned(),
                next.article.clone(),
                next.owed_by.to_string(),
                full(next.earliest),
                next.latest.map_or_else(String::new, full),
            ],
            None => std::array::from_fn(|_| String::new()),
        });
        let [limits_arguable, limits_certain] = row.limits;
        let [findings_arguable, findings_certain] = row.findings;
        cells.extend(
            [limits_certain, limits_arguable, findings_certain, findings_arguable, row.not_on_record]
                .map(|count| count.to_string()),
        );
        cells
    };
    csv(headings, &rows.iter().map(row).collect::<Vec<_>>())
}

/// The colour of a kind of alert.
pub(super) const fn kind_tone(kind: Kind) -> Tone {
    match kind {
        Kind::Breach => Tone::Certain,
        Kind::Arguable => Tone::Arguable,
        Kind::Settled => Tone::Good,
        Kind::Withdrawn => Tone::Faint,
        Kind::Notice => Tone::Plain,
    }
}

/// What a kind of alert is called.
pub(super) fn kind_name(kind: Kind, Words { book, lang, .. }: Words<'_>) -> &str {
    book.text(&format!("kind.{kind}")).in_language(lang)
}
