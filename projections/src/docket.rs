//! An office's docket: one row per case, the most urgent first.
//!
//! Invariant: the same actions at the same instant give the same bytes, whatever the order of recording.

pub mod choice;
pub mod groups;
pub mod listed;
pub mod pages;
pub mod silence;
pub mod urgency;

use std::cmp::Ordering;

use engine::action::CaseRef;
use engine::alert::Addressees;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::json::Json;
use engine::rulebook::Rulebook;

use crate::snapshot::{LimitAt, Snapshot};
use crate::summary::{Standing, reference};
use urgency::Urgency;

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
    /// How urgent the case is.
    pub urgency: Urgency,
}

impl DocketRow {
    /// The row of a case.
    pub fn of(snapshot: Snapshot, book: &Rulebook) -> Self {
        let (next, worst) = (snapshot.next(book), snapshot.worst(book));
        let urgency = Urgency::of(&snapshot.summary, snapshot.at, book);
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
            urgency,
        }
    }

    /// The row of a case at `at`; `None` if the case was not open by then.
    pub fn of_case(case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        Some(Self::of(Snapshot::of_case(case, book, at)?, book))
    }

    /// The order of a docket. No two cases compare as equal.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.urgency.cmp(&other.urgency).then_with(|| self.case.cmp(&other.case))
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
