//! What a limit calls for: which of its notices has passed, and what discharged its duty.
//!
//! Invariant: an arguable alert is discharged under the protective reading, a breach under both.

use super::Stage;
use super::due::notice_at;
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
