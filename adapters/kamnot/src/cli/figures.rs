//! `kamnot figures`: an office's exact figures of a period, or the fixed figures of a closed quarter.
//!
//! Invariant: the numbers are those of the pages.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::decide::Alerts;
use engine::json::Json;
use projections::catalogue::Word as _;
use projections::figures::fixed::Scope;
use projections::figures::period::{Period, Quarter};
use projections::figures::report::{Table, Words};
use projections::figures::words::Words as T;
use projections::view::Seat;
use service::clock::{Clock as _, SystemClock};
use service::offices::Offices;
use service::queries::counts::{Asked, Counted, Counts, Which};
use service::queries::dockets::Whose;
use service::queries::quarters::{Quarters, Source};
use service::spreadsheet;
use service::watch::clock_doubt::alerts_beside;

use super::arguments::{Common, Figures, Format};
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, line_width};
use super::table::{Cell, Table as Drawn};

/// A command waits until everything is counted.
const PATIENCE: Duration = Duration::from_hours(24 * 365);

/// `kamnot figures`
pub(super) fn run(common: &Common, own: &Figures) -> Result<Completion, Failure> {
    let now = SystemClock.now();
    match (own.quarter, &own.office) {
        (Some(quarter), _) => of_quarter(common, own, quarter, now),
        (None, Some(office)) => of_office(common, own, office, now),
        (None, None) => Err(Failure::Refused("give --office or --quarter".to_owned())),
    }
}

fn of_office(common: &Common, own: &Figures, office: &OfficeCode, now: Instant) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    let period = own.period.unwrap_or_else(|| Period::year_of(now));
    let words = Words { book: &database.book, language: common.lang };
    let counted = block_on(async {
        let seat = seat(&database, &offices, office).await?;
        let (log, book) = (database.store.clone(), Arc::clone(&database.book));
        let which = Which { log, book, whose: Whose { office: office.clone(), seat }, period, now };
        match Counts::default().of(&which, PATIENCE).await? {
            Asked::Ready(counted) => Ok(counted),
            Asked::Counting(_) => Err(Failure::Fault("the figures were not counted in a year".to_owned())),
        }
    })?;
    let Counted { numbers, heard, damaged, .. } = &counted;
    let about = words.about(offices.name(office, common.lang), period, now.date());
    let mut tables = words.tables(numbers, period);
    let names = heard.iter().map(|(office, at)| (offices.name_and_code(office, common.lang), at.map(Instant::date)));
    tables.push(words.last_heard(&names.collect::<Vec<_>>()));
    let json = || {
        vec![
            ("office".into(), Json::text(office.as_str().to_owned())),
            ("period".into(), Json::text(period.to_string())),
            ("figures".into(), numbers.to_json()),
        ]
    };
    print(own.format, &about, &tables, words, json)?;
    if *damaged > 0 {
        return Err(Failure::Fault(format!("{damaged} cases could not be read and are left out; see `kamnot check`")));
    }
    Ok(Completion::Done)
}

fn of_quarter(common: &Common, own: &Figures, quarter: Quarter, now: Instant) -> Result<Completion, Failure> {
    // A quarter that was not counted yet is counted and kept.
    let database = Database::open(common, Absent::Fail)?;
    let offices = Arc::new(offices_in_force(common, &database)?);
    let (log, book) = (database.store.clone(), Arc::clone(&database.book));
    let source = Source { log, book, offices: Arc::clone(&offices), now };
    let found = block_on(async {
        // What is counted by a wrong clock would be kept for good.
        Ok(if alerts_beside(source.log.as_ref()).await? == Alerts::HeldBack {
            Asked::Ready(Quarters::default().kept(source.log.as_ref(), quarter).await?)
        } else {
            Quarters::default().of(&source, quarter, PATIENCE).await?
        })
    })?;
    let Asked::Ready(Some(fixed)) = found else {
        return Err(Failure::Refused(format!(
            "there are no fixed figures of {quarter}: it has not ended, or is before the first quarter that was counted"
        )));
    };
    let words = Words { book: &database.book, language: common.lang };
    let (name, scope): (String, Scope) = match (&own.office, &own.province) {
        (Some(office), _) => {
            (offices.name_and_code(office, common.lang), fixed.offices.get(office).cloned().unwrap_or_default())
        }
        (None, Some(province)) => {
            let known: Vec<&str> = fixed.provinces.keys().map(String::as_str).collect();
            let scope = fixed.provinces.get(province).cloned();
            let none =
                || Failure::Refused(format!("no cases of this province were counted; there are: {}", known.join(", ")));
            (province.clone(), scope.ok_or_else(none)?)
        }
        (None, None) => (T::Country.of(common.lang).to_owned(), fixed.country.clone()),
    };
    let about = words.about(&name, Period::Quarter(quarter), fixed.counted_at.date());
    let about = format!("{about} {}", T::FixedSay.of(common.lang));
    let mut tables = words.tables(&scope.numbers, Period::Quarter(quarter));
    if let Some(day) = scope.heard {
        tables.push(words.last_heard(&[(name, Some(day))]));
    }
    tables.push(words.corrections(&scope.corrections));
    let json = || {
        let mut pairs = vec![
            ("quarter".into(), Json::text(quarter.to_string())),
            ("counted_at".into(), Json::text(fixed.counted_at.to_string())),
        ];
        pairs.extend(scope.pairs());
        pairs
    };
    print(own.format, &about, &tables, words, json)?;
    Ok(Completion::Done)
}

/// The seat of an office: as the offices say; of an unknown one, as its cases do.
async fn seat(database: &Database, offices: &Offices, office: &OfficeCode) -> Result<Seat, Failure> {
    if let Some(seat) = offices.get(office).and_then(|office| office.kind.seat()) {
        return Ok(seat);
    }
    let views = database.store.docket(office, None).await?;
    let has = |seat: &Seat| views.iter().any(|view| seat.of(&view.offices()) == Some(office));
    Seat::ALL.into_iter().find(has).ok_or_else(|| Failure::Refused(format!("the office {office} has no cases")))
}

fn print<'j>(
    format: Format,
    about: &str,
    tables: &[Table],
    words: Words<'_>,
    json: impl FnOnce() -> Vec<(std::borrow::Cow<'j, str>, Json<'j>)>,
) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let mut out = String::new();
            Json::Object(json()).write(&mut out);
            print_out(&(out + "\n"))
        }
        Format::Csv => print_out(&spreadsheet::figures(tables, words.language)),
        Format::Table => {
            let paint = Paint::of(&io::stdout());
            let drawn: Vec<String> = tables.iter().map(|table| drawn(table, words, paint)).collect();
            print_out(&format!("{about}\n\n{}", drawn.join("\n")))
        }
    }
}

/// A table for people, under its title and what it counts.
fn drawn(table: &Table, words: Words<'_>, paint: Paint) -> String {
    let head = format!("{}\n{}\n", table.title, table.says);
    if table.columns.is_empty() {
        return head;
    }
    if table.rows.is_empty() {
        return format!("{head}{}\n", T::Nothing.of(words.language));
    }
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| Cell::plain(words.text(cell)));
        [Cell::plain(row.label.clone())].into_iter().chain(cells).collect()
    });
    let drawn = Drawn { headings: table.columns.clone(), rows: rows.collect() };
    head + &drawn.draw(line_width(), paint)
}
