//! An office's docket: one row per case, the most urgent first.
//!
//! Invariant: the same actions at the same instant give the same bytes, whatever the order of recording.

use std::cmp::{Ordering, Reverse};

use engine::action::CaseRef;
use engine::alert::Addressees;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::json::Json;
use engine::rulebook::Rulebook;

use crate::snapshot::{LimitAt, Snapshot};
use crate::summary::{Standing, reference};

/// One case on a docket at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocketRow {
    /// The case's reference.
    pub case: CaseRef,
    /// The offices that have the case.
    pub offices: Addressees,
    /// Where the child is.
    pub standing: Standing,
    /// The limit that ends next.
    pub next: Option<LimitAt>,
    /// The worst limit that has passed.
    pub worst: Option<LimitAt>,
    /// How many limits are breached: arguable, certain.
    pub limits: [u32; 2],
    /// How many findings there are: arguable, certain.
    pub findings: [u32; 2],
    /// How many fields that conditions need are not on record.
    pub not_on_record: u32,
}

/// How urgent a case is. What a clerk should look at first comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// The child is held beyond a limit: certain, then arguable, the longest over first.
    HeldBeyond(Reverse<Breach>, i64),
    /// The child is held, but not beyond a limit on detention: by the limit that ends next.
    Held(i64),
    /// The child is free, and a limit is over and open: certain, then arguable, the longest over first.
    Over(Reverse<Breach>, i64),
    /// All other open cases: by the limit that ends next.
    Running(i64),
    /// The case is closed.
    Closed,
}

impl DocketRow {
    /// The row of a case.
    pub fn of(snapshot: Snapshot, book: &Rulebook) -> Self {
        let (next, worst) = (snapshot.next(book), snapshot.worst(book));
        let Snapshot { case, offices, summary, at, .. } = snapshot;
        let count = |breach| summary.limits.iter().filter(|limit| limit.breach(at) == Some(breach)).count();
        Self {
            case,
            offices,
            standing: summary.standing,
            next,
            worst,
            limits: [Breach::Arguable, Breach::Certain].map(|breach| u32::try_from(count(breach)).unwrap_or(u32::MAX)),
            findings: summary.findings,
            not_on_record: summary.not_on_record,
        }
    }

    /// The row of a case at `at`; `None` if the case was not open by then.
    pub fn of_case(case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        Some(Self::of(Snapshot::of_case(case, book, at)?, book))
    }

    /// The order of a docket. No two cases compare as equal.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.urgency().cmp(&other.urgency()).then_with(|| self.case.cmp(&other.case))
    }

    fn urgency(&self) -> Urgency {
        let next = self.next.as_ref().map_or(i64::MAX, |next| next.end.unix());
        let over = self.worst.as_ref().filter(|worst| worst.ended.is_none());
        let over = over.and_then(|worst| Some((worst.on_detention, Reverse(worst.breach?), worst.end.unix())));
        match (self.standing, over) {
            (Standing::Closed, _) => Urgency::Closed,
            (Standing::Remand | Standing::Custody, Some((true, breach, since))) => Urgency::HeldBeyond(breach, since),
            (Standing::Remand | Standing::Custody, _) => Urgency::Held(next),
            (Standing::Free, Some((_, breach, since))) => Urgency::Over(breach, since),
            (Standing::Free, None) => Urgency::Running(next),
        }
    }

    /// The row as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let counts = |[arguable, certain]: [u32; 2]| {
            let count = |n: u32| Json::Number(n.into());
            Json::Object(vec![("arguable".into(), count(arguable)), ("certain".into(), count(certain))])
        };
        let Addressees { court, prosecutor, investigator, legal_aid } = &self.offices;
        Json::Object(vec![
            ("case".into(), reference(&self.case)),
            ("court".into(), Json::text(court.as_str())),
            ("prosecutor".into(), Json::text(prosecutor.as_str())),
            ("investigator".into(), Json::text(investigator.as_str())),
            ("legal_aid".into(), legal_aid.as_ref().map_or(Json::Null, |office| Json::text(office.as_str()))),
            ("standing".into(), Json::text(self.standing.word())),
            ("next".into(), self.next.as_ref().map_or(Json::Null, LimitAt::next_json)),
            ("worst".into(), self.worst.as_ref().map_or(Json::Null, LimitAt::worst_json)),
            ("limits".into(), counts(self.limits)),
            ("findings".into(), counts(self.findings)),
            ("not_on_record".into(), Json::Number(self.not_on_record.into())),
        ])
    }
}

/// Orders a docket by urgency: children held beyond a limit on detention, other children who are held, cases of free
/// children with a limit that is over, all other open cases, closed cases.
pub fn sort(rows: &mut [DocketRow]) {
    rows.sort_by(DocketRow::compare);
}
