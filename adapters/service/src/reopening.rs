//! Opens a log again that was sealed when it was moved.
//!
//! Invariant: whoever opens it says why, and that is kept in the log; what the other place has published since is read
//! first, where the stream of alerts can be read.

use std::collections::{BTreeSet, HashSet};

use engine::calendar::Instant;
use serde::Deserialize;
use store::standing::MOVED_TO;
use store::transfer::{MOVES, moved_to};
use store::{Fault, LogStore, Position};
use uuid::Uuid;

use crate::broker::{AlertStream, BrokerFault};

/// How many events are read at a time.
const PAGE: usize = 8192;

/// A log that was opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// Where it had been moved to.
    pub moved_to: String,
    /// What was published and is not in it; none where the stream of alerts was not read.
    pub elsewhere: Option<Elsewhere>,
}

/// Alerts of the stream that a log doesn't hold: they were raised in another place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// How many.
    pub alerts: usize,
    /// The references of the cases that they are about, where they say so.
    pub cases: BTreeSet<String>,
}

/// Why a log can't be opened again.
#[derive(Debug, thiserror::Error)]
pub enum ReopenFault {
    /// It was never moved, or was opened again since.
    #[error("{0} is not sealed: nothing has to be opened")]
    NotSealed(String),
    /// The stream can't be read.
    #[error("{0}; the log stays sealed (without --nats it is opened without a look at what was published)")]
    Broker(#[from] BrokerFault),
    /// The log.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// Opens a sealed log again at `now`.
///
/// # Errors
/// As [`ReopenFault`] says; then the log stays sealed.
pub async fn reopen(
    log: &dyn LogStore,
    alerts: Option<&dyn AlertStream>,
    now: Instant,
    reason: &str,
) -> Result<Reopened, ReopenFault> {
    let held = log.hold().await?;
    let Some(moved_to) = moved_to(log).await? else { return Err(ReopenFault::NotSealed(log.place())) };
    let elsewhere = match alerts {
        Some(alerts) => Some(elsewhere(log, alerts).await?),
        None => None,
    };
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let history = log.meta(MOVES).await?.unwrap_or_default() + &format!("{now} opened again: {reason}\n");
    held.note(vec![(MOVED_TO, String::new()), (MOVES, history)]).await?;
    Ok(Reopened { moved_to, elsewhere })
}

/// What an alert is about.
#[derive(Deserialize)]
struct About {
    subject: String,
}

/// What the stream holds and the log doesn't.
async fn elsewhere(log: &dyn LogStore, alerts: &dyn AlertStream) -> Result<Elsewhere, ReopenFault> {
    let (mut known, mut after) = (HashSet::<Uuid>::new(), Position(0));
    loop {
        let page = log.log(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        let alerts = page.iter().filter(|stored| stored.event.fact.alert().is_some());
        known.extend(alerts.map(|stored| stored.event.id(&stored.case)));
    }
    let published = alerts.open().await?;
    let (mut stream, mut elsewhere) = (published.read().await?, Elsewhere::default());
    loop {
        let found = stream.next().await?;
        if found.is_empty() {
            return Ok(elsewhere);
        }
        for message in found.into_iter().filter(|message| message.id.is_some_and(|id| !known.contains(&id))) {
            elsewhere.alerts += 1;
            let about: Option<About> = serde_json::from_slice(&message.body).ok();
            elsewhere.cases.extend(about.map(|about| about.subject));
        }
    }
}
