//! The lines to record: first those until enough cases are open, then those of the measurement.

use std::collections::HashMap;

use scenarios::generator::{Line, Plan, history, interleaved};

use crate::setting::Failure;

/// Lines in the order in which they happened.
pub struct Lines {
    /// The lines until enough cases are open.
    pub before: Vec<Line>,
    /// The lines of the measurement.
    pub measured: Vec<Line>,
    /// How many cases are open between the two.
    pub open: usize,
}

impl Lines {
    /// Lines of cases of which at least `open` are open from some point on, and `measured` lines after it.
    ///
    /// # Errors
    /// If the plan never has that many open cases.
    pub fn of(plan: &Plan, open: usize, measured: usize) -> Result<Self, Failure> {
        // The generator estimates the number from the average length of a few cases. A sixth more is enough for all plans.
        let mut lines = interleaved(plan, open + open / 6);
        let mut left: HashMap<usize, usize> = HashMap::with_capacity(open * 2);
        let mut before = Vec::with_capacity(open * 20);
        while left.len() < open {
            if before.len() > open * 100 + 10_000 {
                return Err(format!("after {} lines only {} cases are open", before.len(), left.len()).into());
            }
            let line = lines.next().ok_or("the plan has too few cases")?;
            let of_case = left.entry(line.case).or_insert_with(|| history(plan, line.case).len());
            *of_case -= 1;
            if *of_case == 0 {
                left.remove(&line.case);
            }
            before.push(line);
        }
        let open = left.len();
        Ok(Self { before, measured: lines.take(measured).collect(), open })
    }

    /// How many lines a case has on average.
    pub fn per_case(plan: &Plan) -> f64 {
        const SAMPLE: usize = 1000;
        crate::setting::count((0..SAMPLE).map(|n| history(plan, n).len()).sum()) / crate::setting::count(SAMPLE)
    }
}
