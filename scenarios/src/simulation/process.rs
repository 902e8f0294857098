//! One `serve` in the simulated world: the real store, recorder, watch, relay and growth of the tree, put together as `serve` does.
//!
//! Invariant: once a process is killed, no part of it runs on, whatever step it had reached.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use service::clock::{Clock, SteadyClock};
use service::growth::Growth;
use service::lifecycle::{Stop, Stopper};
use service::recorder::{Recorder, Seeds};
use service::relay::Relay;
use service::watch::Watch;
use service::watch::clock_doubt::{ClockDoubt, operator_in};
use store::sqlite::{Disk, Options, SqliteStore};
use store::{Fault, LogStore as _};
use tokio::task::JoinHandle;

use super::MOST_TOLD;
use super::clock::{Steady, WallClock};
use super::disk::{MachineDisk, ProcessDisk};
use super::nats::{Line, Nats};

/// How often a process makes a checkpoint of the log's tree.
const CHECKPOINT_EVERY: Duration = Duration::from_hours(1);

/// A running process.
pub(super) struct Process {
    pub store: Arc<SqliteStore>,
    pub recorder: Arc<Recorder>,
    pub doubt: Arc<ClockDoubt>,
    /// How many seconds the wall clock was wrong when the process last trusted it.
    pub agreed_on: i64,
    pub disk: Arc<ProcessDisk>,
    alive: Arc<AtomicBool>,
    stopper: Stopper,
    work: JoinHandle<Result<(), Fault>>,
}

/// What all processes of the world share.
pub(super) struct Surroundings {
    pub book: Arc<Rulebook>,
    pub clock: Arc<WallClock>,
    pub disk: Arc<MachineDisk>,
    pub nats: Arc<Nats>,
    pub seeds: Seeds,
    /// Sabotage: the steady clock follows the wall clock.
    pub steady_follows: bool,
}

/// The randomness of the world's commands: each draw is another one.
pub(super) fn seeds(seed: u64) -> Seeds {
    let drawn = Mutex::new(ChaCha8Rng::seed_from_u64(seed ^ 0x7365_6564));
    Arc::new(move || {
        let mut bytes = [0; 32];
        drawn.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        Seed(bytes)
    })
}

/// Where an office hands in its actions.
#[derive(Clone)]
pub(super) struct Desk {
    pub store: Arc<SqliteStore>,
    pub recorder: Arc<Recorder>,
}

impl Process {
    /// Opens the log and starts to watch and to publish.
    pub fn start(with: &Surroundings) -> Result<Self, Fault> {
        let disk = ProcessDisk::of(&with.disk);
        let options = Options { create: true, busy_timeout: Duration::ZERO, ..Options::default() };
        let on = Arc::clone(&disk) as Arc<dyn Disk>;
        let store = Arc::new(SqliteStore::open_on(on, with.disk.log(), Arc::clone(&with.book), &options)?);
        with.disk.opened();
        let clock = Arc::clone(&with.clock) as Arc<dyn Clock>;
        let steady = Arc::new(Steady::start(with.steady_follows.then(|| Arc::clone(&with.clock))));
        let doubt = Arc::new(ClockDoubt::new(clock.now(), steady as Arc<dyn SteadyClock>));
        let recorder = Recorder::new(store.clone(), Arc::clone(&with.book), Arc::clone(&clock));
        let recorder = Arc::new(recorder.telling_at_once(MOST_TOLD).seeded(Arc::clone(&with.seeds)));
        let alive = Arc::new(AtomicBool::new(true));
        let (nats, machine) = (Arc::clone(&with.nats), Arc::clone(&with.disk));
        let line = Arc::new(Line { nats, alive: Arc::clone(&alive), machine });
        let installation = store.installation().to_string();
        let relay = Relay::new(store.clone(), Arc::clone(&with.book), Arc::clone(&clock), line, installation);
        let operator = operator_in(store.clone());
        let growth = Growth {
            store: store.clone(),
            clock: Arc::clone(&clock),
            figures: Arc::default(),
            every: CHECKPOINT_EVERY,
            signer: None,
        };
        let watch = Watch::new(Arc::clone(&recorder), clock, Arc::clone(&doubt), operator);
        let (stopper, told) = Stop::pair();
        let work = tokio::spawn(work(watch, relay, growth, told));
        let agreed_on = with.clock.wrong_by();
        Ok(Self { store, recorder, doubt, agreed_on, disk, alive, stopper, work })
    }

    /// Where an office hands in its actions.
    pub fn desk(&self) -> Desk {
        Desk { store: Arc::clone(&self.store), recorder: Arc::clone(&self.recorder) }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.work.is_finished()
    }

    /// Why it has ended by itself; `None` if it was told to stop or was killed.
    pub async fn ended(self) -> Option<Fault> {
        self.alive.store(false, Ordering::Relaxed);
        self.work.await.ok().and_then(Result::err)
    }

    /// Kills it in the middle of whatever it does.
    pub async fn kill(self) {
        self.alive.store(false, Ordering::Relaxed);
        self.work.abort();
        // Whether it had ended before doesn't matter.
        let _ = self.work.await;
    }

    /// Tells it to stop, and waits until it has.
    pub async fn stop(self) -> Option<Fault> {
        self.stopper.stop();
        self.work.await.ok().and_then(Result::err)
    }
}

/// The watch, the relay and the growth of the tree side by side, as in `serve`. The watch stops first: the relay still
/// publishes what it raised last, and the tree takes that in.
async fn work(mut watch: Watch, relay: Relay, growth: Growth, told: Stop) -> Result<(), Fault> {
    let (stop_watch, watch_told) = Stop::pair();
    let (stop_relay, relay_told) = Stop::pair();
    let watching = async {
        let result = watch.run(&watch_told).await;
        stop_relay.stop();
        result
    };
    let relaying = async {
        let result = relay.run(&relay_told, &|| None).await.map(|_| ());
        if result.is_err() {
            stop_watch.stop();
        }
        result
    };
    let stopping = async {
        // Waits until it is told to stop, since there is no other work.
        let _: Option<()> = told.or(std::future::pending()).await;
        stop_watch.stop();
    };
    let mut work = Box::pin(async { tokio::join!(watching, relaying, growth.run(&relay_told)) });
    let (watched, relayed, ()) = tokio::select! {
        biased;
        results = &mut work => results,
        () = stopping => work.await,
    };
    watched.and(relayed)
}
