//! `serve` takes actions of offices over NATS, and what they do about alerts.
//!
//! Invariant: each request is answered after its commit, or not at all; then the office retries, which records nothing
//! twice. The bytes of requests in progress are limited; beyond the limit the reply is `busy`. Each office has a budget
//! a minute, and the offices take turns. At a stop, every request that this process received is finished.

mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::action::OfficeCode;
use engine::decide::Alerts;
use projections::subjects::Asks;
use service::backoff::Backoff;
use service::clock::{SteadyClock as _, SystemSteadyClock};
use service::figures::Figures;
use service::intake::budget::{Budget, Budgets};
use service::intake::reply::{Reply, Trouble as NotTaken};
use service::intake::{Intake, Taken};
use service::lifecycle::Stop;
use service::trouble::Trouble;
use service::watch::clock_doubt::ClockDoubt;
use tokio::task::{Id, JoinError, JoinSet};

use crate::requests::{Request, Requests};
use crate::{NatsFault, Servers};
use waiting::{Turn, Waiting};

/// The pause after a fault that needs a change of settings: permissions may be changed while we run.
const WAIT_FOR_SETTINGS: Duration = Duration::from_secs(30);
/// How many rejections may be in flight.
const MOST_REFUSALS: usize = 1_024;

/// The part of `serve` that takes actions.
pub struct Actions {
    intake: Arc<Intake>,
    servers: Arc<Servers>,
    doubt: Arc<ClockDoubt>,
    budget: Budget,
    figures: Arc<Figures>,
}

impl Actions {
    /// Takes actions from these servers.
    pub fn new(intake: Intake, servers: Arc<Servers>, doubt: Arc<ClockDoubt>, budget: Budget) -> Self {
        Self { intake: Arc::new(intake), servers, doubt, budget, figures: Arc::default() }
    }

    /// The same, which counts the requests that it turns away in `figures`.
    #[must_use]
    pub fn counting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// Takes actions until the stop signal. Retries while NATS is unavailable.
    pub async fn run(&self, stop: &Stop) {
        let mut desk = Desk::of(self);
        let mut trouble = Trouble::none();
        let mut backoff = Backoff::NATS;
        while !stop.is_set() {
            let Err(fault) = self.until_broken(stop, &mut desk, &mut backoff, &mut trouble).await else { break };
            let settings = !fault.passes();
            let reason = fault.to_string();
            if trouble.is_news(fault) {
                tracing::error!(%reason, "not accepting actions over NATS until this is fixed; alerts are unaffected");
            }
            let pause = tokio::time::sleep(if settings { WAIT_FOR_SETTINGS } else { backoff.pause() });
            stop.or(desk.work_for(pause)).await;
        }
        desk.finish().await;
    }

    async fn until_broken(
        &self,
        stop: &Stop,
        desk: &mut Desk<'_>,
        backoff: &mut Backoff,
        trouble: &mut Trouble<NatsFault>,
    ) -> Result<(), NatsFault> {
        let opening = Box::pin(Requests::open(&self.servers));
        let Some(opened) = stop.or(desk.work_for(opening)).await else { return Ok(()) };
        let mut requests = opened?;
        tracing::info!(server = requests.server(), "taking actions over NATS");
        while let Some(request) = stop.or(desk.work_for(requests.next())).await {
            let request = request?;
            backoff.reset();
            trouble.is_over();
            desk.take(request);
        }
        for request in requests.leave().await {
            desk.take(request);
        }
        Ok(())
    }
}

/// The queue of requests, and the requests in progress.
struct Desk<'a> {
    actions: &'a Actions,
    waiting: Waiting<Request>,
    budgets: Budgets,
    steady: SystemSteadyClock,
    /// The requests in progress; each returns how many events it caused.
    at_work: JoinSet<usize>,
    whose: HashMap<Id, (OfficeCode, usize)>,
    refusals: JoinSet<()>,
}

impl<'a> Desk<'a> {
    fn of(actions: &'a Actions) -> Self {
        Self {
            actions,
            waiting: Waiting::new(),
            budgets: Budgets::of(actions.budget),
            steady: SystemSteadyClock::start(),
            at_work: JoinSet::new(),
            whose: HashMap::new(),
            refusals: JoinSet::new(),
        }
    }

    /// Queues a request, or rejects it.
    fn take(&mut self, request: Request) {
        let (office, bytes) = (request.office.clone(), request.payload.len());
        match self.budgets.take(&office, bytes, self.steady.running()) {
            Err((spent, retry_after)) => {
                self.actions.figures.turned_away.budget.add(1);
                self.refuse(request, &NotTaken::Budget { spent, retry_after });
            }
            Ok(()) => {
                if let Err(request) = self.waiting.push(office, bytes, request) {
                    self.actions.figures.turned_away.busy.add(1);
                    self.refuse(request, &NotTaken::Busy);
                }
            }
        }
        self.begin();
    }

    /// Replies that nothing of a request was recorded. An office that gets no reply retries.
    fn refuse(&mut self, request: Request, why: &NotTaken) {
        while self.refusals.try_join_next().is_some() {}
        if self.refusals.len() < MOST_REFUSALS {
            let reply = Reply::of_trouble(&request.office, why).to_json();
            self.refusals.spawn(request.answer(reply));
        }
    }

    /// Starts work on the next requests of the queue.
    fn begin(&mut self) {
        while let Some(Turn { office, size, request }) = self.waiting.next() {
            let (intake, doubt) = (Arc::clone(&self.actions.intake), Arc::clone(&self.actions.doubt));
            let work = self.at_work.spawn(work_on(intake, doubt, request));
            self.whose.insert(work.id(), (office, size));
        }
    }

    /// Continues the work until `other` is ready.
    async fn work_for<T>(&mut self, other: impl Future<Output = T>) -> T {
        tokio::pin!(other);
        loop {
            tokio::select! {
                biased;
                Some(done) = self.at_work.join_next_with_id() => self.done(done),
                result = &mut other => return result,
            }
        }
    }

    fn done(&mut self, done: Result<(Id, usize), JoinError>) {
        let (id, events) = done.unwrap_or_else(|error| (error.id(), 0));
        if let Some((office, size)) = self.whose.remove(&id) {
            self.waiting.done(&office, size);
            self.budgets.add_events(&office, events);
        }
        self.begin();
    }

    /// Finishes all queued requests.
    async fn finish(&mut self) {
        while let Some(done) = self.at_work.join_next_with_id().await {
            self.done(done);
        }
        while self.refusals.join_next().await.is_some() {}
    }
}

/// Records what a request says and replies; returns how many events it caused.
async fn work_on(intake: Arc<Intake>, doubt: Arc<ClockDoubt>, mut request: Request) -> usize {
    // While the clock is in doubt alerts are held back, as for an import beside `serve`.
    let alerts = if doubt.stands() { Alerts::HeldBack } else { Alerts::Raised };
    let payload = std::mem::take(&mut request.payload);
    let Taken { reply, events } = match request.asks {
        Asks::Actions => intake.take(&request.office, payload, alerts).await,
        Asks::Inbox => intake.handle(&request.office, &payload, alerts).await,
    };
    let Reply { recorded, known, refused, again, .. } = reply;
    tracing::info!(office = %request.office, asks = ?request.asks, recorded, known, refused, again, "received over NATS");
    request.answer(reply.to_json()).await;
    events
}
