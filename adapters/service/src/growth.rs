//! The growth of the log's tree: takes what was recorded into it, and makes a checkpoint at an interval and at each day's end.
//!
//! Invariant: nothing that is recorded, and no alert, waits for it. What goes wrong is reported and tried again; the log goes on.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use engine::calendar::Instant;
use store::tree::{Integrated, Integrator, Which};
use store::{Fault, LogStore};

use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::figures::Figures;
use crate::in_force;
use crate::lifecycle::Stop;
use crate::signing::{Signer, SigningFault, Unsigned};
use crate::trouble::Trouble;

/// How many events are taken in one transaction: some milliseconds of work.
const MOST: usize = 2048;
/// How long it pauses when it has come to the end of the log.
const PAUSE: Duration = Duration::from_secs(1);
/// How long it leaves the tree to another process before it tries again.
const LEFT_TO_ANOTHER: Duration = Duration::from_secs(10);
/// The pauses after a failure.
const AGAIN: Backoff = Backoff::between(Duration::from_secs(1), Duration::from_mins(1));
/// After how many events a checkpoint is made in any case: the heads that they moved are kept in memory until then.
const MOST_UNCHECKED: usize = 500_000;
/// How many seconds before midnight the last checkpoint of a day is made.
const BEFORE_MIDNIGHT: i64 = 30;
/// For how many seconds an event may wait for the tree before that wants attention.
pub const TAKEN_WITHIN_SECONDS: i64 = 60;

/// What keeps the tree growing.
pub struct Growth {
    /// The log.
    pub store: Arc<dyn LogStore>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Where it is noted how it goes.
    pub figures: Arc<Figures>,
    /// How often a checkpoint is made.
    pub every: Duration,
    /// Signs the checkpoints; `None` without keys.
    pub signer: Option<Arc<Signer>>,
}

/// What one turn of the work came to.
enum Turn {
    /// The tree has come to the end of the log.
    AtTheEnd,
    ByAnother,
}

/// What lies since the last checkpoint.
struct Since {
    events: usize,
    /// When the last one was made; none: not known yet.
    last: Option<Instant>,
    /// Whether it was noted what is in force.
    noted: bool,
    /// Why the last one was not signed.
    refused: Trouble<Unsigned>,
}

/// Which day it is, each ending so long before midnight that its last checkpoint is still of that day.
fn day_end(at: Instant) -> NaiveDate {
    at.plus(BEFORE_MIDNIGHT).date()
}

impl Since {
    const fn begin() -> Self {
        Self { events: 0, last: None, noted: false, refused: Trouble::none() }
    }
}

impl Growth {
    /// Works until the stop signal; then once more, so that little is left for the next process.
    pub async fn run(&self, stop: &Stop) {
        let (mut integrator, mut since) = (Integrator::default(), Since::begin());
        let (mut trouble, mut backoff) = (Trouble::none(), AGAIN);
        loop {
            let stopping = stop.is_set();
            let pause = match self.turn(&mut integrator, &mut since, stopping).await {
                Ok(turn) => {
                    if trouble.is_over() {
                        tracing::info!("the log's tree grows again");
                    }
                    backoff.reset();
                    self.figures.tree.is_well();
                    if matches!(turn, Turn::AtTheEnd) { PAUSE } else { LEFT_TO_ANOTHER }
                }
                Err(fault) => {
                    let reason = fault.to_string();
                    self.figures.tree.is_in_trouble(&reason);
                    if trouble.is_news(fault) {
                        tracing::error!(%reason, "the log's tree does not grow; recording and alerts go on; retrying");
                    }
                    backoff.pause()
                }
            };
            self.note().await;
            if stopping {
                break;
            }
            stop.or(tokio::time::sleep(pause)).await;
        }
        drop(integrator);
        self.store.let_go().await;
        self.figures.tree.rests();
    }

    async fn turn(&self, integrator: &mut Integrator, since: &mut Since, stopping: bool) -> Result<Turn, Fault> {
        if !since.noted {
            let keys = self.signer.as_ref().map(|signer| signer.keys().public());
            in_force::note(self.store.as_ref(), keys.as_ref(), self.clock.now()).await?;
            since.noted = true;
        }
        loop {
            self.figures.tree.comes_round();
            let Integrated::Taken(events) = self.store.integrate(integrator, MOST).await? else {
                return Ok(Turn::ByAnother);
            };
            since.events += events;
            if stopping || self.is_due(since).await? {
                self.make_checkpoint(integrator, since).await?;
            }
            if events < MOST || stopping {
                return Ok(Turn::AtTheEnd);
            }
        }
    }

    /// Whether a checkpoint is due: at the interval, at the end of each day, and before much has gathered.
    async fn is_due(&self, since: &mut Since) -> Result<bool, Fault> {
        if since.last.is_none() {
            since.last = self.store.last_checkpoint(Which::Any).await?.map(|checkpoint| checkpoint.at);
        }
        let now = self.clock.now();
        let every = i64::try_from(self.every.as_secs()).unwrap_or(i64::MAX);
        let is_due = |last: Instant| now.since(last) >= every || now < last || day_end(now) != day_end(last);
        Ok(since.last.is_none_or(is_due) || since.events >= MOST_UNCHECKED)
    }

    async fn make_checkpoint(&self, integrator: &mut Integrator, since: &mut Since) -> Result<(), Fault> {
        let now = self.clock.now();
        if let Some(signer) = &self.signer
            && self.figures.signing.get().is_none()
        {
            signer.declare_key(self.store.as_ref(), integrator).await?;
        }
        self.store.make_checkpoint(integrator, now).await?;
        (since.events, since.last) = (0, Some(now));
        self.sign(since).await
    }

    /// Signs the last checkpoint.
    async fn sign(&self, since: &mut Since) -> Result<(), Fault> {
        let Some(signer) = &self.signer else { return Ok(()) };
        let Some(last) = self.store.last_checkpoint(Which::Any).await? else { return Ok(()) };
        match signer.sign(self.store.as_ref(), &last).await {
            Ok(note) => {
                self.figures.signing.clear();
                since.refused.is_over();
                self.figures.checkpoint.set(note.into());
                Ok(())
            }
            Err(SigningFault::Unsigned(reason)) => {
                let said = format!("no checkpoint is signed: {reason}");
                if since.refused.is_news(reason) {
                    tracing::error!(reason = %said, "checkpoints are not signed; recording and alerts go on");
                }
                self.figures.signing.set(said);
                Ok(())
            }
            Err(SigningFault::Store(fault)) => Err(fault),
        }
    }

    async fn note(&self) {
        match self.store.tree_standing().await {
            Ok(standing) => self.figures.tree_standing.set(standing),
            // The store itself is reported by the status.
            Err(fault) => tracing::debug!(%fault, "how far the tree has come is not known"),
        }
    }
}
