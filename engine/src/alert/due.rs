//! When something has to be told next, if nothing more is recorded.
//!
//! Invariant: a function of the case and the rulebook alone; an instant that comes out has something to tell.

use super::difference::{Recording, difference};
use crate::assess::{Assessment, assess};
use crate::calendar::Instant;
use crate::case::Case;
use crate::limits::{Deadline, Reckoning};
use crate::rulebook::{Period, Rulebook};

/// The next instant after `assessment.at` at which something has to be told, if nothing more is recorded.
pub(crate) fn next_due(case: &Case, assessment: &Assessment<'_>, book: &Rulebook) -> Option<Instant> {
    let at = assessment.at;
    let in_time = |reckoning: &Reckoning| reckoning.done.is_some_and(|done| done.at <= reckoning.due);
    let mut instants: Vec<Instant> = Vec::new();
    for deadline in &assessment.deadlines {
        if deadline.protective.done.is_none() {
            let leads = book.rule(deadline.rule).warn_before.iter();
            instants.extend(leads.map(|&lead| notice_at(deadline, lead, book)));
        }
        if !in_time(&deadline.protective) {
            instants.push(deadline.earliest().plus(1));
            instants
                .extend(deadline.lenient.iter().filter(|lenient| !in_time(lenient)).map(|lenient| lenient.due.plus(1)));
        }
    }
    let to_come = case.actions().map(|action| action.at.first()).filter(|&first| first > at);
    let before = instants.len();
    instants.extend(to_come);
    let surely = instants.len() == before;
    instants.retain(|&instant| instant > at);
    instants.sort_unstable();
    if surely {
        return instants.first().copied();
    }
    // An action recorded minutes ahead of the clock may change what is due: only what would really be told counts.
    instants.into_iter().find(|&instant| {
        let then = assess(case.actions(), book, instant);
        then.is_some_and(|then| !difference(case, &then, book, Recording { new: &[], as_history: false }).is_empty())
    })
}

/// When a notice is given: a lead in days counts back from the last lawful day, at the notice hour.
pub(crate) fn notice_at(deadline: &Deadline, lead: Period, book: &Rulebook) -> Instant {
    let due = deadline.earliest();
    match lead {
        Period::Minutes(n) => due.plus(-60 * i64::from(n)),
        Period::Hours(n) => due.plus(-3600 * i64::from(n)),
        Period::Days(n) => notice_hour(due, u64::from(n), book),
        Period::Months(n) => notice_hour(due, 30 * u64::from(n), book),
    }
}

fn notice_hour(due: Instant, days: u64, book: &Rulebook) -> Instant {
    let day = due.date().checked_sub_days(chrono::Days::new(days)).unwrap_or(due.date());
    Instant::first_of(day).plus(book.notice_hour)
}
