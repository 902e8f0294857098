//! The difference between the alerts that a case's stream holds and the alerts that an assessment calls for.

mod escalation;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::cause::Cause;
use super::limit::{discharged, passed_notice, runs};
use super::most::Most;
use super::past::Past;
use crate::action::{Action, ActionId, OfficeCode};
use crate::alert::{About, Addressees, Alert, Settlement, Stage, Topic, Withdrawal};
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::case::{Case, Fact, State, TopicState};
use crate::rulebook::{RuleId, Rulebook};
use crate::timeline::TAKES_LIBERTY;

/// How actions come into the log.
#[derive(Clone, Copy)]
pub(crate) struct Recording<'s> {
    /// Whether alerts about what is over are recorded and not published.
    pub(crate) as_history: bool,
    /// Whether the assessment counts actions that are not yet in the case.
    pub(crate) adds_actions: bool,
    /// The offices that use their inbox.
    pub(crate) inboxes: &'s BTreeSet<OfficeCode>,
}

impl Recording<'static> {
    /// Nothing is recorded; only time has passed.
    pub(crate) const NONE: Self = Self { as_history: false, adds_actions: false, inboxes: &BTreeSet::new() };
}

/// The alert events to add now, at most `most`, ordered by topic alone. An alert that replaces another follows directly
/// after the withdrawal of that other, and what becomes of an escalation after what becomes of its alert.
pub(crate) fn difference(
    case: &Case,
    assessment: &Assessment<'_>,
    book: &Rulebook,
    recording: Recording<'_>,
    most: Most,
) -> Vec<Fact> {
    let mut due = Comparison::new(case, assessment, book, recording);
    due.tell(most);
    due.told
}

/// The withdrawals of every alert of a case that was voided.
pub(crate) fn withdrawals(case: &Case) -> Vec<Fact> {
    let standing = case.standing_topics().map(|(_, told)| (*told.alert).clone());
    let withdrawn = standing.map(|alert| Withdrawal { alert, settlement: None, replaced_by: None });
    withdrawn.map(|withdrawal| Fact::AlertWithdrawn(Box::new(withdrawal))).collect()
}

/// Whether any alert event has to be added now.
pub(crate) fn differs(case: &Case, assessment: &Assessment<'_>, book: &Rulebook) -> bool {
    let mut due = Comparison::new(case, assessment, book, Recording::NONE);
    case.standing_topics().any(|(topic, told)| {
        due.review_with_escalation(topic, told);
        !due.told.is_empty()
    }) || due.untold().next().is_some()
}

/// An alert that the assessment calls for.
#[derive(Clone, Copy)]
struct Wanted<'t> {
    of: Cause<'t>,
    /// The alert that it replaces, if that one is withdrawn for it.
    replaces: Option<&'t Alert>,
}

struct Comparison<'t, 'a> {
    case: &'t Case,
    assessment: &'t Assessment<'a>,
    book: &'t Rulebook,
    recording: Recording<'t>,
    to: Addressees,
    past: Past<'t>,
    told: Vec<Fact>,
    /// The limit of the last topic. Topics of one limit follow each other, so it is found only once.
    last: Option<(RuleId, ActionId, u32, Option<usize>)>,
    /// Of all causes in the assessment, as [`Cause::all`] numbers them, those of which the alert that they call for
    /// was raised.
    is_told: Vec<bool>,
}

impl<'t, 'a> Comparison<'t, 'a> {
    fn new(case: &'t Case, assessment: &'t Assessment<'a>, book: &'t Rulebook, recording: Recording<'t>) -> Self {
        let (to, past) = (assessment.timeline.offices().into(), Past::of(case, book, assessment.at));
        let Assessment { deadlines, findings, not_on_record, .. } = assessment;
        let is_told = vec![false; deadlines.len() + findings.len() + not_on_record.len()];
        Self { case, assessment, book, recording, to, past, told: Vec::new(), last: None, is_told }
    }

    /// Adds alert events topic by topic until one topic does not fit.
    fn tell(&mut self, most: Most) {
        for (topic, told) in self.case.standing_topics() {
            if !self.fits(most, |due| due.review_with_escalation(topic, told)) {
                return;
            }
        }
        let mut untold: Vec<_> = self.untold().collect();
        if untold.len() > most.facts {
            // No more than these fit, and the next command finds the rest.
            untold.select_nth_unstable_by_key(most.facts, |(topic, _)| *topic);
            untold.truncate(most.facts);
        }
        untold.sort_unstable_by_key(|(topic, _)| *topic);
        for (topic, of) in untold {
            if !self.fits(most, |due| due.raise(topic, Wanted { of, replaces: None })) {
                return;
            }
        }
    }

    /// Adds all events of one topic. If they do not fit, adds none of them and returns false.
    fn fits(&mut self, most: Most, tell: impl FnOnce(&mut Self)) -> bool {
        let before = self.told.len();
        tell(self);
        let fits = self.told.len() <= most.facts && self.past.looks() <= most.looks_back;
        if !fits {
            self.told.truncate(before);
        }
        fits
    }

    fn action(&self, entry: usize) -> &'a Action {
        self.assessment.timeline.entries()[entry].action
    }

    fn topic(&self, rule: RuleId, entry: usize, period: u32, stage: Stage) -> Topic {
        Topic { rule, on: self.action(entry).id, period, stage }
    }

    /// The alert that would be raised now for this cause if there were no alerts yet.
    fn wanted(&self, of: Cause<'_>) -> Option<Topic> {
        match of {
            Cause::Limit(deadline) => {
                let stage = match deadline.breach(self.assessment.at) {
                    Some(breach) => breach.into(),
                    None => Stage::Notice(passed_notice(deadline, self.book, self.assessment.at)?),
                };
                Some(self.topic(deadline.rule, deadline.opened_by, deadline.period, stage))
            }
            Cause::Finding { rule, action, breach, .. } => Some(self.topic(rule, action, 0, breach.into())),
            Cause::Missing { action, all, .. } => {
                let takes_liberty = TAKES_LIBERTY.has(self.action(action).name);
                takes_liberty.then(|| self.topic(all[0].rule, action, 0, Stage::Missing))
            }
        }
    }

    /// The causes that call for an alert and have none yet, once all alerts have been reviewed.
    fn untold(&self) -> impl Iterator<Item = (Topic, Cause<'t>)> {
        let untold = Cause::all(self.assessment).filter(|(nth, _)| !self.is_told[*nth]);
        untold.filter_map(|(_, of)| Some((self.wanted(of)?, of)))
    }

    /// Reviews an alert: withdraws it, replaces it if its values changed, or settles it if its duty was done.
    fn review(&mut self, topic: &Topic, told: &'t TopicState) {
        let Some((nth, of)) = self.stands(&told.alert) else {
            self.withdraw(told, None);
            return;
        };
        let wanted = self.wanted(of);
        self.is_told[nth] |= wanted == Some(*topic);
        if !self.needs_correction(topic, told, of) && !is_no_longer_history(told, of) {
            self.settle(told, of);
        } else if wanted == Some(*topic) {
            self.withdraw(told, Some(self.next_id(topic)));
            self.raise(*topic, Wanted { of, replaces: Some(&told.alert) });
        } else if topic.stage == Stage::Arguable {
            // The breach is certain by now, so only the `breach` is raised.
            let breach = Topic { stage: Stage::Breach, ..*topic };
            self.withdraw(told, Some(self.next_id(&breach)));
            if !self.case.is_told(&breach) && wanted == Some(breach) {
                self.is_told[nth] = true;
                self.raise(breach, Wanted { of, replaces: None });
            }
        } else {
            self.withdraw(told, None);
        }
    }

    /// The id of the next alert on a topic.
    fn next_id(&self, topic: &Topic) -> Uuid {
        topic.id(self.case.reference(), &topic.stage.to_string(), self.next_occurrence(topic))
    }

    fn next_occurrence(&self, topic: &Topic) -> u32 {
        self.case.alerts.get(topic).map_or(0, |told| told.alert.occurrence.saturating_add(1))
    }

    /// The cause in the assessment that still supports an alert, if any, and its number. A certain breach also supports its
    /// `arguable`.
    fn stands(&mut self, told: &Alert) -> Option<(usize, Cause<'t>)> {
        let topic = &told.topic;
        let assessment = self.assessment;
        let (limits, findings) = (assessment.deadlines.len(), assessment.findings.len());
        if matches!(told.about, About::Limit { .. }) {
            let nth = self.deadline(topic)?;
            let deadline = &assessment.deadlines[nth];
            let stands = match topic.stage {
                Stage::Breach => deadline.breach(assessment.at) == Some(Breach::Certain),
                Stage::Arguable => deadline.breach(assessment.at).is_some(),
                Stage::Notice(_) | Stage::Missing | Stage::Escalated(_) => true,
            };
            return stands.then_some((nth, Cause::Limit(deadline)));
        }
        let entry = assessment.entry(topic.on)?;
        if topic.stage == Stage::Missing {
            let places = assessment.missing_at(topic.rule, entry);
            let nth = limits + findings + places.start;
            let all = &assessment.not_on_record[places];
            return (!all.is_empty()).then(|| (nth, Cause::missing(all)));
        }
        let nth = assessment.finding_at(topic.rule, entry)?;
        let finding = &assessment.findings[nth];
        let stands = topic.stage == Stage::Arguable || finding.breach == Breach::Certain;
        stands.then_some((limits + nth, Cause::finding(finding)))
    }

    /// The place of a topic's limit, if the assessment has it.
    fn deadline(&mut self, topic: &Topic) -> Option<usize> {
        let &Topic { rule, on, period, .. } = topic;
        match self.last {
            Some((of, by, nth, deadline)) if (of, by, nth) == (rule, on, period) => deadline,
            _ => {
                let assessment = self.assessment;
                let deadline = assessment.entry(on).and_then(|entry| assessment.deadline_at(rule, entry, period));
                self.last = Some((rule, on, period, deadline));
                deadline
            }
        }
    }

    /// Whether an alert has become wrong or now goes to other offices. A notice of a limit that no longer runs needs no
    /// correction. For a settled alert, only changed instants or another duty-holder count.
    fn needs_correction(&self, topic: &Topic, told: &TopicState, of: Cause<'_>) -> bool {
        let same_offices = self.to == told.alert.to && of.owed_by() == told.alert.owed_by;
        match (of, &told.alert.about) {
            (Cause::Limit(deadline), About::Limit { earliest, latest, .. }) => {
                let same_instants = deadline.earliest() == *earliest && deadline.latest() == *latest;
                if let Stage::Notice(_) = topic.stage {
                    return runs(deadline, self.assessment.at) && !(same_instants && same_offices);
                }
                let settled =
                    discharged(deadline, topic.stage).is_some() && matches!(told.state, State::Settled { .. });
                !same_instants || !(same_offices || settled && of.owed_by() == told.alert.owed_by)
            }
            (Cause::Missing { all, .. }, About::Missing { fields }) => {
                !all.iter().map(|missing| missing.field).eq(fields.iter().copied()) || !same_offices
            }
            _ => !same_offices,
        }
    }

    fn withdraw(&mut self, told: &TopicState, replaced_by: Option<Uuid>) {
        self.told.push(Fact::AlertWithdrawn(Box::new(Withdrawal {
            alert: (*told.alert).clone(),
            settlement: None,
            replaced_by,
        })));
    }

    /// Settles an alert whose duty was done. Withdraws the settlement if its action no longer discharges the duty.
    fn settle(&mut self, told: &TopicState, of: Cause<'_>) {
        let Cause::Limit(deadline) = of else { return };
        let by = discharged(deadline, told.alert.topic.stage);
        let was = match told.state {
            State::Settled { by } => Some(by),
            State::Open | State::Withdrawn => None,
        };
        if was == by.map(|by| self.action(by).id) {
            return;
        }
        let alert = || (*told.alert).clone();
        if was.is_some() {
            let withdrawal = Withdrawal { alert: alert(), settlement: told.last_settlement, replaced_by: None };
            self.told.push(Fact::AlertWithdrawn(Box::new(withdrawal)));
        }
        if let Some(by) = by {
            self.push_settlement(alert(), by, told.last_settlement);
        }
    }

    fn push_settlement(&mut self, alert: Alert, by: usize, last: Option<u32>) {
        let by = self.action(by);
        let occurrence = settlement_occurrence(&alert, last);
        let settlement = Settlement { alert, occurrence, by: by.id, by_action: by.name, by_at: by.at };
        self.told.push(Fact::AlertSettled(Box::new(settlement)));
    }

    /// Raises an alert, and settles it at once if its duty was already done.
    fn raise(&mut self, topic: Topic, wanted: Wanted<'t>) {
        let mut alert = self.values(topic, wanted.of, self.next_occurrence(&topic));
        let done = match wanted.of {
            Cause::Limit(deadline) => discharged(deadline, topic.stage),
            Cause::Finding { .. } | Cause::Missing { .. } => None,
        };
        let open_limit = matches!(wanted.of, Cause::Limit(_)) && done.is_none();
        alert.history = wanted.replaces.map_or(self.recording.as_history, |replaced| replaced.history) && !open_limit;
        alert.late_record = match wanted.replaces {
            Some(replaced) if replaced.about == alert.about => replaced.late_record,
            _ => self.is_late_record(&topic, wanted.of),
        };
        let answered = done.is_some().then(|| alert.clone());
        alert.because = wanted.of.because(topic, self.assessment, self.book);
        self.told.push(Fact::AlertRaised(Box::new(alert)));
        if let (Some(by), Some(alert)) = (done, answered) {
            let last = self.case.alerts.get(&topic).and_then(|told| told.last_settlement);
            self.push_settlement(alert, by, last);
        }
    }

    fn values(&self, topic: Topic, of: Cause<'_>, occurrence: u32) -> Alert {
        let (entry, about) = match of {
            Cause::Limit(deadline) => {
                let about = About::Limit {
                    earliest: deadline.earliest(),
                    latest: deadline.latest(),
                    done_by: deadline.done_by().map(|entry| self.action(entry).id),
                    breach: deadline.breach(self.assessment.at),
                };
                (deadline.opened_by, about)
            }
            Cause::Finding { action, breach, .. } => (action, About::Finding { breach }),
            Cause::Missing { action, all, .. } => {
                (action, About::Missing { fields: all.iter().map(|missing| missing.field).collect() })
            }
        };
        let action = self.action(entry);
        Alert {
            topic,
            occurrence,
            to: self.to.clone(),
            owed_by: of.owed_by(),
            action: action.name,
            action_at: action.at,
            about,
            late_record: false,
            history: false,
            escalate_after: self.escalate_after(topic, self.to.of(of.owed_by())),
            because: Vec::new(),
        }
    }

    /// Whether the fact that shows a breach was recorded after the breach began. It was if the actions recorded until then
    /// gave no such breach, or gave it with other instants.
    fn is_late_record(&mut self, topic: &Topic, of: Cause<'_>) -> bool {
        let Cause::Limit(deadline) = of else { return false };
        let began = match topic.stage {
            Stage::Arguable => deadline.earliest().plus(1),
            Stage::Breach => deadline.latest().unwrap_or(deadline.earliest()).plus(1),
            Stage::Notice(_) | Stage::Missing | Stage::Escalated(_) => return false,
        };
        let at = self.assessment.at;
        let known = self.past.known(began);
        let everything = !self.recording.adds_actions && known == self.case.recorded().len();
        if at <= began || everything {
            return false;
        }
        self.past.deadline(known, topic).is_none_or(|before| {
            let breach = before.breach(at);
            let stood = if topic.stage == Stage::Breach { breach == Some(Breach::Certain) } else { breach.is_some() };
            !stood || before.earliest() != deadline.earliest() || before.latest() != deadline.latest()
        })
    }
}

/// The occurrence of the next settlement of an alert.
fn settlement_occurrence(alert: &Alert, last: Option<u32>) -> u32 {
    last.map_or(alert.occurrence, |last| alert.occurrence.max(last.saturating_add(1)))
}

/// Whether an alert that was recorded as history, because its duty was done, is about an open limit again. A child who is
/// held over the cap today is not history.
fn is_no_longer_history(told: &TopicState, of: Cause<'_>) -> bool {
    let Cause::Limit(deadline) = of else { return false };
    let stage = told.alert.topic.stage;
    told.alert.history && matches!(stage, Stage::Arguable | Stage::Breach) && discharged(deadline, stage).is_none()
}
