//! What an office owes: its open limits in all cases, ordered by the time left.
//!
//! Invariant: the list contains each open limit that the office owes once, in whatever role the office owes it.

use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::alert::{About, Alert};
use engine::calendar::Instant;
use engine::case::Case;
use engine::handling::Holding;
use engine::json::Json;
use engine::rulebook::{Rule, RuleId, Rulebook};
use uuid::Uuid;

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
    /// The people of the office who have taken it, each until when; see [`Duty::with_takers`].
    pub taken: Vec<Taker>,
}

/// Somebody of an office who has taken what it owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taker {
    /// The opaque id; `None` where the office itself took it.
    pub person: Option<Uuid>,
    /// Until when.
    pub until: Instant,
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
    duties.map(|(limit, ended_by)| Duty {
        case: case.clone(),
        standing: summary.standing,
        limit,
        ended_by,
        taken: Vec::new(),
    })
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
    /// The same with the people of `office` who have taken one of its alerts, as the case stands at an instant.
    #[must_use]
    pub fn with_takers(self, case: &Case, office: &OfficeCode, at: Instant) -> Self {
        self.with_holders(case.open_alerts().map(|open| (&**open.alert, open.holdings)), office, at)
    }

    /// As [`Duty::with_takers`], of the open alerts of its case with who has them.
    #[must_use]
    pub fn with_holders<'a>(
        self,
        open: impl Iterator<Item = (&'a Alert, &'a [Holding])>,
        office: &OfficeCode,
        at: Instant,
    ) -> Self {
        let about = |(alert, _): &(&Alert, &[Holding])| {
            let limit = if let About::Limit { earliest, .. } = alert.about { Some(earliest) } else { None };
            let topic = &alert.topic;
            (topic.rule, topic.period, limit) == (self.limit.rule, self.limit.period, Some(self.limit.earliest))
        };
        let holdings = open.filter(about).flat_map(|(_, holdings)| holdings);
        let lasting = holdings.filter(|holding| holding.office == *office && holding.lasts(at));
        let mut taken: Vec<Taker> = Vec::new();
        for holding in lasting {
            let Some(promise) = &holding.promise else { continue };
            let one = Taker { person: holding.person, until: promise.until };
            if !taken.contains(&one) {
                taken.push(one);
            }
        }
        Self { taken, ..self }
    }

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
        let taken = self.taken.iter().map(|Taker { person, until }| {
            let person = person.map_or(Json::Null, |person| Json::text(person.to_string()));
            Json::Object(vec![("person".into(), person), ("until".into(), Json::text(until.to_string()))])
        });
        pairs.push(("taken".into(), Json::List(taken.collect())));
        Json::Object(pairs)
    }
}
