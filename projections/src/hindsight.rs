//! What was known of a case on a day, against what is known now: each limit and finding that stands differently, and which
//! action that was recorded since makes the difference.
//!
//! Invariant: a difference is named once. Its cause is the last action recorded since that changed how it stands, or time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::{Action, ActionId};
use engine::assess::{Assessment, assess_recorded};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, RecordedAction};
use engine::limits::Deadline;
use engine::rulebook::{RuleId, Rulebook};

use crate::summary::Ended;

/// How a limit or a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// A limit that runs.
    Running,
    /// A limit that was done in time.
    InTime,
    /// A limit that ended with the case, in time.
    Closed,
    /// A limit that has passed and is open.
    Over(Breach),
    /// A limit that was done late, or ended late with the case.
    Late(Breach),
    /// A condition that fails.
    Fails(Breach),
}

/// What makes a difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// An action that was recorded since.
    Recorded(RecordedAction),
    /// Time has passed, or the law is read by another rulebook.
    TimePassed,
}

/// A limit or finding that stands differently now.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The rule.
    pub rule: RuleId,
    /// The action that opened the limit, or on which the condition is tested.
    pub on: Arc<Action>,
    /// The number of a limit's period, from 0.
    pub period: u32,
    /// How it stood; `None` if nothing was known of it.
    pub then: Option<Stand>,
    /// How it stands; `None` if it no longer counts.
    pub now: Option<Stand>,
    /// What makes the difference.
    pub because: Because,
}

/// A case as it was known until an instant, and as it was assessed then.
pub struct Then<'c> {
    /// The case.
    pub case: &'c Case,
    /// The rulebook of that time.
    pub book: &'c Rulebook,
    /// The instant of the assessment.
    pub at: Instant,
}

type Key = (RuleId, ActionId, u32);
type Stands = BTreeMap<Key, Stand>;

/// The differences between a case as it was known and `case` under `book` at `at`, in the order of the present assessment's
/// rules.
pub fn differences(then: &Then<'_>, case: &Case, book: &Rulebook, at: Instant) -> Vec<Difference> {
    let known = then.case.recorded().len();
    let first = stands(then.case, known, then.book, then.at);
    // How it would stand if time alone had passed, and then after each action recorded since.
    let mut before = stands(then.case, known, book, at);
    let mut changed_by: BTreeMap<Key, &RecordedAction> = BTreeMap::new();
    for (nth, since) in case.recorded().iter().enumerate().skip(known) {
        let after = stands(case, nth + 1, book, at);
        for key in before.keys().chain(after.keys()) {
            if before.get(key) != after.get(key) {
                changed_by.insert(*key, since);
            }
        }
        before = after;
    }
    let last = before;
    let keys: BTreeSet<Key> = first.keys().chain(last.keys()).copied().collect();
    let differ = keys.into_iter().filter(|key| first.get(key) != last.get(key));
    let named = differ.filter_map(|key| {
        let (rule, on, period) = key;
        let on = case.recorded().iter().find(|recorded| recorded.action.id == on)?;
        let because = changed_by.get(&key).map_or(Because::TimePassed, |by| Because::Recorded((*by).clone()));
        Some(Difference {
            rule,
            on: Arc::clone(&on.action),
            period,
            then: first.get(&key).copied(),
            now: last.get(&key).copied(),
            because,
        })
    });
    named.collect()
}

/// How each limit and each finding stands by the first `known` actions.
fn stands(case: &Case, known: usize, book: &Rulebook, at: Instant) -> Stands {
    let actions = case.actions().take(known);
    let Some(assessment) = assess_recorded(actions, case.ages(), book, at) else { return Stands::new() };
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let limits = assessment.deadlines.iter().map(|deadline| {
        let key = (deadline.rule, id(deadline.opened_by), deadline.period);
        (key, Stand::of(&assessment, deadline))
    });
    let findings =
        assessment.findings.iter().map(|found| ((found.rule, id(found.action), 0), Stand::Fails(found.breach)));
    limits.chain(findings).collect()
}

impl Stand {
    /// How a limit of an assessment stands.
    pub fn of(assessment: &Assessment<'_>, deadline: &Deadline) -> Self {
        let ended = deadline.protective.done.map(|done| Ended::of(assessment, done));
        match (deadline.breach(assessment.at), ended) {
            (Some(breach), None) => Self::Over(breach),
            (Some(breach), Some(_)) => Self::Late(breach),
            (None, None) => Self::Running,
            (None, Some(Ended::Done(_))) => Self::InTime,
            (None, Some(Ended::CaseClosed(_))) => Self::Closed,
        }
    }

    /// How sure the breach is; `None` where there is none.
    pub const fn breach(self) -> Option<Breach> {
        match self {
            Self::Over(breach) | Self::Late(breach) | Self::Fails(breach) => Some(breach),
            Self::Running | Self::InTime | Self::Closed => None,
        }
    }
}
