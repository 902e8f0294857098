//! `kamnot today`: what an office owes, by the time left.
//!
//! Invariant: it lists every open limit that the office owes, whatever its seat in the case.

use std::collections::BTreeMap;
use std::io;

use engine::action::{ActionName, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::labels::{self, Label};
use projections::snapshot::LimitAt;
use projections::today::{self, Duty, Taker, duties};
use service::clock::{Clock as _, SystemClock};
use service::inboxes::Inboxes;
use service::queries::cases::{Cases, Which, cases};

use super::arguments::{Common, Format, Today};
use super::asked::refuse_stranger;
use super::database::{Database, run as block_on};
use super::docket::{ends, heading, limit_name, office_cells};
use super::in_force::offices_in_force;
use super::lists::{Words, json, tone};
use super::output::{Completion, Failure, complete, print_out};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table};
use super::time::{full, left, short};
use service::spreadsheet::csv;
use uuid::Uuid;

/// The names of people, by id.
pub(super) type Names = BTreeMap<Uuid, String>;

/// `kamnot today`
pub(super) fn run(common: &Common, own: &Today) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    let now = SystemClock.now();
    let at = own.at.unwrap_or(now);
    let which = Which { office: own.office.clone(), seat: None, at, now };
    let Cases { cases, damaged } =
        block_on(async { Ok(cases(database.store.as_ref(), &database.book, &which).await?) })?;
    if cases.is_empty() && damaged.is_empty() {
        refuse_stranger(common, &offices, &database, (None, &own.office))?;
    }
    let mut owed: Vec<Duty> = cases.iter().flat_map(|case| duties(case, &own.office, &database.book)).collect();
    if own.shift {
        let until = offices.end_of_shift(&own.office, at);
        owed.retain(|duty| duty.limit.runs_out(at, until).is_some());
    }
    today::sort(&mut owed);
    let (owed, names) = block_on(taken(owed, &database, &own.office, at))?;
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    let paint = Paint::of(&io::stdout());
    print_out(&match own.format {
        Format::Json => json(owed.iter().map(Duty::to_json)),
        Format::Csv => today_csv(&owed, &names, words),
        Format::Table => {
            let heading = heading(Label::Today, &own.office, at, words, paint);
            let limits = if owed.len() == 1 { Label::OpenLimit } else { Label::OpenLimits }.of(common.lang);
            let heading = format!("{heading}; {} {limits}\n\n", owed.len());
            let nothing = || Label::NothingOwed.of(common.lang).to_owned() + "\n";
            heading + &if owed.is_empty() { nothing() } else { today_table(&owed, &names, words, paint) }
        }
    })?;
    complete(damaged)
}

/// The duties with those who have taken them, and these people's names.
async fn taken(
    owed: Vec<Duty>,
    database: &Database,
    office: &OfficeCode,
    at: Instant,
) -> Result<(Vec<Duty>, Names), Failure> {
    let inboxes = Inboxes::of(database.store.clone()).await?;
    if !inboxes.known().contains(office) {
        // Nobody of it ever took anything: no case has to be read.
        return Ok((owed, Names::new()));
    }
    let mut with_takers = Vec::with_capacity(owed.len());
    for duty in owed {
        let case = database.store.load(&duty.case).await?;
        let duty = duty.with_takers(&case, office, at);
        with_takers.push(duty);
    }
    let takers = with_takers.iter().flat_map(|duty| &duty.taken).filter_map(|taker| taker.person);
    let names = names_of(database, takers).await?;
    Ok((with_takers, names))
}

/// The names of these people.
pub(super) async fn names_of(database: &Database, people: impl Iterator<Item = Uuid>) -> Result<Names, Failure> {
    let mut names = Names::new();
    for id in people {
        if let Some(person) = database.store.person(id).await? {
            names.insert(id, person.name);
        }
    }
    Ok(names)
}

/// The name of a person of an office, or that it is the office itself.
pub(super) fn who(person: Option<Uuid>, names: &Names, lang: Language) -> String {
    match person {
        None => Label::TheOffice.of(lang).to_owned(),
        Some(id) => names.get(&id).cloned().unwrap_or_else(|| id.to_string()),
    }
}

/// `Khamla, 2026-05-14 11:00`
fn takers(taken: &[Taker], names: &Names, words: Words<'_>) -> String {
    let one = |Taker { person, until }: &Taker| format!("{}, {}", who(*person, names, words.lang), short(*until));
    taken.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn today_table(owed: &[Duty], names: &Names, words: Words<'_>, paint: Paint) -> String {
    let lang = words.lang;
    let mut columns =
        vec![Label::Time, Label::Case, Label::Standing, Label::Limit, Label::Ends, Label::HowSure, Label::EndedBy];
    let any_taken = owed.iter().any(|duty| !duty.taken.is_empty());
    columns.extend(any_taken.then_some(Label::TakenBy));
    let mut table =
        Table { headings: columns.into_iter().map(|label| label.heading(lang).to_owned()).collect(), rows: Vec::new() };
    table.rows.extend(owed.iter().map(|Duty { case, standing, limit, ended_by, taken }| {
        let end = if limit.left < 0 { short(limit.end) } else { ends(limit, lang) };
        let mut row = vec![
            Cell::new(left(limit.left, lang), tone(limit.breach)),
            Cell::new(case.as_str(), Tone::Strong),
            Cell::plain(labels::standing(*standing).of(lang)),
            Cell::plain(limit_name(limit, words)),
            Cell::plain(end),
            Cell::new(sure(limit.breach, words), tone(limit.breach)),
            Cell::plain(what_ends(ended_by, words)),
        ];
        row.extend(any_taken.then(|| Cell::plain(takers(taken, names, words))));
        row
    }));
    table.draw(line_width(), paint)
}

/// Whether a limit's breach is certain or arguable; empty while the limit is not over.
fn sure(breach: Option<engine::breach::Breach>, words: Words<'_>) -> &'static str {
    if breach.is_some() { labels::sure(breach).of(words.lang) } else { "" }
}

/// The actions that end a limit, in words.
fn what_ends(ended_by: &[ActionName], Words { book, lang, .. }: Words<'_>) -> String {
    let actions = ended_by.iter().map(|name| book.text(&format!("action.{name}")).in_language(lang));
    actions.collect::<Vec<_>>().join("; ")
}

fn today_csv(owed: &[Duty], names: &Names, words: Words<'_>) -> String {
    let lang = words.lang;
    let headings = [
        Label::TimeLeft,
        Label::HoursLeft,
        Label::HoursOver,
        Label::Case,
        Label::Standing,
        Label::Limit,
        Label::Article,
        Label::OwedBy,
        Label::Name,
        Label::Ends,
        Label::EndsProtective,
        Label::EndsLenient,
        Label::HowSure,
        Label::EndedBy,
        Label::TakenBy,
    ]
    .map(|label| label.of(lang));
    let hours = |seconds: Option<i64>| seconds.map_or_else(String::new, |seconds| LimitAt::hours(seconds).to_string());
    let row = |Duty { case, standing, limit, ended_by, taken }: &Duty| {
        let [code, name] = office_cells(Some(&limit.owed_by), words);
        vec![
            left(limit.left, lang),
            hours((limit.left >= 0).then_some(limit.left)),
            hours((limit.left < 0).then_some(limit.over())),
            case.to_string(),
            labels::standing(*standing).of(lang).to_owned(),
            words.rule_name(limit.rule),
            limit.article.clone(),
            code,
            name,
            full(limit.end),
            full(limit.earliest),
            limit.latest.map_or_else(String::new, full),
            sure(limit.breach, words).to_owned(),
            what_ends(ended_by, words),
            takers(taken, names, words),
        ]
    };
    csv(headings, &owed.iter().map(row).collect::<Vec<_>>())
}
