//! `kamnot rules adopt`: shows what another rulebook would change, and puts it in force. Alerts about limits that are
//! over are not published.
//!
//! Invariant: without `--yes` nothing is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use engine::action::{ActionId, CaseRef};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::limits::Deadline;
use engine::rulebook::{RuleId, Rulebook};
use futures::{StreamExt as _, TryStreamExt as _};
use service::clock::{Clock as _, SystemClock};
use service::in_force;
use store::{Fault, WorkShare};

use crate::cli::admin::REBUILT_BUT;
use crate::cli::arguments::Common;
use crate::cli::database::{Database, options, run as block_on};
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
    let database = Database::open_to_read(&common)?;
    let in_force = block_on(async { Ok(database.store.meta("rulebook").await?.unwrap_or_default()) })?;
    if new.digest().to_string() == in_force {
        print_out(&format!("{} is in force already; nothing changes\n", file.display()))?;
        return Ok(Completion::Done);
    }
    let at = SystemClock.now();
    let new = Arc::new(new).succeeding(block_on(async { Ok(database.store.rulebooks().await?) })?);
    let cases = block_on(changes(&database, &new, at))?;
    let readable = database.book.digest().to_string() == in_force;
    if readable {
        refuse_vanishing(&cases)?;
    }
    let changed = cases.iter().filter(|(_, changes)| !changes.lines.is_empty()).count();
    let mut out = format!(
        "In force:  {} ({in_force})\nTo adopt:  {} ({})\n\n",
        if readable { database.book.id() } else { "a rulebook that this program cannot read" },
        new.id(),
        new.digest()
    );
    if !readable {
        out += "What changes is not shown: this program cannot compute what the rulebook in force says.\n";
    }
    let moved = cases.iter().flat_map(|(case, changes)| changes.moved.iter().map(move |line| (case, line)));
    let moved: Vec<_> = moved.collect();
    if !moved.is_empty() {
        let _ = writeln!(out, "Running limits on liberty whose end moves:");
        for (case, line) in &moved {
            let _ = writeln!(out, "  {case}: {line}");
        }
        out.push('\n');
    }
    for (case, changes) in &cases {
        for line in &changes.lines {
            let _ = writeln!(out, "  {case}: {line}");
        }
    }
    if readable {
        let _ = writeln!(out, "{changed} of {} cases would change at {at}.", cases.len());
    }
    print_out(&out)?;
    if !yes {
        return print_out("Nothing was changed. To put it in force, add --yes.\n").map(|()| Completion::Done);
    }
    put_in_force(&common, database, &new)
}

/// What another rulebook changes in a case.
#[derive(Default)]
struct Changes {
    /// Everything that changes.
    lines: Vec<String>,
    /// The running limits on liberty whose end moves.
    moved: Vec<String>,
    /// Those that would be gone.
    gone: Vec<String>,
}

/// Refuses a rulebook under which a running limit on liberty would vanish: nobody would watch that child any more.
fn refuse_vanishing(cases: &[(CaseRef, Changes)]) -> Result<(), Failure> {
    let gone =
        cases.iter().flat_map(|(case, changes)| changes.gone.iter().map(move |line| format!("  {case}: {line}\n")));
    let gone: Vec<String> = gone.collect();
    if gone.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "under this rulebook, running limits on liberty would vanish; nothing was changed. Give the rulebook the rule, or \
         a first day (in_force_from) from which it holds:\n{}",
        gone.concat()
    )))
}

/// The changes in each case.
async fn changes(database: &Database, new: &Rulebook, at: Instant) -> Result<Vec<(CaseRef, Changes)>, Failure> {
    let cases = database.store.cases().await?;
    let bar = progress::bar(cases.len(), "cases");
    let loaded = futures::stream::iter(cases).map(|reference| {
        let bar = &bar;
        async move {
            let case = database.store.load(&reference).await;
            bar.inc(1);
            let changes = match case {
                Ok(case) => differences(&case, &database.book, new, at),
                Err(Fault::Corrupt(reason)) => Changes { lines: vec![reason.to_string()], ..Changes::default() },
                Err(fault) => return Err(fault.into()),
            };
            Ok::<_, Failure>((reference, changes))
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
        let says = format!("{}, {}", ends(deadline), breach(deadline.breach(assessment.at)));
        ((deadline.rule, id(deadline.opened_by), deadline.period), says)
    });
    let findings = assessment
        .findings
        .iter()
        .map(|finding| ((finding.rule, id(finding.action), 0), breach(Some(finding.breach)).to_owned()));
    deadlines.chain(findings).collect()
}

fn differences(case: &Case, old: &Rulebook, new: &Rulebook, at: Instant) -> Changes {
    let (before, after) = (case.assess(old, at), case.assess(new, at));
    let mut changes = Changes::default();
    if let Some(before) = &before {
        running_on_liberty(before, after.as_ref(), old, &mut changes);
    }
    let told = |assessment: Option<&Assessment<'_>>| assessment.map(told).unwrap_or_default();
    let (before, after) = (told(before.as_ref()), told(after.as_ref()));
    for (key, was) in &before {
        match after.get(key) {
            None => changes.lines.push(format!("{}: {was} → nothing", key.0)),
            Some(is) if is != was => changes.lines.push(format!("{}: {was} → {is}", key.0)),
            Some(_) => {}
        }
    }
    for (key, is) in after.iter().filter(|(key, _)| !before.contains_key(key)) {
        changes.lines.push(format!("{}: nothing → {is}", key.0));
    }
    changes
}

/// Notes the running limits on liberty whose end another rulebook moves, and those that it does not have.
fn running_on_liberty(before: &Assessment<'_>, after: Option<&Assessment<'_>>, old: &Rulebook, changes: &mut Changes) {
    let running = before.deadlines.iter().filter(|deadline| deadline.protective.done.is_none());
    for was in running.filter(|deadline| old.is_on_liberty(deadline.rule)) {
        let id = before.timeline.entries()[was.opened_by].action.id;
        let is = after.and_then(|after| after.deadline(was.rule, after.entry(id)?, was.period));
        match is {
            None => changes.gone.push(format!("{}, which ends at {}", was.rule, was.earliest())),
            Some(is) if (is.earliest(), is.latest()) != (was.earliest(), was.latest()) => {
                changes.moved.push(format!("{}: {} → {}", was.rule, ends(was), ends(is)));
            }
            Some(_) => {}
        }
    }
}

/// The ends of a limit under the two readings.
fn ends(deadline: &Deadline) -> String {
    let latest = deadline.latest().map_or_else(|| "no limit".to_owned(), |latest| latest.to_string());
    format!("{} … {latest}", deadline.earliest())
}

/// Puts the rulebook in force and ticks every due case under it.
fn put_in_force(common: &Common, database: Database, book: &Arc<Rulebook>) -> Result<Completion, Failure> {
    drop(database);
    let bar = progress::bar(0, "events");
    let (store, rebuilt) = block_on(async {
        let options = options(common);
        Ok(common.db.adopt(Arc::clone(book), &options, progress::on(&bar)).await?)
    })?;
    bar.finish_and_clear();
    block_on(async { Ok(in_force::note(store.as_ref(), None, SystemClock.now()).await?) })?;
    let told = block_on(tell(&Database { store, book: Arc::clone(book) }))?;
    print_out(&format!(
        "{} is in force; {} cases were assessed, and {told} alerts were raised, settled or withdrawn. Alerts about \
         limits that are over are not published.\nA `kamnot serve` that runs on this log ends by itself: restart it.\n",
        book.id(),
        rebuilt.cases
    ))?;
    said_of_damage(&rebuilt.damage, REBUILT_BUT)
}

/// Ticks all due cases; returns how many alerts were raised, settled or withdrawn.
async fn tell(database: &Database) -> Result<usize, Failure> {
    let recorder = database.recorder().await?;
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
