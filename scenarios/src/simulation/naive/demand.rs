//! The alert events that one case calls for at an instant, given its earlier alert events.
//!
//! Invariant: the code is plain on purpose. First it compares every earlier alert with the law again. Then it looks among
//! them for every alert that the law calls for. Between two looks it keeps only the alerts.

mod escalations;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use engine::action::{Action, ActionId, ActionName, CaseRef, OfficeCode};
use engine::alert::{About, Addressees, Alert, Kind, Stage, Topic};
use engine::assess::{Assessment, assess};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::limits::{Deadline, Reckoning};
use engine::rulebook::{Period, Role, RuleId, Rulebook};
use uuid::Uuid;

use super::taken::Taken;

/// An alert event that has to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Demand {
    pub id: Uuid,
    pub topic: Topic,
    pub kind: Kind,
    pub rule: RuleId,
    pub said: Said,
}

/// What can change while an alert stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// Court, prosecutor, investigator, legal aid.
    to: [Option<OfficeCode>; 4],
    owed_by: Role,
    /// The values of a limit.
    instants: Option<(Instant, Option<Instant>)>,
    /// The missing fields.
    fields: Vec<&'static str>,
}

/// The last alert on a topic.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub occurrence: u32,
    said: Said,
    state: State,
    last_settlement: Option<u32>,
    /// What decides when it is escalated.
    pub taken: Taken,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Stands,
    Settled(ActionId),
    Withdrawn,
}

impl Demand {
    /// The kind and the rule, as the end of the subject names them.
    pub fn subject_ends(&self) -> String {
        let rule = self.rule.word();
        let kind = if matches!(self.topic.stage, Stage::Escalated(_)) { Kind::Escalated } else { self.kind };
        format!("{kind}.{}", rule.split(':').next().unwrap_or(rule))
    }
}

/// What an alert of the log says.
pub(super) fn said(alert: &Alert) -> Said {
    let Addressees { court, prosecutor, investigator, legal_aid } = alert.to.clone();
    let (instants, fields) = match &alert.about {
        About::Limit { earliest, latest, .. } => (Some((*earliest, *latest)), Vec::new()),
        About::Finding { .. } => (None, Vec::new()),
        About::Missing { fields } => (None, fields.clone()),
    };
    Said {
        to: [Some(court), Some(prosecutor), Some(investigator), legal_aid],
        owed_by: alert.owed_by,
        instants,
        fields,
    }
}

impl Told {
    /// The office that owes the duty.
    pub fn owing(&self) -> Option<&OfficeCode> {
        let [court, prosecutor, investigator, _] = &self.said.to;
        match self.said.owed_by {
            Role::Court => court.as_ref(),
            Role::Prosecutor => prosecutor.as_ref(),
            Role::Investigator => investigator.as_ref(),
        }
    }

    /// Whether it is neither settled nor withdrawn.
    pub fn is_open(&self) -> bool {
        self.state == State::Stands
    }

    /// When it is to be escalated, if it stays as it is.
    fn escalates(&self) -> Option<Instant> {
        let after = self.taken.escalate_after.filter(|_| self.is_open() && !self.taken.escalated)?;
        Some(self.taken.untaken_from(self.owing()?)?.plus(after))
    }
}

/// One line of an assessment: what the law says about a rule and an action.
enum Line<'a> {
    Limit(&'a Deadline),
    Finding { breach: Breach, owed_by: Role },
    Missing { fields: Vec<&'static str>, owed_by: Role },
}

struct Look<'a> {
    case: &'a CaseRef,
    book: &'a Rulebook,
    at: Instant,
    to: [Option<OfficeCode>; 4],
    /// By rule, action and period. Missing fields are kept apart from findings.
    lines: BTreeMap<(RuleId, ActionId, u32, bool), Line<'a>>,
    ids: Vec<ActionId>,
    told: Vec<Demand>,
}

/// The earliest instant at which an alert that stands is to be escalated.
pub(super) fn next_escalation(told: &BTreeMap<Topic, Told>) -> Option<Instant> {
    told.values().filter_map(Told::escalates).min()
}

/// The alert events that are due at `at`, by id. Updates `told`.
pub(super) fn demanded(
    case: &CaseRef,
    all: &mut BTreeMap<Topic, Told>,
    actions: &[Arc<Action>],
    book: &Rulebook,
    at: Instant,
) -> Vec<Demand> {
    // A voided case counts nowhere: nothing is called for, and whatever was told is withdrawn.
    let assessment = assess(actions.iter().map(|action| &**action), book, at);
    let mut look = match &assessment {
        Some(assessment) => Look::new(case, book, assessment),
        None => {
            Look { case, book, at, to: [const { None }; 4], lines: BTreeMap::new(), ids: Vec::new(), told: Vec::new() }
        }
    };
    let called_for = look.called_for();
    let (mut escalations, mut told): (BTreeMap<Topic, Told>, BTreeMap<Topic, Told>) =
        std::mem::take(all).into_iter().partition(|(topic, _)| matches!(topic.stage, Stage::Escalated(_)));
    let before = told.clone();
    let next_breach =
        |topic: &Topic| before.get(&Topic { stage: Stage::Breach, ..*topic }).map_or(0, |told| told.occurrence + 1);
    for (topic, told) in told.iter_mut().filter(|(_, told)| told.state != State::Withdrawn) {
        look.hold_against_the_law(topic, told, called_for.contains(topic), next_breach(topic));
    }
    for topic in called_for {
        if told.get(&topic).is_none_or(|told| told.state == State::Withdrawn) {
            look.raise(topic, &mut told);
        }
    }
    look.escalate(&mut told, &mut escalations);
    all.extend(told);
    all.extend(escalations);
    look.told.sort_by_key(|demand| demand.id);
    look.told
}

impl<'a> Look<'a> {
    fn new(case: &'a CaseRef, book: &'a Rulebook, assessment: &'a Assessment<'_>) -> Self {
        let offices = assessment.timeline.offices();
        let to = [Some(offices.court), Some(offices.prosecutor), Some(offices.investigator), offices.legal_aid];
        let ids: Vec<ActionId> = assessment.timeline.entries().iter().map(|entry| entry.action.id).collect();
        let mut lines = BTreeMap::new();
        for deadline in &assessment.deadlines {
            let key = (deadline.rule, ids[deadline.opened_by], deadline.period, false);
            lines.insert(key, Line::Limit(deadline));
        }
        for found in &assessment.findings {
            let line = Line::Finding { breach: found.breach, owed_by: found.owed_by };
            lines.insert((found.rule, ids[found.action], 0, false), line);
        }
        for missing in &assessment.not_on_record {
            use ActionName as N;
            let name = assessment.timeline.entries()[missing.action].name;
            if matches!(name, N::BroughtIn | N::Arrested | N::CustodyStarted | N::RemandOrdered | N::RemandExtended) {
                let key = (missing.rule, ids[missing.action], 0, true);
                let new = || Line::Missing { fields: Vec::new(), owed_by: missing.owed_by };
                if let Line::Missing { fields, .. } = lines.entry(key).or_insert_with(new) {
                    fields.push(missing.field);
                }
            }
        }
        Self { case, book, at: assessment.at, to: to.map(Option::<&OfficeCode>::cloned), lines, ids, told: Vec::new() }
    }

    fn line(&self, topic: &Topic) -> Option<&Line<'a>> {
        self.lines.get(&(topic.rule, topic.on, topic.period, topic.stage == Stage::Missing))
    }

    /// The alerts that the law calls for now, whether raised already or not.
    fn called_for(&self) -> Vec<Topic> {
        let stage_of = |breach| if breach == Breach::Certain { Stage::Breach } else { Stage::Arguable };
        let topics = self.lines.iter().filter_map(|((rule, on, period, _), line)| {
            let stage = match line {
                Line::Limit(deadline) => match self.breach(deadline) {
                    Some(breach) => stage_of(breach),
                    None => Stage::Notice(self.notice(deadline)?),
                },
                Line::Finding { breach, .. } => stage_of(*breach),
                Line::Missing { .. } => Stage::Missing,
            };
            Some(Topic { rule: *rule, on: *on, period: *period, stage })
        });
        topics.collect()
    }

    /// Whether the limit is breached under a reading: its end has passed, and the duty was not done by then.
    fn breach(&self, deadline: &Deadline) -> Option<Breach> {
        let missed = |reading: &Reckoning| self.at > reading.due && !done_in_time(reading);
        if !missed(&deadline.protective) {
            return None;
        }
        let lenient = deadline.lenient.as_ref().is_some_and(missed);
        Some(if lenient { Breach::Certain } else { Breach::Arguable })
    }

    fn runs(&self, deadline: &Deadline) -> bool {
        deadline.protective.done.is_none() && self.at <= deadline.protective.due
    }

    /// The last of the notices whose time has come, while the limit runs.
    fn notice(&self, deadline: &Deadline) -> Option<Period> {
        let given = notices(deadline, self.book).filter(|(at, _)| *at <= self.at && self.runs(deadline));
        given.max_by_key(|(at, _)| *at).map(|(_, lead)| lead)
    }

    /// What discharged the duty of an alert on a limit. For a breach, it must be discharged under both readings.
    fn done_by(&self, deadline: &Deadline, stage: Stage) -> Option<ActionId> {
        let protective = deadline.protective.done?.by;
        let by = match (stage, &deadline.lenient) {
            (Stage::Notice(_) | Stage::Missing, _) => return None,
            (Stage::Breach, Some(lenient)) => protective.max(lenient.done?.by),
            _ => protective,
        };
        Some(self.ids[by])
    }

    /// What an alert about this line says now.
    fn said(&self, line: &Line<'_>) -> Said {
        let (owed_by, instants, fields) = match line {
            Line::Limit(deadline) => {
                let latest = deadline.lenient.as_ref().map(|lenient| lenient.due);
                (deadline.owed_by, Some((deadline.protective.due, latest)), Vec::new())
            }
            Line::Finding { owed_by, .. } => (*owed_by, None, Vec::new()),
            Line::Missing { fields, owed_by } => (*owed_by, None, fields.clone()),
        };
        Said { to: self.to.clone(), owed_by, instants, fields }
    }

    /// Reviews an earlier alert: it stands, is settled, or is withdrawn and perhaps raised again.
    fn hold_against_the_law(&mut self, topic: &Topic, told: &mut Told, called_for: bool, next_breach: u32) {
        let stands = match self.line(topic) {
            None => false,
            Some(Line::Limit(deadline)) => match topic.stage {
                Stage::Breach => self.breach(deadline) == Some(Breach::Certain),
                Stage::Arguable => self.breach(deadline).is_some(),
                Stage::Notice(_) | Stage::Missing | Stage::Escalated(_) => true,
            },
            Some(Line::Finding { breach, .. }) => topic.stage == Stage::Arguable || *breach == Breach::Certain,
            Some(Line::Missing { .. }) => true,
        };
        let Some(line) = self.line(topic).filter(|_| stands) else { return self.withdraw(topic, told) };
        let now = self.said(line);
        let same_offices = now.to == told.said.to && now.owed_by == told.said.owed_by;
        let (by, wrong) = match line {
            Line::Limit(deadline) => {
                let by = self.done_by(deadline, topic.stage);
                let same_instants = now.instants == told.said.instants;
                let wrong = match topic.stage {
                    // A notice of a limit that no longer runs has served its purpose.
                    Stage::Notice(_) => self.runs(deadline) && !(same_instants && same_offices),
                    // A duty that was done concerns the offices no longer, unless another office owes it now.
                    _ if by.is_some() && matches!(told.state, State::Settled(_)) => {
                        !same_instants || now.owed_by != told.said.owed_by
                    }
                    _ => !(same_instants && same_offices),
                };
                (by, wrong)
            }
            Line::Finding { .. } => (None, !same_offices),
            Line::Missing { .. } => (None, !same_offices || now.fields != told.said.fields),
        };
        if wrong {
            self.withdraw(topic, told);
            told.taken.gives_way_to = Some(next_breach);
            if called_for {
                told.occurrence += 1;
                told.taken = told.taken.passed_on(now.to == told.said.to, self.at);
                (told.said, told.state) = (now, State::Stands);
                self.tell(topic, topic.stage.kind(), &topic.stage.to_string(), told.occurrence, &told.said);
                self.settle(topic, told, by);
            }
        } else if matches!(told.state, State::Settled(before) if by != Some(before)) {
            let last = told.last_settlement.unwrap_or(0);
            let kind = format!("withdrawn-settled-{}", topic.stage);
            self.tell(topic, Kind::Withdrawn, &kind, last, &told.said);
            told.state = State::Stands;
            self.settle(topic, told, by);
        } else if told.state == State::Stands {
            self.settle(topic, told, by);
        }
    }

    fn raise(&mut self, topic: Topic, told: &mut BTreeMap<Topic, Told>) {
        let Some(line) = self.line(&topic) else { return };
        let by = if let Line::Limit(deadline) = line { self.done_by(deadline, topic.stage) } else { None };
        let said = self.said(line);
        let before = told.get(&topic);
        let occurrence = before.map_or(0, |before| before.occurrence + 1);
        let last_settlement = before.and_then(|before| before.last_settlement);
        self.tell(&topic, topic.stage.kind(), &topic.stage.to_string(), occurrence, &said);
        let arguable = told.get(&Topic { stage: Stage::Arguable, ..topic }).filter(|arguable| {
            topic.stage == Stage::Breach
                && arguable.state == State::Withdrawn
                && arguable.taken.gives_way_to == Some(occurrence)
        });
        let taken = arguable.map_or_else(
            || Taken::since(self.at),
            |arguable| arguable.taken.passed_on(arguable.said.to == said.to, self.at),
        );
        let mut new = Told { occurrence, said, state: State::Stands, last_settlement, taken };
        self.settle(&topic, &mut new, by);
        told.insert(topic, new);
    }

    fn settle(&mut self, topic: &Topic, told: &mut Told, by: Option<ActionId>) {
        let Some(by) = by else { return };
        let occurrence = told.last_settlement.map_or(told.occurrence, |last| told.occurrence.max(last + 1));
        self.tell(topic, Kind::Settled, &format!("settled-{}", topic.stage), occurrence, &told.said);
        (told.state, told.last_settlement) = (State::Settled(by), Some(occurrence));
    }

    fn withdraw(&mut self, topic: &Topic, told: &mut Told) {
        let kind = format!("withdrawn-{}", topic.stage);
        self.tell(topic, Kind::Withdrawn, &kind, told.occurrence, &told.said);
        told.state = State::Withdrawn;
    }

    fn tell(&mut self, topic: &Topic, kind: Kind, kind_in_id: &str, occurrence: u32, said: &Said) {
        static NAMESPACE: LazyLock<Uuid> = LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:alert"));
        let Topic { rule, on, period, .. } = topic;
        let name = format!("{}/{rule}/{on}/{period}/{kind_in_id}/{occurrence}", self.case);
        let id = Uuid::new_v5(&NAMESPACE, name.as_bytes());
        self.told.push(Demand { id, topic: *topic, kind, rule: *rule, said: said.clone() });
    }
}

fn done_in_time(reading: &Reckoning) -> bool {
    reading.done.is_some_and(|done| done.at <= reading.due)
}

/// The times at which the notices of a limit are given, with their leads.
fn notices<'a>(deadline: &'a Deadline, book: &'a Rulebook) -> impl Iterator<Item = (Instant, Period)> + 'a {
    let due = deadline.protective.due;
    let days_before = move |days: u32| {
        let day = due.date() - chrono::Days::new(u64::from(days));
        Instant::first_of(day).plus(book.notice_hour())
    };
    let leads = book.rule(deadline.rule).map_or(&[][..], |rule| &rule.warn_before);
    leads.iter().map(move |lead| {
        let at = match *lead {
            Period::Minutes(minutes) => due.plus(-60 * i64::from(minutes)),
            Period::Hours(hours) => due.plus(-3600 * i64::from(hours)),
            Period::Days(days) => days_before(days),
            Period::Months(months) => days_before(30 * months),
        };
        (at, *lead)
    })
}

/// The next instant after `at` at which an alert event could be due. The case is looked at then in any event.
pub(super) fn next_instant(actions: &[&Action], book: &Rulebook, at: Instant) -> Option<Instant> {
    let ahead = actions.iter().map(|action| action.at.first()).filter(|first| *first > at).min();
    let assessment = assess(actions.iter().copied(), book, at);
    let of_limits = assessment.iter().flat_map(|assessment| &assessment.deadlines).flat_map(|deadline| {
        let open = deadline.protective.done.is_none();
        let ends = [Some(&deadline.protective), deadline.lenient.as_ref()].into_iter().flatten();
        let ends = ends.filter(|reading| !done_in_time(reading)).map(|reading| reading.due.plus(1));
        ends.chain(notices(deadline, book).map(|(at, _)| at).filter(move |_| open))
    });
    of_limits.chain(ahead).filter(|instant| *instant > at).min()
}
