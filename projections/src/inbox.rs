//! The inbox of an office: what is alerted to in its cases, one item a limit, with who has it. The findings of a case are one
//! item together.
//!
//! Invariant: made from the cases alone, and nothing personal is in it but what people wrote that they will do.

mod json;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use engine::action::{ActionId, ActionName, CaseRef, OfficeCode, When};
use engine::alert::{About, Alert, Stage, Topic};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, RecordedAction};
use engine::handling::Holding;
use engine::rulebook::{RuleId, Rulebook};
use uuid::Uuid;

use crate::alerts::Class;
use crate::docket::listed::Listed;

/// For so many seconds the inbox says what was settled.
pub const SETTLED_FOR: i64 = 24 * 3600;

/// The alerts of a case that an inbox is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseAlerts {
    /// Those that stand, by topic.
    pub open: Vec<Open>,
    /// Those that were settled not long before the case was read.
    pub settled: Vec<Settled>,
    /// The actions on the child's liberty on which no second person has looked.
    pub unconfirmed: Vec<RecordedAction>,
}

/// An alert that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The alert.
    pub alert: Arc<Alert>,
    /// When it was raised.
    pub raised_at: Instant,
    /// Who has it, or had it until it lapsed.
    pub holdings: Vec<Holding>,
    /// When it is to be escalated if it stays as it is.
    pub escalates_at: Option<Instant>,
}

/// An alert whose duty was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The alert.
    pub alert: Arc<Alert>,
    /// Whether in time.
    pub done: Done,
    /// What was done, and when.
    pub by: (ActionName, When),
    /// When that was recorded.
    pub recorded_at: Instant,
}

/// Whether a duty was done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Under both readings.
    InTime,
    /// Not under both.
    Late,
}

impl CaseAlerts {
    /// Of a case as it is known at an instant.
    pub fn of(case: &Case, book: &Rulebook, at: Instant) -> Self {
        let open = case.open_alerts().map(|open| Open {
            alert: Arc::clone(open.alert),
            raised_at: open.raised_at,
            holdings: open.holdings.to_vec(),
            escalates_at: open.escalates_at,
        });
        let recorded = case.recorded().iter().rev().take_while(|by| at.since(by.recorded_at) <= SETTLED_FOR);
        let lately: BTreeMap<ActionId, &RecordedAction> = recorded.map(|by| (by.action.id, by)).collect();
        let settled = case.settled_alerts().filter(|(alert, _)| !alert.topic.stage.is_escalated());
        let settled = settled.filter_map(|(alert, by)| {
            let by = lately.get(&by)?;
            Some(Settled::by(alert, Done::Late, by))
        });
        let settled = settled.chain(in_time(case, book, at, &lately));
        let unconfirmed = case.unconfirmed().cloned().collect();
        Self { open: open.collect(), settled: settled.collect(), unconfirmed }
    }
}

impl Settled {
    fn by(alert: &Arc<Alert>, done: Done, by: &RecordedAction) -> Self {
        let (by, recorded_at) = ((by.action.name, by.action.at), by.recorded_at);
        Self { alert: Arc::clone(alert), done, by, recorded_at }
    }
}

/// The limits of which a notice was given, and whose duty was done in time by one of the actions that were recorded lately.
fn in_time(case: &Case, book: &Rulebook, at: Instant, lately: &BTreeMap<ActionId, &RecordedAction>) -> Vec<Settled> {
    let noticed = case.open_alerts().filter(|open| matches!(open.alert.topic.stage, Stage::Notice(_)));
    // Of several notices of a limit the last stands for it.
    let noticed: BTreeMap<(RuleId, ActionId, u32), &Arc<Alert>> = noticed
        .map(|open| ((open.alert.topic.rule, open.alert.topic.on, open.alert.topic.period), open.alert))
        .collect();
    if noticed.is_empty() || lately.is_empty() {
        return Vec::new();
    }
    let Some(assessment) = case.assess(book, at) else { return Vec::new() };
    let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
    let done = assessment.deadlines.iter().filter(|deadline| deadline.breach(at).is_none());
    let settled = done.filter_map(|deadline| {
        let by = lately.get(&id(deadline.done_by()?))?;
        let alert = noticed.get(&(deadline.rule, id(deadline.opened_by), deadline.period))?;
        Some(Settled::by(alert, Done::InTime, by))
    });
    settled.collect()
}

/// Whose inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox<'o> {
    /// That of an office of the case: all alerts.
    Own(&'o OfficeCode),
    /// That of an office above the one that owes the duty: what was escalated.
    Above(&'o OfficeCode),
}

impl<'o> Inbox<'o> {
    /// The office.
    pub const fn office(self) -> &'o OfficeCode {
        match self {
            Self::Own(office) | Self::Above(office) => office,
        }
    }

    const fn shows(self, stage: Stage) -> bool {
        matches!((self, stage), (Self::Above(_), Stage::Escalated(_)) | (Self::Own(_), _))
    }
}

/// What an item is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A limit.
    Limit {
        /// The rule.
        rule: RuleId,
        /// The action that opened it.
        on: ActionId,
        /// The number of the period, from 0.
        period: u32,
        /// The last lawful instant of the protective reading.
        earliest: Instant,
        /// The last lawful instant of the lenient reading; none where it sees no limit.
        latest: Option<Instant>,
        /// How sure its breach is; `None` while it runs.
        breach: Option<Breach>,
    },
    /// All findings of a case, and what is not on record.
    Findings {
        /// How many findings.
        found: usize,
        /// How many notices that something is not on record.
        missing: usize,
    },
}

/// Who has an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hands {
    /// Nobody of the office, and nobody had it.
    Nobody,
    /// Nobody any more: what was taken lapsed at this instant.
    Lapsed(Instant),
    /// Somebody.
    Taken,
}

/// One item of an inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The case.
    pub case: CaseRef,
    /// What it is about.
    pub subject: Subject,
    /// The office that owes the duty.
    pub owed_by: OfficeCode,
    /// The alerts that are acted on together, the gravest first. Never empty.
    pub alerts: Vec<(Topic, u32)>,
    /// When the gravest was raised.
    pub raised_at: Instant,
    /// Who has it.
    pub hands: Hands,
    /// The people of the office who have the gravest, or had it last.
    pub holdings: Vec<Holding>,
    /// When it was escalated.
    pub escalated: Option<Instant>,
    /// When it is to be escalated if it stays as it is.
    pub escalates_at: Option<Instant>,
    /// Where it stands in the list.
    pub place: Place,
}

/// The order of an inbox: limits on liberty first, those that are over before those that run, the longest over and what ends
/// first before the others; findings last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    class: Class,
    over: Reverse<Option<Breach>>,
    end: Instant,
}

impl Item {
    /// A name of the item within its case, fit for an address: of a limit, what tells it from others.
    pub fn key(&self) -> String {
        match &self.subject {
            Subject::Limit { rule, on, period, .. } => format!("{rule}.{on}.{period}"),
            Subject::Findings { .. } => "findings".to_owned(),
        }
    }

    /// Whether somebody who names it so means it: by its key, by the rule alone, or by the id of one of its alerts.
    pub fn goes_by(&self, name: &str) -> bool {
        let is_rule = || matches!(&self.subject, Subject::Limit { rule, .. } if rule.word() == name);
        let is_alert = |id| self.alerts.iter().any(|(topic, occurrence)| topic.alert_id(&self.case, *occurrence) == id);
        self.key() == name || is_rule() || Uuid::try_parse(name).is_ok_and(is_alert)
    }

    /// Whether it is about a limit on liberty.
    pub fn is_on_liberty(&self) -> bool {
        self.place.class == Class::Liberty
    }
}

/// The items of a case in an inbox at an instant, in no particular order. What was noted is left out.
pub fn items(inbox: Inbox<'_>, listed: &Listed, alerts: &CaseAlerts, book: &Rulebook, at: Instant) -> Vec<Item> {
    let mut of_limits: BTreeMap<(RuleId, ActionId, u32), Vec<&Open>> = BTreeMap::new();
    let mut findings: Vec<&Open> = Vec::new();
    for open in alerts.open.iter().filter(|open| inbox.shows(open.alert.topic.stage)) {
        if !open.alert.is_about_an_action() {
            let Topic { rule, on, period, .. } = open.alert.topic;
            of_limits.entry((rule, on, period)).or_default().push(open);
        } else if !is_noted(open, inbox.office()) {
            findings.push(open);
        }
    }
    let limits = of_limits.into_values().filter_map(|open| limit(inbox, listed, &open, book, at));
    limits.chain(of_findings(inbox, listed, &findings, at)).collect()
}

fn is_noted(open: &Open, office: &OfficeCode) -> bool {
    open.holdings.iter().any(|holding| holding.office == *office && holding.promise.is_none())
}

/// The item of one limit; `None` where nothing is to be done: its notices have served their purpose.
fn limit(inbox: Inbox<'_>, listed: &Listed, open: &[&Open], book: &Rulebook, at: Instant) -> Option<Item> {
    let acted_on = |open: &&&Open| match inbox {
        Inbox::Own(_) => !open.alert.topic.stage.is_escalated(),
        Inbox::Above(_) => true,
    };
    // By topic, so the gravest comes last.
    let mut own: Vec<&Open> = open.iter().filter(acted_on).copied().collect();
    own.reverse();
    let gravest = *own.first()?;
    let About::Limit { earliest, latest, .. } = gravest.alert.about else { return None };
    let breach = gravest.alert.topic.stage.breach();
    let Topic { rule, on, period, .. } = gravest.alert.topic;
    let runs = || {
        let same =
            |limit: &&crate::summary::Limit| (limit.rule, limit.period, limit.earliest) == (rule, period, earliest);
        at <= earliest && listed.summary.limits.iter().find(same).is_some_and(crate::summary::Limit::is_open)
    };
    if breach.is_none() && !runs() {
        return None;
    }
    let is_of_gravest = |open: &&&Open| open.alert.topic.stage.own() == gravest.alert.topic.stage.own();
    let escalation = open.iter().filter(is_of_gravest).find(|open| open.alert.topic.stage.is_escalated());
    let end = match breach {
        Some(Breach::Certain) => latest.unwrap_or(earliest),
        Some(Breach::Arguable) | None => earliest,
    };
    let subject = Subject::Limit { rule, on, period, earliest, latest, breach };
    let place = Place { class: Class::of(rule, book), over: Reverse(breach), end };
    Some(item(inbox, listed, subject, &own, escalation.map(|open| open.raised_at), place, at))
}

fn of_findings(inbox: Inbox<'_>, listed: &Listed, open: &[&Open], at: Instant) -> Option<Item> {
    let own = |open: &&&Open| matches!(inbox, Inbox::Above(_)) || !open.alert.topic.stage.is_escalated();
    let mut acted_on: Vec<&Open> = open.iter().filter(own).copied().collect();
    acted_on.sort_by_key(|open| Reverse(open.alert.topic.stage));
    let first = acted_on.iter().map(|open| open.raised_at).min()?;
    let missing = acted_on.iter().filter(|open| open.alert.topic.stage == Stage::Missing).count();
    let escalation = open.iter().find(|open| open.alert.topic.stage.is_escalated());
    let gravest = acted_on.first().and_then(|open| open.alert.topic.stage.breach());
    let subject = Subject::Findings { found: acted_on.len() - missing, missing };
    let place = Place { class: Class::Finding, over: Reverse(gravest), end: first };
    Some(item(inbox, listed, subject, &acted_on, escalation.map(|open| open.raised_at), place, at))
}

fn item(
    inbox: Inbox<'_>,
    listed: &Listed,
    subject: Subject,
    open: &[&Open],
    escalated: Option<Instant>,
    place: Place,
    at: Instant,
) -> Item {
    let gravest = open[0];
    let own = gravest.holdings.iter().filter(|holding| holding.office == *inbox.office());
    let holdings: Vec<Holding> = own.cloned().collect();
    let lapsed = holdings.iter().filter_map(|holding| holding.promise.as_ref()).map(|promise| promise.until).max();
    let hands = match lapsed {
        _ if holdings.iter().any(|holding| holding.lasts(at)) => Hands::Taken,
        Some(lapsed) => Hands::Lapsed(lapsed),
        None => Hands::Nobody,
    };
    Item {
        case: listed.case.clone(),
        subject,
        owed_by: gravest.alert.owing_office().clone(),
        alerts: open.iter().map(|open| (open.alert.topic, open.alert.occurrence)).collect(),
        raised_at: gravest.raised_at,
        hands,
        holdings,
        escalated,
        escalates_at: gravest.escalates_at.filter(|_| matches!(inbox, Inbox::Own(_))),
        place,
    }
}
