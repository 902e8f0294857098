//! What a limit calls for: which of its notices has passed, and what discharged its duty.
//!
//! Invariant: an arguable alert is discharged under the protective reading, a breach under both.

use crate::alert::Stage;
use crate::calendar::Instant;
use crate::limits::{Deadline, Reckoning};
use crate::rulebook::{Period, Rulebook};

/// The entry that discharged the duty for an alert of `stage`: an arguable one under the protective reading, a
/// breach under both.
pub(super) fn discharged(deadline: &Deadline, stage: Stage) -> Option<usize> {
    let by = |reckoning: &Reckoning| reckoning.done.map(|done| done.by);
    let protective = by(&deadline.protective)?;
    match (stage, &deadline.lenient) {
        (Stage::Breach, Some(lenient)) => Some(by(lenient)?.max(protective)),
        (Stage::Notice(_) | Stage::Missing, _) => None,
        _ => Some(protective),
    }
}

/// Whether a limit still runs under the protective reading.
pub(super) fn runs(deadline: &Deadline, at: Instant) -> bool {
    deadline.protective.done.is_none() && at <= deadline.earliest()
}

/// Of the notices already past for a limit that still runs, the one with the shortest lead.
pub(super) fn passed_notice(deadline: &Deadline, book: &Rulebook, at: Instant) -> Option<Period> {
    if !runs(deadline, at) {
        return None;
    }
    let leads = &book.rule(deadline.rule).warn_before;
    leads
        .iter()
        .copied()
        .filter(|&lead| notice_at(deadline, lead, book) <= at)
        .max_by_key(|&lead| notice_at(deadline, lead, book))
}

/// When a notice is given: a lead in days counts back from the last lawful day, at the notice hour.
pub(super) fn notice_at(deadline: &Deadline, lead: Period, book: &Rulebook) -> Instant {
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
