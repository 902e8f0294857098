//! The counters and gauges of a running `serve`, for monitoring.
//!
//! Invariant: updating a figure never blocks and never fails, so monitoring slows nothing down. No figure names a case
//! or a child.

pub mod exposition;
pub mod mail;
mod witnesses;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::alert::Kind;
use engine::case::Event;
use engine::decide::Verdict;
use store::WorkShare;
use store::tree::TreeStanding;

use crate::clock::{SteadyClock, SystemSteadyClock};
use crate::witnesses::Standing;
use exposition::Exposition;
use mail::Mail;

/// All figures. The parts of `serve` share one value, and each updates its own fields.
#[derive(Debug)]
pub struct Figures {
    /// Actions given to this process, by outcome.
    pub actions: Actions,
    /// Requests of offices that were turned away.
    pub turned_away: TurnedAway,
    /// Alerts that this process added to the log.
    pub alerts_recorded: ByKind,
    /// Alerts whose delivery this process marked.
    pub alerts_published: ByKind,
    /// Alerts in the stream since this process began that the log does not have.
    pub alerts_of_others: Counter,
    /// Appends that were retried after a conflict with another process.
    pub conflicts: Counter,
    /// The watch's loop.
    pub watch: Loop,
    /// The relay's loop; inactive if NATS is not configured or another process publishes.
    pub relay: Loop,
    /// The loop that keeps the log's tree growing; inactive while another process does it.
    pub tree: Loop,
    /// How far the tree has come, as far as this process knows.
    pub tree_standing: Noted<TreeStanding>,
    /// Why checkpoints are not signed.
    pub signing: Noted<String>,
    /// How the log stands with its witnesses, where this process asks them.
    pub witnesses: Noted<Standing>,
    /// The note of the newest signed checkpoint.
    pub checkpoint: Arc<Noted<Arc<str>>>,
    /// Whether the relay has a connection on which it can publish.
    pub nats_connected: Arc<Flag>,
    /// Which part of the cases this process watches.
    pub share: Noted<WorkShare>,
    /// Mail and webhooks.
    pub mail: Mail,
    /// The metrics of the last daily reconciliation known to this process.
    pub reconciliation: Noted<Arc<Exposition>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self::on(&(Arc::new(SystemSteadyClock::start()) as Arc<dyn SteadyClock>))
    }
}

impl Figures {
    /// Empty figures; durations are measured on this clock.
    pub fn on(steady: &Arc<dyn SteadyClock>) -> Self {
        Self {
            actions: Actions::default(),
            turned_away: TurnedAway::default(),
            alerts_recorded: ByKind::default(),
            alerts_published: ByKind::default(),
            alerts_of_others: Counter::default(),
            conflicts: Counter::default(),
            watch: Loop::on(Arc::clone(steady)),
            relay: Loop::on(Arc::clone(steady)),
            tree: Loop::on(Arc::clone(steady)),
            tree_standing: Noted::default(),
            signing: Noted::default(),
            witnesses: Noted::default(),
            checkpoint: Arc::default(),
            nats_connected: Arc::default(),
            share: Noted::default(),
            mail: Mail::on(Arc::clone(steady)),
            reconciliation: Noted::default(),
        }
    }

    /// Counts the result of recording.
    pub(crate) fn count_recorded(&self, verdicts: &[Verdict], events: &[Event]) {
        for verdict in verdicts {
            match verdict {
                Verdict::Accepted => self.actions.recorded.add(1),
                Verdict::Known => self.actions.known.add(1),
                Verdict::Refused(_) => self.actions.refused.add(1),
            }
        }
        for (_, kind) in events.iter().filter_map(|event| event.fact.alert()) {
            self.alerts_recorded.of(kind).add(1);
        }
    }

    /// Writes the figures kept here; the caller writes those that depend on the store and the clock.
    pub fn write(&self, out: &mut Exposition) {
        self.actions.write(out);
        self.turned_away.write(out);
        let kinds = [
            ("kamnot_alerts_recorded_total", "Alerts that this process added to the log.", &self.alerts_recorded),
            ("kamnot_alerts_published_total", "Alerts that this process published on NATS.", &self.alerts_published),
        ];
        for (name, help, counts) in kinds {
            out.counter(name, help);
            for kind in Kind::ALL {
                out.labelled(name, &[("kind", kind.word())], counts.of(*kind).get());
            }
        }
        let help = "Alerts in the stream since this process began that the log does not have.";
        out.counter("kamnot_alerts_of_others_total", help);
        out.value("kamnot_alerts_of_others_total", self.alerts_of_others.get());
        let help = "Appends that this process retried because another one was faster with the same case.";
        out.counter("kamnot_conflicts_total", help);
        out.value("kamnot_conflicts_total", self.conflicts.get());
        self.watch.write(out, "watch");
        self.relay.write(out, "relay");
        self.tree.write(out, "tree");
        out.gauge("kamnot_nats_connected", "Whether this process can publish on NATS (1) or not (0).");
        out.value("kamnot_nats_connected", u64::from(self.nats_connected.is_set()));
        if let Some(share) = self.share.get() {
            out.gauge("kamnot_share_part", "Which part of the cases this process watches, from 0.");
            out.value("kamnot_share_part", u64::from(share.part));
            out.gauge("kamnot_share_of", "Into how many parts the cases are divided, one for each process.");
            out.value("kamnot_share_of", u64::from(share.of));
        }
        self.mail.write(out);
        if let Some(standing) = self.witnesses.get() {
            witnesses::write(&standing, out);
        }
        if let Some(reconciliation) = self.reconciliation.get() {
            out.append(&reconciliation);
        }
    }
}

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `more`.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A flag.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Sets or clears it.
    pub fn set(&self, is_so: bool) {
        self.0.store(is_so, Ordering::Relaxed);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The last of something, if there was any.
#[derive(Debug)]
pub struct Noted<T>(Mutex<Option<T>>);

impl<T> Default for Noted<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Noted<T> {
    /// Sets the last value.
    pub fn set(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// Removes it.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The last value.
    pub fn get(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Actions by outcome.
#[derive(Debug, Default)]
pub struct Actions {
    /// Recorded.
    pub recorded: Counter,
    /// Already in the log; nothing changed.
    pub known: Counter,
    /// Refused.
    pub refused: Counter,
}

impl Actions {
    fn write(&self, out: &mut Exposition) {
        let name = "kamnot_actions_total";
        out.counter(name, "Actions given to this process, by outcome.");
        for (outcome, count) in [("recorded", &self.recorded), ("known", &self.known), ("refused", &self.refused)] {
            out.labelled(name, &[("outcome", outcome)], count.get());
        }
    }
}

/// Requests of offices that were turned away, by reason.
#[derive(Debug, Default)]
pub struct TurnedAway {
    /// The queue was full.
    pub busy: Counter,
    /// The office had used up its budget.
    pub budget: Counter,
}

impl TurnedAway {
    fn write(&self, out: &mut Exposition) {
        let name = "kamnot_requests_turned_away_total";
        out.counter(name, "Requests of offices that were turned away and must be sent again, by reason.");
        for (why, count) in [("busy", &self.busy), ("budget", &self.budget)] {
            out.labelled(name, &[("why", why)], count.get());
        }
    }
}

/// A count for each kind of alert.
#[derive(Debug, Default)]
pub struct ByKind([Counter; Kind::ALL.len()]);

impl ByKind {
    /// The count of a kind.
    pub const fn of(&self, kind: Kind) -> &Counter {
        &self.0[kind as usize]
    }
}

/// A loop of `serve`: whether it is active, when its last round was, and its fault, if there is one.
pub struct Loop {
    steady: Arc<dyn SteadyClock>,
    /// The time of its last round in milliseconds, plus 1; 0 while it is inactive.
    round: AtomicU64,
    trouble: Noted<String>,
}

impl Loop {
    /// An inactive loop, measured on this clock.
    pub(crate) fn on(steady: Arc<dyn SteadyClock>) -> Self {
        Self { steady, round: AtomicU64::new(0), trouble: Noted::default() }
    }

    /// Notes a round.
    pub fn comes_round(&self) {
        let running = u64::try_from(self.steady.running().as_millis()).unwrap_or(u64::MAX - 1);
        self.round.store(running + 1, Ordering::Relaxed);
    }

    /// Notes that it is inactive.
    pub fn rests(&self) {
        self.round.store(0, Ordering::Relaxed);
        self.trouble.clear();
    }

    /// Whether it is active.
    pub fn is_at_work(&self) -> bool {
        self.round.load(Ordering::Relaxed) > 0
    }

    /// The time since its last round; `None` while it is inactive.
    pub fn silent_for(&self) -> Option<Duration> {
        let round = self.round.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.steady.running().saturating_sub(Duration::from_millis(round)))
    }

    /// Notes a fault, such as a store that cannot be written.
    pub fn is_in_trouble(&self, reason: &str) {
        self.trouble.set(reason.to_owned());
    }

    /// Notes that there is no fault any more.
    pub fn is_well(&self) {
        self.trouble.clear();
    }

    /// The present fault.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.get()
    }

    fn write(&self, out: &mut Exposition, what: &str) {
        let name = format!("kamnot_{what}_active");
        out.gauge(&name, &format!("Whether the {what} is active in this process (1) or not (0)."));
        out.value(&name, u64::from(self.is_at_work()));
        let name = format!("kamnot_{what}_failing");
        out.gauge(&name, &format!("Whether the {what} is failing (1) or not (0)."));
        out.value(&name, u64::from(self.trouble().is_some()));
        if let Some(silent) = self.silent_for() {
            let name = format!("kamnot_{what}_silent_seconds");
            out.gauge(&name, &format!("Time since the last round of the {what}'s loop; normally below 1."));
            out.seconds(&name, silent);
        }
    }
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loop").field("silent_for", &self.silent_for()).field("trouble", &self.trouble()).finish()
    }
}
