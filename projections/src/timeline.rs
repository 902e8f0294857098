//! One case's timeline: actions, time limits, findings and alerts in order, with explanations.
//!
//! Invariant: a timeline contains everything that is known about the case at the instant, personal data included. A
//! withdrawn action stays readable.

mod json;
mod recorded;

use std::collections::{BTreeMap, BTreeSet};

use engine::action::{ActionId, OfficeCode, When};
use engine::alert::{Addressees, Kind};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact};
use engine::explain;
use engine::handling::{Deed, Handling};
use engine::limits::Deadline;
use engine::rulebook::{Language, RuleId, Rulebook, Rulebooks};
use uuid::Uuid;

use crate::message::text;
use crate::summary::Ended;

pub use recorded::{ActionLine, Field, Personal, SecondLook, Value};

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When it happened: an action's own time, a limit's opening, or the time an alert was raised.
    pub at: When,
    /// What the line says.
    pub what: EntryLine,
}

/// What a line of a timeline says.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryLine {
    /// An action as it was recorded.
    Action(Box<ActionLine>),
    /// A time limit that the action above opened.
    Limit(LimitLine),
    /// A condition that fails for the action above.
    Finding {
        /// The rule.
        rule: RuleId,
        /// The article.
        article: String,
        /// The tested action.
        action: ActionId,
        /// How sure the breach is.
        breach: Breach,
        /// Why: one sentence for each step.
        because: Vec<String>,
    },
    /// A field that a condition needs and that is not on record with the action above.
    NotOnRecord {
        /// The rule.
        rule: RuleId,
        /// The tested action.
        action: ActionId,
        /// The field.
        field: &'static str,
    },
    /// An alert, a settlement or a withdrawal.
    Alert {
        /// The event's id.
        id: Uuid,
        /// The kind of the event.
        kind: Kind,
        /// The rule.
        rule: RuleId,
        /// Whether it was recorded as history and not published.
        history: bool,
        /// The sentence.
        text: String,
    },
    /// What somebody did about an alert. What will be done is for the office alone, and left out.
    Handling {
        /// What was done.
        deed: Deed,
        /// The alert's id.
        alert: Uuid,
        /// The alert's kind.
        kind: Kind,
        /// The rule.
        rule: RuleId,
        /// The office.
        by: OfficeCode,
        /// Until when it is taken.
        until: Option<Instant>,
    },
}

/// A time limit in a case.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitLine {
    /// The rule.
    pub rule: RuleId,
    /// The article.
    pub article: String,
    /// Whether its length is policy and not law.
    pub policy: bool,
    /// The office that owes the duty.
    pub owed_by: OfficeCode,
    /// The action that opened it.
    pub opened_by: ActionId,
    /// The number of the period, from 0.
    pub period: u32,
    /// When the protective clock started.
    pub start: Instant,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; `None` where it sees no limit.
    pub latest: Option<Instant>,
    /// The action that discharged it.
    pub done_by: Option<ActionId>,
    /// What ended it under the protective reading, and when.
    pub ended: Option<Ended>,
    /// How sure the breach is; `None` if the limit is not breached.
    pub breach: Option<Breach>,
    /// Seconds from the start of the protective clock until the limit ended, or until the timeline's instant if it is open.
    pub used: i64,
    /// Why: one sentence for each step.
    pub because: Vec<String>,
}

impl LimitLine {
    /// The length of the limit in seconds, by the protective reading.
    pub fn length(&self) -> i64 {
        self.earliest.since(self.start) + 1
    }

    /// Seconds by which it was or is exceeded, by the protective reading; 0 if it is not.
    pub fn over(&self) -> i64 {
        (self.used - self.length()).max(0)
    }
}

/// Whether a timeline explains each limit and each finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Each is explained.
    Told,
    /// None is explained: `because` is empty.
    LeftOut,
}

impl EntryLine {
    /// The rule that a line is about; `None` for an action.
    pub fn rule(&self) -> Option<RuleId> {
        match self {
            Self::Action(_) => None,
            Self::Limit(limit) => Some(limit.rule),
            Self::Finding { rule, .. }
            | Self::NotOnRecord { rule, .. }
            | Self::Alert { rule, .. }
            | Self::Handling { rule, .. } => Some(*rule),
        }
    }
}

/// The timeline of a case at `at`, with sentences in `language`. `log` holds the events known by then, in order; for "as
/// known on" a day, those recorded until the end of that day. The case is assessed under `book`. Each alert is explained in
/// the words of its own rulebook. `why` decides whether limits and findings are explained.
pub fn timeline<'e>(
    case: &Case,
    log: impl IntoIterator<Item = &'e Event>,
    book: &Rulebook,
    shelf: &Rulebooks,
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
        entries.push(Entry { at, what: EntryLine::Action(Box::new(action)) });
        entries.extend(under.remove(&id).unwrap_or_default().into_iter().map(|what| Entry { at, what }));
        entries.extend(told.remove(&Some(place)).unwrap_or_default());
    }
    entries
}

/// Marks the actions that still need a second look: those of the offices that ask for one.
pub fn mark_unconfirmed(entries: &mut [Entry], case: &Case, asks: impl Fn(&OfficeCode) -> bool) {
    let asked = case.unconfirmed().filter(|recorded| asks(&recorded.recorded_by));
    let waiting: BTreeSet<ActionId> = asked.map(|recorded| recorded.action.id).collect();
    for entry in entries {
        if let EntryLine::Action(line) = &mut entry.what
            && waiting.contains(&line.recorded.action.id)
        {
            line.second_look = SecondLook::Awaited;
        }
    }
}

/// The part of a timeline that is about some rules: their lines, the actions above these lines, and the actions that ended
/// a limit.
pub fn about(mut entries: Vec<Entry>, rules: &[RuleId]) -> Vec<Entry> {
    let mut part: BTreeSet<ActionId> = BTreeSet::new();
    entries.retain(|entry| entry.what.rule().is_none_or(|rule| rules.contains(&rule)));
    for entry in &entries {
        let ids = match &entry.what {
            EntryLine::Limit(limit) => [Some(limit.opened_by), limit.done_by],
            EntryLine::Finding { action, .. } | EntryLine::NotOnRecord { action, .. } => [Some(*action), None],
            EntryLine::Action(_) | EntryLine::Alert { .. } | EntryLine::Handling { .. } => [None, None],
        };
        part.extend(ids.into_iter().flatten());
    }
    entries.retain(|entry| match &entry.what {
        EntryLine::Action(action) => part.contains(&action.recorded.action.id),
        _ => true,
    });
    entries
}

/// The lines of the assessment, by the action that they follow: limits, then findings, then what is not on record.
fn found(
    assessment: &Assessment<'_>,
    book: &Rulebook,
    language: Language,
    why: Why,
) -> BTreeMap<ActionId, Vec<EntryLine>> {
    let mut under: BTreeMap<ActionId, Vec<EntryLine>> = BTreeMap::new();
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let mut put = |action: ActionId, line: EntryLine| under.entry(action).or_default().push(line);
    // Found only once, because this walks over every entry.
    let offices = Addressees::from(assessment.timeline.offices());
    for deadline in &assessment.deadlines {
        let steps = || explain::deadline(assessment, deadline, book);
        let because = sentences(steps, deadline.rule, book, language, why);
        put(id(deadline.opened_by), EntryLine::Limit(limit(assessment, deadline, book, &offices, because)));
    }
    for finding in &assessment.findings {
        let action = id(finding.action);
        let steps = || explain::finding(assessment, finding.rule, finding.action, book);
        let line = EntryLine::Finding {
            rule: finding.rule,
            article: book.article(&finding.rule).to_owned(),
            action,
            breach: finding.breach,
            because: sentences(steps, finding.rule, book, language, why),
        };
        put(action, line);
    }
    for missing in &assessment.not_on_record {
        let action = id(missing.action);
        put(action, EntryLine::NotOnRecord { rule: missing.rule, action, field: missing.field });
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
        article: book.article(&deadline.rule).to_owned(),
        policy: book.is_policy(deadline.rule),
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

/// The alerts and what was done about them, by the place of the action that each follows: the last action that had happened
/// by then. None comes before one that was recorded earlier.
fn alerts<'e>(
    case: &Case,
    log: impl IntoIterator<Item = &'e Event>,
    shelf: &Rulebooks,
    language: Language,
    actions: &[ActionLine],
) -> BTreeMap<Option<usize>, Vec<Entry>> {
    // For each action, the earliest time from it to the last: so a search finds the last action that happened by an instant.
    let mut first_of_rest: Vec<Instant> = actions.iter().map(|line| line.recorded.action.at.first()).collect();
    for place in (1..first_of_rest.len()).rev() {
        first_of_rest[place - 1] = first_of_rest[place - 1].min(first_of_rest[place]);
    }
    let mut told: BTreeMap<Option<usize>, Vec<Entry>> = BTreeMap::new();
    let mut behind = None;
    for event in log {
        let what = match (&event.fact, event.fact.alert()) {
            (_, Some((alert, kind))) => EntryLine::Alert {
                id: event.id(case.reference()),
                kind,
                rule: alert.topic.rule,
                history: alert.history,
                text: text(case.reference(), event, shelf.book(event.rulebook), language).unwrap_or_default(),
            },
            (Fact::AlertHandled(handling), None) => handled(case, event, handling),
            (_, None) => continue,
        };
        let raised = event.recorded_at;
        behind = behind.max(first_of_rest.partition_point(|first| *first <= raised).checked_sub(1));
        told.entry(behind).or_default().push(Entry { at: When::Instant(raised), what });
    }
    told
}

fn handled(case: &Case, event: &Event, handling: &Handling) -> EntryLine {
    let Handling { topic, occurrence, doing, .. } = handling;
    EntryLine::Handling {
        deed: doing.deed(),
        alert: topic.alert_id(case.reference(), *occurrence),
        kind: topic.stage.kind(),
        rule: topic.rule,
        by: event.recorded_by.clone(),
        until: doing.promise().map(|promise| promise.until),
    }
}
