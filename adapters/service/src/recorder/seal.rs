//! Records that a case is sealed.
//!
//! Invariant: the event comes first. From then on nothing personal of the case is written, so that its key can be destroyed.

use engine::action::{CaseRef, OfficeCode};
use engine::case::SealReason;
use engine::decide::{Command, Setting, Verdict, decide_in};
use store::{Append, Fault};

use super::Recorder;

impl Recorder {
    /// Records that a case is sealed, and returns the verdict when it is durable. Done again, it is known. What is personal is
    /// there until the store destroys its key: [`store::LogStore::seal_keys`].
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn seal(&self, case: &CaseRef, office: Option<OfficeCode>, reason: SealReason) -> Result<Verdict, Fault> {
        let _turn = self.turn(case).await;
        let mut tries = 0;
        let seed = (self.seeds)();
        loop {
            self.tell_rest(case).await?;
            let known = self.store.load(case).await?;
            let command = Command::Seal { office: office.clone(), reason, clock: self.clock.now(), seed };
            let mut decided = decide_in(&known, &self.book, command, Setting::PLAIN);
            let verdict = decided.verdicts.pop().unwrap_or(Verdict::Known);
            let appended = self.append(Append::of(case.clone(), &known, decided.events), &[]).await;
            if !self.is_to_be_tried_again(&appended, &mut tries) {
                appended?;
                return Ok(verdict);
            }
        }
    }
}
