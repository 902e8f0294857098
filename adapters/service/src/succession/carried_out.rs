//! Carries out the changes of offices that were started and confirmed on pages.
//!
//! Invariant: one that was confirmed is carried out to its end, whatever process dies meanwhile.

use std::sync::Arc;
use std::time::Duration;

use store::people::OfficeChange;
use store::{Fault, LogStore, Progress};

use super::{Succession, Which, follow};
use crate::lifecycle::Stop;
use crate::offices::Offices;
use crate::recorder::Recorder;
use crate::status::Status;

/// How often the log is asked for what was confirmed.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Carries out what is confirmed, until the stop signal. While the clock is in doubt it waits: old alerts would stay with the
/// old office.
pub async fn keep_carrying_out(
    log: &dyn LogStore,
    recorder: &Recorder,
    offices: &Offices,
    status: &Status,
    stop: &Stop,
) {
    while stop.or(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        if status.clock_in_doubt() {
            continue;
        }
        match stop.or(carry_out(log, recorder, offices)).await {
            None => return,
            Some(Ok(())) => {}
            Some(Err(fault)) => {
                tracing::warn!(reason = %fault, "a change of an office could not be carried out to its end; retrying");
            }
        }
    }
}

/// Carries out what is confirmed and open.
///
/// # Errors
/// If the log cannot be read or written; called again, it goes on.
async fn carry_out(log: &dyn LogStore, recorder: &Recorder, offices: &Offices) -> Result<(), Fault> {
    let changes = log.office_changes().await?;
    for change in changes.into_iter().rev().filter(|change| change.ended_at.is_none()) {
        let OfficeChange { id, from, to, with, confirmed: Some((person, _)), .. } = change else { continue };
        let which = with.clone().map_or(Which::All, Which::With);
        let Ok(succession) = Succession::new(offices, from.clone(), to.clone(), which) else {
            tracing::warn!(%from, %to, "the offices file no longer allows this change of an office: it is ended");
            log.end_office_change(id, recorder.now()).await?;
            continue;
        };
        let quietly: Progress = Arc::new(|_, _| ());
        let cases = succession.cases(log).await?;
        let mut count = succession.transfer_all(recorder, &cases, Some(person), &quietly).await?;
        if with.is_none() {
            follow(log, &from, &to, recorder.now()).await?;
            // What was opened for the old office meanwhile; nobody on the pages can open more for it.
            let late = succession.cases(log).await?;
            count += succession.transfer_all(recorder, &late, Some(person), &quietly).await?;
        }
        if log.end_office_change(id, recorder.now()).await? {
            let (cases, refused, damaged) = (count.cases, count.refused, count.damaged);
            tracing::info!(%from, %to, cases, refused, damaged, "the cases of an office went to another one");
        }
    }
    Ok(())
}
