//! How many actions become durable in a second: by conduct, by how many cases are open, one at a time, in a long log.

use std::path::PathBuf;

use scenarios::generator::Conduct;

use crate::alone::Before;
use crate::lines::Lines;
use crate::ours::{Ours, Run, Until};
use crate::peer::Peer;
use crate::report::{Bar, Report, median};
use crate::setting::{Failure, IN_FLIGHT, Setting, progress};

/// More lines than are recorded in the time of a measurement, for each second of it.
const LINES_A_SECOND: f32 = 70_000.0;

/// How often the short and the long log take turns.
const TURNS: usize = 5;

/// How many cases are open where nothing else is said.
const OPEN: usize = 1_500;

/// What is measured with many appends in flight.
struct Measurement {
    name: String,
    conduct: Conduct,
    open: usize,
    bar: Bar,
    alone: Bar,
    peer: Bar,
}

/// Orderly cases, 1,500 open.
pub fn orderly(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let (bar, alone, peer) = (Bar::AtLeast(15_000.0), Bar::AtLeast(0.7), Bar::AtLeast(5.0));
    let name = format!("durable, orderly, {OPEN} open");
    in_flight(setting, report, &Measurement { name, conduct: Conduct::Orderly, open: OPEN, bar, alone, peer })
}

/// Orderly cases, 50,000 open.
pub fn orderly_many_open(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let open = setting.size(50_000);
    let (bar, alone, peer) = (Bar::AtLeast(8_000.0), Bar::AtLeast(0.7), Bar::AtLeast(5.0));
    let name = format!("durable, orderly, {open} open");
    in_flight(setting, report, &Measurement { name, conduct: Conduct::Orderly, open, bar, alone, peer })
}

/// Disorderly cases, 1,500 open.
pub fn disorderly(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let (bar, alone, peer) = (Bar::None, Bar::None, Bar::None);
    let name = format!("durable, disorderly, {OPEN} open");
    in_flight(setting, report, &Measurement { name, conduct: Conduct::Disorderly, open: OPEN, bar, alone, peer })
}

fn in_flight(setting: &Setting, report: &mut Report, of: &Measurement) -> Result<(), Failure> {
    let Measurement { name, conduct, open, bar, alone, peer } = of;
    let plan = Setting::plan(*conduct);
    let lines = Lines::of(&plan, *open, lines_for(setting))?;
    Report::fact(&format!("{name}: actions a case"), Lines::per_case(&plan), "actions");
    Report::fact(&format!("{name}: open at the start"), crate::setting::count(lines.open), "cases");
    progress(&format!("{name}: {} lines first", lines.before.len()));
    let path = setting.path("ours.db");
    let (run, sqlite) = setting.runtime.block_on(async {
        let mut ours = Ours::open(&path, &setting.book, IN_FLIGHT)?;
        ours.give(lines.before.clone());
        ours.run(Until::Recorded).await?;
        let before = Before::copy(&path, setting.path("alone.db"))?;
        progress(&format!("{name}: ours"));
        ours.give(lines.measured.clone());
        let run = ours.run(Until::Passed(setting.lasting)).await?;
        progress(&format!("{name}: the same rows with SQLite alone"));
        let sqlite = before.write_again(&ours.store, &setting.book, run.batch()).await?;
        Ok::<_, Failure>((run, sqlite))
    })?;
    report.figure(name, run.rate(), "actions/s", *bar);
    Report::fact(&format!("{name}: alert events an action"), run.alerts_per_action(), "events");
    Report::fact(&format!("{name}: actions a commit"), run.batch(), "actions");
    report.figure(&format!("{name}: sqlite alone"), sqlite, "actions/s", Bar::None);
    report.ratio(&format!("{name} against sqlite alone"), run.rate() / sqlite, *alone);
    let theirs = setting.runtime.block_on(peer_in_flight(setting, name, &lines))?;
    report.figure(&format!("{name}: cqrs-es"), theirs, "actions/s", Bar::None);
    report.ratio(&format!("{name} against cqrs-es"), run.rate() / theirs, *peer);
    remove(setting, &["ours.db", "alone.db"]);
    Ok(())
}

/// The peer with one connection and with its ten; the faster counts.
async fn peer_in_flight(setting: &Setting, name: &str, lines: &Lines) -> Result<f64, Failure> {
    let mut best: f64 = 0.0;
    for connections in [1, 10] {
        progress(&format!("{name}: cqrs-es, {connections} connections"));
        let file = format!("peer-{connections}.db");
        let peer = Peer::open(&setting.path(&file), &lines.before, connections).await?;
        let rate = peer.run(&lines.measured, IN_FLIGHT, setting.lasting).await?;
        Report::fact(&format!("{name}: cqrs-es with {connections} connections"), rate, "actions/s");
        best = best.max(rate);
        remove(setting, &[&file]);
    }
    Ok(best)
}

/// Each action durable before the next is sent.
pub fn one_at_a_time(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let name = "durable, one at a time";
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting) / 4)?;
    let path = setting.path("single.db");
    let (run, theirs) = setting.runtime.block_on(async {
        let mut fill = Ours::open(&path, &setting.book, IN_FLIGHT)?;
        fill.give(lines.before.clone());
        fill.run(Until::Recorded).await?;
        drop(fill);
        progress(&format!("{name}: ours"));
        let mut ours = Ours::open(&path, &setting.book, 1)?;
        ours.give(lines.measured.clone());
        let run = ours.run(Until::Passed(setting.lasting)).await?;
        progress(&format!("{name}: cqrs-es"));
        let peer = Peer::open(&setting.path("single-peer.db"), &lines.before, 1).await?;
        Ok::<_, Failure>((run, peer.run(&lines.measured, 1, setting.lasting).await?))
    })?;
    report.figure(name, run.rate(), "actions/s", Bar::AtLeast(2_000.0));
    report.figure(&format!("{name}: cqrs-es"), theirs, "actions/s", Bar::None);
    report.ratio(&format!("{name} against cqrs-es"), run.rate() / theirs, Bar::AtLeast(1.0));
    remove(setting, &["single.db", "single-peer.db"]);
    Ok(())
}

/// The same with a long log behind it: turn by turn with a log that is short, since a disk is not as fast in one minute as
/// in the next. The median of the turns counts.
pub fn growth(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let events = setting.size(1_000_000);
    let (mut short, mut long, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    setting.runtime.block_on(async {
        let mut grown = grow(setting, events).await?;
        for turn in 1..=TURNS {
            progress(&format!("growth: turn {turn} of {TURNS}"));
            let young = young(setting).await?;
            let old = grown.run(Until::Passed(setting.lasting / 2)).await?;
            Report::fact(&format!("growth, turn {turn}: short log"), young.rate(), "actions/s");
            Report::fact(&format!("growth, turn {turn}: log of {events} events and more"), old.rate(), "actions/s");
            short.push(young.rate());
            long.push(old.rate());
            ratios.push(old.rate() / young.rate());
        }
        Ok::<_, Failure>(())
    })?;
    let name = format!("durable, orderly, {OPEN} open");
    report.figure(&format!("{name}, short log"), median(short), "actions/s", Bar::None);
    report.figure(&format!("{name}, log of {events} events"), median(long), "actions/s", Bar::None);
    report.ratio("growth, long log against short", median(ratios), Bar::AtLeast(0.8));
    Ok(())
}

/// The rate of a log that is just begun.
async fn young(setting: &Setting) -> Result<Run, Failure> {
    let Lines { before, measured, .. } = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting) / 2)?;
    let mut ours = Ours::open(&setting.path("young.db"), &setting.book, IN_FLIGHT)?;
    ours.give(before);
    ours.run(Until::Recorded).await?;
    ours.give(measured);
    let run = ours.run(Until::Passed(setting.lasting / 2)).await?;
    drop(ours);
    remove(setting, &["young.db"]);
    Ok(run)
}

/// The log that [`grow`] leaves.
pub fn grown_log(setting: &Setting) -> PathBuf {
    setting.path("grown.db")
}

/// Makes a log of so many events, with lines at hand for all turns of a measurement.
pub async fn grow(setting: &Setting, events: usize) -> Result<Ours, Failure> {
    let plan = Setting::plan(Conduct::Orderly);
    let Lines { before, measured, .. } = Lines::of(&plan, OPEN, events + TURNS * lines_for(setting) / 2)?;
    let mut ours = Ours::open(&grown_log(setting), &setting.book, IN_FLIGHT)?;
    ours.give(before);
    let first = ours.run(Until::Recorded).await?;
    ours.give(measured);
    let left = (events as u64).saturating_sub(first.events);
    progress(&format!("{left} more events first"));
    ours.run(Until::Events(left)).await?;
    Ok(ours)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred thousand")]
fn lines_for(setting: &Setting) -> usize {
    (setting.lasting.as_secs_f32() * LINES_A_SECOND) as usize
}

/// Makes room on the disk.
fn remove(setting: &Setting, files: &[&str]) {
    for file in files {
        for ending in ["", "-wal", "-shm"] {
            // What is left is removed with the folder.
            let _ = std::fs::remove_file(setting.path(&format!("{file}{ending}")));
        }
    }
}
