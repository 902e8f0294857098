//! What shows that a stored event was altered: it cannot follow the events before it.

use super::{Case, Event, Fact};
use crate::action::{ActionId, ActionName, When};
use crate::ages::Deriving;
use crate::alert::{About, Alert, Topic};

impl Case {
    /// Why the stored `event` cannot follow the events of this case; `None` if it can. The engine takes some fields of an
    /// event from the case. If such a field differs from the case, the event was altered. Looks through all actions, so only
    /// the check of a log should call it.
    pub fn contradicts(&self, event: &Event) -> Option<&'static str> {
        let known = |id: ActionId, name: ActionName, at: When| {
            self.action(id).is_some_and(|action| action.name == name && action.at == at)
        };
        let told = |alert: &Alert| self.alerts.get(&alert.topic).is_some_and(|told| *told.alert == *alert);
        if self.recorded_at.is_some_and(|last| event.recorded_at < last) {
            return Some("it was recorded before the one in front of it");
        }
        match &event.fact {
            Fact::ActionRecorded(action) => {
                let of_another = self.reference.as_ref().is_some_and(|case| *case != action.case);
                let twice = || self.action(action.id).is_some().then_some("its action is in the case already");
                let derived = || {
                    let differs = Deriving::behind(self.actions()).contradicts(action, &event.derived);
                    differs.then_some("what it derives of the child's age is not what was stated")
                };
                of_another.then_some("it is of another case than its stream").or_else(twice).or_else(derived)
            }
            Fact::AlertRaised(alert) => {
                let before = self.alerts.get(&alert.topic);
                let own = Topic { stage: alert.topic.stage.own(), ..alert.topic };
                if own != alert.topic {
                    let escalates = self.standing(&own, alert.occurrence).is_some();
                    return (!escalates).then_some("it escalates an alert that does not stand");
                }
                let occurrence = before.map_or(0, |told| told.alert.occurrence.saturating_add(1));
                let done_by = if let About::Limit { done_by, .. } = alert.about { done_by } else { None };
                if !known(alert.topic.on, alert.action, alert.action_at) {
                    Some("it names an action that the case does not have")
                } else if done_by.is_some_and(|id| self.action(id).is_none()) {
                    Some("its duty was done by an action that the case does not have")
                } else {
                    (alert.occurrence != occurrence).then_some("its occurrence does not follow the one before")
                }
            }
            Fact::AlertSettled(settlement) if !told(&settlement.alert) => {
                Some("it answers an alert that was not raised so")
            }
            Fact::AlertSettled(settlement) => (!known(settlement.by, settlement.by_action, settlement.by_at))
                .then_some("its duty was done by an action that the case does not have"),
            Fact::AlertWithdrawn(withdrawal) => {
                (!told(&withdrawal.alert)).then_some("it answers an alert that was not raised so")
            }
            Fact::AlertHandled(handling) if self.is_handled(handling.id) => Some("its handling is in the case already"),
            Fact::AlertHandled(handling) => (self.standing(&handling.topic, handling.occurrence).is_none())
                .then_some("it handles an alert that does not stand"),
            Fact::ActionConfirmed(action) if self.confirmed.contains_key(action) => {
                Some("the action was confirmed already")
            }
            Fact::CaseSealed(_) if self.sealed.is_some() => Some("the case was sealed already"),
            Fact::CaseSealed(_) => self.recorded.is_empty().then_some("it seals a case that was never opened"),
            Fact::ActionConfirmed(action) => {
                self.action(*action).is_none().then_some("it confirms an action that the case does not have")
            }
        }
    }
}
