//! `serve` takes actions of offices over NATS.
//!
//! Invariant: each request is answered after its commit, or not at all, and then the office sends it again, which adds
//! nothing twice. What is under way at once is bounded in bytes; more than that is answered as busy. At a stop what
//! was handed to this process is finished.

use std::sync::Arc;
use std::time::Duration;

use engine::case::Alerts;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Stop, Trouble};
use crate::intake::Intake;
use crate::intake::reply::{Reply, Trouble as NotTaken};
use crate::nats::requests::{Request, Requests};
use crate::nats::{NatsFault, Servers};
use crate::store::CaseStore;
use crate::watch::clock_doubt::ClockDoubt;

/// The first and the longest wait before NATS is tried again.
const WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long to wait where waiting alone doesn't help: permissions may be changed while we run.
const WAIT_FOR_SETTINGS: Duration = Duration::from_secs(30);
/// How much may be under way at once, in KiB of requests.
const ROOM: usize = 16 << 10;
/// How much of that a request takes at the least: what it costs beside its bytes.
const LEAST: usize = 64;

/// The part of `serve` that takes actions.
pub(super) struct Actions<S: ?Sized> {
    intake: Arc<Intake<S>>,
    servers: Arc<Servers>,
    doubt: Arc<ClockDoubt>,
    room: Arc<Semaphore>,
}

impl<S: CaseStore + ?Sized + 'static> Actions<S> {
    pub fn new(intake: Intake<S>, servers: Arc<Servers>, doubt: Arc<ClockDoubt>) -> Self {
        Self { intake: Arc::new(intake), servers, doubt, room: Arc::new(Semaphore::new(ROOM)) }
    }

    /// Takes actions until told to stop, through every absence of NATS.
    pub async fn run(&self, stop: &Stop) {
        let mut under_way = JoinSet::new();
        let mut trouble = Trouble::none();
        let mut wait = WAIT.0;
        while !stop.is_set() {
            let Err(fault) = self.until_broken(stop, &mut under_way, &mut wait, &mut trouble).await else { break };
            let settings = !fault.passes();
            let reason = fault.to_string();
            if trouble.is_news(fault) {
                tracing::error!(%reason, "no actions are taken over NATS until this is mended; alerts are not concerned");
            }
            stop.or(tokio::time::sleep(if settings { WAIT_FOR_SETTINGS } else { wait })).await;
            wait = (wait * 2).min(WAIT.1);
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn until_broken(
        &self,
        stop: &Stop,
        under_way: &mut JoinSet<()>,
        wait: &mut Duration,
        trouble: &mut Trouble<NatsFault>,
    ) -> Result<(), NatsFault> {
        let Some(opened) = stop.or(Box::pin(Requests::open(&self.servers))).await else { return Ok(()) };
        let mut requests = opened?;
        tracing::info!(server = requests.server(), "taking actions over NATS");
        while let Some(request) = stop.or(requests.next()).await {
            let request = request?;
            *wait = WAIT.0;
            trouble.is_over();
            while under_way.try_join_next().is_some() {}
            self.begin(request, under_way).await;
        }
        for request in requests.leave().await {
            self.begin(request, under_way).await;
        }
        Ok(())
    }

    /// Begins the work on a request, or says that there is no room for it.
    async fn begin(&self, request: Request, under_way: &mut JoinSet<()>) {
        let size = (request.payload.len() >> 10).clamp(LEAST, ROOM);
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(size) else {
            let busy = Reply::of_trouble(&request.office, &NotTaken::Busy);
            return request.answer(busy.to_json()).await;
        };
        let (intake, doubt) = (Arc::clone(&self.intake), Arc::clone(&self.doubt));
        under_way.spawn(async move {
            // What rests on a clock in doubt waits, as with an import beside us.
            let alerts = if doubt.stands() { Alerts::HeldBack } else { Alerts::Raised };
            let reply = intake.take(&request.office, &request.payload, alerts).await;
            let Reply { recorded, known, refused, again, .. } = reply;
            tracing::info!(office = %request.office, recorded, known, refused, again, "actions came over NATS");
            request.answer(reply.to_json()).await;
            drop(room);
        });
    }
}
