//! Records what people do about an alert.
//!
//! Invariant: whose alert it is, and whether the role may, is asked of the case as it is when it is recorded.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::case::Case;
use engine::decide::{Alerts, Command, Verdict};
use engine::handling::{Doing, Handling};
use engine::refusal::{Code, Refusal};
use projections::rights::{Act, Relation, allows};
use store::Fault;

use super::{Recorder, Sender};

/// For whom somebody does something about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBehalf {
    /// An office of the case.
    OfTheCase,
    /// An office that supervises the one that owes the duty: of an escalated alert alone. The caller has asked which it is.
    OfSupervision,
}

impl Recorder {
    /// Records what `sender` does about an alert of a case, and returns the verdict when it is durable. Sent again, it is
    /// known. While alerts are held back, because the clock is in doubt, it is refused.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn handle(
        &self,
        sender: &Sender,
        case: &CaseRef,
        handling: Handling,
        on_behalf: OnBehalf,
        alerts: Alerts,
    ) -> Result<Verdict, Fault> {
        if alerts == Alerts::HeldBack {
            // Dated by a clock that is ahead, it would hold up the alerts of the case until then.
            return Ok(Verdict::Refused(Refusal::new(Code::ClockInDoubt).into()));
        }
        if let Doing::HandsOver { to, .. } = &handling.doing
            && !self.inboxes.has_person(&sender.office, *to, self.clock.now()).await?
        {
            return Ok(Verdict::Refused(Refusal::new(Code::NotOfOffice).field("to").into()));
        }
        let verdict = self.one(case, |known, seed| {
            if !self.may_handle(sender, known, &handling, on_behalf) {
                return Err(Verdict::Refused(Refusal::new(Code::AlertNotOpen).field("alert").into()));
            }
            let (office, person, handling) = (sender.office.clone(), sender.person, handling.clone());
            Ok(Command::Handle { office, person, handling, clock: self.clock.now(), seed })
        });
        let verdict = verdict.await?;
        if verdict == Verdict::Accepted {
            self.inboxes.used_by(&sender.office).await?;
        }
        Ok(verdict)
    }

    fn may_handle(&self, sender: &Sender, known: &Arc<Case>, handling: &Handling, on_behalf: OnBehalf) -> bool {
        let escalated = handling.topic.stage.is_escalated();
        let (relation, act) = match on_behalf {
            OnBehalf::OfTheCase if escalated => return false,
            OnBehalf::OfSupervision if !escalated => return false,
            OnBehalf::OfSupervision => (Some(Relation::Foreign), Act::HandleEscalated),
            OnBehalf::OfTheCase => {
                let relation = |role| Relation::to_case(role, &sender.office, known, &self.book, self.clock.now());
                (sender.role.map_or(Some(Relation::Own), relation), Act::HandleAlert)
            }
        };
        let Some(relation) = relation else { return false };
        sender.role.is_none_or(|role| allows(role, relation, act))
    }
}
