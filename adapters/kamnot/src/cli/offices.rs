//! `kamnot offices`: lists the known offices, checks a file of them against the log, and lists silent offices.

mod adopt;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use projections::labels::Label;
use service::files::shown;
use service::offices::{CourtKind, Office, OfficeKind, Used};

use super::arguments::{Common, Offices, OfficesCommand};
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::reconcile::last;
use super::silence::silence;
use super::table::{Cell, Table};
use super::time::short;

/// `kamnot offices`
pub(super) fn run(common: &Common, own: &Offices) -> Result<Completion, Failure> {
    match &own.command {
        Some(OfficesCommand::Check { file }) => return check_offices(common, file),
        Some(OfficesCommand::Adopt { file, yes }) => return adopt::run(common, file, *yes),
        None => {}
    }
    if own.silent {
        return silent(common);
    }
    let offices = if common.db.holds_something() {
        offices_in_force(common, &Database::open_to_read(common)?)?
    } else {
        offices(common)?
    };
    let lang = common.lang;
    let headings = [Label::Code, Label::Kind, Label::Name];
    let mut table = Table { headings: headings.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    for (code, office) in offices.all() {
        table.rows.push(vec![
            Cell::new(code.as_str(), Tone::Strong),
            Cell::plain(kind(office).of(lang)),
            Cell::plain(match offices.successors(code) {
                None => office.name.in_language(lang).to_owned(),
                Some(successors) => format!("{} → {successors}", office.name.in_language(lang)),
            }),
        ]);
    }
    print_out(&table.draw(line_width(), Paint::of(&io::stdout())))?;
    Ok(Completion::Done)
}

/// `kamnot offices --silent`
fn silent(common: &Common) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let last = last(common, &database)?;
    let of = format!("As of the reconciliation of {}", short(last.at));
    print_out(&if last.silence.is_empty() {
        format!("{of} no office has an open case; so none is silent.\n")
    } else {
        format!("{of}:\n{}", silence(common, &database, last.silence.iter())?)
    })?;
    Ok(Completion::Done)
}

/// `kamnot offices check`
fn check_offices(common: &Common, file: &Path) -> Result<Completion, Failure> {
    let with = service::offices::Offices::of_the_program();
    let of_the_program = with.all().count();
    let offices = with.with_file(file)?;
    let all = offices.all().count();
    let new = all - of_the_program;
    let (mut out, mut refused) = (String::new(), String::new());
    if common.db.holds_something() {
        let database = Database::open(common, Absent::Fail)?;
        let used = block_on(async { Ok(Used::of(database.store.as_ref()).await?) })?;
        for contradiction in offices.contradictions(&used) {
            let list = if contradiction.is_missing() { &mut out } else { &mut refused };
            let _ = writeln!(list, "{}: {contradiction}", shown(file));
        }
    }
    if !refused.is_empty() {
        print_out(&out)?;
        let log = &common.db;
        return Err(Failure::Refused(format!("{refused}The file contradicts the log {log}: correct one of them")));
    }
    let in_order = format!("{}: in order; with those of the program {all} offices, {new} of them new\n", shown(file));
    print_out(&(out + &in_order))?;
    Ok(Completion::Done)
}

/// Warns where the offices file contradicts the cases of the log. Names are only for display, so `serve` starts all the
/// same.
pub(super) fn warn_of_contradictions(offices: &service::offices::Offices, database: &Database) {
    let used = block_on(async { Ok(Used::of(database.store.as_ref()).await?) });
    match used {
        Ok(used) => {
            for contradiction in offices.contradictions(&used) {
                tracing::warn!("{contradiction}");
            }
        }
        Err(failure) => tracing::warn!(%failure, "the offices could not be compared with the log"),
    }
}

const fn kind(office: &Office) -> Label {
    match (office.kind, office.court) {
        (OfficeKind::Court, Some(CourtKind::JuvenilePanel)) => Label::JuvenilePanel,
        (OfficeKind::Court, _) => Label::JuvenileCourt,
        (OfficeKind::Prosecutor, _) => Label::Prosecutor,
        (OfficeKind::Investigator, _) => Label::Investigator,
        (OfficeKind::LegalAid, _) => Label::LegalAid,
        (OfficeKind::Mediation, _) => Label::Mediation,
    }
}
