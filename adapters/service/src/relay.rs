//! The relay: publishes alerts from the outbox to NATS, in the order of the log.
//!
//! Invariants.
//! - No alert is lost: it leaves the outbox only after the server's acknowledgement.
//! - No alert is in the stream twice, however many relays of one log run and however long one of them was suspended. A
//!   relay publishes only while it knows the stream's last sequence and every alert up to there is marked as delivered,
//!   or is being marked by this relay. Each message names the message that it must follow; the server refuses it if
//!   another one came in between.
//! - Deliveries are marked in the order of the stream. So an alert that was published and not marked lies after the
//!   last marked sequence; it is read back and marked before anything is published on a new connection.
//! - A log restored from a backup has gaps among its marks. Messages in those gaps are read back too, and marked when
//!   the log raises their alerts again.
//! - The next alert is chosen by its missing mark and not by its position: a later row may become visible earlier, so
//!   the outbox is read from its start.

mod catch_up;
mod connected;
mod strangers;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::{Rulebook, Rulebooks};
use projections::message::{Message, message};
use store::{CaseStore, Fault, Position, Stored};

use catch_up::{CatchUp, CaughtUp, Gaps};
pub use connected::Connected;
use connected::next_look;
use strangers::Strangers;

use crate::backoff::Backoff;
use crate::broker::{After, Broker, BrokerFault};
use crate::clock::{Clock, SteadyClock as _, SystemSteadyClock};
use crate::figures::Figures;
use crate::lifecycle::Stop;
use crate::trouble::Trouble;

/// How long the relay continues after its last position while there is always more. Then it starts again from the
/// beginning of the outbox, since an earlier row may become visible late.
const FROM_THE_BEGINNING: Duration = Duration::from_secs(1);
/// How long this relay pauses after another one was faster: long enough not to compete for every alert, short enough to
/// take over soon if the other one dies.
const STAND_BY: Duration = Duration::from_millis(500);

/// Why the relay cannot continue for now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayFault {
    /// The server that keeps the stream of alerts.
    #[error(transparent)]
    Broker(#[from] BrokerFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// Why a relay has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It got the stop signal.
    Told,
    /// NATS was unavailable for longer than the relay's patience.
    WithoutNats,
}

/// The relay of one store to one NATS system.
pub struct Relay {
    store: Arc<dyn CaseStore>,
    book: Arc<Rulebook>,
    clock: Arc<dyn Clock>,
    broker: Arc<dyn Broker>,
    installation: String,
    figures: Arc<Figures>,
    history: History,
}

/// What a relay remembers across connections.
#[derive(Default)]
struct History {
    gaps: Gaps,
    strangers: Strangers,
}

impl Relay {
    /// A relay; `installation` is the name in the messages' `source`.
    pub fn new(
        store: Arc<dyn CaseStore>,
        book: Arc<Rulebook>,
        clock: Arc<dyn Clock>,
        broker: Arc<dyn Broker>,
        installation: String,
    ) -> Self {
        Self { store, book, clock, broker, installation, figures: Arc::default(), history: History::default() }
    }

    /// The same relay, which reports its activity and its counts in `figures`.
    #[must_use]
    pub fn noting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// Connects, creates or checks the stream, and marks the alerts that it already contains.
    ///
    /// # Errors
    /// If NATS is unavailable or its settings are unsafe for alerts, or the store cannot be read.
    pub async fn connect(&self) -> Result<Connected<'_>, RelayFault> {
        let session = self.broker.connect().await?;
        let books = Rulebooks::new(Arc::clone(&self.book), self.store.rulebooks().await?);
        let CaughtUp { last, marked, unknown } = catch_up::catch_up(CatchUp {
            store: self.store.as_ref(),
            clock: self.clock.as_ref(),
            session: session.as_ref(),
            gaps: &self.history.gaps,
            substance: &|row| self.message(row, &books)?.substance(),
            read_on: &|| self.figures.relay.comes_round(),
        })
        .await?;
        tracing::info!(server = session.server(), marked, "connected to NATS");
        self.history.strangers.notice(self.store.as_ref(), &unknown, last, &self.figures).await?;
        Ok(Connected {
            relay: self,
            session,
            known: last,
            unknown,
            sent: After { sequence: last, alert: None },
            under_way: VecDeque::new(),
            unmarked: Vec::new(),
            outrun: false,
            next_look: next_look(),
            shelf: books,
        })
    }

    /// The message for an alert of the outbox; `None` if the row is not an alert.
    fn message(&self, row: &Stored, books: &Rulebooks) -> Option<Message> {
        message(&row.case, &row.event, books.book(row.event.rulebook), &self.installation)
    }

    /// Publishes until the stop signal. Retries while NATS is unavailable, for as long as `patience` gives (`None`:
    /// without limit); `patience` is called at each attempt.
    ///
    /// # Errors
    /// If the store is damaged, or the program has to be restarted.
    pub async fn run(&self, stop: &Stop, patience: &(dyn Fn() -> Option<Duration> + Sync)) -> Result<Ended, Fault> {
        self.figures.relay.comes_round();
        let result = self.publish(stop, patience).await;
        self.figures.nats_connected.set(false);
        self.figures.relay.rests();
        result
    }

    async fn publish(&self, stop: &Stop, patience: &(dyn Fn() -> Option<Duration> + Sync)) -> Result<Ended, Fault> {
        let mut backoff = Backoff::NATS;
        let mut trouble = Trouble::none();
        let mut away_since = None;
        while !stop.is_set() {
            self.figures.relay.comes_round();
            let fault = match self.until_broken(stop, &mut backoff, &mut trouble).await {
                Ok(()) => break,
                Err(RelayFault::Broker(BrokerFault::MovedOn(_))) => {
                    tracing::debug!("another relay or program has published: reading the stream again");
                    stop.or(tokio::time::sleep(STAND_BY)).await;
                    continue;
                }
                Err(RelayFault::Store(fault @ (Fault::Corrupt(_) | Fault::Restart(_)))) => return Err(fault),
                Err(fault) => fault,
            };
            let reason = fault.to_string();
            self.figures.nats_connected.set(false);
            self.figures.relay.is_in_trouble(&reason);
            let nats_is_away = matches!(fault, RelayFault::Broker(_));
            // A fresh backoff means that the relay worked in between.
            away_since = away_since.filter(|_| nats_is_away && !backoff.is_fresh());
            let away = away_since.get_or_insert_with(SystemSteadyClock::start).running();
            if nats_is_away && patience().is_some_and(|patience| away >= patience) {
                tracing::warn!(%reason, "this process cannot publish alerts; handing over to another");
                return Ok(Ended::WithoutNats);
            }
            if trouble.is_news(fault) {
                tracing::error!(%reason, "alerts wait in the outbox until this is fixed");
            }
            stop.or(tokio::time::sleep(backoff.pause())).await;
        }
        Ok(Ended::Told)
    }

    async fn until_broken(
        &self,
        stop: &Stop,
        backoff: &mut Backoff,
        trouble: &mut Trouble<RelayFault>,
    ) -> Result<(), RelayFault> {
        let Some(connected) = stop.or(Box::pin(self.connect())).await else { return Ok(()) };
        let mut connected = connected?;
        self.figures.nats_connected.set(true);
        loop {
            let stopping = stop.is_set();
            let counter = self.store.change_counter().await?;
            let (mut after, begun) = (Position(0), SystemSteadyClock::start());
            let is_through = loop {
                let Some(last) = connected.publish(after).await? else { break true };
                after = last;
                if stop.is_set() || begun.running() >= FROM_THE_BEGINNING {
                    break stop.is_set();
                }
                if connected.outrun {
                    stop.or(tokio::time::sleep(STAND_BY)).await;
                }
            };
            connected.settled().await?;
            if stopping {
                return Ok(());
            }
            backoff.reset();
            self.figures.relay.is_well();
            if trouble.is_over() {
                tracing::info!("alerts are published again");
            }
            if is_through {
                connected.until_changed(counter, stop).await?;
            }
        }
    }
}
