//! The second check: an apparent difference may be work in progress, so it is checked again until nothing changes.
//!
//! Invariant: a reported difference was found at two checks. Before the second one, no apparent difference was resolved
//! for as long as the patience of the settings.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Case;
use store::{Delivery, Fault, Position};
use uuid::Uuid;

use super::result::{Difference, DifferenceKind, Differences};
use super::walk::{Missing, Walked, missing, of};
use super::{DELIVERED_WITHIN_SECONDS, ReconcileFault, Reconciler};
use crate::broker::{BrokerFault, Published};

/// How long between two checks.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many marks are read at a time.
const PAGE: usize = 512;

/// The apparent differences.
pub(super) struct Suspicions {
    untold: BTreeMap<CaseRef, Vec<Missing>>,
    alerts: BTreeMap<Position, Suspicion>,
    /// How many alerts wait for their delivery, and not yet too long.
    pub waiting: u64,
}

struct Suspicion {
    alert: Uuid,
    of: Of,
}

#[derive(Clone, Copy)]
enum Of {
    /// Without a mark, and not in the stream (or the stream was not read).
    Undelivered,
    /// In the stream, without a mark.
    Unmarked { seen: u64 },
    /// Marked, and not in the stream.
    Lost { mark: u64 },
    /// Marked with another sequence than it has in the stream.
    MarkDiffers { mark: u64, seen: u64 },
}

impl Suspicions {
    /// The apparent differences after the walk over the cases and, if it was read, the stream.
    pub fn of(walked: &mut Walked, at: Instant, stream: Option<&dyn Published>) -> Self {
        let mut suspicions = Self { untold: std::mem::take(&mut walked.untold), alerts: BTreeMap::new(), waiting: 0 };
        for (id, alert) in &walked.known.0 {
            let young = alert.recorded_at.plus(DELIVERED_WITHIN_SECONDS) >= at;
            let of = match (alert.mark, alert.seen) {
                (None, None) if young => {
                    suspicions.waiting += 1;
                    continue;
                }
                (None, None) => Of::Undelivered,
                (None, Some(seen)) if !young => Of::Unmarked { seen },
                (Some(mark), None) if stream.is_some() => Of::Lost { mark },
                (Some(mark), Some(seen)) if mark != seen => Of::MarkDiffers { mark, seen },
                (None | Some(_), _) => continue,
            };
            suspicions.alerts.insert(alert.position, Suspicion { alert: *id, of });
        }
        suspicions
    }

    /// While the clock is in doubt alerts are held back: missing alerts count as waiting.
    pub fn hold_back_untold(&mut self) {
        self.waiting += self.untold();
        self.untold.clear();
    }

    fn count(&self) -> usize {
        self.alerts.len() + self.untold.values().map(Vec::len).sum::<usize>()
    }

    /// How many alerts should have been published and are not in the log.
    pub fn untold(&self) -> u64 {
        self.untold.values().flatten().filter(|missing| missing.publishable).count() as u64
    }

    /// How many alerts were due and not delivered.
    pub fn undelivered(&self) -> u64 {
        let absent = |suspicion: &&Suspicion| matches!(suspicion.of, Of::Undelivered | Of::Lost { .. });
        self.untold() + self.alerts.values().filter(absent).count() as u64
    }
}

impl Suspicion {
    /// What remains of it with the present mark; `None` if it is resolved.
    fn again(&self, mark: Option<u64>) -> Option<Of> {
        match (self.of, mark) {
            (Of::Undelivered, Some(_)) => None,
            (Of::Unmarked { seen } | Of::MarkDiffers { seen, .. }, Some(mark)) => {
                (mark != seen).then_some(Of::MarkDiffers { mark, seen })
            }
            (of, _) => Some(of),
        }
    }
}

impl Reconciler {
    /// Checks the apparent differences again, until all are resolved or none was for as long as the patience.
    pub(super) async fn look_again(
        &self,
        suspicions: &mut Suspicions,
        at: Instant,
        stream: Option<&dyn Published>,
    ) -> Result<(), ReconcileFault> {
        let untold = suspicions.untold();
        let mut idle = Duration::ZERO;
        while suspicions.count() > 0 && idle < self.terms.patience {
            let pause = LOOK_EVERY.min(self.terms.patience);
            tokio::time::sleep(pause).await;
            let before = suspicions.count();
            self.look_at_untold(suspicions, at).await?;
            self.look_at_marks(suspicions).await?;
            idle = if suspicions.count() < before { Duration::ZERO } else { idle + pause };
        }
        if let Some(stream) = stream {
            look_at_stream(suspicions, stream).await?;
        }
        // Alerts raised meanwhile are waiting for their delivery.
        suspicions.waiting += untold.saturating_sub(suspicions.untold());
        Ok(())
    }

    async fn look_at_untold(&self, suspicions: &mut Suspicions, at: Instant) -> Result<(), Fault> {
        for (case, untold) in &mut suspicions.untold {
            let stream = match self.store.stream(case).await {
                Ok(stream) => stream,
                // It is reported as damage.
                Err(Fault::Corrupt(_)) => continue,
                Err(fault) => return Err(fault),
            };
            // Without its view a case is not found by its reference; the result of the walk stays.
            if !stream.is_empty() {
                *untold = missing(&Case::fold(stream.iter().map(|stored| &stored.event)), &self.book, at);
            }
        }
        suspicions.untold.retain(|_, untold| !untold.is_empty());
        Ok(())
    }

    async fn look_at_marks(&self, suspicions: &mut Suspicions) -> Result<(), Fault> {
        let (mut page, mut right): (Vec<Delivery>, Vec<Position>) = Default::default();
        // Every mark up to this position is in the page.
        let mut covered = Position(i64::MIN);
        for (position, suspicion) in &mut suspicions.alerts {
            if *position > covered {
                page = self.store.deliveries(Position(position.0 - 1), PAGE).await?;
                let last = page.last().filter(|_| page.len() == PAGE);
                covered = last.map_or(Position(i64::MAX), |last| last.position);
            }
            let mark = page.binary_search_by_key(position, |delivery| delivery.position).ok();
            let mark = mark.map(|place| page[place].stream_sequence);
            match suspicion.again(mark) {
                Some(of) => suspicion.of = of,
                None => right.push(*position),
            }
        }
        for position in right {
            suspicions.alerts.remove(&position);
        }
        Ok(())
    }

    /// Adds the unresolved ones to the differences.
    pub(super) async fn note(&self, suspicions: Suspicions, differences: &mut Differences) -> Result<(), Fault> {
        for (case, untold) in suspicions.untold {
            for missing in untold {
                let found = "by the law and the log this alert was due, but the log does not contain it".to_owned();
                let difference = of(DifferenceKind::Untold, found);
                differences.add(Difference { case: Some(case.clone()), alert: Some(missing.id), ..difference });
            }
        }
        for (position, Suspicion { alert, of: suspicion }) in suspicions.alerts {
            let (kind, stream_sequence, found) = match suspicion {
                Of::Undelivered => (
                    DifferenceKind::Undelivered,
                    None,
                    format!("recorded more than {DELIVERED_WITHIN_SECONDS} s ago, but not delivered"),
                ),
                Of::Unmarked { seen } => {
                    (DifferenceKind::Unmarked, Some(seen), "in the stream, but without a mark of delivery".into())
                }
                Of::Lost { mark } => {
                    (DifferenceKind::Lost, Some(mark), "marked as delivered, but not in the stream".into())
                }
                Of::MarkDiffers { mark, seen } => (
                    DifferenceKind::MarkDiffers,
                    Some(seen),
                    format!("marked as delivered at sequence {mark}, but in the stream at sequence {seen}"),
                ),
            };
            let is_shown = differences.count(kind) < super::result::MOST_SHOWN as u64;
            let case = if is_shown { self.stored_at(position).await?.map(|stored| stored.case) } else { None };
            differences.add(Difference { case, alert: Some(alert), stream_sequence, ..of(kind, found) });
        }
        Ok(())
    }
}

/// Reads the stream once more for the alerts that it seems to have lost: it may have been filled again meanwhile.
async fn look_at_stream(suspicions: &mut Suspicions, stream: &dyn Published) -> Result<(), BrokerFault> {
    let lost = suspicions.alerts.iter().filter(|(_, suspicion)| matches!(suspicion.of, Of::Lost { .. }));
    let mut lost: HashMap<Uuid, Position> = lost.map(|(position, suspicion)| (suspicion.alert, *position)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let mut reading = stream.read().await?;
    loop {
        let batch = reading.next().await?;
        if batch.is_empty() {
            return Ok(());
        }
        for position in batch.iter().filter_map(|found| lost.remove(&found.id?)) {
            suspicions.alerts.remove(&position);
        }
    }
}
