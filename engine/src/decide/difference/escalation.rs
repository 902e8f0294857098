//! The escalation of an alert: when it comes, and how it ends with the alert.
//!
//! Invariant: an alert is escalated at most once, and only while it is open.

use super::{Comparison, settlement_occurrence};
use crate::action::OfficeCode;
use crate::alert::{Alert, Settlement, Stage, Topic, Withdrawal};
use crate::calendar::period::Hours;
use crate::case::{Fact, State, TopicState};
use crate::rulebook::ByKind;

impl<'t> Comparison<'t, '_> {
    /// Reviews an alert, and then its escalation, which shares its life.
    pub(super) fn review_with_escalation(&mut self, topic: &Topic, told: &'t TopicState) {
        if topic.stage.is_escalated() {
            return;
        }
        let before = self.told.len();
        self.review(topic, told);
        let Some(stage) = topic.stage.escalated().filter(|_| told.alert.escalate_after.is_some()) else { return };
        let escalated = self.case.alerts.get(&Topic { stage, ..*topic });
        let is_open = match self.told[before..].last() {
            None => told.state == State::Open,
            Some(Fact::AlertWithdrawn(withdrawal)) => withdrawal.settlement.is_some(),
            Some(_) => false,
        };
        if let Some(escalated) = escalated.filter(|escalated| escalated.state != State::Withdrawn) {
            follow(&mut self.told, before, escalated);
        } else if is_open {
            self.escalate(topic, told, stage);
        }
    }

    /// Escalates an alert whose time has come.
    fn escalate(&mut self, topic: &Topic, told: &'t TopicState, stage: Stage) {
        let due = self.case.escalates_at(topic, told).is_some_and(|due| due <= self.assessment.at);
        if let Some((_, of)) = due.then(|| self.stands(&told.alert)).flatten() {
            let (topic, because) = (Topic { stage, ..*topic }, of.because(*topic, self.assessment, self.book));
            let alert = Alert { topic, because, ..(*told.alert).clone() };
            self.told.push(Fact::AlertRaised(Box::new(alert)));
        }
    }

    /// After how long an alert is escalated that nobody takes.
    pub(super) fn escalate_after(&self, topic: Topic, owed_by: &OfficeCode) -> Option<Hours> {
        let policy = self.book.escalation();
        let of_stage = |times: ByKind| match topic.stage {
            Stage::Arguable => times.arguable,
            Stage::Breach => times.breach,
            Stage::Notice(_) | Stage::Missing | Stage::Escalated(_) => None,
        };
        if self.book.is_on_liberty(topic.rule) {
            of_stage(policy.liberty)
        } else {
            of_stage(policy.others).filter(|_| self.recording.inboxes.contains(owed_by))
        }
    }
}

/// Settles or withdraws an escalation as the alert that it escalates was, in the facts from `before` on.
fn follow(told: &mut Vec<Fact>, before: usize, escalated: &TopicState) {
    let alert = || (*escalated.alert).clone();
    let mut last = escalated.last_settlement;
    for nth in before..told.len() {
        let follows = match &told[nth] {
            Fact::AlertWithdrawn(withdrawal) => {
                let settlement = withdrawal.settlement.and(last);
                Fact::AlertWithdrawn(Box::new(Withdrawal { alert: alert(), settlement, replaced_by: None }))
            }
            Fact::AlertSettled(settled) => {
                let occurrence = settlement_occurrence(&escalated.alert, last);
                last = Some(occurrence);
                Fact::AlertSettled(Box::new(Settlement { alert: alert(), occurrence, ..(**settled).clone() }))
            }
            Fact::ActionRecorded(_)
            | Fact::AlertRaised(_)
            | Fact::AlertHandled(_)
            | Fact::ActionConfirmed(_)
            | Fact::CaseSealed(_) => return,
        };
        told.push(follows);
    }
}
