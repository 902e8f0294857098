//! What actions would change in a case: each limit and condition that would stand differently, and each message that would go.
//!
//! Invariant: a pure function of the case before and of the events that recording would add. Both are assessed at the instant
//! of those events, so that time alone makes no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::{Action, ActionId, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Case, Event, evolve};
use engine::rulebook::{RuleId, Rulebook};

use crate::hindsight::Stand;

/// How a limit or a condition stands, with its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it stands.
    pub stand: Stand,
    /// The last lawful instant of the protective reading; `None` of a condition.
    pub earliest: Option<Instant>,
    /// The last lawful instant of the lenient reading; `None` where it sees no limit.
    pub latest: Option<Instant>,
    /// The office that owes the duty of a limit.
    pub owed_by: Option<OfficeCode>,
}

impl Standing {
    /// Whether it is a limit that nothing has ended.
    pub const fn is_open(&self) -> bool {
        matches!(self.stand, Stand::Running | Stand::Over(_))
    }
}

/// What becomes of a limit or a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Becomes {
    /// A limit begins to run.
    Starts,
    /// A limit that ran ends at another instant.
    Moves,
    /// A limit is done, in time or late.
    Ends,
    /// A limit has passed or a condition fails, and did not before, or not so surely.
    Breached,
    /// It no longer counts, or no longer appears wrong.
    Withdrawn,
}

/// A limit or condition that would stand differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What becomes of it.
    pub becomes: Becomes,
    /// The rule.
    pub rule: RuleId,
    /// The action that opened the limit, or on which the condition is tested.
    pub on: Arc<Action>,
    /// The number of a limit's period, from 0.
    pub period: u32,
    /// How it stands now; `None` if nothing is known of it.
    pub was: Option<Standing>,
    /// How it would stand; `None` if it would no longer count.
    pub is: Option<Standing>,
}

/// What actions would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The instant at which the case is assessed.
    pub at: Instant,
    /// The case with the actions.
    pub after: Case,
    /// What would stand differently, in the order of [`Becomes`], then by its end.
    pub changes: Vec<Change>,
    /// The alerts, settlements and withdrawals that would be recorded, in order.
    pub told: Vec<Event>,
}

type Key = (RuleId, ActionId, u32);

/// What `events`, which recording would add to `case`, change in it.
pub fn preview(case: &Case, events: &[Event], book: &Rulebook, now: Instant) -> Preview {
    let at = events.last().map_or(now, |event| event.recorded_at);
    let after = events.iter().fold(case.clone(), evolve);
    let (was, mut is) = (standings(case, book, at), standings(&after, book, at));
    let keys: BTreeSet<Key> = was.keys().chain(is.keys()).copied().collect();
    let mut changes: Vec<Change> = keys
        .into_iter()
        .filter_map(|key| {
            let (rule, on, period) = key;
            let (was, is) = (was.get(&key).cloned(), is.remove(&key));
            let becomes = becomes(was.as_ref(), is.as_ref())?;
            let on = after.recorded().iter().find(|recorded| recorded.action.id == on)?;
            Some(Change { becomes, rule, on: Arc::clone(&on.action), period, was, is })
        })
        .collect();
    let end = |change: &Change| change.is.as_ref().or(change.was.as_ref()).and_then(|standing| standing.earliest);
    changes.sort_by_key(|change| (change.becomes, !book.is_on_liberty(change.rule), end(change)));
    let told = events.iter().filter(|event| event.fact.alert().is_some()).cloned().collect();
    Preview { at, after, changes, told }
}

impl Preview {
    /// What becomes so.
    pub fn that(&self, becomes: Becomes) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.becomes == becomes)
    }
}

/// What becomes of something that stood and would stand so; `None` if nothing does.
fn becomes(was: Option<&Standing>, is: Option<&Standing>) -> Option<Becomes> {
    let Some(now) = is else { return was.map(|_| Becomes::Withdrawn) };
    let breach = |standing: &Standing| standing.stand.breach();
    let was_open = was.is_some_and(Standing::is_open);
    if was_open && !now.is_open() {
        return Some(Becomes::Ends);
    }
    if was.and_then(breach) < breach(now) {
        return Some(Becomes::Breached);
    }
    let ends = |standing: &Standing| (standing.earliest, standing.latest);
    match was {
        None if now.is_open() => Some(Becomes::Starts),
        None => Some(Becomes::Ends),
        // What was done is undone: it runs again.
        Some(before) if now.is_open() && !before.is_open() => Some(Becomes::Starts),
        Some(before) if now.is_open() => {
            (before.stand != now.stand || ends(before) != ends(now)).then_some(Becomes::Moves)
        }
        // Less sure than before.
        Some(before) => (breach(before) > breach(now)).then_some(Becomes::Withdrawn),
    }
}

fn standings(case: &Case, book: &Rulebook, at: Instant) -> BTreeMap<Key, Standing> {
    let Some(assessment) = case.assess(book, at) else { return BTreeMap::new() };
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let offices = assessment.timeline.offices();
    let limits = assessment.deadlines.iter().map(|deadline| {
        let standing = Standing {
            stand: Stand::of(&assessment, deadline),
            earliest: Some(deadline.earliest()),
            latest: deadline.latest(),
            owed_by: Some(offices.of(deadline.owed_by).clone()),
        };
        ((deadline.rule, id(deadline.opened_by), deadline.period), standing)
    });
    let findings = assessment.findings.iter().map(|found| {
        let standing = Standing { stand: Stand::Fails(found.breach), earliest: None, latest: None, owed_by: None };
        ((found.rule, id(found.action), 0), standing)
    });
    limits.chain(findings).collect()
}

#[cfg(test)]
mod tests {
    use engine::breach::Breach::{Arguable, Certain};

    use super::*;

    #[test]
    fn what_becomes_of_a_limit_follows_from_how_it_stood_and_would_stand() {
        let standing = |stand, due| {
            let due = Some(Instant::from_unix(due));
            Standing { stand, earliest: due, latest: due, owed_by: None }
        };
        let running = |due| standing(Stand::Running, due);
        let at = |stand| standing(stand, 7);
        for (was, is, expected) in [
            (None, Some(running(7)), Some(Becomes::Starts)),
            (None, Some(at(Stand::InTime)), Some(Becomes::Ends)),
            (None, Some(at(Stand::Over(Arguable))), Some(Becomes::Breached)),
            (None, Some(at(Stand::Late(Certain))), Some(Becomes::Breached)),
            (None, Some(at(Stand::Fails(Certain))), Some(Becomes::Breached)),
            (Some(running(7)), Some(running(7)), None),
            (Some(running(7)), Some(running(8)), Some(Becomes::Moves)),
            (Some(running(7)), Some(at(Stand::InTime)), Some(Becomes::Ends)),
            (Some(running(7)), Some(at(Stand::Late(Certain))), Some(Becomes::Ends)),
            (Some(running(7)), Some(at(Stand::Over(Certain))), Some(Becomes::Breached)),
            (Some(at(Stand::Over(Arguable))), Some(at(Stand::Over(Certain))), Some(Becomes::Breached)),
            (Some(at(Stand::Over(Certain))), Some(running(9)), Some(Becomes::Moves)),
            (Some(at(Stand::Over(Certain))), Some(at(Stand::InTime)), Some(Becomes::Ends)),
            (Some(at(Stand::InTime)), Some(running(7)), Some(Becomes::Starts)),
            (Some(at(Stand::InTime)), Some(at(Stand::InTime)), None),
            (Some(at(Stand::InTime)), Some(at(Stand::Late(Arguable))), Some(Becomes::Breached)),
            (Some(at(Stand::Late(Certain))), Some(at(Stand::InTime)), Some(Becomes::Withdrawn)),
            (Some(at(Stand::Fails(Certain))), Some(at(Stand::Fails(Arguable))), Some(Becomes::Withdrawn)),
            (Some(at(Stand::Fails(Certain))), None, Some(Becomes::Withdrawn)),
            (Some(running(7)), None, Some(Becomes::Withdrawn)),
        ] {
            assert_eq!(becomes(was.as_ref(), is.as_ref()), expected, "{was:?} {is:?}");
        }
    }
}
