//! `serve`: runs the watch, the requests of offices, the relay and the daily reconciliation side by side, until the stop signal.
//!
//! Invariant: at a stop, work in progress is finished: alerts are recorded and deliveries are marked.

pub mod http;
pub mod witness;

use std::future::Future;
use std::sync::Arc;

use engine::rulebook::Rulebook;
use mail::post::Post;
use nats::Servers;
use nats::actions::Actions;
use service::broker::BrokerFault;
use service::clock::Clock;
use service::figures::Figures;
use service::growth::Growth;
use service::inboxes::Inboxes;
use service::intake::Intake;
use service::intake::budget::Budget;
use service::lifecycle::{Stop, Stopper};
use service::offices::Offices;
use service::part::{self, Part};
use service::receipts::Receipts;
use service::reconcile::Daily;
use service::recorder::Recorder;
use service::relay::{Ended, Relay, RelayFault};
use service::watch::Watch;
use service::watch::clock_doubt::{ClockDoubt, Operator};
use store::{CaseStore, Fault, WorkShare};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Why `serve` cannot start or continue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServeFault {
    /// NATS cannot be used for alerts before its settings are changed.
    #[error(transparent)]
    Broker(#[from] BrokerFault),
    /// The store is damaged, or cannot be read at the start.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// The parts and settings of `serve`.
pub struct Serve {
    /// The store.
    pub store: Arc<dyn CaseStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Whether the wall clock is in doubt; shared with everything else in this process that records.
    pub doubt: Arc<ClockDoubt>,
    /// The operator's confirmation of the clock, and the notice to other programs that it is in doubt.
    pub operator: Operator,
    /// The NATS servers with our login; without them alerts wait in the outbox.
    pub nats: Option<Servers>,
    /// The installation's name in the messages' `source`.
    pub installation: String,
    /// The figures that the parts update.
    pub figures: Arc<Figures>,
    /// The daily reconciliation; `None` if this process does not do it.
    pub daily: Option<Daily>,
    /// What keeps the log's tree growing; `None` if this process never does.
    pub growth: Option<Growth>,
    /// What signs receipts for offices; `None` without keys.
    pub receipts: Option<Arc<Receipts>>,
    /// Whether offices may send actions over NATS.
    pub requests: OfficeRequests,
    /// The offices that use their inbox.
    pub inboxes: Arc<Inboxes>,
    /// The known offices, for warnings in replies; `None` without an offices file.
    pub offices: Option<Arc<Offices>>,
    /// The sender of mail and webhooks; `None` if this process never sends.
    pub post: Option<Arc<Post>>,
}

/// What happens to actions that offices send over NATS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeRequests {
    /// They are recorded and answered, within this budget for each office.
    Taken(Budget),
    /// This process does not subscribe to them.
    Ignored,
}

impl OfficeRequests {
    /// The budget of each office, if actions are taken.
    const fn budget(self) -> Option<Budget> {
        match self {
            Self::Taken(budget) => Some(budget),
            Self::Ignored => None,
        }
    }
}

/// Watches the limits and publishes the alerts until `shutdown` resolves. It also starts while NATS is unavailable:
/// alerts wait and are published later.
///
/// # Errors
/// If at the start NATS answers but cannot be used for alerts (no JetStream, another stream, no permission), if a file
/// of credentials or certificates cannot be used, or if the store is damaged.
pub async fn serve(mut with: Serve, shutdown: impl Future<Output = ()>) -> Result<(), ServeFault> {
    let for_all = ForAll { daily: with.daily.take(), growth: with.growth.take(), post: with.post.take() };
    let Serve { store, book, clock, doubt, operator, nats, installation, figures, requests, inboxes, offices, .. } =
        with;
    let recorder = recorder(&store, &book, &clock, &figures, &inboxes, with.receipts);
    let part = Part::take(Arc::clone(&store), Arc::clone(&clock), nats.is_some(), Arc::clone(&figures)).await;
    let part = Arc::new(part);
    let watch = Watch::new(Arc::clone(&recorder), Arc::clone(&clock), Arc::clone(&doubt), operator);
    let mut watch = watch.over(part.share()).noting(Arc::clone(&figures));
    let servers = nats.map(|servers| Arc::new(servers.carrying(Arc::clone(&figures.checkpoint))));
    let intake = Intake::new(recorder).knowing(offices);
    let taking = servers.clone().zip(requests.budget());
    let actions =
        taking.map(|(servers, budget)| Actions::new(intake, servers, doubt, budget).counting(Arc::clone(&figures)));
    let relay =
        servers.map(|servers| Relay::new(store, book, clock, servers, installation).noting(Arc::clone(&figures)));
    if let Some(relay) = &relay {
        refuse_what_waiting_does_not_mend(relay).await?;
    }
    tracing::info!(nats = relay.is_some(), "watching");
    // The relay is inactive until this process has the first share.
    figures.relay.rests();
    let (stop_watch, watch_told) = Stop::pair();
    let (stop_relay, relay_told) = Stop::pair();
    let (stop_part, part_told) = Stop::pair();
    let stop_watch = Arc::new(stop_watch);
    // Each on a task of its own, so that none waits for another's computation.
    let mut work = JoinSet::new();
    let (stop, told) = (Arc::clone(&stop_watch), watch_told.clone());
    // These stop first, so that the relay still publishes the alerts that they raised last.
    work.spawn(async move {
        let result = watch_and_take(&mut watch, actions.as_ref(), &stop, &told).await;
        stop_relay.stop();
        result
    });
    let (publisher, stop, told) = (Arc::clone(&part), Arc::clone(&stop_watch), relay_told.clone());
    work.spawn(async move {
        let result = match &relay {
            Some(relay) => publish(relay, &publisher, &told).await,
            None => Ok(()),
        };
        stop_part.stop();
        if result.is_err() {
            stop.stop();
        }
        result
    });
    for_all.begin(&mut work, &part, &relay_told);
    let keeping = Arc::clone(&part);
    work.spawn(async move {
        tokio::join!(keeping.keep(&part_told), inboxes.keep_fresh(&part_told));
        Ok(())
    });
    let stopping = async {
        if watch_told.or(shutdown).await.is_some() {
            tracing::info!("stopping: finishing the work in progress");
            stop_watch.stop();
        }
    };
    let ended = async {
        let mut result = Ok(());
        while let Some(ended) = work.join_next().await {
            result = result.and(ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())));
        }
        result
    };
    let (result, ()) = tokio::join!(ended, stopping);
    part.leave().await;
    Ok(result.inspect(|()| tracing::info!("stopped"))?)
}

/// What one process does for all.
struct ForAll {
    daily: Option<Daily>,
    growth: Option<Growth>,
    post: Option<Arc<Post>>,
}

impl ForAll {
    /// Begins it: each part while this process has the first share.
    fn begin(self, work: &mut JoinSet<Result<(), Fault>>, part: &Part, told: &Stop) {
        if let Some(daily) = self.daily {
            let (share, told) = (part.share(), told.clone());
            work.spawn(async move { reconcile(&daily, share, &told).await });
        }
        if let Some(growth) = self.growth {
            let (share, told) = (part.share(), told.clone());
            work.spawn(async move { grow(&growth, share, &told).await });
        }
        if let Some(post) = self.post {
            let (share, told) = (part.share(), told.clone());
            work.spawn(async move { send(&post, share, &told).await });
        }
    }
}

/// A recorder of this process: it makes way for alerts, and counts its work.
pub fn recorder(
    store: &Arc<dyn CaseStore>,
    book: &Arc<Rulebook>,
    clock: &Arc<dyn Clock>,
    figures: &Arc<Figures>,
    inboxes: &Arc<Inboxes>,
    receipts: Option<Arc<Receipts>>,
) -> Arc<Recorder> {
    let recorder = Recorder::new(Arc::clone(store), Arc::clone(book), Arc::clone(clock));
    let recorder = recorder.beside(Arc::clone(&figures.nats_connected)).counting(Arc::clone(figures));
    Arc::new(recorder.knowing(Arc::clone(inboxes)).receipting(receipts))
}

/// Publishes whenever this process has the first share, until the stop signal.
async fn publish(relay: &Relay, part: &Part, told: &Stop) -> Result<(), Fault> {
    let work = |told: Stop| async move {
        if relay.run(&told, &|| part.patience()).await? == Ended::WithoutNats {
            part.step_back().await;
        }
        Ok(())
    };
    part::when_first(part.share(), told, work).await
}

/// Reconciles every day while this process has the first share, until the stop signal.
async fn reconcile(daily: &Daily, share: watch::Receiver<WorkShare>, told: &Stop) -> Result<(), Fault> {
    let every_day = |told: Stop| async move {
        daily.run(&told).await;
        Ok(())
    };
    part::when_first(share, told, every_day).await
}

/// Keeps the log's tree growing while this process has the first share, until the stop signal.
async fn grow(growth: &Growth, share: watch::Receiver<WorkShare>, told: &Stop) -> Result<(), Fault> {
    let growing = |told: Stop| async move {
        growth.run(&told).await;
        Ok(())
    };
    part::when_first(share, told, growing).await
}

/// Sends mail and webhooks while this process has the first share, until the stop signal.
async fn send(post: &Arc<Post>, share: watch::Receiver<WorkShare>, told: &Stop) -> Result<(), Fault> {
    let sending = |told: Stop| async move {
        post.run(&told).await;
        Ok(())
    };
    part::when_first(share, told, sending).await
}

/// Watches and takes actions until the stop signal, or until the watch fails.
async fn watch_and_take(
    watch: &mut Watch,
    actions: Option<&Actions>,
    stop: &Stopper,
    told: &Stop,
) -> Result<(), Fault> {
    let watching = async {
        let result = watch.run(told).await;
        stop.stop();
        result
    };
    let taking = async {
        if let Some(actions) = actions {
            actions.run(told).await;
        }
    };
    let (result, ()) = tokio::join!(watching, taking);
    result
}

async fn refuse_what_waiting_does_not_mend(relay: &Relay) -> Result<(), ServeFault> {
    match Box::pin(relay.connect()).await {
        Err(RelayFault::Broker(fault)) if !fault.passes() => Err(fault.into()),
        Err(RelayFault::Store(fault)) => Err(fault.into()),
        // The relay retries by itself.
        Ok(_) | Err(RelayFault::Broker(_)) => Ok(()),
    }
}
