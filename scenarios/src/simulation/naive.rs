//! The naive replay: works out which alert events the log should hold, from the recorded actions and the instants at which
//! somebody looked at a case.
//!
//! It is written from the section on an alert's life in `docs/formats.md`, independently of the code that it checks. From
//! the engine it uses only the assessment, never the difference, the next due instant, the folded case or derived ids.
//!
//! Invariant: the result depends only on the actions and on the instants at which a case was looked at.

mod demand;
mod taken;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::{Action, ActionId, CaseRef, OfficeCode};
use engine::alert::Topic;
use engine::calendar::Instant;
use engine::case::{Event, Fact};
use engine::handling::Handling;
use engine::rulebook::Rulebook;
use store::{Position, Stored};
use uuid::Uuid;

use super::{MOST_TOLD, Violation};
use demand::{Demand, Told, demanded, next_escalation, next_instant, said};

/// The most alert events of one topic at once: withdrawn with its escalation, raised anew and settled.
const MOST_OF_A_TOPIC: usize = 4;

/// All cases as the log gives them.
pub(super) struct Naive {
    book: Arc<Rulebook>,
    cases: BTreeMap<CaseRef, Known>,
    /// The case and id of every event, by position; positions start at 1.
    events: Vec<(CaseRef, Uuid)>,
    /// The alerts to publish, in the order of the log, with the last two words of their subjects.
    alerts: Vec<(Uuid, String)>,
    /// How often people did something about an alert.
    handled: usize,
}

#[derive(Default)]
struct Known {
    actions: Vec<Arc<Action>>,
    version: u32,
    recorded_at: Option<Instant>,
    told: BTreeMap<Topic, Told>,
    /// Whether the last command had no room for all alert events. The rest must come before anything else.
    more: bool,
    /// When to look at the case next.
    look: Option<Instant>,
}

/// What the clock's doubt allows for the actions that are read.
#[derive(Clone, Copy)]
pub(super) struct Allowed<'a> {
    /// Actions whose alerts may be held back, because the clock was in doubt when they were sent.
    pub held_back: &'a BTreeSet<ActionId>,
    /// Whether no alert event may be recorded, because the clock is in doubt.
    pub silent: bool,
}

impl Naive {
    pub fn new(book: Arc<Rulebook>) -> Self {
        Self { book, cases: BTreeMap::new(), events: Vec::new(), alerts: Vec::new(), handled: 0 }
    }

    /// How far the log has been read.
    pub fn read_to(&self) -> Position {
        Position(i64::try_from(self.events.len()).unwrap_or(i64::MAX))
    }

    /// The case and id of every event, by position.
    pub fn events(&self) -> &[(CaseRef, Uuid)] {
        &self.events
    }

    /// The alerts to publish, with the last two words of their subjects.
    pub fn alerts(&self) -> &[(Uuid, String)] {
        &self.alerts
    }

    /// How often people did something about an alert.
    pub fn handled(&self) -> usize {
        self.handled
    }

    /// Reads on in the log. Fails if an alert event is there that nothing demands, or if one is missing.
    pub fn read(&mut self, rows: &[Stored], allowed: Allowed<'_>) -> Result<(), Violation> {
        for row in rows {
            let expected = self.read_to().0 + 1;
            if row.position.0 != expected {
                return Err(Violation::log(format!("position {} follows {}", row.position.0, expected - 1)));
            }
            self.events.push((row.case.clone(), row.event.id(&row.case)));
        }
        rows.chunk_by(belong_together).try_for_each(|group| self.take(group, allowed))
    }

    /// What was appended to a case at one instant: actions, and then alert events.
    fn take(&mut self, group: &[Stored], allowed: Allowed<'_>) -> Result<(), Violation> {
        let Some(Stored { case, version, event, .. }) = group.first() else { return Ok(()) };
        let at = event.recorded_at;
        let known = self.cases.entry(case.clone()).or_default();
        if *version != known.version + 1 {
            return Err(Violation::log(format!("case {case}: version {version} follows {}", known.version)));
        }
        if known.recorded_at.is_some_and(|before| at < before) {
            return Err(Violation::log(format!(
                "case {case}: version {version} was recorded before the one before it"
            )));
        }
        known.version += u32::try_from(group.len()).unwrap_or(u32::MAX);
        known.recorded_at = Some(at);
        if let Fact::AlertHandled(handling) = &event.fact {
            self.handled += 1;
            return known.handle(case, event, handling);
        }
        if let Fact::ActionConfirmed(_) | Fact::CaseSealed(_) = event.fact {
            // A second look, or a seal, changes nothing of what is demanded.
            return Ok(());
        }
        let mut new = Vec::new();
        for stored in group {
            if let Fact::ActionRecorded(action) = &stored.event.fact {
                new.push(action.id);
                known.actions.push(Arc::clone(action));
            }
        }
        let mut told = known.told.clone();
        let expected = demanded(case, &mut told, &known.actions, &self.book, at);
        let mut found: Vec<Demand> = group.iter().filter_map(|stored| told_by(case, &stored.event)).collect();
        self.alerts.extend(found.iter().map(|demand| (demand.id, demand.subject_ends())));
        found.sort_by_key(|demand| demand.id);
        if allowed.silent && !found.is_empty() {
            return Err(Violation::alerts(format!(
                "case {case}: alert recorded at {at} although the clock is in doubt: {found:?}"
            )));
        }
        let held_back = new.iter().all(|id| allowed.held_back.contains(id));
        if known.more && !new.is_empty() && !held_back {
            let found =
                format!("case {case}, version {version}: an action was recorded before the rest of the alert events");
            return Err(Violation::alerts(found));
        }
        let may_wait = found.is_empty() && !new.is_empty() && held_back;
        known.more = found != expected && is_cut(&found, &expected);
        if found == expected {
            known.told = told;
        } else if known.more {
            let is_found = |topic: &Topic| found.iter().any(|told| own(&told.topic) == own(topic));
            known.told.extend(told.into_iter().filter(|(topic, _)| is_found(topic)));
        } else if !may_wait {
            return Err(Violation::alerts(format!(
                "case {case}, version {version}, at {at}: the log holds\n{found:#?}\nthe replay demands\n{expected:#?}"
            )));
        }
        for stored in group {
            known.note_policy(&stored.event);
        }
        known.look = if may_wait || known.more { Some(at) } else { known.next_look(&self.book, at) };
        Ok(())
    }

    /// An alert that stands in some case, by a number, with the office that owes the duty.
    pub fn standing(&self, number: usize) -> Option<(CaseRef, Topic, u32, OfficeCode)> {
        let of_case = |(case, known): (&CaseRef, &Known)| -> Vec<(CaseRef, Topic, u32, OfficeCode)> {
            let open = known.told.iter().filter(|(topic, told)| own(topic) == **topic && told.is_open());
            open.filter_map(|(topic, told)| Some((case.clone(), *topic, told.occurrence, told.owing()?.clone())))
                .collect()
        };
        let all: Vec<_> = self.cases.iter().flat_map(of_case).collect();
        all.get(number % all.len().max(1)).cloned()
    }

    /// When a case has to be looked at next, after `now`, by the wall clock.
    pub fn next_look(&self, now: Instant) -> Option<Instant> {
        self.cases.values().filter_map(|known| known.look).filter(|look| *look > now).min()
    }

    /// The cases whose alert events are due at `now` and not in the log, each with these events.
    pub fn late(&mut self, now: Instant) -> Vec<(CaseRef, String)> {
        let mut late = Vec::new();
        for (case, known) in &mut self.cases {
            let Some(at) = known.look.filter(|look| *look <= now).and(known.recorded_at) else { continue };
            let at = at.max(now);
            if known.actions.iter().any(|action| action.at.first() > at) {
                // An action some minutes ahead of the clock may undo an alert that would be raised before it.
                continue;
            }
            let missing = demanded(case, &mut known.told.clone(), &known.actions, &self.book, at);
            if missing.is_empty() {
                known.look = known.next_look(&self.book, at);
            } else {
                late.push((case.clone(), format!("{missing:#?}")));
            }
        }
        late
    }
}

impl Known {
    /// Somebody did something about an alert.
    fn handle(&mut self, case: &CaseRef, event: &Event, handling: &Handling) -> Result<(), Violation> {
        match self.told.get_mut(&handling.topic) {
            Some(told) if told.is_open() && told.occurrence == handling.occurrence => told.taken.act(event, handling),
            _ => return Err(Violation::alerts(format!("case {case}: an alert was handled that does not stand"))),
        }
        // Whatever was due before still is; and this may bring an escalation forward.
        let look = [self.look, next_escalation(&self.told)].into_iter().flatten().min();
        // Nothing of a case is due before its last record.
        self.look = look.map(|look| look.max(event.recorded_at));
        Ok(())
    }

    /// Notes after how long a new alert is escalated: only the log says whether its office uses its inbox.
    fn note_policy(&mut self, event: &Event) {
        let Fact::AlertRaised(alert) = &event.fact else { return };
        if own(&alert.topic) != alert.topic {
            return;
        }
        if let Some(told) = self.told.get_mut(&alert.topic).filter(|told| told.occurrence == alert.occurrence) {
            let after = alert.escalate_after.filter(|_| !alert.history);
            told.taken.escalate_after = after.map(|hours| i64::from(hours.0) * 3600);
        }
    }

    /// The next instant at which an alert event could be due; `at` itself if an escalation is due by then.
    fn next_look(&self, book: &Rulebook, at: Instant) -> Option<Instant> {
        let actions: Vec<&Action> = self.actions.iter().map(|action| &**action).collect();
        let escalation = next_escalation(&self.told).map(|due| due.max(at));
        [next_instant(&actions, book, at), escalation].into_iter().flatten().min()
    }
}

/// The topic of an alert together with its escalation.
fn own(topic: &Topic) -> Topic {
    Topic { stage: topic.stage.own(), ..*topic }
}

/// Whether two successive events of the log were appended together. An action after an alert event was appended later.
fn belong_together(before: &Stored, after: &Stored) -> bool {
    let is_action = |stored: &Stored| matches!(stored.event.fact, Fact::ActionRecorded(_));
    let is_of_people = |stored: &Stored| {
        matches!(stored.event.fact, Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_))
    };
    if is_of_people(before) || is_of_people(after) {
        return false;
    }
    before.case == after.case
        && before.version + 1 == after.version
        && before.event.recorded_at == after.event.recorded_at
        && (is_action(before) || !is_action(after))
}

/// Whether a part of the demanded events may stand for all of them: it has whole topics, and no other topic had room.
fn is_cut(found: &[Demand], expected: &[Demand]) -> bool {
    let topics: BTreeSet<Topic> = found.iter().map(|demand| own(&demand.topic)).collect();
    let whole = expected.iter().filter(|demand| topics.contains(&own(&demand.topic)));
    whole.eq(found) && found.len() + MOST_OF_A_TOPIC > MOST_TOLD
}

/// What an alert event of the log says.
fn told_by(case: &CaseRef, event: &Event) -> Option<Demand> {
    let (alert, kind) = event.fact.alert()?;
    Some(Demand { id: event.id(case), topic: alert.topic, kind, rule: alert.topic.rule, said: said(alert) })
}
