//! `kamnot offices adopt`: shows what an offices file would change, and puts it in force in the log.
//!
//! Invariant: without `--yes` nothing is written. A file that contradicts the cases of the log is refused.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use engine::action::OfficeCode;
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::files::shown;
use service::in_force;
use service::offices::{Offices, Used};

use crate::cli::arguments::Common;
use crate::cli::database::{Absent, Database, run as block_on};
use crate::cli::output::{Completion, Failure, print_out};
use crate::cli::said::Said;

/// `kamnot offices adopt`
pub(super) fn run(common: &Common, file: &Path, yes: bool) -> Result<Completion, Failure> {
    // What is checked is what is adopted, although the file may change meanwhile.
    let (new, source) = Offices::of_the_program().with_text_of(file)?;
    let database = Database::open(common, Absent::Begin)?;
    let (before, used) = block_on(async {
        let store = database.store.as_ref();
        Ok((Offices::in_force(store).await?, Used::of(store).await?))
    })?;
    let against = new.contradictions(&used);
    if let Some(first) = against.iter().find(|contradiction| !contradiction.is_missing()) {
        let log = &common.db;
        return Err(Failure::Refused(format!("{}: {first}; correct the file or the log {log}", shown(file))));
    }
    let t = |word: Said| word.of(common.lang);
    if before.as_ref() == Some(&new) {
        print_out(&format!("{}: {}\n", shown(file), t(Said::OfficesSame)))?;
        return Ok(Completion::Done);
    }
    let mut out = changes(common, &before.unwrap_or_else(Offices::of_the_program), &new);
    for contradiction in against {
        let _ = writeln!(out, "  {contradiction}");
    }
    if !yes {
        print_out(&format!("{out}{}\n", t(Said::AddYes)))?;
        return Ok(Completion::Done);
    }
    block_on(async {
        let (log, now) = (database.store.as_ref(), SystemClock.now());
        log.adopt_offices(&source, now).await?;
        Ok(in_force::note(log, None, now).await?)
    })?;
    print_out(&format!("{out}{}: {}\n", shown(file), t(Said::OfficesAdopted)))?;
    Ok(Completion::Done)
}

/// A line for each office that is new, changed or gone.
fn changes(common: &Common, before: &Offices, after: &Offices) -> String {
    let codes: BTreeSet<&OfficeCode> = before.all().chain(after.all()).map(|(code, _)| code).collect();
    let change = |code: &OfficeCode| {
        let (was, is) = (before.get(code), after.get(code));
        let word = match (was, is) {
            (None, _) => Said::OfficeNew,
            (Some(_), None) => Said::OfficeGone,
            (Some(was), Some(is)) if was != is => Said::OfficeChanged,
            (Some(_), Some(_)) => return None,
        };
        let name = is.or(was).map(|office| office.name.in_language(common.lang)).unwrap_or_default();
        Some(format!("  {code} ({name}): {}\n", word.of(common.lang)))
    };
    codes.into_iter().filter_map(change).collect()
}
