//! `kamnot seal`: makes what is personal in a case unreadable for good.
//!
//! Invariant: the figures of all quarters that have ended are kept before, and nothing is destroyed before the log says that the case
//! is sealed. Given again after it broke off, it goes on.

use std::fmt::Write as _;
use std::sync::Arc;

use engine::decide::{Alerts, Verdict};
use engine::refusal::reasons;
use service::clock::{Clock as _, SystemClock};
use service::queries::quarters::{Source, freeze};
use service::watch::clock_doubt::alerts_beside;
use store::secret::Rewrapped;

use super::arguments::{Common, Seal};
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, plural, print_out};

/// `kamnot seal`
pub(super) fn run(common: &Common, own: &Seal) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let offices = Arc::new(offices_in_force(common, &database)?);
    let store = database.store.as_ref();
    if block_on(async { Ok(alerts_beside(store).await?) })? == Alerts::HeldBack {
        return Err(Failure::Fault(
            "the clock of the machine is in doubt, and a case is sealed by the clock: confirm it first".to_owned(),
        ));
    }
    let recorder = block_on(database.recorder())?;
    let (log, book) = (database.store.clone(), Arc::clone(&database.book));
    let source = Source { log, book, offices, now: SystemClock.now() };
    let verdict = block_on(async {
        store.may_seal().await?;
        freeze(&source).await?;
        Ok(recorder.seal(&own.case, own.by.clone(), own.reason).await?)
    })?;
    if let Verdict::Refused(flaws) = verdict {
        return Err(Failure::Refused(reasons(&flaws, common.lang)));
    }
    let rewrapped = block_on(async { Ok(store.seal_keys(&own.case).await) })?;
    let Rewrapped { keys, left } = rewrapped.map_err(|fault| {
        Failure::Fault(format!(
            "the log says that the case {} is sealed, but its key was not destroyed: {fault}; then give the same command again",
            own.case
        ))
    })?;
    let mut said = format!(
        "{}: sealed. {keys} other {} wrapped by a new master key: make a new copy of it, and destroy the copies of the old one.\n",
        own.case,
        plural(keys, "key", "keys"),
    );
    if left > 0 {
        let _ = writeln!(said, "{left} {} stayed under a master key that is not at hand.", plural(left, "key", "keys"));
    }
    print_out(&said)?;
    Ok(Completion::Done)
}
