//! One case's timeline: actions, deadlines, findings and alerts in order, with why.
//!
//! Invariant: everything that is known of the case at the instant is in it; what was withdrawn stays readable.

mod json;
mod recorded;

use std::collections::{BTreeMap, BTreeSet};

use engine::action::{ActionId, OfficeCode, When};
use engine::alert::{Addressees, Kind};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::explain;
use engine::limits::Deadline;
use engine::rulebook::{Language, RuleId, Rulebook, Shelf};
use uuid::Uuid;

use crate::message::text;
use crate::summary::Ended;

pub use recorded::{ActionLine, Field, Value};

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
    Action(Box<ActionLine>),
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
    /// What ended it under the protective reading, and when.
    pub ended: Option<Ended>,
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

/// Whether the reckoning of each limit and the grounds of each finding are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They are.
    Told,
    /// They are not: `because` is empty.
    LeftOut,
}

impl Line {
    /// The rule that a line is about; none of an action.
    pub fn rule(&self) -> Option<RuleId> {
        match self {
            Self::Action(_) => None,
            Self::Limit(limit) => Some(limit.rule),
            Self::Finding { rule, .. } | Self::NotOnRecord { rule, .. } | Self::Alert { rule, .. } => Some(*rule),
        }
    }
}

/// The timeline of a case at `at`, sentences in `language`. `log` holds the events known by then, in order: for
/// "as known on" a day, those recorded until its end. The case is held against `book`, and every alert is said in the
/// words of its own. What leads to each limit and finding is told where `why` asks for it.
pub fn timeline(
    case: &Case,
    log: &[Event],
    book: &Rulebook,
    shelf: &Shelf,
    at: Instant,
    language: Language,
    why: Why,
) -> Vec<Entry> {
    let actions = recorded::actions(case, at, book, language);
    let mut under = case.assess(book, at).map(|assessment| found(&assessment, book, language, why)).unwrap_or_default();
    let mut told = alerts(case, log, shelf, language, &actions);
    let mut entries: Vec<Entry> = told.remove(&None).unwrap_or_default();
    for (place, action) in actions.into_iter().enumerate() {
        let (id, at) = (action.recorded.action.id, action.recorded.action.at);
        entries.push(Entry { at, what: Line::Action(Box::new(action)) });
        entries.extend(under.remove(&id).unwrap_or_default().into_iter().map(|what| Entry { at, what }));
        entries.extend(told.remove(&Some(place)).unwrap_or_default());
    }
    entries
}

/// What of a timeline is about some rules: their lines, the actions that these stand under, and those that ended a limit.
pub fn about(mut entries: Vec<Entry>, rules: &[RuleId]) -> Vec<Entry> {
    let mut part: BTreeSet<ActionId> = BTreeSet::new();
    entries.retain(|entry| entry.what.rule().is_none_or(|rule| rules.contains(&rule)));
    for entry in &entries {
        let ids = match &entry.what {
            Line::Limit(limit) => [Some(limit.opened_by), limit.done_by],
            Line::Finding { action, .. } | Line::NotOnRecord { action, .. } => [Some(*action), None],
            Line::Action(_) | Line::Alert { .. } => [None, None],
        };
        part.extend(ids.into_iter().flatten());
    }
    entries.retain(|entry| match &entry.what {
        Line::Action(action) => part.contains(&action.recorded.action.id),
        _ => true,
    });
    entries
}

/// What the assessment finds, by the action that each line stands under: limits, then findings, then what is not on record.
fn found(assessment: &Assessment<'_>, book: &Rulebook, language: Language, why: Why) -> BTreeMap<ActionId, Vec<Line>> {
    let mut under: BTreeMap<ActionId, Vec<Line>> = BTreeMap::new();
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let mut put = |action: ActionId, line: Line| under.entry(action).or_default().push(line);
    // Once: finding them walks over every entry.
    let offices = Addressees::from(assessment.timeline.offices());
    for deadline in &assessment.deadlines {
        let steps = || explain::deadline(assessment, deadline, book);
        let because = sentences(steps, deadline.rule, book, language, why);
        put(id(deadline.opened_by), Line::Limit(limit(assessment, deadline, book, &offices, because)));
    }
    for finding in &assessment.findings {
        let action = id(finding.action);
        let steps = || explain::finding(assessment, finding.rule, finding.action, book);
        let line = Line::Finding {
            rule: finding.rule,
            article: book.rule(finding.rule).article.clone(),
            action,
            breach: finding.breach,
            because: sentences(steps, finding.rule, book, language, why),
        };
        put(action, line);
    }
    for missing in &assessment.not_on_record {
        let action = id(missing.action);
        put(action, Line::NotOnRecord { rule: missing.rule, action, field: missing.field });
    }
    under
}

fn sentences(
    steps: impl FnOnce() -> Vec<explain::Step>,
    rule: RuleId,
    book: &Rulebook,
    language: Language,
    why: Why,
) -> Vec<String> {
    match why {
        Why::Told => steps().iter().map(|step| step.sentence(book, rule, language)).collect(),
        Why::LeftOut => Vec::new(),
    }
}

fn limit(
    assessment: &Assessment<'_>,
    deadline: &Deadline,
    book: &Rulebook,
    offices: &Addressees,
    because: Vec<String>,
) -> LimitLine {
    let at = assessment.at;
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let (start, done) = (deadline.protective.start, deadline.protective.done);
    LimitLine {
        rule: deadline.rule,
        article: book.rule(deadline.rule).article.clone(),
        owed_by: offices.of(deadline.owed_by).clone(),
        opened_by: id(deadline.opened_by),
        period: deadline.period,
        start,
        earliest: deadline.earliest(),
        latest: deadline.latest(),
        done_by: deadline.done_by().map(id),
        ended: done.map(|done| Ended::of(assessment, done)),
        breach: deadline.breach(at),
        used: done.map_or(at, |done| done.at).since(start).max(0),
        because,
    }
}

/// The alerts, by the place of the action that each stands behind: the last that had happened when it was raised, and
/// never before an alert that was raised before it.
fn alerts(
    case: &Case,
    log: &[Event],
    shelf: &Shelf,
    language: Language,
    actions: &[ActionLine],
) -> BTreeMap<Option<usize>, Vec<Entry>> {
    // From each action on, when the first of the rest happened: so the last that had happened by an instant is found at once.
    let mut first_of_rest: Vec<Instant> = actions.iter().map(|line| line.recorded.action.at.first()).collect();
    for place in (1..first_of_rest.len()).rev() {
        first_of_rest[place - 1] = first_of_rest[place - 1].min(first_of_rest[place]);
    }
    let mut told: BTreeMap<Option<usize>, Vec<Entry>> = BTreeMap::new();
    let mut behind = None;
    for event in log {
        let Some((alert, kind)) = event.fact.alert() else { continue };
        let raised = event.recorded_at;
        let what = Line::Alert {
            id: event.id(case.reference()),
            kind,
            rule: alert.topic.rule,
            history: alert.history,
            text: text(case.reference(), event, shelf.book(event.rulebook), language).unwrap_or_default(),
        };
        behind = behind.max(first_of_rest.partition_point(|first| *first <= raised).checked_sub(1));
        told.entry(behind).or_default().push(Entry { at: When::Instant(raised), what });
    }
    told
}
