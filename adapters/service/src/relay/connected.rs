//! A relay with a connection: sends what waits, notes what was acknowledged, and looks after the stream meanwhile.
//!
//! Invariant: what is sent names the message that it is to stand behind; what is acknowledged at another place ends the
//! connection, and the stream is read again.

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

/// How often a relay that waits for a change shows that it is alive, and asks whether the store is.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many deliveries may wait for their marks.
const MOST_UNMARKED: usize = 4 * IN_FLIGHT;
/// How often a relay that has nothing to publish sees that the stream is still there: one that was deleted is made anew
/// and filled again within five seconds.
const LOOK_AT_THE_STREAM_EVERY: Duration = Duration::from_secs(2);

/// Until the stream is looked at again.
pub(super) fn next_look() -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(LOOK_AT_THE_STREAM_EVERY))
}

/// A relay with a connection, all that the stream holds being marked.
pub struct Connected<'r> {
    pub(super) relay: &'r Relay,
    pub(super) session: Box<dyn Session>,
    /// Every alert up to this sequence of the stream is marked, or soon will be.
    pub(super) known: u64,
    /// Alerts of the stream that the log didn't know when it was read back, with their sequences.
    pub(super) unknown: HashMap<Uuid, There>,
    /// The last alert that was sent, which the next one has to stand behind.
    pub(super) sent: After,
    /// What was sent and isn't acknowledged yet, in order.
    pub(super) under_way: VecDeque<UnderWay>,
    /// What was acknowledged and is not marked yet.
    pub(super) unmarked: Vec<Delivery>,
    /// Another relay was faster with what was sent last.
    pub(super) outrun: bool,
    /// Until the stream is looked at while nothing is to be published.
    pub(super) next_look: Pin<Box<Sleep>>,
    /// The words of an alert are those of the rulebook that it was raised under.
    pub(super) shelf: Rulebooks,
}

impl Connected<'_> {
    /// Publishes what waits behind `after`, as much as may be under way at once, and marks it. Gives the place of the last
    /// alert that it looked at; none if nothing waits.
    ///
    /// # Errors
    /// At the first alert that isn't acknowledged, all before it being marked. The connection is then to be given up: it
    /// isn't known whether that alert stands in the stream.
    pub async fn tick(&mut self, after: Position) -> Result<Option<Position>, RelayFault> {
        let published = self.publish(after).await?;
        self.settled().await?;
        Ok(published)
    }

    /// As [`Connected::tick`], but waits neither for the acknowledgements, as long as there is room for more, nor for the
    /// marks, unless they are very many. What a crash leaves unmarked is read back from the stream.
    pub(super) async fn publish(&mut self, after: Position) -> Result<Option<Position>, RelayFault> {
        self.relay.figures.relay.comes_round();
        self.acknowledged(IN_FLIGHT / 2).await?;
        if self.under_way.is_empty() {
            // Before the look at the outbox: what another relay has marked by now isn't in it any more.
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

    /// Waits until all that was sent is acknowledged, and marks it.
    pub(super) async fn settled(&mut self) -> Result<(), RelayFault> {
        self.acknowledged(0).await?;
        self.marked().await
    }

    /// Marks all that was acknowledged.
    async fn marked(&mut self) -> Result<(), RelayFault> {
        if !self.unmarked.is_empty() {
            tracing::debug!(alerts = self.unmarked.len(), "published");
            self.relay.store.delivered(std::mem::take(&mut self.unmarked)).await?;
        }
        Ok(())
    }

    /// Marks alerts that stand in the stream from before the log knew them; gives the others.
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
            tracing::info!(alerts = there.len(), "these stand in the stream already: marked, and not sent again");
            self.relay.store.delivered(there).await?;
        }
        Ok(left)
    }

    /// Sends the alerts one after the other without waiting, up to the first that can't be sent.
    async fn send(&mut self, rows: &[Stored]) -> Result<(), BrokerFault> {
        for row in rows {
            // The outbox holds nothing but alerts.
            let Some((_, kind)) = row.event.fact.alert() else { continue };
            let Some(message) = self.relay.message(row, &self.shelf) else { continue };
            let alert = message.id;
            match self.session.send(message, self.sent).await {
                Ok(answer) => {
                    self.sent = After { sequence: self.sent.sequence + 1, alert: Some(alert) };
                    let place = self.sent.sequence;
                    self.under_way.push_back(UnderWay { position: row.position, alert, kind, place, answer });
                }
                // It must not keep the others back, and as it wasn't sent it leaves no gap.
                Err(BrokerFault::TooLong(reason)) => {
                    tracing::error!(case = %row.case, %alert, %reason, "an alert cannot be published");
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Takes the acknowledgements that have come, in order, and waits until no more than `most` are out. At the first that
    /// stays away or is not for the place that the alert was meant to have, all before it are marked.
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

    /// Whether what the server takes an alert for a double of is that alert: it compares nothing but the id.
    async fn is_there(&mut self, position: Position, alert: Uuid, sequence: u64) -> Result<bool, RelayFault> {
        let rows = self.relay.store.outbox(Position(position.0 - 1), 1).await?;
        let Some(row) = rows.first().filter(|row| row.position == position) else {
            // Another relay has looked, and marked it.
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
        // A double of ours at its very place was put there by another relay, which counts as well. One further on has
        // something before it that we don't know of. One at 0 is stored nowhere that the server could name.
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

    /// Waits until the store changes or it is time to stop; looks after the stream meanwhile.
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
            // Asked also where nothing has changed: it says so when nothing can be written any more.
            if self.relay.store.change_counter().await? != counter {
                return Ok(());
            }
        }
    }
}

/// An alert that was sent and not yet acknowledged.
pub(super) struct UnderWay {
    position: Position,
    alert: Uuid,
    kind: Kind,
    /// The sequence that it has if it stands where it was meant to.
    place: u64,
    answer: Answer,
}
