//! `kamnot transfer`: the cases of an office go to the one that takes its place.
//!
//! Invariant: without `--yes` nothing is written. Given again after it broke off, it goes on.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use engine::action::CaseRef;
use engine::decide::Alerts;
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::files::shown;
use service::succession::{Count, Succession, Which, follow};
use service::watch::clock_doubt::alerts_beside;

use super::arguments::{Common, Succession as Own};
use super::asked::refuse_unlisted;
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, print_out};
use super::progress;
use super::said::Said;

/// How many references the preview shows.
const MOST: usize = 20;

/// `kamnot transfer`
pub(super) fn run(common: &Common, own: &Own) -> Result<Completion, Failure> {
    let database = if own.yes { Database::open(common, Absent::Begin)? } else { Database::open_to_read(common)? };
    let offices = offices_in_force(common, &database)?;
    [&own.from, &own.to].into_iter().chain(&own.with).try_for_each(|code| refuse_unlisted(common, &offices, code))?;
    let which = match (&own.with, &own.cases) {
        (Some(other), _) => Which::With(other.clone()),
        (None, Some(file)) => Which::These(references(file)?),
        (None, None) => Which::All,
    };
    let whole = which == Which::All;
    let succession = Succession::new(&offices, own.from.clone(), own.to.clone(), which);
    let succession = succession.map_err(|not| Failure::Refused(not.of(common.lang).to_owned()))?;
    let cases = block_on(async { Ok(succession.cases(database.store.as_ref()).await?) })?;
    if own.list {
        print_out(&cases.iter().fold(String::new(), |out, case| out + case.as_str() + "\n"))?;
        return Ok(Completion::Done);
    }
    let recorder = block_on(database.recorder())?;
    let bar = progress::bar(cases.len(), "cases");
    let on = progress::on(&bar);
    let t = |word: Said| word.of(common.lang);
    if !own.yes {
        let count = block_on(async { Ok(succession.foresee(&recorder, &cases, &on).await?) })?;
        bar.finish_and_clear();
        let mut out = counted(common, &count);
        for case in cases.iter().take(MOST) {
            let _ = writeln!(out, "  {case}");
        }
        if cases.len() > MOST {
            let _ = writeln!(
                out,
                "  … {}",
                Said::MoreCases.filled(common.lang, &[("n", &(cases.len() - MOST).to_string())])
            );
        }
        print_out(&format!("{out}{}\n", t(Said::TransferYes)))?;
        return Ok(Completion::Done);
    }
    let store = database.store.as_ref();
    if block_on(async { Ok(alerts_beside(store).await?) })? == Alerts::HeldBack {
        return Err(Failure::Fault(t(Said::TransferInDoubt).to_owned()));
    }
    let count = block_on(async { Ok(succession.transfer_all(&recorder, &cases, None, &on).await?) })?;
    bar.finish_and_clear();
    let mut out = counted(common, &count);
    if whole {
        let followed = block_on(async { Ok(follow(store, &own.from, &own.to, SystemClock.now()).await?) })?;
        let numbers = [
            ("people", followed.people.to_string()),
            ("secrets", followed.secrets.to_string()),
            ("addresses", followed.addresses.to_string()),
        ];
        let _ =
            writeln!(out, "{}", Said::Followed.filled(common.lang, &numbers.each_ref().map(|(name, n)| (*name, &**n))));
    }
    print_out(&out)?;
    Ok(if count.refused + count.damaged > 0 { Completion::SomethingRefused } else { Completion::Done })
}

/// How many cases go, and what becomes of alerts.
fn counted(common: &Common, count: &Count) -> String {
    let Count { cases, withdrawn, raised, refused, damaged } = count;
    let numbers =
        [("cases", cases), ("withdrawn", withdrawn), ("raised", raised), ("refused", refused), ("damaged", damaged)];
    let numbers = numbers.map(|(name, n)| (name, n.to_string()));
    let numbers = numbers.each_ref().map(|(name, n)| (*name, &**n));
    let mut out = Said::Transfers.filled(common.lang, &numbers) + "\n";
    if refused + damaged > 0 {
        out += &(Said::NotTransferred.filled(common.lang, &numbers) + "\n");
    }
    out
}

/// The references of a file, one on each line.
fn references(file: &Path) -> Result<BTreeSet<CaseRef>, Failure> {
    let named = shown(file);
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::Fault(format!("{named}: cannot be read: {error}")))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(nth, line): (usize, &str)| {
        let wrong = || {
            Failure::Refused(format!(
                "{named}:{}: expected a case's reference: 1 to 64 of A-Z, a-z, 0-9, -, _",
                nth + 1
            ))
        };
        CaseRef::new(line.trim()).ok_or_else(wrong)
    };
    lines.map(read).collect()
}
