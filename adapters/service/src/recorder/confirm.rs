//! Records that a second person of an office confirms an action.
//!
//! Invariant: whose action it is, and whether the role may, is asked of the case as it is when it is recorded.

use engine::action::{ActionId, CaseRef};
use engine::decide::{Alerts, Command, Verdict};
use engine::refusal::{Code, Refusal};
use projections::rights::{Act, Relation, allows};
use store::Fault;

use super::{Recorder, Sender};

impl Recorder {
    /// Records that `sender` confirms an action of a case, and returns the verdict when it is durable. Sent again, it is known.
    /// A sender without a person is refused, and so is everybody while alerts are held back, because the clock is in doubt.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn confirm(
        &self,
        sender: &Sender,
        case: &CaseRef,
        action: ActionId,
        alerts: Alerts,
    ) -> Result<Verdict, Fault> {
        let refused = |code| Ok(Verdict::Refused(Refusal::new(code).field("action").into()));
        let Some(person) = sender.person else { return refused(Code::PersonNeeded) };
        if alerts == Alerts::HeldBack {
            // Dated by a clock that is ahead, it would hold up the alerts of the case until then.
            return refused(Code::ClockInDoubt);
        }
        self.one(case, |known, seed| {
            let relation = |role| Relation::to_case(role, &sender.office, known, &self.book, self.clock.now());
            let may = sender
                .role
                .is_some_and(|role| relation(role).is_some_and(|relation| allows(role, relation, Act::Confirm)));
            if !may {
                let refusal = Refusal::new(Code::NoSuchAction).field("action").found(action.to_string());
                return Err(Verdict::Refused(refusal.into()));
            }
            let (office, clock) = (sender.office.clone(), self.clock.now());
            Ok(Command::Confirm { office, person, action, clock, seed })
        })
        .await
    }
}
