//! Durable actions per second: by conduct, by the number of open cases, one at a time, and in a long log.

use std::path::{Path, PathBuf};

use scenarios::generator::Conduct;

use crate::alone::Before;
use crate::lines::Lines;
use crate::ours::{Ours, Run, Until};
use crate::peer::{Load, Peers, WITHOUT_PEERS};
use crate::report::{Bar, Report, median};
use crate::setting::{Failure, IN_FLIGHT, Setting, progress};

/// Lines prepared for each second of a measurement. More than can be recorded in a second.
const LINES_A_SECOND: f32 = 70_000.0;

/// How often the short and the long log take turns.
const TURNS: usize = 5;

/// How often the program and the peer take turns. Odd, so that there is a median.
const PEER_TURNS: u32 = 3;

/// How many cases are open by default.
const OPEN: usize = 1_500;

/// A measurement with many appends in flight.
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
    let mut ours = setting.runtime.block_on(begin(setting, &path, &lines, IN_FLIGHT))?;
    let before = Before::copy(&path, setting.path("alone.db"))?;
    let turns = beside_the_peer(setting, name, &mut ours, &lines, &[1, 10])?;
    progress(&format!("{name}: the same rows with SQLite alone"));
    let again = before.write_again(ours.store.as_ref(), &setting.book, turns.ours.batch());
    let sqlite = setting.runtime.block_on(again)?;
    report.figure(name, turns.ours.rate(), "actions/s", *bar);
    Report::fact(&format!("{name}: alert events an action"), turns.ours.alerts_per_action(), "events");
    Report::fact(&format!("{name}: actions a commit"), turns.ours.batch(), "actions");
    report.figure(&format!("{name}: sqlite alone"), sqlite, "actions/s", Bar::None);
    report.ratio(&format!("{name} against sqlite alone"), turns.ours.rate() / sqlite, *alone);
    turns.report(report, name, *peer);
    drop(ours);
    remove(setting, &["ours.db", "alone.db"]);
    Ok(())
}

/// A new log that holds the lines before the measurement, with `tasks` tasks that have their own lines.
async fn begin(setting: &Setting, path: &Path, lines: &Lines, tasks: usize) -> Result<Ours, Failure> {
    let mut fill = Ours::open(path, &setting.book, IN_FLIGHT)?;
    fill.give(lines.before.clone());
    fill.run(Until::Recorded).await?;
    let mut ours = if tasks == IN_FLIGHT {
        fill
    } else {
        drop(fill);
        Ours::open(path, &setting.book, tasks)?
    };
    ours.give(lines.measured.clone());
    Ok(ours)
}

/// The results of the program and the peer in turns. Empty for the peer if it is not built.
struct Turns {
    ours: Run,
    theirs: Vec<f64>,
    ratios: Vec<f64>,
}

/// The program and the peer take turns, because the speed of a disk changes from minute to minute. In each turn the peer
/// starts anew with each of these numbers of connections, and its faster run counts.
fn beside_the_peer(
    setting: &Setting,
    name: &str,
    ours: &mut Ours,
    lines: &Lines,
    connections: &[u32],
) -> Result<Turns, Failure> {
    let peers = Peers::with(setting, lines)?;
    let lasting = setting.lasting / PEER_TURNS;
    let mut turns = Turns { ours: Run::default(), theirs: Vec::new(), ratios: Vec::new() };
    for turn in 1..=PEER_TURNS {
        progress(&format!("{name}: ours, turn {turn} of {PEER_TURNS}"));
        let run = setting.runtime.block_on(ours.run(Until::Passed(lasting)))?;
        Report::fact(&format!("{name}, turn {turn}: ours"), run.rate(), "actions/s");
        turns.ours.add(&run);
        let Some(peers) = &peers else { continue };
        let mut best: f64 = 0.0;
        for &connections in connections {
            let path = setting.path("peer.db");
            let database = path.to_str().ok_or("a path that is no text")?;
            let load = Load { peer: "sqlite-es", database, in_flight: ours.tasks(), connections, lasting };
            best = best.max(peers.rate(&load)?);
            remove(setting, &["peer.db"]);
        }
        Report::fact(&format!("{name}, turn {turn}: cqrs-es"), best, "actions/s");
        turns.theirs.push(best);
        turns.ratios.push(run.rate() / best);
    }
    Ok(turns)
}

impl Turns {
    fn report(self, report: &mut Report, name: &str, bar: Bar) {
        if self.theirs.is_empty() {
            return report.not_measured(&format!("{name} against cqrs-es"), WITHOUT_PEERS);
        }
        report.figure(&format!("{name}: cqrs-es"), median(self.theirs), "actions/s", Bar::None);
        report.ratio(&format!("{name} against cqrs-es"), median(self.ratios), bar);
    }
}

/// Each action is durable before the next is sent.
pub fn one_at_a_time(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let name = "durable, one at a time";
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting) / 4)?;
    let mut ours = setting.runtime.block_on(begin(setting, &setting.path("single.db"), &lines, 1))?;
    let turns = beside_the_peer(setting, name, &mut ours, &lines, &[1])?;
    report.figure(name, turns.ours.rate(), "actions/s", Bar::AtLeast(2_000.0));
    turns.report(report, name, Bar::AtLeast(1.0));
    drop(ours);
    remove(setting, &["single.db"]);
    Ok(())
}

/// The same on a long log. It takes turns with a short log, because the speed of a disk changes from minute to minute. The
/// median of the turns counts.
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

/// The rate of a new log.
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

/// Makes a log of `events` events, with lines ready for all turns of a measurement.
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

/// Frees disk space.
fn remove(setting: &Setting, files: &[&str]) {
    for file in files {
        for ending in ["", "-wal", "-shm"] {
            // What cannot be removed here goes with the folder.
            let _ = std::fs::remove_file(setting.path(&format!("{file}{ending}")));
        }
    }
}
