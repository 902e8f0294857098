//! The order of a case's actions.
//!
//! Invariant: the order depends on the set of actions alone.

use super::Entry;
use crate::action::{Action, ActionId};

/// The ids of a case's actions in their order, withdrawn ones included.
pub fn in_order<'a>(actions: impl Iterator<Item = &'a Action>) -> Vec<ActionId> {
    let mut entries: Vec<Entry<'a>> = actions.map(Entry::new).collect();
    sort(&mut entries);
    entries.into_iter().map(|entry| entry.action.id).collect()
}

/// Orders by civil date. Within a date, timed actions go by instant, equal instants by the course of a case, then by id. An
/// action known by its date alone goes directly after the last timed action of that date that is earlier in the course.
pub(super) fn sort(entries: &mut Vec<Entry<'_>>) {
    // The last instant of a date alone comes after all others of that date. The sort is fast where most is in order already.
    let key = |entry: &Entry<'_>| (entry.last, entry.is_dated_only(), entry.name);
    entries.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.action.id.cmp(&b.action.id)));
    if !entries.iter().any(Entry::is_dated_only) {
        return;
    }
    let mut sorted = Vec::with_capacity(entries.len());
    for day in entries.chunk_by(|a, b| a.first.day() == b.first.day()) {
        let (timed, dated) = day.split_at(day.partition_point(|entry| !entry.is_dated_only()));
        if timed.is_empty() || dated.is_empty() {
            sorted.extend_from_slice(day);
            continue;
        }
        // The entries without a time are in the order of the course, so their places only increase.
        let mut placed = 0;
        for same in dated.chunk_by(|a, b| a.name == b.name) {
            let is_earlier = |entry: &Entry<'_>| entry.name < same[0].name;
            let behind = timed.iter().rposition(is_earlier).map_or(0, |last| last + 1);
            sorted.extend_from_slice(&timed[placed..behind]);
            sorted.extend_from_slice(same);
            placed = behind;
        }
        sorted.extend_from_slice(&timed[placed..]);
    }
    *entries = sorted;
}
