//! Which share of the work this process has, among all that serve one log.
//!
//! Invariant: a share is never waited for and never a lock. While processes don't agree on it yet, two may tell one
//! case the time or publish at once: the first is harmless, since the second finds nothing to tell, and the second is
//! fenced by the stream's own sequence.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch::{self, Receiver};
use uuid::Uuid;

use super::Stop;
use crate::figures::Figures;
use crate::store::{CaseStore, Fault, SAY_EVERY, Share};

/// This process among the others.
pub(super) struct Part<S: ?Sized> {
    store: Arc<S>,
    process: Uuid,
    share: watch::Sender<Share>,
    figures: Arc<Figures>,
}

impl<S: CaseStore + ?Sized> Part<S> {
    /// Takes part. Where the store can't be asked yet, this process does everything for now. The first share falls to
    /// the process with the lowest id, so one that doesn't publish has a high one.
    pub async fn take(store: Arc<S>, publishes: bool, figures: Arc<Figures>) -> Self {
        let mut id = *Uuid::new_v4().as_bytes();
        id[0] = id[0] & 0x7f | if publishes { 0 } else { 0x80 };
        let part = Self { store, process: Uuid::from_bytes(id), share: watch::Sender::new(Share::ALL), figures };
        part.say().await;
        part
    }

    /// What the share is, and when it changes.
    pub fn share(&self) -> Receiver<Share> {
        self.share.subscribe()
    }

    /// Says again and again that this process is at work, until told to stop.
    pub async fn keep(&self, stop: &Stop) {
        while stop.or(tokio::time::sleep(SAY_EVERY)).await.is_some() {
            self.say().await;
        }
    }

    /// Leaves its share to the others at once. Where that can't be said they find out by its silence.
    pub async fn leave(&self) {
        if let Err(fault) = self.store.leave(self.process).await {
            tracing::debug!(%fault, "the others find out by themselves that this process has ended");
        }
    }

    async fn say(&self) {
        match self.store.take_part(self.process).await {
            Ok(share) => {
                self.figures.share.set(share);
                let changed = self.share.send_if_modified(|before| std::mem::replace(before, share) != share);
                if changed {
                    tracing::info!(part = share.part, of = share.of, "the share of the work has changed");
                }
            }
            // The watch says what is wrong with the store; until it answers the share stays.
            Err(fault) => tracing::debug!(%fault, "the store can't be asked for the share of the work"),
        }
    }
}

/// Does `work` whenever this process has the first share, and has it stopped when another takes that over.
pub(super) async fn when_first<W>(
    mut share: Receiver<Share>,
    stop: &Stop,
    work: impl Fn(Stop) -> W,
) -> Result<(), Fault>
where
    W: Future<Output = Result<(), Fault>>,
{
    while stop.or(until(&mut share, true)).await.is_some() {
        let (tell, told) = Stop::pair();
        let over = async {
            stop.or(until(&mut share, false)).await;
            tell.stop();
            std::future::pending::<Result<(), Fault>>().await
        };
        tokio::select! {
            result = work(told) => result?,
            result = over => result?,
        }
    }
    Ok(())
}

/// Waits until this process has the first share, or no longer has it.
async fn until(share: &mut Receiver<Share>, first: bool) {
    if share.wait_for(|share| (share.part == 0) == first).await.is_err() {
        // Nobody changes it any more.
        std::future::pending::<()>().await;
    }
}
