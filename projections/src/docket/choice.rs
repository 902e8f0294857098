//! Which cases of a docket somebody wants to see.
//!
//! Invariant: what is asked of a limit (rule, who owes it, whether it has passed) is asked of one and the same open limit.

use std::collections::{BTreeMap, BTreeSet};

use engine::action::OfficeCode;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::rulebook::{Role, RuleId};

use super::groups::{Days, Ends};
use super::listed::Listed;
use super::urgency::{End, Urgency};
use crate::summary::Limit;

/// For how many seconds a closed case stays on a docket.
const CLOSED_FOR: i64 = 7 * 86_400;

/// What a list contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The beginning of the reference, in whatever case.
    pub reference: Option<String>,
    /// Where the child is.
    pub child: Option<Child>,
    /// With an open limit of this rule.
    pub rule: Option<RuleId>,
    /// With an open limit that is owed in this role.
    pub owed_by: Option<Role>,
    /// With an open limit in this state.
    pub state: Option<State>,
    /// By the time left.
    pub left: Option<Left>,
    /// Only cases with an action that was recorded late.
    pub late: bool,
    /// Only cases of a held child in which these offices take part.
    pub silent: Option<BTreeSet<OfficeCode>>,
}

/// Where the child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// Held.
    Held,
    /// Not held; the case may be closed.
    NotHeld,
    /// Wherever: the case is open.
    Open,
}

impl Child {
    fn fits(self, case: &Listed) -> bool {
        match self {
            Self::Held => case.summary.standing.is_held(),
            Self::NotHeld => !case.summary.standing.is_held(),
            Self::Open => case.closed.is_none(),
        }
    }
}

/// The state of an open limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Over under both readings.
    Certain,
    /// Over under the protective reading alone.
    Arguable,
    /// Not over.
    Running,
}

impl State {
    /// All of them, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Certain, Self::Arguable, Self::Running];

    /// The state of an open limit at an instant.
    pub fn of(limit: &Limit, at: Instant) -> Self {
        match limit.breach(at) {
            Some(Breach::Certain) => Self::Certain,
            Some(Breach::Arguable) => Self::Arguable,
            None => Self::Running,
        }
    }
}

/// How much time is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// None, under one reading or both.
    Over,
    /// None, under both readings.
    Certain,
    /// None, under the protective reading alone.
    Arguable,
    /// The next limit ends today.
    Today,
    /// It ends tomorrow.
    Tomorrow,
    /// It ends before the next working day.
    BeforeWork,
    /// It ends later.
    Later,
}

impl Left {
    fn fits(self, urgency: Urgency, days: &Days) -> bool {
        let breach = urgency.class.breach();
        let runs = breach.is_none();
        let End::At(end) = urgency.end else { return false };
        match self {
            Self::Over => breach.is_some(),
            Self::Certain => breach == Some(Breach::Certain),
            Self::Arguable => breach == Some(Breach::Arguable),
            Self::Today => runs && days.of(end) == Ends::Today,
            Self::Tomorrow => runs && days.of(end) == Ends::Tomorrow,
            Self::BeforeWork => runs && days.ends_before_work(end),
            Self::Later => runs && !days.ends_before_work(end),
        }
    }
}

impl Choice {
    /// Whether a case is among the chosen ones at an instant.
    pub fn takes(&self, case: &Listed, urgency: Urgency, at: Instant, days: &Days) -> bool {
        case.closed.is_none_or(|closed| at.since(closed.at) <= CLOSED_FOR)
            && self.reference.as_ref().is_none_or(|wanted| begins(case.case.as_str(), wanted))
            && self.child.is_none_or(|child| child.fits(case))
            && self.left.is_none_or(|left| left.fits(urgency, days))
            && (!self.late || case.recorded_late)
            && self.silent.as_ref().is_none_or(|offices| is_silent(case, offices))
            && self.has_limit(case, at)
    }

    /// Whether a case has an open limit of the rule, who owes it and the state that are chosen.
    pub fn has_limit(&self, case: &Listed, at: Instant) -> bool {
        if self.rule.is_none() && self.owed_by.is_none() && self.state.is_none() {
            return true;
        }
        case.summary.open().any(|limit| {
            self.rule.is_none_or(|rule| rule == limit.rule)
                && self.owed_by.is_none_or(|role| role == limit.owed_by)
                && self.state.is_none_or(|state| state == State::of(limit, at))
        })
    }
}

/// In how many of the cases a limit of each rule is open, by [`State`].
pub fn by_rule<'l>(
    cases: impl IntoIterator<Item = &'l Listed>,
    at: Instant,
) -> BTreeMap<RuleId, [usize; State::ALL.len()]> {
    // With the number of the last case that was counted: it may have several such limits.
    let mut counts = BTreeMap::<RuleId, [(usize, usize); State::ALL.len()]>::new();
    for (case, nth) in cases.into_iter().zip(1..) {
        for limit in case.summary.open() {
            let (count, last) = &mut counts.entry(limit.rule).or_default()[State::of(limit, at) as usize];
            *count += usize::from(*last != nth);
            *last = nth;
        }
    }
    counts.into_iter().map(|(rule, counts)| (rule, counts.map(|(count, _)| count))).collect()
}

fn is_silent(case: &Listed, offices: &BTreeSet<OfficeCode>) -> bool {
    case.summary.standing.is_held() && offices.iter().any(|office| case.is_of(office, None))
}

/// Whether a reference begins so, large and small letters alike. References are ASCII.
fn begins(reference: &str, wanted: &str) -> bool {
    reference.get(..wanted.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(wanted))
}
