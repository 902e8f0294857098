//! A court's docket: one row per case, the most urgent first.
//!
//! Invariant: the same actions at the same instant give the same bytes, in whichever order they were recorded.

use engine::action::OfficeCode;
use engine::assess::Breach;
use engine::calendar::Instant;
use engine::case::Case;
use engine::json::Json;
use engine::rulebook::{RuleId, Rulebook};

use crate::summary::{Limit, Standing, Summary, office_of, reference};
use crate::view::CaseView;

/// One case on a docket at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocketRow {
    /// The case's reference.
    pub case: engine::action::CaseRef,
    /// The court that has it.
    pub court: OfficeCode,
    /// The prosecutor's office that has it.
    pub prosecutor: OfficeCode,
    /// Where the child is.
    pub standing: Standing,
    /// The gravest standing, of limits and findings together.
    pub worst: Option<Breach>,
    /// The open limit that ends or ended first, limits on liberty before others.
    pub next: Option<DocketLimit>,
    /// Limits breached: arguable, certain.
    pub limits: [u32; 2],
    /// Findings: arguable, certain.
    pub findings: [u32; 2],
    /// Fields of conditions that are not on record.
    pub not_on_record: u32,
}

/// The limit that a docket names for a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocketLimit {
    /// The rule.
    pub rule: RuleId,
    /// The article.
    pub article: String,
    /// The office that owes it.
    pub owed_by: OfficeCode,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; none where it sees no limit.
    pub latest: Option<Instant>,
    /// Whether and how surely it is breached.
    pub breach: Option<Breach>,
    /// Seconds left to `earliest`; negative once it has passed.
    pub left: i64,
}

/// Whether a rule limits how long a child is held, or how soon it must be free.
pub const fn is_on_liberty(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::Custody48h
            | RuleId::RemandTerm
            | RuleId::RemandCap
            | RuleId::ReleaseAtOnce
            | RuleId::ReleaseDecision24h
            | RuleId::ReleaseOpinion24h
            | RuleId::ParentsNotified
    )
}

impl DocketRow {
    /// The row of a case's view at `at`; none if `at` lies before one of its actions, for then the view cannot
    /// answer and the case has to be loaded (see [`DocketRow::of_case`]).
    pub fn of_view(view: &CaseView, book: &Rulebook, at: Instant) -> Option<Self> {
        let summary = Summary::read(&view.document).filter(|summary| summary.from <= at)?;
        Some(Self::new(view, &summary, book, at))
    }

    /// The row of a case at `at`; none if it was not opened by then.
    pub fn of_case(case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        let assessment = case.assess(book, at)?;
        let offices = assessment.timeline.offices();
        let view = CaseView {
            case: case.reference().clone(),
            version: case.version(),
            recorded_at: at,
            court: offices.court.clone(),
            prosecutor: offices.prosecutor.clone(),
            investigator: offices.investigator.clone(),
            legal_aid: None,
            next_due: None,
            worst: None,
            document: String::new(),
        };
        Some(Self::new(&view, &Summary::of(&assessment), book, at))
    }

    fn new(view: &CaseView, summary: &Summary, book: &Rulebook, at: Instant) -> Self {
        let count = |breach| summary.limits.iter().filter(|limit| limit.breach(at) == Some(breach)).count();
        let open = summary.limits.iter().filter(|limit| limit.is_open());
        let next = open
            .min_by_key(|limit| (limit.breach(at).is_none(), !is_on_liberty(limit.rule), limit.earliest, limit.rule));
        let next = next.map(|limit: &Limit| DocketLimit {
            rule: limit.rule,
            article: book.rule(limit.rule).article.clone(),
            owed_by: office_of(limit.owed_by, &view.court, &view.prosecutor, &view.investigator).clone(),
            earliest: limit.earliest,
            latest: limit.latest,
            breach: limit.breach(at),
            left: limit.earliest.since(at),
        });
        Self {
            case: view.case.clone(),
            court: view.court.clone(),
            prosecutor: view.prosecutor.clone(),
            standing: summary.standing,
            worst: summary.worst(at),
            next,
            limits: [Breach::Arguable, Breach::Certain].map(|breach| u32::try_from(count(breach)).unwrap_or(u32::MAX)),
            findings: summary.findings,
            not_on_record: summary.not_on_record,
        }
    }

    /// The row as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let breach = |breach: Option<Breach>| breach.map_or(Json::Null, |breach| Json::text(breach.word()));
        let next = self.next.as_ref().map_or(Json::Null, |next| {
            Json::Object(vec![
                ("rule".into(), Json::text(next.rule.word())),
                ("article".into(), Json::text(next.article.as_str())),
                ("owed_by".into(), Json::text(next.owed_by.as_str())),
                ("earliest".into(), Json::text(next.earliest.to_string())),
                ("latest".into(), next.latest.map_or(Json::Null, |latest| Json::text(latest.to_string()))),
                ("breach".into(), breach(next.breach)),
                ("left_seconds".into(), Json::Number(next.left)),
            ])
        });
        let counts = |[arguable, certain]: [u32; 2]| {
            let count = |n: u32| Json::Number(n.into());
            Json::Object(vec![("arguable".into(), count(arguable)), ("certain".into(), count(certain))])
        };
        Json::Object(vec![
            ("case".into(), reference(&self.case)),
            ("court".into(), Json::text(self.court.as_str())),
            ("prosecutor".into(), Json::text(self.prosecutor.as_str())),
            ("standing".into(), Json::text(self.standing.word())),
            ("worst".into(), breach(self.worst)),
            ("next".into(), next),
            ("limits".into(), counts(self.limits)),
            ("findings".into(), counts(self.findings)),
            ("not_on_record".into(), Json::Number(self.not_on_record.into())),
        ])
    }
}

/// Orders a docket: children who are held first, then the gravest standing, then what ends first, then by reference.
pub fn sort(rows: &mut [DocketRow]) {
    rows.sort_by(|a, b| {
        let key = |row: &DocketRow| {
            let held = matches!(row.standing, Standing::Remand | Standing::Custody);
            let next = row.next.as_ref().map_or(i64::MAX, |next| next.earliest.unix());
            (!held, std::cmp::Reverse(row.worst), next)
        };
        key(a).cmp(&key(b)).then_with(|| a.case.cmp(&b.case))
    });
}
