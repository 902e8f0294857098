//! Finds the shortest history that still violates the same claim.
//!
//! Invariant: what is left out at one step is never put back, and every candidate was run.

use super::history::{CaseHistory, History};
use super::{Sabotage, Tally, Violation, run};

/// Leaves out everything without which a history still fails: cases, faults, then single sendings.
pub fn shortest(history: &History, sabotage: Option<Sabotage>, violation: &Violation) -> (History, Violation) {
    let mut shortest = (history.clone(), violation.clone());
    loop {
        let before = size(&shortest.0);
        shrink_by(&mut shortest, sabotage, |history| &mut history.cases);
        shrink_by(&mut shortest, sabotage, |history| &mut history.troubles);
        for case in 0..shortest.0.cases.len() {
            shrink_by(&mut shortest, sabotage, |history| sendings(history, case));
        }
        if size(&shortest.0) == before {
            return shortest;
        }
    }
}

fn sendings(history: &mut History, case: usize) -> &mut Vec<super::history::Sending> {
    &mut history.cases[case].sendings
}

fn size(history: &History) -> usize {
    let sendings = history.cases.iter().map(|CaseHistory { sendings }| sendings.len());
    history.cases.len() + history.troubles.len() + sendings.sum::<usize>()
}

/// Leaves out smaller and smaller parts of one of the history's lists.
fn shrink_by<T>(
    shortest: &mut (History, Violation),
    sabotage: Option<Sabotage>,
    list: impl Fn(&mut History) -> &mut Vec<T>,
) {
    let mut stretch = list(&mut shortest.0).len();
    while stretch > 0 {
        let mut from = 0;
        while from < list(&mut shortest.0).len() {
            let mut candidate = shortest.0.clone();
            let items = list(&mut candidate);
            let to = (from + stretch).min(items.len());
            items.drain(from..to);
            // An action that needs one that is left out would be refused for ever.
            let ran = if candidate.is_complete() { run(&candidate, sabotage) } else { Ok(Tally::default()) };
            match ran {
                Err(violation) if violation.claim == shortest.1.claim => *shortest = (candidate, violation),
                _ => from += stretch,
            }
        }
        stretch /= 2;
    }
}
