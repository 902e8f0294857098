//! The walk over all cases: which alerts their events and the law require.
//!
//! Invariant: a case is judged by its events alone; its marks of delivery are only noted.

use std::collections::BTreeMap;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Alerts, Command, Setting, decide_in};
use engine::randomness::Seed;
use engine::rulebook::{Rulebook, Rulebooks};
use projections::message::message;
use store::examined::{Cursor, ExaminedAlert, ExaminedCase, Whole};
use store::{Fault, Progress};
use uuid::Uuid;

use super::known::{Alert, Content, Known};
use super::result::{Difference, DifferenceKind, Differences};
use super::silence::Heard;
use super::{Reconciler, TOLD_WITHIN_SECONDS};
use crate::clock::{SteadyClock as _, SystemSteadyClock};

/// The result of the walk.
#[derive(Default)]
pub(super) struct Walked {
    /// How many events were read.
    pub events: u64,
    /// About how many events there are.
    pub of: u64,
    /// How many cases were recomputed.
    pub evaluated: u64,
    /// The publishable alerts of the log.
    pub known: Known,
    /// How many of these have other content in the stream.
    pub altered: u64,
    /// The alerts that the law requires and the log lacks.
    pub untold: BTreeMap<CaseRef, Vec<Missing>>,
    /// When each office last recorded something.
    pub heard: Heard,
}

/// An alert that is not in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The id that it would have.
    pub id: Uuid,
    /// Whether it would be published.
    pub publishable: bool,
}

impl Walked {
    /// How many alerts were due.
    pub fn due(&self) -> u64 {
        let untold = self.untold.values().flatten().filter(|missing| missing.publishable).count();
        (self.known.0.len() + untold) as u64
    }
}

impl Reconciler {
    /// Walks over all cases.
    pub(super) async fn walk(
        &self,
        at: Instant,
        differences: &mut Differences,
        progress: &Progress,
    ) -> Result<Walked, Fault> {
        let books = self.shelf().await?;
        let clock = SystemSteadyClock::start();
        let mut walked = Walked::default();
        let mut next = Some(Cursor::default());
        while let Some(after) = next {
            let began = clock.running();
            let look = self.store.examine(after).await?;
            next = look.next;
            walked.events += look.events;
            walked.of = look.of.max(walked.events);
            for flaw in look.damage {
                differences.add(Difference { case: flaw.case, ..damage(flaw.found) });
            }
            for flaw in look.rows {
                differences.add(Difference { case: flaw.case, ..of(DifferenceKind::ViewDiffers, flaw.found) });
            }
            for case in look.cases {
                self.take(&mut walked, case, at, &books, differences);
            }
            progress(walked.events, walked.of);
            self.rest(clock.running().saturating_sub(began)).await?;
        }
        Ok(walked)
    }

    fn take(
        &self,
        walked: &mut Walked,
        ExaminedCase { case, alerts }: ExaminedCase,
        at: Instant,
        books: &Rulebooks,
        differences: &mut Differences,
    ) {
        walked.evaluated += 1;
        let missing = missing(&case, &self.book, at);
        if !missing.is_empty() {
            walked.untold.insert(case.reference().clone(), missing);
        }
        walked.heard.take(&case, &self.book, at);
        for told in alerts {
            self.take_alert(walked, case.reference(), told, books, differences);
        }
    }

    fn take_alert(
        &self,
        walked: &mut Walked,
        case: &CaseRef,
        ExaminedAlert { position, event, delivery }: ExaminedAlert,
        books: &Rulebooks,
        differences: &mut Differences,
    ) {
        let is_history = event.fact.alert().is_none_or(|(alert, _)| alert.history);
        if is_history {
            return;
        }
        let Some(message) = message(case, &event, books.book(event.rulebook), &self.installation) else { return };
        let about = |kind, found: &str| Difference {
            case: Some(case.clone()),
            alert: Some(message.id),
            ..of(kind, found.to_owned())
        };
        if delivery.is_some_and(|delivery| delivery.alert != message.id) {
            differences.add(about(
                DifferenceKind::MarkDiffers,
                "the mark of delivery at its position in the log names another alert",
            ));
        }
        let alert = Alert {
            position,
            recorded_at: event.recorded_at,
            content: Content::of_message(&message),
            mark: delivery.map(|delivery| delivery.stream_sequence),
            seen: None,
        };
        if !walked.known.insert(message.id, alert) {
            differences.add(about(DifferenceKind::LogDamaged, "the log contains more than one alert with this id"));
        }
    }
}

/// The alerts of a case that were due by `at`, less the seconds that the watch may take, and are not among its events.
pub(super) fn missing(case: &Case, book: &Rulebook, at: Instant) -> Vec<Missing> {
    let (clock, alerts) = (at.plus(-TOLD_WITHIN_SECONDS), Alerts::Raised);
    let now = Command::Now { clock, alerts, seed: Seed::FORESEEN };
    let events = decide_in(case, book, now, Setting { most: usize::MAX, ..Setting::PLAIN }).events;
    let missing = events.iter().map(|event| Missing {
        id: event.id(case.reference()),
        publishable: event.fact.alert().is_some_and(|(alert, _)| !alert.history),
    });
    missing.collect()
}

/// Adds what is wrong with the log as a whole.
pub(super) fn note_whole(differences: &mut Differences, whole: Whole) {
    for found in whole.damage {
        differences.add(damage(found));
    }
    for flaw in whole.rows {
        differences.add(Difference { case: flaw.case, ..of(DifferenceKind::ViewDiffers, flaw.found) });
    }
}

fn damage(found: String) -> Difference {
    of(DifferenceKind::LogDamaged, found)
}

/// A difference of a kind, without a case or an alert yet.
pub(super) const fn of(kind: DifferenceKind, found: String) -> Difference {
    Difference { kind, case: None, alert: None, stream_sequence: None, found }
}
