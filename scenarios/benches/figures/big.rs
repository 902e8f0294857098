//! Cases with as many actions as a log accepts: how long it takes to raise all alerts, to record one more action, and to print the
//! timeline.
//!
//! Invariant: an alert counts as raised when it is durable in the log.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use engine::action::{Action, CaseRef};
use engine::decide::Alerts;
use scenarios::crowded::{Crowd, crowded};
use service::clock::Clock;
use service::recorder::Recorder;
use store::sqlite::{Options, SqliteStore};

use crate::program::{program, run};
use crate::report::{Bar, Report};
use crate::setting::{Failure, Setting, count};

/// As many actions as a case may hold, less the one more.
const ACTIONS: usize = 9_999;

/// A clock that stands still where it is set.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> engine::calendar::Instant {
        engine::calendar::Instant::from_unix(self.0.load(Ordering::Relaxed))
    }
}

/// Each crowded case: recorded with its alerts held back, then all alerts are raised.
pub fn told(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let program = program()?;
    let (mut slowest, mut one_more, mut printed) = (0.0_f64, 0.0_f64, 0.0_f64);
    for crowd in Crowd::ALL {
        let (told, more) = setting.runtime.block_on(one(setting, crowd))?;
        printed = printed.max(timeline(&program, &log_of(setting, crowd), crowd)?);
        Report::fact(&format!("case of 10,000 actions, {crowd:?}, told"), told, "s");
        Report::fact(&format!("case of 10,000 actions, {crowd:?}, one more recorded"), more * 1e3, "ms");
        (slowest, one_more) = (slowest.max(told), one_more.max(more));
    }
    report.figure("case of 10,000 actions, the slowest of all shapes, told", slowest, "s", Bar::AtMost(1.0));
    report.figure("case of 10,000 actions, one more recorded, longest", one_more * 1e3, "ms", Bar::AtMost(100.0));
    report.figure("case of 10,000 actions, timeline printed, longest", printed, "s", Bar::AtMost(1.0));
    Ok(())
}

fn log_of(setting: &Setting, crowd: Crowd) -> PathBuf {
    setting.path(&format!("big-{crowd:?}.db"))
}

/// The slowest of the three forms of the timeline, in seconds: the whole program, from its start.
fn timeline(program: &Path, log: &Path, crowd: Crowd) -> Result<f64, Failure> {
    let mut slowest = 0.0_f64;
    for format in ["table", "json", "csv"] {
        let mut command = Command::new(program);
        command.args(["timeline", "BIG-1", "--at", "2026-03-01T08:00:00+07:00", "--format", format]);
        let seconds = run(command.arg("--db").arg(log))?;
        Report::fact(&format!("case of 10,000 actions, {crowd:?}, timeline as {format}"), seconds, "s");
        slowest = slowest.max(seconds);
    }
    Ok(slowest)
}

async fn one(setting: &Setting, crowd: Crowd) -> Result<(f64, f64), Failure> {
    let options = Options { create: true, ..Options::default() };
    let store = Arc::new(SqliteStore::open(log_of(setting, crowd), Arc::clone(&setting.book), &options)?);
    let at = |text: &str| engine::calendar::Instant::parse(text).map_or(0, engine::calendar::Instant::unix);
    let clock = Arc::new(SetClock(AtomicI64::new(at("2026-02-20T08:00:00+07:00"))));
    let recorder = Recorder::new(store, Arc::clone(&setting.book), Arc::clone(&clock) as Arc<dyn Clock>);
    let case = CaseRef::new("BIG-1").ok_or("a reference")?;
    let read = |line: &String| Action::read(line).map_err(|flaws| format!("{flaws:?}"));
    let actions = crowded(crowd, case.as_str(), ACTIONS).iter().map(read).collect::<Result<Vec<_>, _>>()?;
    recorder.record(&case, actions, None, Alerts::HeldBack).await?;
    clock.0.store(at("2026-03-01T08:00:00+07:00"), Ordering::Relaxed);
    let begun = Instant::now();
    let mut events = 0;
    loop {
        let told = recorder.tick(&case).await?.len();
        events += told;
        if told == 0 {
            break;
        }
    }
    let told = begun.elapsed().as_secs_f64();
    Report::fact(&format!("case of 10,000 actions, {crowd:?}"), count(events), "alerts, settlements and withdrawals");
    let line = r#"{"case":"BIG-1","action":"medical_check","at":"2026-02-21T08:00:00+07:00","by":"vte-investigation"}"#;
    let action = Action::read(line).map_err(|flaws| format!("{flaws:?}"))?;
    let begun = Instant::now();
    recorder.record(&case, vec![action], None, Alerts::Raised).await?;
    Ok((told, begun.elapsed().as_secs_f64()))
}
