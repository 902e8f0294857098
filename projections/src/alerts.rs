//! An office's list of alerts: limits on liberty first, a case's findings summed up in one row.
//!
//! Invariant: every alert event of the list is in exactly one row.

use engine::action::CaseRef;
use engine::alert::{Alert, Kind};
use engine::calendar::Instant;
use engine::case::Event;
use engine::json::Json;
use engine::rulebook::{Language, RuleId, Rulebook, Shelf};
use uuid::Uuid;

use crate::docket::is_on_liberty;
use crate::message::text;

/// One row: an alert on a limit, or all findings and gaps of one case together.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// The case.
    pub case: CaseRef,
    /// When it was raised; of a sum, the last.
    pub raised_at: Instant,
    /// What kind; of a sum, that of the gravest.
    pub kind: Kind,
    /// The rule; none in a sum.
    pub rule: Option<RuleId>,
    /// The article or articles.
    pub articles: Vec<String>,
    /// The office or offices that owe it.
    pub owed_by: Vec<String>,
    /// The last lawful instant of the protective reading, for a limit.
    pub earliest: Option<Instant>,
    /// The last lawful instant of the lenient reading, for a limit.
    pub latest: Option<Instant>,
    /// Whether the fact was recorded after the breach began.
    pub late_record: bool,
    /// Whether it was recorded as history and not published.
    pub history: bool,
    /// The ids of the alerts in this row, in the order of the log.
    pub ids: Vec<Uuid>,
    /// The sentences, one per alert in the row.
    pub text: Vec<String>,
}

/// The rows of the alert events in `log` (in the order of the log), sentences in `language`.
pub fn rows<'e>(
    log: impl IntoIterator<Item = (&'e CaseRef, &'e Event)>,
    shelf: &Shelf,
    language: Language,
) -> Vec<AlertRow> {
    let mut rows: Vec<AlertRow> = Vec::new();
    let mut sums: std::collections::BTreeMap<CaseRef, usize> = std::collections::BTreeMap::new();
    for (case, event) in log {
        let Some((alert, kind)) = event.fact.alert() else { continue };
        let row = row(case, event, alert, kind, shelf.book(event.rulebook), language);
        if alert.topic.rule.is_limit() {
            rows.push(row);
        } else if let Some(&sum) = sums.get(case) {
            add(&mut rows[sum], row);
        } else {
            sums.insert(case.clone(), rows.len());
            rows.push(AlertRow { rule: None, ..row });
        }
    }
    rows.sort_by_key(|row| (class(row), row.raised_at));
    rows
}

/// Limits on liberty, other limits, sums of findings.
fn class(row: &AlertRow) -> u8 {
    match row.rule {
        Some(rule) if is_on_liberty(rule) => 0,
        Some(_) => 1,
        None => 2,
    }
}

fn row(case: &CaseRef, event: &Event, alert: &Alert, kind: Kind, book: &Rulebook, language: Language) -> AlertRow {
    let (earliest, latest) = match alert.about {
        engine::alert::About::Limit { earliest, latest, .. } => (Some(earliest), latest),
        _ => (None, None),
    };
    AlertRow {
        case: case.clone(),
        raised_at: event.recorded_at,
        kind,
        rule: Some(alert.topic.rule),
        articles: vec![book.rule(alert.topic.rule).article.clone()],
        owed_by: vec![alert.to.of(alert.owed_by).to_string()],
        earliest,
        latest,
        late_record: alert.late_record,
        history: alert.history,
        ids: vec![event.id(case)],
        text: text(case, event, book, language).into_iter().collect(),
    }
}

fn add(sum: &mut AlertRow, row: AlertRow) {
    let weight = |kind: Kind| match kind {
        Kind::Breach => 4,
        Kind::Arguable => 3,
        Kind::Notice => 2,
        Kind::Settled => 1,
        Kind::Withdrawn => 0,
    };
    if weight(row.kind) > weight(sum.kind) {
        sum.kind = row.kind;
    }
    sum.raised_at = sum.raised_at.max(row.raised_at);
    sum.history &= row.history;
    for article in row.articles {
        if !sum.articles.contains(&article) {
            sum.articles.push(article);
        }
    }
    for office in row.owed_by {
        if !sum.owed_by.contains(&office) {
            sum.owed_by.push(office);
        }
    }
    sum.ids.extend(row.ids);
    sum.text.extend(row.text);
}

impl AlertRow {
    /// How many alerts the row sums up.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// The row as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let texts = |items: &'_ [String]| Json::List(items.iter().map(|item| Json::text(item.clone())).collect());
        let instant = |at: Option<Instant>| at.map_or(Json::Null, |at| Json::text(at.to_string()));
        Json::Object(vec![
            ("case".into(), Json::text(self.case.as_str())),
            ("raised_at".into(), Json::text(self.raised_at.to_string())),
            ("kind".into(), Json::text(self.kind.word())),
            ("rule".into(), self.rule.map_or(Json::Null, |rule| Json::text(rule.word()))),
            ("articles".into(), texts(&self.articles)),
            ("owed_by".into(), texts(&self.owed_by)),
            ("earliest".into(), instant(self.earliest)),
            ("latest".into(), instant(self.latest)),
            ("late_record".into(), Json::Bool(self.late_record)),
            ("history".into(), Json::Bool(self.history)),
            ("ids".into(), Json::List(self.ids.iter().map(|id| Json::text(id.to_string())).collect())),
            ("text".into(), texts(&self.text)),
        ])
    }
}
