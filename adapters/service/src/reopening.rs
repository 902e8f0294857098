//! Reopens a log that was sealed when it was moved.
//!
//! Invariant: whoever reopens it gives a reason, which is kept in the log. If a stream of alerts is given, what the
//! other place has published since is read first.

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

/// A log that was reopened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// Where it had been moved to.
    pub moved_to: String,
    /// Published alerts that it lacks; `None` if the stream of alerts was not read.
    pub elsewhere: Option<Elsewhere>,
}

/// Alerts in the stream that a log lacks: they were raised in another place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// How many.
    pub alerts: usize,
    /// The references of their cases, as far as the messages name them.
    pub cases: BTreeSet<String>,
}

/// Why a log cannot be reopened.
#[derive(Debug, thiserror::Error)]
pub enum ReopenFault {
    /// It was never moved, or was reopened since.
    #[error("{0} is not sealed: there is nothing to reopen")]
    NotSealed(String),
    /// The stream cannot be read.
    #[error("{0}; the log stays sealed (without --nats it is reopened, and what was published is not checked)")]
    Broker(#[from] BrokerFault),
    /// The log.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// Reopens a sealed log at `now`.
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

/// The case that an alert is about.
#[derive(Deserialize)]
struct About {
    subject: String,
}

/// The alerts that are in the stream and not in the log.
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
