//! A simulated NATS: one stream, which answers as a real server does, and a network that doesn't.
//!
//! Invariant: a message is stored right behind the one that its sender names, or not at all. What is under way when
//! its sender dies arrives all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::{BoxStream, try_unfold};
use projections::message::{Message, Substance};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use service::broker::{Ack, After, Answer, Broker, BrokerFault, Held, Kept, Session};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::disk::MachineDisk;
use super::history::NatsTrouble;
use super::sabotage::Sabotage;

const SERVER: &str = "simulated";
/// How long a client waits for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How long the server knows an id again, if it does.
const REMEMBERS: Duration = Duration::from_mins(2);
/// How many messages are read back at once.
const BATCH: usize = 3;

/// The server and the network around it.
pub(super) struct Nats {
    remembers_ids: bool,
    sabotage: Option<Sabotage>,
    state: Mutex<State>,
    /// Counts up when every connection breaks.
    outages: watch::Sender<u64>,
}

struct State {
    stream: Vec<Stored>,
    trouble: Option<NatsTrouble>,
    random: ChaCha8Rng,
    acknowledged: u64,
}

/// A message of the stream.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub alert: Uuid,
    pub subject: String,
    says: Option<Substance>,
    at: Instant,
}

impl Stored {
    fn of(message: &Message, at: Instant) -> Self {
        Self { alert: message.id, subject: message.subject.clone(), says: message.substance(), at }
    }
}

impl Nats {
    pub fn new(seed: u64, remembers_ids: bool, sabotage: Option<Sabotage>) -> Arc<Self> {
        let random = ChaCha8Rng::seed_from_u64(seed);
        let state = State { stream: Vec::new(), trouble: None, random, acknowledged: 0 };
        Arc::new(Self { remembers_ids, sabotage, state: Mutex::new(state), outages: watch::Sender::new(0) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it does from now on; none: what it should. Chance begins anew, from `seed`.
    pub fn trouble(&self, trouble: Option<NatsTrouble>, seed: u64) {
        let mut state = self.state();
        (state.trouble, state.random) = (trouble, ChaCha8Rng::seed_from_u64(seed));
        if trouble == Some(NatsTrouble::Away) {
            self.outages.send_modify(|outages| *outages += 1);
        }
    }

    /// Whether it does what it should.
    pub fn is_well(&self) -> bool {
        self.state().trouble.is_none()
    }

    /// The messages of the stream behind the first so many.
    pub fn stream(&self, behind: usize) -> Vec<Stored> {
        self.state().stream.get(behind..).unwrap_or_default().to_vec()
    }

    fn is(&self, trouble: NatsTrouble) -> bool {
        self.state().trouble == Some(trouble)
    }

    /// One in so many times, while NATS has this trouble.
    fn strikes(&self, trouble: NatsTrouble, in_so_many: u32) -> bool {
        let mut state = self.state();
        state.trouble == Some(trouble) && state.random.random_ratio(1, in_so_many)
    }

    /// A message arrives at the server.
    fn arrives(&self, message: &Message, after: After) -> Result<Ack, BrokerFault> {
        if self.is(NatsTrouble::Away) {
            return Err(lost("the server is away"));
        }
        let now = Instant::now();
        let mut state = self.state();
        if self.remembers_ids
            && let Some(place) = state.stream.iter().position(|stored| stored.alert == message.id)
            && now.duration_since(state.stream[place].at) < REMEMBERS
        {
            return Ok(Ack { sequence: place as u64 + 1, duplicate: true });
        }
        let last = state.stream.len() as u64;
        let fits = after.sequence == last
            && after.alert.is_none_or(|alert| state.stream.last().is_some_and(|stored| stored.alert == alert));
        if !fits && self.sabotage != Some(Sabotage::BrokerWithoutAFence) {
            return Err(BrokerFault::MovedOn(SERVER.to_owned()));
        }
        state.acknowledged += 1;
        if self.sabotage == Some(Sabotage::BrokerLosesWhatItAcknowledged)
            && state.acknowledged.is_multiple_of(5)
            && let Some(before) = state.stream.last().cloned()
        {
            state.stream.push(Stored { at: now, ..before });
            return Ok(Ack { sequence: last + 1, duplicate: false });
        }
        let stored = Stored::of(message, now);
        state.stream.push(stored.clone());
        if self.sabotage == Some(Sabotage::AlertDoubledUnderAnotherId) && state.acknowledged.is_multiple_of(5) {
            let alert = Uuid::new_v5(&message.id, b"another");
            state.stream.push(Stored { alert, ..stored });
        }
        Ok(Ack { sequence: last + 1, duplicate: false })
    }

    /// How long a message takes.
    fn delay(&self) -> Duration {
        let mut state = self.state();
        match state.trouble {
            Some(NatsTrouble::Slow) => Duration::from_millis(state.random.random_range(1..20_000)),
            Some(NatsTrouble::Reordering) => Duration::from_millis(state.random.random_range(1..50)),
            _ => Duration::from_millis(2),
        }
    }
}

fn lost(reason: &str) -> BrokerFault {
    BrokerFault::lost(SERVER, reason)
}

/// NATS as one process sees it.
pub(super) struct Line {
    pub nats: Arc<Nats>,
    /// Whether the process is alive: a dead one sends nothing.
    pub alive: Arc<AtomicBool>,
    /// Nor does one without power.
    pub machine: Arc<MachineDisk>,
}

#[async_trait]
impl Broker for Line {
    async fn connect(&self) -> Result<Box<dyn Session>, BrokerFault> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        if self.nats.is(NatsTrouble::Away) {
            return Err(BrokerFault::Away("the server is away".to_owned()));
        }
        let outages = self.nats.outages.subscribe();
        let (nats, alive, machine) = (Arc::clone(&self.nats), Arc::clone(&self.alive), Arc::clone(&self.machine));
        Ok(Box::new(Open { nats, alive, machine, outages, last: Mutex::new(Instant::now()) }))
    }
}

/// A connection.
struct Open {
    nats: Arc<Nats>,
    alive: Arc<AtomicBool>,
    machine: Arc<MachineDisk>,
    outages: watch::Receiver<u64>,
    /// When the last message arrives: they stay in order unless the network has trouble.
    last: Mutex<Instant>,
}

impl Open {
    fn check(&self) -> Result<(), BrokerFault> {
        let dead = !self.alive.load(Ordering::Relaxed) || self.machine.is_off();
        if dead || self.outages.has_changed().unwrap_or(true) {
            return Err(lost("the connection broke"));
        }
        Ok(())
    }

    fn arrival(&self) -> Instant {
        let at = Instant::now() + self.nats.delay();
        if self.nats.is(NatsTrouble::Reordering) {
            return at;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = at.max(*last + Duration::from_millis(1));
        *last
    }

    /// Sends a message on its way; what becomes of it.
    fn post(&self, message: Message, after: After) -> oneshot::Receiver<Result<Ack, BrokerFault>> {
        let (answer, answered) = oneshot::channel();
        let (nats, arrival) = (Arc::clone(&self.nats), self.arrival());
        if nats.strikes(NatsTrouble::LosingMessages, 4) {
            return answered;
        }
        tokio::spawn(async move {
            tokio::time::sleep_until(arrival).await;
            let outcome = nats.arrives(&message, after);
            if !nats.strikes(NatsTrouble::LosingAnswers, 4) {
                // The sender may have given up.
                let _ = answer.send(outcome);
            }
        });
        answered
    }
}

#[async_trait]
impl Session for Open {
    fn server(&self) -> &'static str {
        SERVER
    }

    async fn held(&self) -> Result<Held, BrokerFault> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.check()?;
        let last = self.nats.state().stream.len() as u64;
        Ok(Held { first: u64::from(last > 0), last })
    }

    fn read_back(&self, from: u64) -> BoxStream<'_, Result<Vec<Kept>, BrokerFault>> {
        try_unfold(from, move |from| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.check()?;
            if self.nats.strikes(NatsTrouble::Reordering, 4) {
                // A replica that is behind.
                return Ok(None);
            }
            let behind = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
            let kept: Vec<Kept> = (from..)
                .zip(self.nats.stream(behind))
                .map(|(sequence, stored)| Kept { sequence, alert: Some(stored.alert), says: stored.says })
                .take(BATCH)
                .collect();
            let next = from + kept.len() as u64;
            Ok((!kept.is_empty()).then_some((kept, next)))
        })
        .boxed()
    }

    async fn send(&self, message: Message, after: After) -> Result<Answer, BrokerFault> {
        self.check()?;
        let answered = self.post(message.clone(), after);
        if self.nats.strikes(NatsTrouble::Doubling, 2) {
            drop(self.post(message, after));
        }
        let outages = self.outages.clone();
        Ok(Box::pin(async move {
            let mut outages = outages;
            tokio::select! {
                biased;
                answer = answered => answer.map_err(|_| lost("no answer came"))?,
                _ = outages.changed() => Err(lost("the connection broke")),
                () = tokio::time::sleep(ANSWER_WITHIN) => Err(lost("no answer came in time")),
            }
        }))
    }

    async fn broken(&self) -> BrokerFault {
        let mut outages = self.outages.clone();
        // The server outlives every connection to it.
        let _ = outages.changed().await;
        lost("the connection broke")
    }
}
