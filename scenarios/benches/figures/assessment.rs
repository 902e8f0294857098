//! How long one assessment takes, in memory, on one core.

use std::hint::black_box;
use std::time::Instant;

use engine::action::Action;
use engine::assess::assess;
use scenarios::generator::{Conduct, history};

use crate::report::{Bar, Report};
use crate::setting::{Failure, Setting, count};

/// How many actions the cases have for which the bar is set.
const ACTIONS: usize = 40;

/// How many cases are assessed in turn.
const CASES: usize = 100;

/// How many generated cases are searched for long ones.
const SAMPLE: usize = 5_000;

/// A case of 40 actions, or of as many as the conduct's longest cases have.
pub fn one_case(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    for (conduct, word) in [(Conduct::Orderly, "orderly"), (Conduct::Disorderly, "disorderly")] {
        let plan = Setting::plan(conduct);
        let longest = (0..SAMPLE).map(|n| history(&plan, n).len()).max().unwrap_or(0).min(ACTIONS);
        let long = (0..SAMPLE).map(|n| history(&plan, n)).filter(|lines| lines.len() >= longest).take(CASES);
        let read = |json: &str| Action::read(json).map_err(|flaws| format!("{flaws:?}"));
        let cases = long.map(|lines| lines[..longest].iter().map(|line| read(&line.json)).collect());
        let cases = cases.collect::<Result<Vec<Vec<Action>>, String>>()?;
        let micros = microseconds(setting, &cases);
        let name = format!("assess a case of {longest} actions, {word}, {} cases", cases.len());
        // Cases with fewer actions than the bar is set for must stay below it too.
        report.figure(&name, micros, "µs", Bar::AtMost(20.0));
    }
    Ok(())
}

/// Each case is assessed when its last action counts.
fn microseconds(setting: &Setting, cases: &[Vec<Action>]) -> f64 {
    let last = |actions: &Vec<Action>| actions.iter().map(|action| action.at.first()).max();
    let ends: Vec<_> = cases.iter().filter_map(last).collect();
    let started = Instant::now();
    let mut assessed = 0;
    while started.elapsed() < setting.lasting {
        for (actions, at) in cases.iter().zip(&ends) {
            black_box(assess(black_box(actions).iter(), &setting.book, *at));
        }
        assessed += cases.len();
    }
    started.elapsed().as_secs_f64() * 1e6 / count(assessed)
}
