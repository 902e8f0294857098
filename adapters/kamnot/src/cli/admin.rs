//! `kamnot rebuild`, `check`, `clock confirm` and `offices`: looking after an installation.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::arguments::{ClockCommand, Common, Offices, OfficesCommand};
use super::database::{Absent, Database, run as block_on};
use super::labels::Label;
use super::output::{Failure, Outcome, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::progress;
use super::table::{Cell, Table};
use crate::clock::{Clock as _, SystemClock};
use crate::files::shown;
use crate::offices::{CourtKind, Kind, Office, Used};
use crate::watch::clock_doubt::{CLOCK_CONFIRMED, CLOCK_IN_DOUBT};

/// `kamnot clock confirm`
pub(super) fn clock(common: &Common, command: &ClockCommand) -> Result<Outcome, Failure> {
    let ClockCommand::Confirm = command;
    let database = Database::open(common, Absent::Fail)?;
    let now = SystemClock.now();
    block_on(async {
        database.store.set_meta(CLOCK_CONFIRMED, &now.to_string()).await?;
        // A `serve` that ended in doubt can't take its word back itself.
        Ok(database.store.set_meta(CLOCK_IN_DOUBT, "no").await?)
    })?;
    print_out(&format!(
        "The clock of this machine, {now}, is confirmed. A running `kamnot serve` goes on raising alerts within seconds.\n"
    ))?;
    Ok(Outcome::Done)
}

/// `kamnot rebuild`
pub(super) fn rebuild(common: &Common) -> Result<Outcome, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let bar = progress::bar(0, "events");
    let rebuilt = block_on(async { Ok(database.store.rebuild(progress::on(&bar)).await?) })?;
    bar.finish_and_clear();
    let differed = match rebuilt.differing {
        0 => "nothing differed".to_owned(),
        1 => "1 row was not as the log says and now is".to_owned(),
        many => format!("{many} rows were not as the log says and now are"),
    };
    let (events, cases) = (rebuilt.events, rebuilt.cases);
    let cases = if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
    let events = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
    let mut out = format!("{}: rebuilt from {events} of {cases}; {differed}\n", common.db);
    for line in &rebuilt.differed {
        let _ = writeln!(out, "  {line}");
    }
    print_out(&out)?;
    said_of_damage(&rebuilt.damage, REBUILT_BUT)
}

/// What a rebuild says where events of some cases are damaged.
pub(super) const REBUILT_BUT: &str = "the views of these cases stay as they were, all others are rebuilt; keep the log: a backup may hold these cases whole";

/// Names damaged events, which nothing can rebuild; `then` says what became of all else, and what to do.
pub(super) fn said_of_damage(damage: &[String], then: &str) -> Result<Outcome, Failure> {
    if damage.is_empty() {
        return Ok(Outcome::Done);
    }
    print_out(&(damage.join("\n") + "\n"))?;
    Err(Failure::Fault(format!("{} things are wrong with events of the log, see above; {then}", damage.len())))
}

/// `kamnot check`
pub(super) fn check(common: &Common) -> Result<Outcome, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let bar = progress::bar(0, "events");
    let (found, kept_by) = block_on(async {
        let store = &database.store;
        Ok((store.check(progress::on(&bar)).await?, store.kept_by().await?))
    })?;
    bar.finish_and_clear();
    let log = &common.db;
    if found.is_empty() {
        print_out(&format!("{log}: in order ({kept_by})\n"))?;
        return Ok(Outcome::Done);
    }
    print_out(&(found.join("\n") + "\n"))?;
    Err(Failure::Fault(format!("{log}: {} things are not as they should be; see above", found.len())))
}

/// `kamnot offices`
pub(super) fn offices_list(common: &Common, own: &Offices) -> Result<Outcome, Failure> {
    if let Some(OfficesCommand::Check { file }) = &own.command {
        return check_offices(common, file);
    }
    if own.silent {
        return super::reconcile::silent(common);
    }
    let offices = offices(common)?;
    let lang = common.lang;
    let headings = [Label::Code, Label::Kind, Label::Name];
    let mut table = Table { headings: headings.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    for (code, office) in offices.all() {
        table.rows.push(vec![
            Cell::new(code.as_str(), Tone::Strong),
            Cell::plain(kind(office).of(lang)),
            Cell::plain(office.name.in_language(lang)),
        ]);
    }
    print_out(&table.draw(line_width(), Paint::of(&io::stdout())))?;
    Ok(Outcome::Done)
}

/// `kamnot offices check`
fn check_offices(common: &Common, file: &Path) -> Result<Outcome, Failure> {
    let with = crate::offices::Offices::of_the_program();
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
        return Err(Failure::Refused(format!(
            "{refused}The file contradicts the log {log}: correct the one or the other"
        )));
    }
    let in_order = format!("{}: in order; with those of the program {all} offices, {new} of them new\n", shown(file));
    print_out(&(out + &in_order))?;
    Ok(Outcome::Done)
}

/// Says where the offices known by name are not what the cases of the log have them as. Names are only shown, so this
/// is no reason not to watch.
pub(super) fn warn_of_contradictions(common: &Common, database: &Database) {
    let offices = match offices(common) {
        Ok(offices) => offices,
        Err(failure) => return tracing::warn!(%failure, "the offices file is left out"),
    };
    let used = block_on(async { Ok(Used::of(database.store.as_ref()).await?) });
    match used {
        Ok(used) => {
            for contradiction in offices.contradictions(&used) {
                tracing::warn!("{contradiction}");
            }
        }
        Err(failure) => tracing::warn!(%failure, "the offices are not compared with the log"),
    }
}

const fn kind(office: &Office) -> Label {
    match (office.kind, office.court) {
        (Kind::Court, Some(CourtKind::JuvenilePanel)) => Label::JuvenilePanel,
        (Kind::Court, _) => Label::JuvenileCourt,
        (Kind::Prosecutor, _) => Label::Prosecutor,
        (Kind::Investigator, _) => Label::Investigator,
        (Kind::LegalAid, _) => Label::LegalAid,
        (Kind::Mediation, _) => Label::Mediation,
    }
}
