//! The generator of made-up cases: valid action lines, drawn from a seed.
//!
//! Invariant: the same plan gives the same bytes on every platform. The random numbers come from `ChaCha8`, with a stream
//! for each case, and nothing depends on a clock, on floating point or on the order of a hash map. No line is ever refused,
//! whatever the conduct: a case may break the law but never the format.

mod disorderly;
mod orderly;
mod writer;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use chrono::{Datelike, NaiveDate};

use writer::{DAY, Writer};

/// How well the offices of the made-up cases work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Offices keep the limits and fill in every field. Most cases have 20 to 30 actions and few alerts beyond notices.
    Orderly,
    /// Offices are late and sloppy: fields left out, dates without a time of day, several detentions, offences reclassified,
    /// orders missing, actions withdrawn.
    Disorderly,
}

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed, which decides everything that the other fields leave open.
    pub seed: u64,
    /// How many cases there are. They are numbered from 0.
    pub cases: usize,
    /// How the offices work.
    pub conduct: Conduct,
    /// The civil date in Vientiane on which the first case is opened. No action is earlier.
    pub first_day: NaiveDate,
}

/// One action line and the instant when it would be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it would be recorded, in seconds since the epoch: at the action's first instant, but never before the opening of
    /// its case, since an action of a case that is not open is refused.
    pub at: i64,
    /// The number of the case, from 0.
    pub case: usize,
    /// The action as one JSON object, without a line break.
    pub json: String,
}

/// The lines of the `n`th case in the order in which they happened, independent of the other cases.
///
/// The openings are spread over 365 days from the plan's first day. Case `n` has the same ids as in [`interleaved`], on
/// other dates, so lines of both must not go into one log.
pub fn history(plan: &Plan, n: usize) -> Vec<Line> {
    case(plan, n, first_day(plan) + (n % 365) as u64)
}

/// The lines of all cases of the plan, ordered by the instant of recording. Cases start so that about `open` are open at
/// any time.
///
/// Lines of one instant are ordered by the number of their case, and within a case by when they happened.
pub fn interleaved(plan: &Plan, open: usize) -> impl Iterator<Item = Line> {
    let plan = *plan;
    let sample = plan.cases.clamp(1, 64);
    let lasting: i64 = (0..sample).map(|n| duration(&history(&plan, n))).sum();
    let spacing = lasting.unsigned_abs() / (sample as u64 * open.max(1) as u64);
    Interleaved { plan, spacing, started: 0, running: BinaryHeap::new() }
}

/// The plan's first day, in days since 1 January 1970.
fn first_day(plan: &Plan) -> u64 {
    let epoch = NaiveDate::default().num_days_from_ce();
    u64::try_from(plan.first_day.num_days_from_ce() - epoch).unwrap_or(0)
}

/// Seconds from the first to the last line.
fn duration(lines: &[Line]) -> i64 {
    lines.first().zip(lines.last()).map_or(0, |(first, last)| last.at - first.at)
}

/// The lines of the `n`th case, opened on the given day (in days since 1 January 1970).
fn case(plan: &Plan, n: usize, opening_day: u64) -> Vec<Line> {
    let mut writer = Writer::new(plan.seed, n, opening_day.cast_signed());
    match plan.conduct {
        Conduct::Orderly => orderly::write(&mut writer),
        Conduct::Disorderly => disorderly::write(&mut writer),
    }
    writer.finish()
}

/// Merges the lines of the cases that have started.
struct Interleaved {
    plan: Plan,
    /// Seconds between the openings of two cases.
    spacing: u64,
    /// How many cases have started.
    started: usize,
    running: BinaryHeap<Reverse<Running>>,
}

impl Interleaved {
    /// The day on which the next case is opened.
    fn next_opening(&self) -> u64 {
        first_day(&self.plan) + self.started as u64 * self.spacing / DAY.unsigned_abs()
    }

    /// Whether the next case could have a line before every line of the running cases.
    fn must_start_another(&self) -> bool {
        let opening = writer::epoch_seconds(self.next_opening().cast_signed() * DAY);
        let earliest = self.running.peek().map_or(i64::MAX, |running| running.0.next.at);
        self.started < self.plan.cases && opening <= earliest
    }

    fn start_another(&mut self) {
        let rest = case(&self.plan, self.started, self.next_opening());
        self.started += 1;
        self.push(rest.into_iter());
    }

    fn push(&mut self, mut rest: std::vec::IntoIter<Line>) {
        if let Some(next) = rest.next() {
            self.running.push(Reverse(Running { next, rest }));
        }
    }
}

impl Iterator for Interleaved {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while self.must_start_another() {
            self.start_another();
        }
        let Reverse(Running { next, rest }) = self.running.pop()?;
        self.push(rest);
        Some(next)
    }
}

/// A case with lines left, ordered by its next line.
struct Running {
    next: Line,
    rest: std::vec::IntoIter<Line>,
}

impl Ord for Running {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.next.at, self.next.case).cmp(&(other.next.at, other.next.case))
    }
}

impl PartialOrd for Running {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Running {}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(conduct: Conduct) -> Plan {
        let first_day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        Plan { seed: 7, cases: 60, conduct, first_day }
    }

    #[test]
    fn the_same_plan_gives_the_same_lines() {
        for conduct in [Conduct::Orderly, Conduct::Disorderly] {
            assert_eq!(history(&plan(conduct), 3), history(&plan(conduct), 3));
        }
    }

    #[test]
    fn a_case_is_in_order_and_starts_with_its_opening() {
        for conduct in [Conduct::Orderly, Conduct::Disorderly] {
            for n in 0..60 {
                let lines = history(&plan(conduct), n);
                assert!(lines.is_sorted_by_key(|line| line.at), "case {n} of seed 7");
                assert!(lines[0].json.contains(r#""action":"case_opened""#), "case {n} of seed 7");
            }
        }
    }

    #[test]
    fn the_merge_is_in_order_and_loses_nothing() {
        let plan = plan(Conduct::Disorderly);
        let lines: Vec<Line> = interleaved(&plan, 10).collect();
        let expected: usize = (0..plan.cases).map(|n| history(&plan, n).len()).sum();
        assert_eq!(lines.len(), expected);
        assert!(lines.is_sorted_by_key(|line| line.at));
    }

    #[test]
    fn every_line_is_json_of_its_own_case() {
        for line in interleaved(&plan(Conduct::Disorderly), 10) {
            let value: serde_json::Value = serde_json::from_str(&line.json).unwrap();
            let number = format!("-{:06}", line.case + 1);
            assert!(value["case"].as_str().unwrap().ends_with(&number), "{}", line.json);
        }
    }
}
