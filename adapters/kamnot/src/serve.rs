//! `serve`: the watch and the relay side by side, until told to stop.
//!
//! Invariant: what is under way when the stop comes is finished, alerts recorded and deliveries marked.

pub mod http;

use std::future::Future;
use std::sync::Arc;

use engine::rulebook::Rulebook;
use nats::Servers;
use nats::actions::Actions;
use service::broker::BrokerFault;
use service::clock::Clock;
use service::figures::Figures;
use service::intake::Intake;
use service::intake::budget::Budget;
use service::lifecycle::{Stop, Stopper};
use service::offices::Offices;
use service::part::{self, Part};
use service::reconcile::Daily;
use service::recorder::Recorder;
use service::relay::{Ended, Relay, RelayFault};
use service::watch::Watch;
use service::watch::clock_doubt::{ClockDoubt, Operator};
use store::{CaseStore, Fault, WorkShare};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Why `serve` can't start or go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServeFault {
    /// NATS isn't fit for alerts, and waiting wouldn't mend it.
    #[error(transparent)]
    Broker(#[from] BrokerFault),
    /// The store is damaged, or can't be read at the start.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// What `serve` works with.
pub struct Serve {
    /// The store.
    pub store: Arc<dyn CaseStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Whether that is in doubt; to be shared with whoever else records in this process.
    pub doubt: Arc<ClockDoubt>,
    /// The operator's word that it is right, and word to those who record beside this program that it is not.
    pub operator: Operator,
    /// Where NATS is and how we are let in; without it alerts wait in the outbox.
    pub nats: Option<Servers>,
    /// The installation's name in the messages' `source`.
    pub installation: String,
    /// Where the parts note how they fare.
    pub figures: Arc<Figures>,
    /// The daily reconciliation; none where another program or nobody does it.
    pub daily: Option<Daily>,
    /// Whether offices may send actions over NATS.
    pub requests: OfficeRequests,
    /// The offices that a reply warns of not knowing; none where no file of them was given.
    pub offices: Option<Arc<Offices>>,
}

/// What becomes of actions that offices send over NATS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeRequests {
    /// They are recorded and answered, of each office as many as this.
    Taken(Budget),
    /// Nobody listens.
    Ignored,
}

impl OfficeRequests {
    /// What each office may send, where they are taken.
    const fn budget(self) -> Option<Budget> {
        match self {
            Self::Taken(budget) => Some(budget),
            Self::Ignored => None,
        }
    }
}

/// Watches the limits and publishes the alerts until `shutdown` resolves. NATS being away is no reason not to start: alerts wait and are published when it comes.
///
/// # Errors
/// If at the start NATS answers and isn't fit for alerts (no JetStream, another stream, no permission), if a file of
/// credentials or certificates isn't what it should be, or if the store is damaged.
pub async fn serve(with: Serve, shutdown: impl Future<Output = ()>) -> Result<(), ServeFault> {
    let Serve { store, book, clock, doubt, operator, nats, installation, figures, daily, requests, offices } = with;
    let recorder = Recorder::new(Arc::clone(&store), Arc::clone(&book), Arc::clone(&clock));
    let recorder = Arc::new(recorder.counting(Arc::clone(&figures)));
    let part = Part::take(Arc::clone(&store), Arc::clone(&clock), nats.is_some(), Arc::clone(&figures)).await;
    let part = Arc::new(part);
    let watch = Watch::new(Arc::clone(&recorder), Arc::clone(&clock), Arc::clone(&doubt), operator);
    let mut watch = watch.over(part.share()).noting(Arc::clone(&figures));
    let servers = nats.map(Arc::new);
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
    // It isn't at work before this process has the first share.
    figures.relay.rests();
    let (stop_watch, watch_told) = Stop::pair();
    let (stop_relay, relay_told) = Stop::pair();
    let (stop_part, part_told) = Stop::pair();
    let stop_watch = Arc::new(stop_watch);
    // Each on a task of its own, so that none waits for what another reckons.
    let mut work = JoinSet::new();
    let (stop, told) = (Arc::clone(&stop_watch), watch_told.clone());
    // These stop first, so that the relay still takes along what they raised last.
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
    if let Some(daily) = daily {
        let share = part.share();
        work.spawn(async move { reconcile(&daily, share, &relay_told).await });
    }
    let keeping = Arc::clone(&part);
    work.spawn(async move {
        keeping.keep(&part_told).await;
        Ok(())
    });
    let stopping = async {
        if watch_told.or(shutdown).await.is_some() {
            tracing::info!("stopping: finishing what is under way");
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

/// Publishes whenever this process has the first share, until told to stop.
async fn publish(relay: &Relay, part: &Part, told: &Stop) -> Result<(), Fault> {
    let work = |told: Stop| async move {
        if relay.run(&told, &|| part.patience()).await? == Ended::WithoutNats {
            part.step_back().await;
        }
        Ok(())
    };
    part::when_first(part.share(), told, work).await
}

/// Reconciles every day while this process has the first share, until told to stop.
async fn reconcile(daily: &Daily, share: watch::Receiver<WorkShare>, told: &Stop) -> Result<(), Fault> {
    let every_day = |told: Stop| async move {
        daily.run(&told).await;
        Ok(())
    };
    part::when_first(share, told, every_day).await
}

/// Watches and takes actions until told to stop, or until the watch can't go on.
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
        // The relay connects by itself, as often as it takes.
        Ok(_) | Err(RelayFault::Broker(_)) => Ok(()),
    }
}
