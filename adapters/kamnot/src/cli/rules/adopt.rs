//! `kamnot rules adopt`: shows what another rulebook would change, and puts it in force. Alerts about limits that are
//! over are not published.
//!
//! Invariant: without `--yes` nothing is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use engine::action::ActionId;
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::{RuleId, Rulebook};
use futures::{StreamExt as _, TryStreamExt as _};
use service::clock::{Clock as _, SystemClock};
use store::{Fault, WorkShare};

use crate::cli::admin::REBUILT_BUT;
use crate::cli::arguments::Common;
use crate::cli::database::{Absent, Database, options, run as block_on};
use crate::cli::output::{Completion, Failure, print_out, read_rulebook, said_of_damage};
use crate::cli::progress;

/// How many cases are loaded concurrently.
const IN_FLIGHT: usize = 64;
/// How many cases are ticked before the due ones are read again.
const BATCH: usize = 1024;

/// `kamnot rules adopt`
pub(super) fn run(common: &Common, file: &Path, yes: bool) -> Result<Completion, Failure> {
    let new = read_rulebook(file)?;
    // The log keeps its own rulebook until the new one is in force.
    let common = Common { rulebook: None, ..common.clone() };
    let database = Database::open(&common, Absent::Fail)?;
    if new.digest == database.book.digest {
        print_out(&format!("{} is in force already; nothing changes\n", file.display()))?;
        return Ok(Completion::Done);
    }
    let at = SystemClock.now();
    let cases = block_on(changes(&database, &new, at))?;
    let changed = cases.iter().filter(|(_, lines)| !lines.is_empty()).count();
    let mut out = format!(
        "In force:  {} ({})\nTo adopt:  {} ({})\n\n",
        database.book.id, database.book.digest, new.id, new.digest
    );
    for (case, lines) in &cases {
        for line in lines {
            let _ = writeln!(out, "  {case}: {line}");
        }
    }
    let _ = writeln!(out, "{changed} of {} cases would change at {at}.", cases.len());
    print_out(&out)?;
    if !yes {
        return print_out("Nothing was changed. To put it in force, add --yes.\n").map(|()| Completion::Done);
    }
    put_in_force(&common, database, new)
}

/// The changes in each case.
async fn changes(
    database: &Database,
    new: &Rulebook,
    at: Instant,
) -> Result<Vec<(engine::action::CaseRef, Vec<String>)>, Failure> {
    let cases = database.store.cases().await?;
    let bar = progress::bar(cases.len(), "cases");
    let loaded = futures::stream::iter(cases).map(|reference| {
        let bar = &bar;
        async move {
            let case = database.store.load(&reference).await;
            bar.inc(1);
            let lines = match case {
                Ok(case) => differences(&case, &database.book, new, at),
                Err(Fault::Corrupt(reason)) => vec![reason.to_string()],
                Err(fault) => return Err(fault.into()),
            };
            Ok::<_, Failure>((reference, lines))
        }
    });
    let all: Vec<_> = loaded.buffered(IN_FLIGHT).try_collect().await?;
    bar.finish_and_clear();
    Ok(all)
}

/// The assessment of a case under a rulebook, by subject.
fn told(assessment: &Assessment<'_>) -> BTreeMap<(RuleId, ActionId, u32), String> {
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let breach = |breach: Option<Breach>| breach.map_or("in order", Breach::word);
    let deadlines = assessment.deadlines.iter().map(|deadline| {
        let latest = deadline.latest().map_or_else(|| "no limit".to_owned(), |latest| latest.to_string());
        let says = format!("{} … {latest}, {}", deadline.earliest(), breach(deadline.breach(assessment.at)));
        ((deadline.rule, id(deadline.opened_by), deadline.period), says)
    });
    let findings = assessment
        .findings
        .iter()
        .map(|finding| ((finding.rule, id(finding.action), 0), breach(Some(finding.breach)).to_owned()));
    deadlines.chain(findings).collect()
}

fn differences(case: &Case, old: &Rulebook, new: &Rulebook, at: Instant) -> Vec<String> {
    let told = |book| case.assess(book, at).map(|assessment| told(&assessment)).unwrap_or_default();
    let (before, after) = (told(old), told(new));
    let mut lines = Vec::new();
    for (key, was) in &before {
        match after.get(key) {
            None => lines.push(format!("{}: {was} → nothing", key.0)),
            Some(is) if is != was => lines.push(format!("{}: {was} → {is}", key.0)),
            Some(_) => {}
        }
    }
    for (key, is) in after.iter().filter(|(key, _)| !before.contains_key(key)) {
        lines.push(format!("{}: nothing → {is}", key.0));
    }
    lines
}

/// Puts the rulebook in force and ticks every due case under it.
fn put_in_force(common: &Common, database: Database, new: Rulebook) -> Result<Completion, Failure> {
    drop(database);
    let bar = progress::bar(0, "events");
    let book = Arc::new(new);
    let (store, rebuilt) = block_on(async {
        let options = options(common);
        Ok(common.db.adopt(Arc::clone(&book), &options, progress::on(&bar)).await?)
    })?;
    bar.finish_and_clear();
    let told = block_on(tell(&Database { store, book: Arc::clone(&book) }))?;
    print_out(&format!(
        "{} is in force; {} cases were assessed, and {told} alerts were raised, settled or withdrawn. Alerts about \
         limits that are over are not published.\nA `kamnot serve` that runs on this log ends by itself: restart it.\n",
        book.id, rebuilt.cases
    ))?;
    said_of_damage(&rebuilt.damage, REBUILT_BUT)
}

/// Ticks all due cases; returns how many alerts were raised, settled or withdrawn.
async fn tell(database: &Database) -> Result<usize, Failure> {
    let recorder = database.recorder();
    let mut told = 0;
    loop {
        let due = database.store.due(SystemClock.now(), BATCH, WorkShare::ALL).await?;
        let ticks = futures::stream::iter(due).map(|due| {
            let recorder = Arc::clone(&recorder);
            async move {
                match recorder.assess_anew(&due.case).await {
                    Ok(events) => Ok::<_, Failure>(events.len()),
                    // The rebuild has reported it.
                    Err(Fault::Corrupt(_)) => Ok(0),
                    Err(fault) => Err(fault.into()),
                }
            }
        });
        let counts: Vec<usize> = ticks.buffer_unordered(IN_FLIGHT).try_collect().await?;
        let more: usize = counts.iter().sum();
        if more == 0 {
            return Ok(told);
        }
        told += more;
    }
}
