//! A connected relay: publishes the backlog, marks acknowledged alerts, and checks the stream while idle.
//!
//! Invariant: each message names the message that it must follow. An acknowledgement with another sequence than
//! expected ends the connection, and the stream is read again.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::time::Duration;

use engine::alert::Kind;
use engine::rulebook::Rulebooks;
use futures::{FutureExt as _, TryStreamExt as _};
use store::{Delivery, Position, Stored};
use tokio::time::Sleep;
use uuid::Uuid;

use super::catch_up::There;
use super::{Relay, RelayFault};
use crate::broker::{Ack, After, Answer, BrokerFault, IN_FLIGHT, Session};
use crate::lifecycle::Stop;

/// How often an idle relay reports that it is alive and checks that the store is.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many acknowledged deliveries may be unmarked.
const MOST_UNMARKED: usize = 4 * IN_FLIGHT;
/// How often an idle relay checks that the stream still exists. A deleted stream is created and filled again within
/// five seconds.
const LOOK_AT_THE_STREAM_EVERY: Duration = Duration::from_secs(2);

/// A timer until the next check of the stream.
pub(super) fn next_look() -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(LOOK_AT_THE_STREAM_EVERY))
}

/// A connected relay; every alert in the stream is marked.
pub struct Connected<'r> {
    pub(super) relay: &'r Relay,
    pub(super) session: Box<dyn Session>,
    /// Every alert up to this sequence of the stream is marked, or soon will be.
    pub(super) known: u64,
    /// Alerts in the stream that were not in the log when the stream was read back.
    pub(super) unknown: HashMap<Uuid, There>,
    /// The last alert that was sent; the next one must follow it.
    pub(super) sent: After,
    /// Alerts sent and not acknowledged yet, in order.
    pub(super) under_way: VecDeque<UnderWay>,
    /// Alerts acknowledged and not marked yet.
    pub(super) unmarked: Vec<Delivery>,
    /// Whether another relay was faster with the alert acknowledged last.
    pub(super) outrun: bool,
    /// The timer until the next check of the stream while idle.
    pub(super) next_look: Pin<Box<Sleep>>,
    /// An alert is worded by the rulebook under which it was raised.
    pub(super) shelf: Rulebooks,
}

impl Connected<'_> {
    /// Publishes one batch of the backlog after the position `after`, and marks it. Returns the position of the last
    /// alert in the batch; `None` if there is no backlog.
    ///
    /// # Errors
    /// At the first alert that is not acknowledged; all alerts before it are marked. The connection must then be given
    /// up: whether that alert is in the stream is unknown.
    pub async fn tick(&mut self, after: Position) -> Result<Option<Position>, RelayFault> {
        let published = self.publish(after).await?;
        self.settled().await?;
        Ok(published)
    }

    /// As [`Connected::tick`], but does not wait for acknowledgements while there is room for more in flight, and marks
    /// only when very many are unmarked. Alerts that a crash leaves unmarked are read back from the stream.
    pub(super) async fn publish(&mut self, after: Position) -> Result<Option<Position>, RelayFault> {
        self.relay.figures.relay.comes_round();
        self.acknowledged(IN_FLIGHT / 2).await?;
        if self.under_way.is_empty() {
            // Before the outbox is read: alerts that another relay has marked are no longer in it.
            self.known = self.known.max(self.relay.store.last_stream_sequence().await?);
            self.sent = After { sequence: self.known, alert: None };
        }
        let rows = self.relay.store.outbox(after, IN_FLIGHT - self.under_way.len()).await?;
        let Some(last) = rows.last().map(|row| row.position) else { return Ok(None) };
        let rows = self.mark_what_is_there(rows).await?;
        if let Err(fault) = self.send(&rows).await {
            self.settled().await?;
            return Err(fault.into());
        }
        self.acknowledged(IN_FLIGHT).await?;
        if self.unmarked.len() >= MOST_UNMARKED {
            self.marked().await?;
        }
        Ok(Some(last))
    }

    /// Waits until every sent alert is acknowledged, and marks them.
    pub(super) async fn settled(&mut self) -> Result<(), RelayFault> {
        self.acknowledged(0).await?;
        self.marked().await
    }

    /// Marks all acknowledged alerts.
    async fn marked(&mut self) -> Result<(), RelayFault> {
        if !self.unmarked.is_empty() {
            tracing::debug!(alerts = self.unmarked.len(), "published");
            self.relay.store.delivered(std::mem::take(&mut self.unmarked)).await?;
        }
        Ok(())
    }

    /// Marks those alerts that the stream contained before the log raised them; returns the others.
    async fn mark_what_is_there(&mut self, rows: Vec<Stored>) -> Result<Vec<Stored>, RelayFault> {
        if self.unknown.is_empty() {
            return Ok(rows);
        }
        let (at, mut there, mut left) = (self.relay.clock.now(), Vec::new(), Vec::new());
        for row in rows {
            let alert = row.event.id(&row.case);
            let found = self.unknown.remove(&alert);
            let substance = || self.relay.message(&row, &self.shelf)?.substance();
            match found.filter(|found| found.is(alert, substance())) {
                Some(There { sequence, .. }) => {
                    there.push(Delivery { position: row.position, alert, stream_sequence: sequence, at });
                }
                None => left.push(row),
            }
        }
        if !there.is_empty() {
            tracing::info!(alerts = there.len(), "alerts already in the stream: marked as delivered, not sent again");
            self.relay.store.delivered(there).await?;
        }
        Ok(left)
    }

    /// Sends the alerts in order without waiting for acknowledgements, up to the first that cannot be sent.
    async fn send(&mut self, rows: &[Stored]) -> Result<(), BrokerFault> {
        for row in rows {
            // The outbox contains only alerts.
            let Some((_, kind)) = row.event.fact.alert() else { continue };
            let Some(message) = self.relay.message(row, &self.shelf) else { continue };
            let alert = message.id;
            match self.session.send(message, self.sent).await {
                Ok(answer) => {
                    self.sent = After { sequence: self.sent.sequence + 1, alert: Some(alert) };
                    let place = self.sent.sequence;
                    self.under_way.push_back(UnderWay { position: row.position, alert, kind, place, answer });
                }
                // It must not block the others; as it was not sent, it leaves no gap in the sequence.
                Err(BrokerFault::TooLong(reason)) => {
                    tracing::error!(case = %row.case, %alert, %reason, "an alert cannot be published");
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Takes the acknowledgements that have arrived, in order, and waits until at most `most` are outstanding. At the
    /// first that is missing or has another sequence than expected, all alerts before it are marked.
    async fn acknowledged(&mut self, most: usize) -> Result<(), RelayFault> {
        while let Some(mut next) = self.under_way.pop_front() {
            let answer = if self.under_way.len() >= most {
                (&mut next.answer).await
            } else if let Some(answer) = (&mut next.answer).now_or_never() {
                answer
            } else {
                self.under_way.push_front(next);
                return Ok(());
            };
            let noted = match answer {
                Ok(ack) if ack.duplicate && !self.is_there(next.position, next.alert, ack.sequence).await? => {
                    Err(self.moved_on())
                }
                answer => answer.and_then(|ack| self.note(&next, ack)),
            };
            if let Err(fault) = noted {
                self.under_way.clear();
                self.marked().await?;
                return Err(fault.into());
            }
        }
        Ok(())
    }

    /// Whether the message that the server calls a duplicate really is this alert: the server compares only the id.
    async fn is_there(&mut self, position: Position, alert: Uuid, sequence: u64) -> Result<bool, RelayFault> {
        let rows = self.relay.store.outbox(Position(position.0 - 1), 1).await?;
        let Some(row) = rows.first().filter(|row| row.position == position) else {
            // Another relay has checked and marked it.
            return Ok(true);
        };
        let kept = self.session.read_back(sequence).try_next().await?.unwrap_or_default();
        let there = kept.first().filter(|kept| kept.sequence == sequence);
        let substance = self.relay.message(row, &self.shelf).and_then(|message| message.substance());
        Ok(there.is_some_and(|kept| There { sequence, says: kept.says }.is(alert, substance)))
    }

    fn moved_on(&self) -> BrokerFault {
        BrokerFault::MovedOn(self.session.server().to_owned())
    }

    /// Notes the acknowledgement of an alert.
    fn note(&mut self, of: &UnderWay, ack: Ack) -> Result<(), BrokerFault> {
        let UnderWay { position, alert, kind, place, .. } = *of;
        self.outrun = ack.duplicate;
        // A duplicate at the expected sequence was published by another relay, which counts as well. A later sequence
        // means that an unknown message lies before it. Sequence 0: the server could not say where it is stored.
        if ack.sequence > place || ack.sequence == 0 || (ack.sequence < place && !ack.duplicate) {
            return Err(self.moved_on());
        }
        if !ack.duplicate {
            self.relay.figures.alerts_published.of(kind).add(1);
        }
        self.known = self.known.max(ack.sequence);
        let at = self.relay.clock.now();
        self.unmarked.push(Delivery { position, alert, stream_sequence: ack.sequence, at });
        Ok(())
    }

    /// Waits until the store changes or the stop signal; checks the stream meanwhile.
    pub(super) async fn until_changed(&mut self, counter: i64, stop: &Stop) -> Result<(), RelayFault> {
        loop {
            self.relay.figures.relay.comes_round();
            if self.next_look.as_mut().now_or_never().is_some() {
                let Some(held) = stop.or(self.session.held()).await else { return Ok(()) };
                if held?.last < self.known {
                    let reason = "the stream of alerts is shorter than it was";
                    return Err(BrokerFault::lost(self.session.server(), reason).into());
                }
                self.next_look = next_look();
            }
            let change = async {
                tokio::select! {
                    biased;
                    fault = self.session.broken() => Err(RelayFault::from(fault)),
                    changed = self.relay.store.changed(counter) => Ok(changed?),
                    () = tokio::time::sleep(LOOK_EVERY) => Ok(()),
                }
            };
            match stop.or(change).await {
                None => return Ok(()),
                Some(result) => result?,
            }
            // Called even if nothing has changed: it fails if the store can no longer be written.
            if self.relay.store.change_counter().await? != counter {
                return Ok(());
            }
        }
    }
}

/// An alert that was sent and is not acknowledged yet.
pub(super) struct UnderWay {
    position: Position,
    alert: Uuid,
    kind: Kind,
    /// The expected sequence in the stream.
    place: u64,
    answer: Answer,
}
