//! Records what comes of one command that somebody gives on a case.
//!
//! Invariant: the command is made and decided for the case as it is when its events are recorded.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::case::Case;
use engine::decide::{Command, Setting, Verdict, decide_in};
use engine::randomness::Seed;
use store::{Append, Fault};

use super::Recorder;

impl Recorder {
    /// Decides the command that `command` makes for the case, and returns the verdict when it is durable; or the verdict that it
    /// gives in place of a command.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub(super) async fn one(
        &self,
        case: &CaseRef,
        command: impl Fn(&Arc<Case>, Seed) -> Result<Command, Verdict>,
    ) -> Result<Verdict, Fault> {
        let _turn = self.turn(case).await;
        let mut tries = 0;
        let seed = (self.seeds)();
        loop {
            self.tell_rest(case).await?;
            let known = self.store.load(case).await?;
            let command = match command(&known, seed) {
                Ok(command) => command,
                Err(verdict) => return Ok(verdict),
            };
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
