//! `kamnot people`: the people who use the pages.
//!
//! Invariant: no password is taken from the command line; one that is made here is printed once.

use std::fmt::Write as _;
use std::io;

use engine::action::When;
use engine::calendar::Instant;
use engine::json::Json;
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::shown::plain;
use service::spreadsheet::csv;
use store::people::{Membership, Person, SecondFactor};
use uuid::Uuid;
use web::credentials::passwords::Hashing;
use web::people::{Factor, Handed, Newcomer, Undone, add, disable, enable, reset};

use super::arguments::{Common, FactorOf, Format, PeopleCommand, RoleOf};
use super::asked::refuse_unlisted;
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::lists::json;
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::said::{Said, role};
use super::table::{Cell, Table};
use super::time::short;

/// `kamnot people`
pub(super) fn run(common: &Common, command: &PeopleCommand) -> Result<Completion, Failure> {
    let absent = if matches!(command, PeopleCommand::Add { .. }) { Absent::Begin } else { Absent::Fail };
    let database = Database::open(common, absent)?;
    print_out(&match command {
        PeopleCommand::Add { login, name, role, language, factor } => {
            let offices = offices_in_force(common, &database)?;
            role.office.iter().try_for_each(|office| refuse_unlisted(common, &offices, office))?;
            let membership = role.membership();
            let new = Newcomer { login, name, language: *language, membership, factor: factor.factor() };
            let (person, handed) = done(common, add(database.store.as_ref(), &Hashing::default(), &offices, new))?;
            handed_over(common, &person.login, &handed)
        }
        PeopleCommand::List { format } => list(common, &database, *format)?,
        PeopleCommand::Reset { login, factor } => {
            let id = known(common, &database, login)?;
            let handed =
                done(common, reset(database.store.as_ref(), &Hashing::default(), (id, None), factor.factor()))?;
            handed_over(common, login, &handed)
        }
        PeopleCommand::Disable { login } => {
            let id = known(common, &database, login)?;
            done(common, disable(database.store.as_ref(), id, SystemClock.now()))?;
            format!("{}: {}\n", plain(login), Said::Disabled.of(common.lang))
        }
        PeopleCommand::Enable { login } => {
            let id = known(common, &database, login)?;
            done(common, enable(database.store.as_ref(), id))?;
            format!("{}: {}\n", plain(login), Said::Enabled.of(common.lang))
        }
        PeopleCommand::Confirm => {
            block_on(async { Ok(database.store.confirm_people().await?) })?;
            format!("{}\n", Said::Confirmed.of(common.lang))
        }
    })?;
    Ok(Completion::Done)
}

/// Runs a change to its end; a refusal is worded in the language.
pub(super) fn done<T>(common: &Common, work: impl Future<Output = Result<T, Undone>>) -> Result<T, Failure> {
    block_on(async {
        work.await.map_err(|undone| match undone {
            Undone::Refused(flaw) => Failure::Refused(flaw.of(common.lang).to_owned()),
            Undone::Store(fault) => fault.into(),
            Undone::Busy(busy) => Failure::Fault(busy.to_string()),
        })
    })
}

impl RoleOf {
    /// The role, from the beginning of the first day to the end of the last.
    pub(super) fn membership(&self) -> Membership {
        let (from, until) = (self.from.map(When::first), self.until.map(When::last));
        Membership { office: self.office.clone(), role: self.role, from, until }
    }
}

impl FactorOf {
    const fn factor(&self) -> Factor {
        if self.paper { Factor::Paper } else { Factor::Phone }
    }
}

/// The id of the person with a login name.
pub(super) fn known(common: &Common, database: &Database, login: &str) -> Result<Uuid, Failure> {
    let person = block_on(async { Ok(database.store.person_by_login(&login.to_lowercase()).await?) })?;
    let nobody = || Failure::Refused(format!("{}: {}", plain(login), Said::Nobody.of(common.lang)));
    person.map(|person| person.id).ok_or_else(nobody)
}

/// What a person is handed over.
fn handed_over(common: &Common, login: &str, handed: &Handed) -> String {
    let t = |word: Said| word.of(common.lang);
    let mut out = format!("{}: {}\n", t(Said::Login), plain(login));
    let _ = writeln!(out, "{}: {}", t(Said::FirstPassword), handed.password);
    if handed.codes.is_empty() {
        let _ = writeln!(out, "{}", t(Said::SetUpAtLogin));
    } else {
        let _ = writeln!(out, "\n{}", t(Said::Codes));
        for (nth, code) in handed.codes.iter().enumerate() {
            let _ = writeln!(out, "{:>4}  {code}", nth + 1);
        }
    }
    let _ = writeln!(out, "\n{}", t(Said::Once));
    out
}

const COLUMNS: [Said; 5] = [Said::Login, Said::Name, Said::Roles, Said::SecondFactor, Said::State];

fn list(common: &Common, database: &Database, format: Format) -> Result<String, Failure> {
    let (people, on) = block_on(async { Ok((database.store.people().await?, database.store.people_are_on().await?)) })?;
    let t = |word: Said| word.of(common.lang).to_owned();
    match format {
        Format::Table => {}
        Format::Json => return Ok(json(people.iter().map(as_json))),
        Format::Csv => {
            let cells = people.iter().map(|person| row(common, person).into_iter().map(|cell| cell.text).collect());
            return Ok(csv(COLUMNS.map(|word| word.of(common.lang)), &cells.collect::<Vec<Vec<String>>>()));
        }
    }
    let headings = COLUMNS.map(t).to_vec();
    let rows = people.iter().map(|person| row(common, person)).collect();
    let table = Table { headings, rows }.draw(line_width(), Paint::of(&io::stdout()));
    Ok(if on { table } else { format!("{table}\n{}\n", Said::Off.of(common.lang)) })
}

/// A person for programs: the id that other commands take, and the roles with the instants between which they are held.
fn as_json(person: &Person) -> Json<'_> {
    let at = |at: Option<Instant>| at.map_or(Json::Null, |at| Json::text(at.to_string()));
    let role = |Membership { office, role, from, until }: &Membership| {
        Json::Object(vec![
            ("role".into(), Json::text(role.word())),
            ("office".into(), office.as_ref().map_or(Json::Null, |office| Json::text(office.to_string()))),
            ("from".into(), at(*from)),
            ("until".into(), at(*until)),
        ])
    };
    Json::Object(vec![
        ("id".into(), Json::text(person.id.to_string())),
        ("login".into(), Json::text(&*person.login)),
        ("name".into(), Json::text(&*person.name)),
        ("roles".into(), Json::List(person.memberships.iter().map(role).collect())),
        ("disabled".into(), at(person.disabled)),
    ])
}

fn row(common: &Common, person: &Person) -> Vec<Cell> {
    let t = |word: Said| word.of(common.lang);
    let roles: Vec<String> = person.memberships.iter().map(|membership| held(common, membership)).collect();
    let second = match person.second {
        SecondFactor::None => t(Said::NotYet).to_owned(),
        SecondFactor::Totp { .. } => format!("{}, {} {}", t(Said::Phone), person.recovery.len(), t(Said::CodesLeft)),
        SecondFactor::Printed => format!("{}, {} {}", t(Said::Paper), person.recovery.len(), t(Said::CodesLeft)),
    };
    let state = match (person.disabled, person.must_change) {
        (Some(since), _) => format!("{} {}", t(Said::DisabledSince), short(since)),
        (None, true) => t(Said::New).to_owned(),
        (None, false) => t(Said::Active).to_owned(),
    };
    vec![
        Cell::new(person.login.as_str(), Tone::Strong),
        Cell::plain(person.name.as_str()),
        Cell::plain(roles.join("; ")),
        Cell::plain(second),
        Cell::plain(state),
    ]
}

/// A role in words: `Registry clerk, vte-juvenile-court, from 2026-03-01 00:00`.
fn held(common: &Common, membership: &Membership) -> String {
    let t = |word: Said| word.of(common.lang);
    let mut text = role(membership.role).of(common.lang).to_owned();
    if let Some(office) = &membership.office {
        let _ = write!(text, ", {office}");
    }
    let mut bound = |word: Said, at: Option<Instant>| {
        if let Some(at) = at {
            let _ = write!(text, ", {} {}", t(word), short(at));
        }
    };
    bound(Said::From, membership.from);
    bound(Said::Until, membership.until);
    text
}
