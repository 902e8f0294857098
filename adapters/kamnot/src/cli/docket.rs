//! `kamnot docket`: an office's cases, the most urgent first.
//!
//! Invariant: JSON has codes and instants, for programs; tables and CSV have words, in the reader's language.

use std::io;

use engine::action::{OfficeCode, When};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::docket::{self, DocketRow};
use projections::labels::{self, Label};
use projections::snapshot::{LimitAt, Snapshot};
use projections::summary::Ended;
use projections::view::Seat;
use service::clock::{Clock as _, SystemClock};
use service::queries::cases::{Cases, Which, cases};

use super::arguments::{Common, Docket, Format, Seconds};
use super::asked::{office, refuse_stranger};
use super::database::{Database, run as block_on};
use super::in_force::offices_in_force;
use super::lists::{Words, json, tone};
use super::output::{Completion, Failure, complete, print_out};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table, indented, wrap};
use super::time::{full, left, short};
use service::spreadsheet::csv;

/// `kamnot docket`
pub(super) fn run(common: &Common, own: &Docket) -> Result<Completion, Failure> {
    let (kind, code) = office(&own.whose)?;
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    let now = SystemClock.now();
    let at = own.at.unwrap_or(now);
    let which = Which { office: code.clone(), seat: kind.seat(), at, now };
    let Cases { cases, damaged } =
        block_on(async { Ok(cases(database.store.as_ref(), &database.book, &which).await?) })?;
    if cases.is_empty() && damaged.is_empty() {
        refuse_stranger(common, &offices, &database, (Some(kind), code))?;
    }
    let all = cases.len();
    let mut rows = chosen(cases, own, &database);
    docket::sort(&mut rows);
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    print_out(&match own.format {
        Format::Json => json(rows.iter().map(DocketRow::to_json)),
        Format::Csv => docket_csv(&rows, words),
        Format::Table => docket_table(&rows, all, code, at, words, Paint::of(&io::stdout())),
    })?;
    complete(damaged)
}

/// The rows of the cases that match the options.
fn chosen(cases: Vec<Snapshot>, own: &Docket, database: &Database) -> Vec<DocketRow> {
    let since = own.changed_since.map(When::first);
    let changed = cases.into_iter().filter(|case| since.is_none_or(|since| case.recorded_at >= since));
    let chosen = changed.filter(|case| {
        let due = |most: Seconds| case.soonest().is_some_and(|left| left <= most.0);
        (!own.held || case.summary.standing.is_held()) && own.due_within.is_none_or(due)
    });
    chosen.map(|case| DocketRow::of(case, &database.book)).collect()
}

/// The heading of an office's list as of an instant.
pub(super) fn heading(label: Label, office: &OfficeCode, at: Instant, words: Words<'_>, paint: Paint) -> String {
    let Words { offices, lang, .. } = words;
    let heading = format!("{}: {}", label.of(lang), offices.name_and_code(office, lang));
    let lines = wrap(&heading, line_width()).into_iter().map(|line| paint.text(Tone::Strong, &line) + "\n");
    format!("{}{} {}", lines.collect::<String>(), Label::At.of(lang), short(at))
}

/// An office's docket as a table with its heading; `all`: how many cases it has, shown or not.
pub(super) fn docket_table(
    rows: &[DocketRow],
    all: usize,
    office: &OfficeCode,
    at: Instant,
    words: Words<'_>,
    paint: Paint,
) -> String {
    let lang = words.lang;
    let shown = if rows.len() == all { String::new() } else { format!("{} {} ", rows.len(), Label::Of.of(lang)) };
    let cases = if all == 1 { Label::CaseCount } else { Label::CasesCount }.of(lang);
    let mut out = format!("{}; {shown}{all} {cases}\n\n", heading(Label::Docket, office, at, words, paint));
    if rows.is_empty() {
        return out + Label::NoCases.of(lang) + "\n";
    }
    let columns = [
        Label::Case,
        Label::Standing,
        Label::NextLimit,
        Label::Ends,
        Label::Time,
        Label::OwedBy,
        Label::WorstPassed,
        Label::LimitsCertain,
        Label::LimitsArguable,
        Label::FindingsCertain,
        Label::FindingsArguable,
    ];
    let mut table = Table { headings: columns.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    table.rows.extend(rows.iter().map(|row| docket_cells(row, words)));
    out += &table.draw(line_width(), paint);
    out + "\n" + &paint.text(Tone::Faint, indented(Label::CountsLegend.of(lang), 0, line_width()).trim_end()) + "\n"
}

fn docket_cells(row: &DocketRow, words: Words<'_>) -> Vec<Cell> {
    let Words { offices, lang, .. } = words;
    let mut cells =
        vec![Cell::new(row.case.as_str(), Tone::Strong), Cell::plain(labels::standing(row.standing).of(lang))];
    match &row.next {
        Some(next) => cells.extend([
            Cell::plain(limit_name(next, words)),
            Cell::plain(ends(next, lang)),
            Cell::new(left(next.left, lang), tone(next.breach)),
            Cell::plain(offices.name_and_code(&next.owed_by, lang)),
        ]),
        None => cells.extend(["–", "", "", ""].map(Cell::plain)),
    }
    cells.push(match &row.worst {
        Some(worst) => Cell::new(format!("{}: {}", limit_name(worst, words), passed(worst, lang)), tone(worst.breach)),
        None => Cell::plain("–"),
    });
    let counts = counts(row).into_iter().zip([Breach::Certain, Breach::Arguable].into_iter().cycle());
    cells.extend(counts.map(|(count, breach)| Cell::new(count.to_string(), tone((count > 0).then_some(breach)))));
    cells
}

/// The name of a limit with its article.
pub(super) fn limit_name(limit: &LimitAt, words: Words<'_>) -> String {
    format!("{}, {} {}", words.rule_name(limit.rule), Label::Article.of(words.lang), limit.article)
}

/// When a running limit ends; if its end under the protective reading has passed, under which reading.
pub(super) fn ends(limit: &LimitAt, lang: Language) -> String {
    let end = short(limit.end);
    if limit.breach.is_none() { end } else { format!("{end} ({})", Label::ByLenient.of(lang)) }
}

/// Whether a limit's breach is certain or arguable, since when, by how much, and when the duty was done or the case was
/// closed without it.
pub(super) fn passed(limit: &LimitAt, lang: Language) -> String {
    let sure = labels::sure(limit.breach).of(lang);
    let ended = limit.ended.map(|ended| {
        let how = if ended.is_by_closing() { Label::ClosedOn } else { Label::DoneOn };
        format!(", {} {}", how.of(lang), short(ended.at()))
    });
    let worse = limit.certain_after.map(|at| format!("; {} {}", Label::CertainAfter.of(lang), short(at)));
    let since = Label::Since.of(lang);
    let rest = ended.or(worse).unwrap_or_default();
    format!("{sure}, {since} {}, {}{rest}", short(limit.end), left(limit.left, lang))
}

/// Limits and findings, certain before arguable.
fn counts(row: &DocketRow) -> [u32; 4] {
    let ([limits_arguable, limits_certain], [findings_arguable, findings_certain]) = (row.limits, row.findings);
    [limits_certain, limits_arguable, findings_certain, findings_arguable]
}

fn docket_csv(rows: &[DocketRow], words: Words<'_>) -> String {
    let lang = words.lang;
    let one = |label: Label| vec![label.of(lang).to_owned()];
    let of = |label: Label, what: Label| format!("{}: {}", label.of(lang), what.of(lang));
    let office = |label: Label| vec![label.of(lang).to_owned(), of(label, Label::Name)];
    let worst = [Label::Article, Label::HowSure, Label::Since, Label::DoneOn, Label::ClosedOn];
    let worst = worst.map(|what| of(Label::WorstPassed, what));
    let headings = [
        one(Label::Case),
        Seat::ALL.map(|seat| office(labels::seat(seat))).concat(),
        [Label::Standing, Label::NextLimit, Label::Article].map(one).concat(),
        office(Label::OwedBy),
        [Label::Ends, Label::EndsProtective, Label::EndsLenient, Label::TimeLeft, Label::HoursLeft].map(one).concat(),
        one(Label::WorstPassed),
        worst.to_vec(),
        [Label::TimeOver, Label::HoursOver, Label::LimitsCertain, Label::LimitsArguable].map(one).concat(),
        [Label::FindingsCertain, Label::FindingsArguable, Label::NotOnRecord].map(one).concat(),
    ]
    .concat();
    csv(headings.iter().map(String::as_str), &rows.iter().map(|row| csv_cells(row, words)).collect::<Vec<_>>())
}

fn csv_cells(row: &DocketRow, words: Words<'_>) -> Vec<String> {
    let lang = words.lang;
    let name = |limit: &LimitAt| words.rule_name(limit.rule);
    let mut cells = vec![row.case.to_string()];
    for seat in Seat::ALL {
        cells.extend(office_cells(seat.of(&row.offices), words));
    }
    cells.push(labels::standing(row.standing).of(lang).to_owned());
    match &row.next {
        Some(next) => {
            cells.extend([name(next), next.article.clone()]);
            cells.extend(office_cells(Some(&next.owed_by), words));
            cells.extend([full(next.end), full(next.earliest), next.latest.map_or_else(String::new, full)]);
            cells.extend([left(next.left, lang), LimitAt::hours(next.left).to_string()]);
        }
        None => cells.extend(std::iter::repeat_n(String::new(), 9)),
    }
    match &row.worst {
        Some(worst) => {
            let (done, closed) = match worst.ended {
                None => (String::new(), String::new()),
                Some(Ended::Done(at)) => (full(at), String::new()),
                Some(Ended::CaseClosed(at)) => (String::new(), full(at)),
            };
            cells.extend([
                name(worst),
                worst.article.clone(),
                labels::sure(worst.breach).of(lang).to_owned(),
                full(worst.end),
                done,
                closed,
                left(worst.left, lang),
                LimitAt::hours(worst.over()).to_string(),
            ]);
        }
        None => cells.extend(std::iter::repeat_n(String::new(), 8)),
    }
    cells.extend(counts(row).map(|count| count.to_string()));
    cells.push(row.not_on_record.to_string());
    cells
}

/// An office's code and its name; empty if there is none.
pub(super) fn office_cells(office: Option<&OfficeCode>, Words { offices, lang, .. }: Words<'_>) -> [String; 2] {
    office.map_or_else(Default::default, |office| [office.to_string(), offices.name(office, lang).to_owned()])
}
