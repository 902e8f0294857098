//! When something has to be told next, if nothing more is recorded.
//!
//! Invariant: a function of the case and the rulebook alone; an instant that comes out has something to tell, then
//! and whenever it is looked at later.

use super::difference::differs;
use super::limit::notice_at;
use crate::assess::{Assessment, assess};
use crate::calendar::Instant;
use crate::case::Case;
use crate::limits::Reckoning;
use crate::rulebook::Rulebook;

/// The next instant at which something has to be told, by an assessment of the case at its last record time that
/// counts every action: that time itself where alerts were held back.
pub(crate) fn next_due(case: &Case, assessment: &Assessment<'_>, book: &Rulebook) -> Option<Instant> {
    let at = assessment.at;
    if differs(case, assessment, book) {
        return Some(at);
    }
    instants(assessment, book).filter(|&instant| instant > at).min()
}

/// As [`next_due`] where some actions lie minutes ahead of the recording clock: they may open limits that nobody has
/// assessed yet, and may undo what would be told before them.
pub(crate) fn next_due_with_actions_to_come(case: &Case, at: Instant, book: &Rulebook) -> Option<Instant> {
    // From each of these moments to the next one the same actions count.
    let mut moments: Vec<Instant> =
        case.actions().map(|action| action.at.first()).filter(|&first| first > at).collect();
    moments.push(at);
    moments.sort_unstable();
    moments.dedup();
    let last = *moments.last()?;
    let tells_at_last = assess(case.actions(), book, last).is_some_and(|then| differs(case, &then, book));
    let ends = moments.iter().skip(1).map(|end| Some(*end)).chain([None]);
    for (&moment, end) in moments.iter().zip(ends) {
        if !tells_at_last && moment < last {
            continue;
        }
        let Some(mut then) = assess(case.actions(), book, moment) else { continue };
        let inside = |instant: &Instant| *instant > moment && end.is_none_or(|end| *instant < end);
        let mut candidates: Vec<Instant> = instants(&then, book).filter(inside).chain([moment]).collect();
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

/// The instants at which an open limit has something to tell: its notices, and the second after each reading's end.
fn instants<'t>(assessment: &'t Assessment<'_>, book: &'t Rulebook) -> impl Iterator<Item = Instant> + 't {
    let in_time = |reckoning: &Reckoning| reckoning.done.is_some_and(|done| done.at <= reckoning.due);
    assessment.deadlines.iter().flat_map(move |deadline| {
        let open = deadline.protective.done.is_none();
        let leads = book.rule(deadline.rule).warn_before.iter().filter(move |_| open);
        let passes = !in_time(&deadline.protective);
        let arguable = passes.then(|| deadline.earliest().plus(1));
        let lenient = deadline.lenient.as_ref().filter(|lenient| passes && !in_time(lenient));
        let certain = lenient.map(|lenient| lenient.due.plus(1));
        leads.map(move |&lead| notice_at(deadline, lead, book)).chain(arguable).chain(certain)
    })
}
