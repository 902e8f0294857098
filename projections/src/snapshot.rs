//! A case at an instant: where the child is, which offices have the case, which limit ends next, and which is over.
//!
//! Invariant: apart from `recorded_at`, a snapshot depends on the set of actions and the instant alone. The case's view and
//! the case's log give the same snapshot.

use engine::action::{CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::json::Json;
use engine::rulebook::{RuleId, Rulebook};

use crate::summary::{Ended, Limit, Summary};
use crate::view::{CaseView, Seat};

/// Seconds in an hour.
const HOUR: i64 = 3600;

/// A case at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The case's reference.
    pub case: CaseRef,
    /// The offices that have the case.
    pub offices: Addressees,
    /// Where the child is, and the limits of the case.
    pub summary: Summary,
    /// The instant.
    pub at: Instant,
    /// When the last event of the case was recorded, even if that is after the instant.
    pub recorded_at: Instant,
}

/// A limit of a case at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitAt {
    /// The rule.
    pub rule: RuleId,
    /// The number of the period, from 0.
    pub period: u32,
    /// The article.
    pub article: String,
    /// Whether it limits a detention: the closing of the case does not discharge it.
    pub on_detention: bool,
    /// The office that owes the duty.
    pub owed_by: OfficeCode,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; `None` where it sees no limit.
    pub latest: Option<Instant>,
    /// How sure the breach is; `None` if the limit is not breached.
    pub breach: Option<Breach>,
    /// For an arguable breach: the last lawful instant of the lenient reading. After it the breach is certain.
    pub certain_after: Option<Instant>,
    /// The last lawful instant that counts: the next one; once the limit is breached, that of the reading that decides
    /// `breach`.
    pub end: Instant,
    /// Seconds left until `end`. Negative once `end` has passed: minus the seconds by which the limit is over, or was over
    /// when it ended.
    pub left: i64,
    /// What ended a limit that is over, under the reading of `end`; `None` while it is open.
    pub ended: Option<Ended>,
}

impl Snapshot {
    /// The snapshot at `at` from a view; `None` if `at` is before one of the case's actions. Then the view cannot answer,
    /// and the case has to be loaded (see [`Snapshot::of_case`]).
    pub fn of_view(view: &CaseView, at: Instant) -> Option<Self> {
        let summary = Summary::read(&view.document).filter(|summary| summary.from <= at)?;
        Some(Self { case: view.case.clone(), offices: view.offices(), summary, at, recorded_at: view.recorded_at })
    }

    /// The snapshot at `at` from the case; `None` if it was not open by then.
    pub fn of_case(case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        Some(Self::of_assessment(case.reference().clone(), &case.assess(book, at)?, case.last_recorded_at()?))
    }

    /// The snapshot at the instant of an assessment.
    pub fn of_assessment(case: CaseRef, assessment: &Assessment<'_>, recorded_at: Instant) -> Self {
        Self {
            case,
            offices: assessment.timeline.offices().into(),
            summary: Summary::of(assessment),
            at: assessment.at,
            recorded_at,
        }
    }

    /// The limit that ends next (see [`Summary::ends_next`]).
    pub fn next(&self, book: &Rulebook) -> Option<LimitAt> {
        self.summary.ends_next(self.at, book).map(|(limit, end)| self.running(limit, end, book))
    }

    /// The worst limit that has passed (see [`Summary::worst_passed`]).
    pub fn worst(&self, book: &Rulebook) -> Option<LimitAt> {
        self.summary.worst_passed(self.at, book).map(|(limit, breach)| self.passed(limit, breach, book))
    }

    /// The open limits that `office` owes, in whatever role.
    pub fn owed_by(&self, office: &OfficeCode, book: &Rulebook) -> Vec<LimitAt> {
        let owed = self.summary.open().filter(|limit| self.offices.of(limit.owed_by) == office);
        let at_now = |limit: &Limit| match limit.breach(self.at) {
            Some(breach) => self.passed(limit, breach, book),
            None => self.running(limit, limit.earliest, book),
        };
        owed.map(at_now).collect()
    }

    /// Seconds until the next end of an open limit under either reading; `None` if no end is still to come.
    pub fn soonest(&self) -> Option<i64> {
        self.summary.open().filter_map(|limit| limit.ahead(self.at)).min().map(|end| end.since(self.at))
    }

    /// Whether `office` has the case in this seat; with `None`, in any seat.
    pub fn is_of(&self, office: &OfficeCode, seat: Option<Seat>) -> bool {
        Seat::have(&self.offices, office, seat)
    }

    fn running(&self, limit: &Limit, end: Instant, book: &Rulebook) -> LimitAt {
        LimitAt { left: end.since(self.at), ended: None, ..self.limit(limit, end, book) }
    }

    fn passed(&self, limit: &Limit, breach: Breach, book: &Rulebook) -> LimitAt {
        let (end, ended) = (limit.passed_end(breach), limit.ended_of(breach));
        LimitAt { left: end.since(ended.map_or(self.at, Ended::at)), ended, ..self.limit(limit, end, book) }
    }

    fn limit(&self, limit: &Limit, end: Instant, book: &Rulebook) -> LimitAt {
        LimitAt {
            rule: limit.rule,
            period: limit.period,
            article: book.article(&limit.rule).to_owned(),
            on_detention: book.is_on_detention(limit.rule),
            owed_by: self.offices.of(limit.owed_by).clone(),
            earliest: limit.earliest,
            latest: limit.latest,
            breach: limit.breach(self.at),
            certain_after: limit.ahead(self.at).filter(|end| limit.is_open() && *end > limit.earliest),
            end,
            left: 0,
            ended: None,
        }
    }
}

impl LimitAt {
    /// The last lawful instant, under either reading, that lies between two instants, both included.
    pub fn runs_out(&self, now: Instant, until: Instant) -> Option<Instant> {
        let end = [Some(self.end), self.certain_after].into_iter().flatten().find(|end| now <= *end);
        end.filter(|end| *end <= until)
    }

    /// Seconds by which the limit is over, or was over when it ended; 0 if it is not over.
    pub const fn over(&self) -> i64 {
        if self.left < 0 { -self.left } else { 0 }
    }

    /// Whole hours of a length in seconds, rounded down.
    pub const fn hours(seconds: i64) -> i64 {
        seconds / HOUR
    }

    /// The keys that `next` and `worst` share in JSON.
    fn pairs(&self) -> Vec<(std::borrow::Cow<'_, str>, Json<'_>)> {
        vec![
            ("rule".into(), Json::text(self.rule.word())),
            ("article".into(), Json::text(self.article.as_str())),
            ("owed_by".into(), Json::text(self.owed_by.as_str())),
            ("earliest".into(), Json::text(self.earliest.to_string())),
            ("latest".into(), instant(self.latest)),
            ("breach".into(), self.breach.map_or(Json::Null, |breach| Json::text(breach.word()))),
        ]
    }

    /// The limit as JSON, as the one that ends next.
    pub(crate) fn next_json(&self) -> Json<'_> {
        let mut pairs = self.pairs();
        pairs.push(("ends".into(), Json::text(self.end.to_string())));
        pairs.push(("left_seconds".into(), Json::Number(self.left)));
        pairs.push(("left_hours".into(), Json::Number(Self::hours(self.left))));
        Json::Object(pairs)
    }

    /// The limit as JSON, as one that has passed.
    pub(crate) fn worst_json(&self) -> Json<'_> {
        let mut pairs = self.pairs();
        pairs.push(("since".into(), Json::text(self.end.to_string())));
        pairs.push(("certain_after".into(), instant(self.certain_after)));
        pairs.push(("done_at".into(), instant(self.ended.map(Ended::at))));
        let by_closing = self.ended.is_some_and(Ended::is_by_closing);
        pairs.push(("done_by_closing".into(), Json::Bool(by_closing)));
        pairs.push(("over_seconds".into(), Json::Number(self.over())));
        pairs.push(("over_hours".into(), Json::Number(Self::hours(self.over()))));
        Json::Object(pairs)
    }
}

fn instant<'a>(at: Option<Instant>) -> Json<'a> {
    at.map_or(Json::Null, |at| Json::text(at.to_string()))
}
