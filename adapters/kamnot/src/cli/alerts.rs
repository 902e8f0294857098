//! `kamnot alerts`: the alerts to an office, one row for each limit.
//!
//! Invariant: rows are written as they are found; memory holds at most one page of the table.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use engine::action::{OfficeCode, When};
use engine::alert::Kind;
use projections::alerts::{AlertRow, Choice, Telling};
use projections::labels::Label;
use service::clock::{Clock as _, SystemClock};
use service::queries::alerts::{AlertQuery, KnownAs, Wording, each_row};
use service::spreadsheet;

use super::arguments::{AlertsFormat, AlertsOf, Common};
use super::asked;
use super::database::{Database, run as block_on};
use super::in_force::offices_in_force;
use super::lists::{Words, kind_name, kind_tone};
use super::output::{Completion, Failure, complete};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table};
use super::time::{full, short};

/// How many rows are on a page, under one heading; the widths of its columns fit these rows.
const ROWS: usize = 500;

/// `kamnot alerts`, without `--follow`.
pub(super) fn alerts(common: &Common, own: &AlertsOf) -> Result<Completion, Failure> {
    let office = own.whose.office();
    if office.is_none() && own.case.is_none() {
        return Err(Failure::Refused(
            "give --prosecutor, --court, --investigator or --legal-aid, or a case with --case".to_owned(),
        ));
    }
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    if let Some((kind, office)) = office {
        asked::refuse_stranger(common, &offices, &database, (Some(kind), office))?;
    }
    if let Some(case) = &own.case {
        asked::refuse_absent_case(common, &database, case)?;
    }
    let choice = Choice { open: own.open, kinds: own.kind.clone(), since: own.since.map(When::first) };
    let asked = AlertQuery {
        office: office.and_then(|(kind, office)| Some((kind.seat()?, office.clone()))),
        case: own.case.clone(),
        choice,
        at: own.at.unwrap_or_else(|| SystemClock.now()),
        known: if own.at.is_some() { KnownAs::Then } else { KnownAs::Now },
    };
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    let mut list = List::begin(own.format, words, &heading(office.map(|(_, office)| office), &asked, words))?;
    let listed = block_on(async {
        let shelf = database.shelf().await?;
        let speech = Wording { shelf: &shelf, book: &database.book, language: common.lang };
        each_row(database.store.as_ref(), &asked, speech, |row| list.take(&row)).await
    })?;
    list.end()?;
    complete(listed.damaged)
}

fn heading(office: Option<&OfficeCode>, asked: &AlertQuery, Words { offices, lang, .. }: Words<'_>) -> String {
    let of_office = office.map(|office| format!("{} ({office})", offices.name(office, lang)));
    let of_case = asked.case.as_ref().map(|case| format!("{} {case}", Label::Case.of(lang)));
    let of: Vec<String> = of_office.into_iter().chain(of_case).collect();
    format!("{}: {}\n{} {}", Label::Alerts.of(lang), of.join(", "), Label::At.of(lang), short(asked.at))
}

/// A list being printed.
struct List<'w> {
    format: AlertsFormat,
    words: Words<'w>,
    paint: Paint,
    out: BufWriter<StdoutLock<'static>>,
    /// The row being written.
    text: String,
    /// For a table: the rows still to be drawn.
    page: Vec<Vec<Cell>>,
    rows: usize,
}

impl<'w> List<'w> {
    fn begin(format: AlertsFormat, words: Words<'w>, heading: &str) -> Result<Self, Failure> {
        let paint = Paint::of(&io::stdout());
        let out = BufWriter::new(io::stdout().lock());
        let mut list = Self { format, words, paint, out, text: String::new(), page: Vec::new(), rows: 0 };
        match format {
            AlertsFormat::Table => writeln!(list.out, "{}\n", paint.text(Tone::Strong, heading))?,
            AlertsFormat::Csv => {
                let headings = COLUMNS.map(|label| label.of(words.lang));
                list.out.write_all(spreadsheet::csv(headings, &[]).as_bytes())?;
            }
            AlertsFormat::Json => list.out.write_all(b"[")?,
            AlertsFormat::Jsonl => {}
        }
        Ok(list)
    }

    fn take(&mut self, row: &AlertRow) -> Result<(), Failure> {
        match self.format {
            AlertsFormat::Table => {
                self.page.push(cells(row, self.words));
                if self.page.len() == ROWS {
                    self.draw()?;
                }
            }
            AlertsFormat::Csv => {
                spreadsheet::line(csv_cells(row, self.words).iter().map(String::as_str), &mut self.text);
            }
            AlertsFormat::Json => {
                self.text.push_str(if self.rows == 0 { "\n" } else { ",\n" });
                row.to_json().write(&mut self.text);
            }
            AlertsFormat::Jsonl => {
                row.to_json().write(&mut self.text);
                self.text.push('\n');
            }
        }
        self.rows += 1;
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    /// Draws a full page, or the last one.
    fn draw(&mut self) -> Result<(), Failure> {
        let lang = self.words.lang;
        let columns =
            [Label::Case, Label::Kind, Label::What, Label::Article, Label::OwedBy, Label::Told, Label::EndsOrEnded];
        let headings = columns.map(|label| label.heading(lang).to_owned()).to_vec();
        let table = Table { headings, rows: std::mem::take(&mut self.page) };
        if self.rows >= ROWS {
            writeln!(self.out)?;
        }
        self.out.write_all(table.draw(line_width(), self.paint).as_bytes())?;
        Ok(())
    }

    fn end(mut self) -> Result<(), Failure> {
        match self.format {
            AlertsFormat::Table if self.rows == 0 => writeln!(self.out, "{}", Label::NoAlerts.of(self.words.lang))?,
            AlertsFormat::Table if !self.page.is_empty() => self.draw()?,
            AlertsFormat::Json => self.out.write_all(b"\n]\n")?,
            AlertsFormat::Table | AlertsFormat::Csv | AlertsFormat::Jsonl => {}
        }
        self.out.flush()?;
        Ok(())
    }
}

/// The subject of a row: the rule's name, or the numbers of findings and notices that it sums up.
fn about(row: &AlertRow, words: Words<'_>) -> String {
    if let Some(rule) = row.rule {
        return words.rule_name(rule);
    }
    let counted = |count: usize, one: Label, many: Label| {
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }.of(words.lang)))
    };
    let findings = counted(row.count.saturating_sub(row.notices), Label::OneFinding, Label::Findings);
    let notices = counted(row.notices, Label::OneNotice, Label::Notices);
    let both: Vec<String> = findings.into_iter().chain(notices).collect();
    both.join(&format!(" {} ", Label::And.of(words.lang)))
}

/// The kinds and times of the alerts: all for a limit, the first and the last for a sum.
fn life(row: &AlertRow, words: Words<'_>) -> String {
    let telling = |telling: &Telling| format!("{} {}", kind_name(telling.kind, words), short(telling.at));
    match (&row.rule, &row.told[..]) {
        (None, [first, .., last]) if first.at != last.at => format!("{} … {}", short(first.at), short(last.at)),
        (None, [first, ..]) => short(first.at),
        (_, all) => all.iter().map(telling).collect::<Vec<_>>().join(" → "),
    }
}

fn cells(row: &AlertRow, words: Words<'_>) -> Vec<Cell> {
    let tone = if row.open || row.kind == Kind::Settled { kind_tone(row.kind) } else { Tone::Faint };
    let mut kind = kind_name(row.kind, words).to_owned();
    if row.history {
        kind = format!("{kind}, {}", Label::History.of(words.lang));
    }
    vec![
        Cell::new(row.case.as_str(), Tone::Strong),
        Cell::new(kind, tone),
        Cell::plain(about(row, words)),
        Cell::plain(row.articles.join(", ")),
        Cell::plain(row.owed_by.join(", ")),
        Cell::plain(life(row, words)),
        Cell::plain(row.earliest.map_or_else(String::new, short)),
    ]
}

/// The columns of the CSV, as [`csv_cells`] fills them.
const COLUMNS: [Label; 14] = [
    Label::Case,
    Label::Kind,
    Label::Open,
    Label::What,
    Label::Article,
    Label::OwedBy,
    Label::Raised,
    Label::LastTold,
    Label::EndsProtective,
    Label::EndsLenient,
    Label::LateRecord,
    Label::AsHistory,
    Label::Told,
    Label::Text,
];

fn csv_cells(row: &AlertRow, words: Words<'_>) -> [String; COLUMNS.len()] {
    let yes = |yes: bool| if yes { Label::Yes } else { Label::No }.of(words.lang).to_owned();
    let instant = |at: Option<engine::calendar::Instant>| at.map_or_else(String::new, full);
    [
        row.case.to_string(),
        kind_name(row.kind, words).to_owned(),
        yes(row.open),
        about(row, words),
        row.articles.join(", "),
        row.owed_by.join(", "),
        instant(row.raised_at()),
        instant(row.changed_at()),
        instant(row.earliest),
        instant(row.latest),
        yes(row.late_record),
        yes(row.history),
        life(row, words),
        row.text.join("\n"),
    ]
}
