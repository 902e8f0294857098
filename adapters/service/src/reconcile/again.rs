//! The second look: what seems to differ may be under way, so it is looked at until it no longer changes.
//!
//! Invariant: what is called different was so at two looks, between which nothing of its like came right for as long
//! as the terms' patience.

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

/// How long between two looks.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many marks are read at a time.
const PAGE: usize = 512;

/// What seems to differ.
pub(super) struct Suspicions {
    untold: BTreeMap<CaseRef, Vec<Missing>>,
    alerts: BTreeMap<Position, Suspicion>,
    /// How many alerts wait for their delivery no longer than they may.
    pub waiting: u64,
}

struct Suspicion {
    alert: Uuid,
    of: Of,
}

#[derive(Clone, Copy)]
enum Of {
    /// No mark, and not in the stream or that wasn't read.
    Undelivered,
    /// In the stream, and no mark.
    Unmarked { seen: u64 },
    /// A mark, and not in the stream.
    Lost { mark: u64 },
    /// Both, and they name different places.
    MarkDiffers { mark: u64, seen: u64 },
}

impl Suspicions {
    /// What seems to differ behind the walk and, where it was read, the stream.
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

    /// Alerts are held back while the clock is in doubt: what is untold waits.
    pub fn hold_back_untold(&mut self) {
        self.waiting += self.untold();
        self.untold.clear();
    }

    fn count(&self) -> usize {
        self.alerts.len() + self.untold.values().map(Vec::len).sum::<usize>()
    }

    /// How many alerts that are not in the log had to be published.
    pub fn untold(&self) -> u64 {
        self.untold.values().flatten().filter(|missing| missing.publishable).count() as u64
    }

    /// How many alerts were due and are not where they were to be delivered.
    pub fn undelivered(&self) -> u64 {
        let absent = |suspicion: &&Suspicion| matches!(suspicion.of, Of::Undelivered | Of::Lost { .. });
        self.untold() + self.alerts.values().filter(absent).count() as u64
    }
}

impl Suspicion {
    /// What is left of it, the mark being this by now; none if it has come right.
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
    /// Looks again at what seems to differ, until it has come right or nothing has for as long as the patience.
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
        // What was told meanwhile is on its way.
        suspicions.waiting += untold.saturating_sub(suspicions.untold());
        Ok(())
    }

    async fn look_at_untold(&self, suspicions: &mut Suspicions, at: Instant) -> Result<(), Fault> {
        for (case, untold) in &mut suspicions.untold {
            let stream = match self.store.stream(case).await {
                Ok(stream) => stream,
                // It is told as damage.
                Err(Fault::Corrupt(_)) => continue,
                Err(fault) => return Err(fault),
            };
            // Without its view a case is not found by its reference; what the walk found stays.
            if !stream.is_empty() {
                *untold = missing(&Case::fold(stream.iter().map(|stored| &stored.event)), &self.book, at)?;
            }
        }
        suspicions.untold.retain(|_, untold| !untold.is_empty());
        Ok(())
    }

    async fn look_at_marks(&self, suspicions: &mut Suspicions) -> Result<(), Fault> {
        let (mut page, mut right): (Vec<Delivery>, Vec<Position>) = Default::default();
        // Up to here every mark is in the page.
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

    /// Notes what is still suspicious as different.
    pub(super) async fn note(&self, suspicions: Suspicions, differences: &mut Differences) -> Result<(), Fault> {
        for (case, untold) in suspicions.untold {
            for missing in untold {
                let found = "by the law and the log it had to be told by now, and the log does not hold it".to_owned();
                let difference = of(DifferenceKind::Untold, found);
                differences.add(Difference { case: Some(case.clone()), alert: Some(missing.id), ..difference });
            }
        }
        for (position, Suspicion { alert, of: suspicion }) in suspicions.alerts {
            let (kind, stream_sequence, found) = match suspicion {
                Of::Undelivered => (
                    DifferenceKind::Undelivered,
                    None,
                    format!("recorded more than {DELIVERED_WITHIN_SECONDS} s ago, and not delivered"),
                ),
                Of::Unmarked { seen } => {
                    (DifferenceKind::Unmarked, Some(seen), "in the stream, without a mark of delivery".into())
                }
                Of::Lost { mark } => {
                    (DifferenceKind::Lost, Some(mark), "marked as delivered, and not in the stream".into())
                }
                Of::MarkDiffers { mark, seen } => (
                    DifferenceKind::MarkDiffers,
                    Some(seen),
                    format!("marked as delivered at {mark}, and in the stream at {seen}"),
                ),
            };
            let is_shown = differences.count(kind) < super::result::MOST_SHOWN as u64;
            let case = if is_shown { self.stored_at(position).await?.map(|stored| stored.case) } else { None };
            differences.add(Difference { case, alert: Some(alert), stream_sequence, ..of(kind, found) });
        }
        Ok(())
    }
}

/// Reads the stream once more for what it seems to have lost: it may have been found short meanwhile, and filled again.
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
