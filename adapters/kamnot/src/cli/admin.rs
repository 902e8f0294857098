//! `kamnot rebuild`, `check` and `clock confirm`: maintenance of a log.

use std::fmt::Write as _;

use service::clock::{Clock as _, SystemClock};
use service::signing::broken_promise;
use service::watch::clock_doubt::{CLOCK_CONFIRMED, CLOCK_IN_DOUBT};

use super::arguments::{Check, ClockCommand, Common};
use super::database::{Absent, Database, run as block_on};
use super::key::mark_of;
use super::output::{Completion, Failure, plural, print_out, said_of_damage};
use super::progress;

/// `kamnot clock confirm`
pub(super) fn clock(common: &Common, command: &ClockCommand) -> Result<Completion, Failure> {
    let ClockCommand::Confirm = command;
    let database = Database::open(common, Absent::Fail)?;
    let now = SystemClock.now();
    block_on(async {
        database.store.set_meta(CLOCK_CONFIRMED, &now.to_string()).await?;
        // A `serve` that ended while the clock was in doubt cannot clear the doubt itself.
        Ok(database.store.set_meta(CLOCK_IN_DOUBT, "no").await?)
    })?;
    print_out(&format!(
        "The clock of this machine, {now}, is confirmed. A running `kamnot serve` raises alerts again within seconds.\n"
    ))?;
    Ok(Completion::Done)
}

/// `kamnot rebuild`
pub(super) fn rebuild(common: &Common) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let bar = progress::bar(0, "events");
    let rebuilt = block_on(async { Ok(database.store.rebuild(progress::on(&bar)).await?) })?;
    bar.finish_and_clear();
    let differed = match rebuilt.differing {
        0 => "nothing differed".to_owned(),
        1 => "1 row did not match the log and was corrected".to_owned(),
        many => format!("{many} rows did not match the log and were corrected"),
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

/// The end of a rebuild's message if events of some cases are damaged.
pub(super) const REBUILT_BUT: &str = "the views of these cases stay as they were, all others are rebuilt; keep the log: a backup may hold these cases whole";

/// `kamnot check`
pub(super) fn check(common: &Common, own: &Check) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let promised = own.keys.public()?.map(|keys| mark_of(&keys).map(|mark| (keys, mark))).transpose()?;
    let bar = progress::bar(0, "events");
    let (found, kept_by) = block_on(async {
        let store = &database.store;
        let mut found = store.check(progress::on(&bar)).await?;
        if let Some((keys, mark)) = &promised {
            found.extend(broken_promise(store.as_ref(), keys, mark).await?.map(|reason| reason.to_string()));
        }
        Ok((found, store.kept_by().await?))
    })?;
    bar.finish_and_clear();
    let log = &common.db;
    if found.is_empty() {
        print_out(&format!("{log}: in order ({kept_by})\n"))?;
        return Ok(Completion::Done);
    }
    print_out(&(found.join("\n") + "\n"))?;
    Err(Failure::Fault(format!("{log}: {} {}; see above", found.len(), plural(found.len(), "problem", "problems"))))
}
