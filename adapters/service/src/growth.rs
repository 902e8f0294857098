//! The growth of the log's tree: takes what was recorded into it, and makes a checkpoint at an interval and at each day's end.
//!
//! Invariant: nothing that is recorded, and no alert, waits for it, and the tree waits for no signature and no witness. What goes
//! wrong is reported and tried again; the log goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use engine::calendar::Instant;
use store::tree::{Integrated, Integrator, Which};
use store::{Fault, LogStore};
use tokio::sync::Notify;

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
    /// Signs the checkpoints, and asks the witnesses; `None` without keys.
    pub signer: Option<Arc<Signer>>,
}

/// What one turn of the work came to.
enum Turn {
    /// The tree has come to the end of the log.
    AtTheEnd,
    ByAnother,
}

/// What growing tells signing.
#[derive(Default)]
struct ToSign {
    /// A checkpoint was due.
    due: Notify,
    /// Whether it still has to be signed: no other one is made until then.
    pending: AtomicBool,
}

/// What lies since the last checkpoint.
struct Since {
    events: usize,
    /// When the last one was made; none: not known yet.
    last: Option<Instant>,
    /// Whether it was noted what is in force.
    noted: bool,
}

/// Which day it is, each ending so long before midnight that its last checkpoint is still of that day.
fn day_end(at: Instant) -> NaiveDate {
    at.plus(BEFORE_MIDNIGHT).date()
}

impl Since {
    const fn begin() -> Self {
        Self { events: 0, last: None, noted: false }
    }
}

impl Growth {
    /// Works until the stop signal; then once more, so that little is left for the next process.
    pub async fn run(&self, stop: &Stop) {
        let (to_sign, (tell, grown)) = (ToSign::default(), Stop::pair());
        let growing = async {
            self.grow(stop, &to_sign).await;
            tell.stop();
        };
        tokio::join!(growing, self.keep_signing(&to_sign, &grown));
        self.store.let_go().await;
        self.figures.tree.rests();
    }

    /// Keeps the tree growing until the stop signal, and tells of the checkpoints.
    async fn grow(&self, stop: &Stop, to_sign: &ToSign) {
        let (mut integrator, mut since) = (Integrator::default(), Since::begin());
        let (mut trouble, mut backoff) = (Trouble::none(), AGAIN);
        loop {
            let stopping = stop.is_set();
            let pause = match self.turn(&mut integrator, &mut since, stopping, to_sign).await {
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
    }

    /// Signs the last checkpoint whenever one was due, until the tree grows no more; then once more.
    async fn keep_signing(&self, to_sign: &ToSign, grown: &Stop) {
        let Some(signer) = &self.signer else { return };
        let (mut refused, mut backoff) = (Trouble::none(), AGAIN);
        'growing: while let Some(()) = grown.or(to_sign.due.notified()).await {
            while let Err(fault) = self.sign(signer, &mut refused).await {
                tracing::warn!(%fault, "a checkpoint could not be signed; retrying");
                self.figures.signing.set(format!("no checkpoint is signed: {fault}"));
                grown.or(tokio::time::sleep(backoff.pause())).await;
                if grown.is_set() {
                    break 'growing;
                }
            }
            to_sign.pending.store(false, Ordering::Relaxed);
            backoff.reset();
        }
        // Asked of the log: the last one may have been made while another was being signed.
        let last = self.store.last_checkpoint(Which::Any).await;
        if last.is_ok_and(|last| last.is_some_and(|last| last.note.is_none()))
            && let Err(fault) = self.sign(signer, &mut refused).await
        {
            tracing::warn!(%fault, "the last checkpoint could not be signed; the next process signs it");
        }
    }

    async fn turn(
        &self,
        integrator: &mut Integrator,
        since: &mut Since,
        stopping: bool,
        to_sign: &ToSign,
    ) -> Result<Turn, Fault> {
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
            let may = self.signer.is_none() || !to_sign.pending.load(Ordering::Relaxed);
            if stopping || (may && self.is_due(since).await?) {
                self.make_checkpoint(integrator, since).await?;
                to_sign.pending.store(true, Ordering::Relaxed);
                to_sign.due.notify_one();
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
        Ok(())
    }

    /// Signs the last checkpoint.
    async fn sign(&self, signer: &Signer, refused: &mut Trouble<Unsigned>) -> Result<(), Fault> {
        let Some(last) = self.store.last_checkpoint(Which::Any).await? else { return Ok(()) };
        let outcome = signer.sign(self.store.as_ref(), &last).await;
        if let Some(standing) = signer.standing() {
            self.figures.witnesses.set(standing);
        }
        match outcome {
            Ok(note) => {
                self.figures.signing.clear();
                refused.is_over();
                self.figures.checkpoint.set(note.into());
                Ok(())
            }
            Err(SigningFault::Unsigned(reason)) => {
                let said = format!("no checkpoint is signed: {reason}");
                if refused.is_news(reason) {
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
