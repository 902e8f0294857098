//! What an office owes: its open limits in all cases, ordered by the time left.
//!
//! Invariant: the list contains each open limit that the office owes once, in whatever role the office owes it.

use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::json::Json;
use engine::rulebook::{Rule, RuleId, Rulebook};

use crate::snapshot::{LimitAt, Snapshot};
use crate::summary::{Standing, reference};

/// An open limit that an office owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The case.
    pub case: CaseRef,
    /// Where the child is.
    pub standing: Standing,
    /// The limit.
    pub limit: LimitAt,
    /// The actions that end it. Closing the case is not among them, since that is no advice.
    pub ended_by: Vec<ActionName>,
}

/// The open limits that `office` owes in a case.
pub fn duties<'s>(
    snapshot: &'s Snapshot,
    office: &OfficeCode,
    book: &Rulebook,
) -> impl Iterator<Item = Duty> + use<'s> {
    let Snapshot { case, summary, .. } = snapshot;
    let owed = snapshot.owed_by(office, book).into_iter();
    let ended_by: Vec<Vec<ActionName>> = owed.as_slice().iter().map(|limit| ended_by(limit.rule, book)).collect();
    let duties = owed.zip(ended_by);
    duties.map(|(limit, ended_by)| Duty { case: case.clone(), standing: summary.standing, limit, ended_by })
}

/// Orders the duties: what is over longest first, then by the time left.
pub fn sort(duties: &mut [Duty]) {
    duties.sort_by(|a, b| {
        let key = |duty: &Duty| (duty.limit.left, duty.limit.rule, duty.limit.period);
        key(a).cmp(&key(b)).then_with(|| a.case.cmp(&b.case))
    });
}

fn ended_by(rule: RuleId, book: &Rulebook) -> Vec<ActionName> {
    let all = book.rule(rule).map(Rule::discharged_by).unwrap_or_default();
    all.iter().filter(|name| *name != ActionName::CaseClosed).collect()
}

impl Duty {
    /// The duty as JSON: the limit's keys are those of a docket's `next`, or of its `worst` once it is over.
    pub fn to_json(&self) -> Json<'_> {
        let limit = if self.limit.left < 0 { self.limit.worst_json() } else { self.limit.next_json() };
        let mut pairs =
            vec![("case".into(), reference(&self.case)), ("standing".into(), Json::text(self.standing.word()))];
        if let Json::Object(of_limit) = limit {
            pairs.extend(of_limit);
        }
        let actions = self.ended_by.iter().map(|name| Json::text(name.word()));
        pairs.push(("ended_by".into(), Json::List(actions.collect())));
        Json::Object(pairs)
    }
}
