//! One case's timeline: actions, deadlines, findings and alerts in order, with why.
//!
//! Invariant: everything that is known of the case at the instant is in it; what was withdrawn stays readable.

use engine::action::{ActionId, ActionName, OfficeCode, What, When};
use engine::alert::{Kind, Stage};
use engine::assess::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::explain;
use engine::json::Json;
use engine::rulebook::{Language, RuleId, Rulebook, Shelf};
use uuid::Uuid;

use crate::message::text;

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When it lies: an action's own time, a limit's opening, the time an alert was raised.
    pub at: When,
    /// What it is.
    pub what: Line,
}

/// What a line of a timeline says.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// An action as it was recorded.
    Action {
        /// Its id.
        id: ActionId,
        /// Its kind.
        name: ActionName,
        /// Who acted.
        by: OfficeCode,
        /// When it was recorded.
        recorded_at: Instant,
        /// Who recorded it.
        recorded_by: OfficeCode,
        /// Whether it was withdrawn.
        withdrawn: bool,
        /// Whether it lies after the instant of the timeline and does not count yet.
        to_come: bool,
    },
    /// A time limit that the action before opened.
    Limit(LimitLine),
    /// A condition that failed for the action before.
    Finding {
        /// The rule.
        rule: RuleId,
        /// The article.
        article: String,
        /// The tested action.
        action: ActionId,
        /// How surely.
        breach: Breach,
        /// Why, a sentence each.
        because: Vec<String>,
    },
    /// A field of a condition that is not on record with the action before.
    NotOnRecord {
        /// The rule.
        rule: RuleId,
        /// The tested action.
        action: ActionId,
        /// The field.
        field: &'static str,
    },
    /// What was told.
    Alert {
        /// The alert's id.
        id: Uuid,
        /// Its kind.
        kind: Kind,
        /// The rule.
        rule: RuleId,
        /// Whether it was recorded as history and not published.
        history: bool,
        /// Its sentence.
        text: String,
    },
}

/// A time limit at work.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitLine {
    /// The rule.
    pub rule: RuleId,
    /// The article.
    pub article: String,
    /// The office that owes it.
    pub owed_by: OfficeCode,
    /// The action that opened it.
    pub opened_by: ActionId,
    /// Which period.
    pub period: u32,
    /// When the protective clock started.
    pub start: Instant,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; none where it sees no limit.
    pub latest: Option<Instant>,
    /// What discharged it.
    pub done_by: Option<ActionId>,
    /// When it counts as discharged under the protective reading.
    pub done_at: Option<Instant>,
    /// Whether and how surely it is breached.
    pub breach: Option<Breach>,
    /// Seconds that have run to its end or to the instant of the timeline.
    pub used: i64,
    /// Why, a sentence each.
    pub because: Vec<String>,
}

impl LimitLine {
    /// Seconds of the limit in all, by the protective reading.
    pub fn length(&self) -> i64 {
        self.earliest.since(self.start) + 1
    }

    /// Seconds by which it was or is exceeded, by the protective reading; 0 while it is not.
    pub fn over(&self) -> i64 {
        (self.used - self.length()).max(0)
    }
}

/// The timeline of a case at `at`, sentences in `language`. `log` holds the events known by then, in order: for
/// "as known on" a day, those recorded until its end. The case is held against `book`, and every alert is said in the
/// words of its own.
pub fn timeline(
    case: &Case,
    log: &[Event],
    book: &Rulebook,
    shelf: &Shelf,
    at: Instant,
    language: Language,
) -> Vec<Entry> {
    let mut entries = actions(case, at);
    if let Some(assessment) = case.assess(book, at) {
        let counted = assessment.timeline.entries();
        let action = |entry: usize| counted[entry].action;
        let sentences = |rule: RuleId, steps: Vec<explain::Step>| -> Vec<String> {
            steps.iter().map(|step| step.sentence(book, rule, language)).collect()
        };
        let offices = assessment.timeline.offices();
        for deadline in &assessment.deadlines {
            let opening = action(deadline.opened_by);
            let done = deadline.protective.done;
            let start = deadline.protective.start;
            let owed_by =
                crate::summary::office_of(deadline.owed_by, offices.court, offices.prosecutor, offices.investigator);
            let line = LimitLine {
                rule: deadline.rule,
                article: book.rule(deadline.rule).article.clone(),
                owed_by: owed_by.clone(),
                opened_by: opening.id,
                period: deadline.period,
                start,
                earliest: deadline.earliest(),
                latest: deadline.latest(),
                done_by: deadline.done_by().map(|entry| action(entry).id),
                done_at: done.map(|done| done.at),
                breach: deadline.breach(at),
                used: done.map_or(at, |done| done.at).since(start).max(0),
                because: sentences(deadline.rule, explain::deadline(&assessment, deadline, book, Stage::Breach)),
            };
            insert_behind(&mut entries, opening.id, Line::Limit(line));
        }
        for finding in &assessment.findings {
            let tested = action(finding.action).id;
            let line = Line::Finding {
                rule: finding.rule,
                article: book.rule(finding.rule).article.clone(),
                action: tested,
                breach: finding.breach,
                because: sentences(finding.rule, explain::finding(&assessment, finding.rule, finding.action, book)),
            };
            insert_behind(&mut entries, tested, line);
        }
        for missing in &assessment.not_on_record {
            let tested = action(missing.action).id;
            insert_behind(
                &mut entries,
                tested,
                Line::NotOnRecord { rule: missing.rule, action: tested, field: missing.field },
            );
        }
    }
    insert_alerts(&mut entries, case, log, shelf, language);
    entries
}

/// The actions in the order in which they happened; what does not count stands where its own time puts it.
fn actions(case: &Case, at: Instant) -> Vec<Entry> {
    let withdrawn: Vec<ActionId> = case
        .actions()
        .filter_map(
            |action| if let What::ActionWithdrawn { withdraws, .. } = action.what { Some(withdraws) } else { None },
        )
        .collect();
    let mut entries: Vec<Entry> = case
        .recorded()
        .iter()
        .map(|recorded| {
            let action = &recorded.action;
            let what = Line::Action {
                id: action.id,
                name: action.name(),
                by: action.by.clone(),
                recorded_at: recorded.recorded_at,
                recorded_by: recorded.recorded_by.clone(),
                withdrawn: withdrawn.contains(&action.id),
                to_come: action.at.first() > at,
            };
            Entry { at: action.at, what }
        })
        .collect();
    let place = engine::timeline::in_order(case.actions());
    entries.sort_by_cached_key(|entry| match &entry.what {
        Line::Action { id, .. } => place.iter().position(|known| known == id),
        _ => None,
    });
    entries
}

/// Puts a line behind its action and what stands behind that already.
fn insert_behind(entries: &mut Vec<Entry>, action: ActionId, line: Line) {
    let Some(place) = entries.iter().position(|entry| matches!(&entry.what, Line::Action { id, .. } if *id == action))
    else {
        return;
    };
    let at = entries[place].at;
    let behind = entries[place + 1..].iter().take_while(|entry| !matches!(entry.what, Line::Action { .. })).count();
    entries.insert(place + 1 + behind, Entry { at, what: line });
}

/// Alerts stand where they were raised: behind the last action that had happened by then.
fn insert_alerts(entries: &mut Vec<Entry>, case: &Case, log: &[Event], shelf: &Shelf, language: Language) {
    for event in log {
        let Some((alert, kind)) = event.fact.alert() else { continue };
        let raised = event.recorded_at;
        let what = Line::Alert {
            id: event.id(case.reference()),
            kind,
            rule: alert.topic.rule,
            history: alert.history,
            text: text(case.reference(), &event.fact, shelf.book(event.rulebook), language).unwrap_or_default(),
        };
        let place = entries.iter().rposition(|entry| entry.at.first() <= raised).map_or(0, |last| last + 1);
        let behind = entries[place..].iter().take_while(|entry| !matches!(entry.what, Line::Action { .. })).count();
        entries.insert(place + behind, Entry { at: When::Instant(raised), what });
    }
}

impl Entry {
    /// The line as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let mut pairs = vec![("at".into(), Json::text(self.at.to_string()))];
        let id = |id: ActionId| Json::text(id.to_string());
        let breach = |breach: Option<Breach>| breach.map_or(Json::Null, |breach| Json::text(breach.word()));
        let instant = |at: Option<Instant>| at.map_or(Json::Null, |at| Json::text(at.to_string()));
        let texts = |items: &[String]| Json::List(items.iter().map(|item| Json::text(item.clone())).collect());
        let mut put = |key: &'static str, value: Json<'static>| pairs.push((key.into(), value));
        match &self.what {
            Line::Action { id: action, name, by, recorded_at, recorded_by, withdrawn, to_come } => {
                put("entry", Json::text("action"));
                put("action", Json::text(name.word()));
                put("id", id(*action));
                put("by", Json::text(by.to_string()));
                put("recorded_at", Json::text(recorded_at.to_string()));
                put("recorded_by", Json::text(recorded_by.to_string()));
                put("withdrawn", Json::Bool(*withdrawn));
                put("to_come", Json::Bool(*to_come));
            }
            Line::Limit(limit) => {
                put("entry", Json::text("deadline"));
                put("rule", Json::text(limit.rule.word()));
                put("article", Json::text(limit.article.clone()));
                put("owed_by", Json::text(limit.owed_by.to_string()));
                put("opened_by", id(limit.opened_by));
                put("period", Json::Number(limit.period.into()));
                put("earliest", Json::text(limit.earliest.to_string()));
                put("latest", instant(limit.latest));
                put("done_by", limit.done_by.map_or(Json::Null, id));
                put("breach", breach(limit.breach));
                put("used_seconds", Json::Number(limit.used));
                put("over_seconds", Json::Number(limit.over()));
                put("because", texts(&limit.because));
            }
            Line::Finding { rule, article, action, breach: how, because } => {
                put("entry", Json::text("finding"));
                put("rule", Json::text(rule.word()));
                put("article", Json::text(article.clone()));
                put("action", id(*action));
                put("breach", breach(Some(*how)));
                put("because", texts(because));
            }
            Line::NotOnRecord { rule, action, field } => {
                put("entry", Json::text("not_on_record"));
                put("rule", Json::text(rule.word()));
                put("action", id(*action));
                put("field", Json::text(*field));
            }
            Line::Alert { id: alert, kind, rule, history, text } => {
                put("entry", Json::text("alert"));
                put("id", Json::text(alert.to_string()));
                put("kind", Json::text(kind.word()));
                put("rule", Json::text(rule.word()));
                put("history", Json::Bool(*history));
                put("text", Json::text(text.clone()));
            }
        }
        Json::Object(pairs)
    }
}
