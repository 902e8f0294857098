//! The relay: takes alerts from the outbox to NATS, in the order of the log.
//!
//! Invariants. No alert is lost: it leaves the outbox only after the server's acknowledgement. None stands in the stream
//! twice, however many relays of one log are at work, and however long one of them was stopped: a relay sends only while
//! it knows how far the stream goes and every alert up to there is marked, or being marked by itself; each message names
//! the one that it is to stand behind, and the server refuses it if another has come between. Deliveries are marked in
//! the order of the stream; so whatever was published and not marked lies behind the last marked sequence, and is read
//! back and marked before anything is published on a new connection. A log that was restored from a backup has gaps among
//! its marks: what stands there is read back too, and marked when the log raises it again. What is published next is
//! chosen by the missing mark, not by position: a later row may be visible earlier, so the outbox is read from its start.

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

/// How long the relay goes on behind its last alert while there is always more: one before it may come to be seen late.
const FROM_THE_BEGINNING: Duration = Duration::from_secs(1);
/// How long the field is left to another relay that was faster: long enough not to contend with it for every alert,
/// short enough to take over soon if it dies.
const STAND_BY: Duration = Duration::from_millis(500);

/// Why the relay can't go on for now.
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
    /// It was told to stop.
    Told,
    /// NATS was away for longer than it was to wait.
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

/// What a relay keeps from one connection to the next.
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

    /// The same relay, which notes here that it is at work and counts what it publishes.
    #[must_use]
    pub fn noting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// Connects, makes or checks the stream, and marks what it already holds.
    ///
    /// # Errors
    /// If NATS is away or not fit for alerts, or the store can't be read.
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

    /// What an alert of the outbox is published as; none if it is no alert.
    fn message(&self, row: &Stored, books: &Rulebooks) -> Option<Message> {
        message(&row.case, &row.event, books.book(row.event.rulebook), &self.installation)
    }

    /// Publishes until told to stop, through every absence of NATS that lasts no longer than `patience` gives (none: without
    /// end), which is asked at each attempt.
    ///
    /// # Errors
    /// If the store is damaged, or the program has to be started again.
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
                    tracing::debug!("another relay is at work, or something else publishes: reading the stream again");
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
            // A wait that is the first again says that all was well in between.
            away_since = away_since.filter(|_| nats_is_away && !backoff.is_fresh());
            let away = away_since.get_or_insert_with(SystemSteadyClock::start).running();
            if nats_is_away && patience().is_some_and(|patience| away >= patience) {
                tracing::warn!(%reason, "alerts can't be published from here: another process shall try");
                return Ok(Ended::WithoutNats);
            }
            if trouble.is_news(fault) {
                tracing::error!(%reason, "alerts wait in the outbox until this is mended");
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
