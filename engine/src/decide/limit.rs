//! What a limit calls for: the notice whose time has come, and the action that discharged the duty.
//!
//! Invariant: the duty of an arguable alert is discharged under the protective reading, that of a breach under both.

use crate::alert::Stage;
use crate::calendar::Instant;
use crate::limits::{Deadline, Reckoning};
use crate::rulebook::{Period, Rulebook};

/// The entry that discharged the duty for an alert of `stage`: under the protective reading for an arguable alert, under
/// both for a breach.
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

/// Of the notices whose time has come, the one with the shortest lead; `None` if the limit no longer runs.
pub(super) fn passed_notice(deadline: &Deadline, book: &Rulebook, at: Instant) -> Option<Period> {
    if !runs(deadline, at) {
        return None;
    }
    leads(deadline, book)
        .iter()
        .copied()
        .filter(|&lead| notice_at(deadline, lead, book) <= at)
        .max_by_key(|&lead| notice_at(deadline, lead, book))
}

/// When the notices of a limit are given, the earliest first.
pub fn notices<'b>(deadline: &'b Deadline, book: &'b Rulebook) -> impl Iterator<Item = Instant> + use<'b> {
    leads(deadline, book).iter().map(|&lead| notice_at(deadline, lead, book))
}

/// The leads of the notices before a limit, longest first.
pub(super) fn leads<'b>(deadline: &Deadline, book: &'b Rulebook) -> &'b [Period] {
    book.rule(deadline.rule).map_or(&[], |rule| &rule.warn_before)
}

/// When a notice is given. A lead in days counts back from the last lawful day, and the notice is given at the rulebook's
/// notice hour, Vientiane time.
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
    Instant::first_of(day).plus(book.notice_hour())
}
