//! Records that a case is sealed.
//!
//! Invariant: the event comes first. From then on nothing personal of the case is written, so that its key can be destroyed.

use engine::action::{CaseRef, OfficeCode};
use engine::case::SealReason;
use engine::decide::{Command, Verdict};
use store::Fault;

use super::Recorder;

impl Recorder {
    /// Records that a case is sealed, and returns the verdict when it is durable. Done again, it is known. What is personal is
    /// there until the store destroys its key: [`store::LogStore::seal_keys`].
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn seal(&self, case: &CaseRef, office: Option<OfficeCode>, reason: SealReason) -> Result<Verdict, Fault> {
        let command = |seed| Command::Seal { office: office.clone(), reason, clock: self.clock.now(), seed };
        self.one(case, |_, seed| Ok(command(seed))).await
    }
}
