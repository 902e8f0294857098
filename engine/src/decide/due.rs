//! When a case next calls for an alert event if nothing more is recorded.
//!
//! Invariant: a function of the case and the rulebook alone. At the resulting instant, and at any later one, the case calls
//! for an alert event.

use super::difference::differs;
use super::limit::{leads, notice_at};
use crate::assess::Assessment;
use crate::calendar::Instant;
use crate::case::Case;
use crate::limits::Reckoning;
use crate::rulebook::Rulebook;

/// The next instant at which the case calls for an alert event. `assessment` is at the last record time and counts every
/// action. The answer is that time itself if alerts were held back.
pub(crate) fn next_due(case: &Case, assessment: &Assessment<'_>, book: &Rulebook) -> Option<Instant> {
    let at = assessment.at;
    if differs(case, assessment, book) {
        return Some(at);
    }
    instants(assessment, book).chain(case.escalations()).filter(|&instant| instant > at).min()
}

/// Like [`next_due`], for a case with actions some minutes ahead of the recording clock. They may open limits that were not
/// assessed yet, and they may undo alerts that would be raised before them.
pub(crate) fn next_due_with_actions_to_come(case: &Case, at: Instant, book: &Rulebook) -> Option<Instant> {
    // Between two of these moments, the actions that count do not change.
    let mut moments: Vec<Instant> =
        case.actions().map(|action| action.at.first()).filter(|&first| first > at).collect();
    moments.push(at);
    moments.sort_unstable();
    moments.dedup();
    let last = *moments.last()?;
    let tells_at_last = case.assess(book, last).is_some_and(|then| differs(case, &then, book));
    let ends = moments.iter().skip(1).map(|end| Some(*end)).chain([None]);
    for (&moment, end) in moments.iter().zip(ends) {
        if !tells_at_last && moment < last {
            continue;
        }
        let Some(mut then) = case.assess(book, moment) else { continue };
        let inside = |instant: &Instant| *instant > moment && end.is_none_or(|end| *instant < end);
        let mut candidates: Vec<Instant> =
            instants(&then, book).chain(case.escalations()).filter(inside).chain([moment]).collect();
        candidates.sort_unstable();
        candidates.dedup();
        for instant in candidates {
            then.at = instant;
            if differs(case, &then, book) {
                return Some(instant);
            }
        }
    }
    None
}

/// The instants at which a limit may call for an alert: its notices, and the second after each reading's last lawful
/// instant.
fn instants<'t>(assessment: &'t Assessment<'_>, book: &'t Rulebook) -> impl Iterator<Item = Instant> + 't {
    let in_time = |reckoning: &Reckoning| reckoning.done.is_some_and(|done| done.at <= reckoning.due);
    assessment.deadlines.iter().flat_map(move |deadline| {
        let open = deadline.protective.done.is_none();
        let leads = leads(deadline, book).iter().filter(move |_| open);
        let passes = !in_time(&deadline.protective);
        let arguable = passes.then(|| deadline.earliest().plus(1));
        let lenient = deadline.lenient.as_ref().filter(|lenient| passes && !in_time(lenient));
        let certain = lenient.map(|lenient| lenient.due.plus(1));
        leads.map(move |&lead| notice_at(deadline, lead, book)).chain(arguable).chain(certain)
    })
}
