//! Cases as large as a log takes them: how long one is told everything, and how long one more action takes.
//!
//! Invariant: every alert of the case is in the log, durable, when it counts as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use engine::action::{Action, CaseRef};
use engine::decide::Alerts;
use scenarios::crowded::{Crowd, crowded};
use service::clock::Clock;
use service::recorder::Recorder;
use store::sqlite::{Options, SqliteStore};

use crate::report::{Bar, Report};
use crate::setting::{Failure, Setting, count};

/// As many actions as a case may hold, but for the one more.
const ACTIONS: usize = 9_999;

/// A clock that stands where it is set.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> engine::calendar::Instant {
        engine::calendar::Instant::from_unix(self.0.load(Ordering::Relaxed))
    }
}

/// Each crowded case, held back while it is recorded, then told.
pub fn told(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let (mut slowest, mut one_more) = (0.0_f64, 0.0_f64);
    for crowd in Crowd::ALL {
        let (told, more) = setting.runtime.block_on(one(setting, crowd))?;
        Report::fact(&format!("case of 10,000 actions, {crowd:?}, told"), told, "s");
        Report::fact(&format!("case of 10,000 actions, {crowd:?}, one more recorded"), more * 1e3, "ms");
        (slowest, one_more) = (slowest.max(told), one_more.max(more));
    }
    report.figure("case of 10,000 actions, the slowest of all shapes, told", slowest, "s", Bar::AtMost(1.0));
    report.figure("case of 10,000 actions, one more recorded, longest", one_more * 1e3, "ms", Bar::AtMost(100.0));
    Ok(())
}

async fn one(setting: &Setting, crowd: Crowd) -> Result<(f64, f64), Failure> {
    let options = Options { create: true, ..Options::default() };
    let path = setting.path(&format!("big-{crowd:?}.db"));
    let store = Arc::new(SqliteStore::open(path, Arc::clone(&setting.book), &options)?);
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
