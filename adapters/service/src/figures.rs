//! What the parts of a running `serve` count and note about themselves, for those who look at it from outside.
//!
//! Invariant: noting something never waits and never fails, so no part is slower or worse off for being looked at; and
//! nothing here names a case or a child.

pub mod exposition;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::alert::Kind;
use engine::case::Event;
use engine::decide::Verdict;
use store::WorkShare;

use crate::clock::{SteadyClock, SystemSteadyClock};
use exposition::Exposition;

/// All of it. Each part of `serve` has a share in one of these and writes its own fields.
#[derive(Debug)]
pub struct Figures {
    /// What became of the actions that this process was given to record.
    pub actions: Actions,
    /// Requests of offices that were not taken.
    pub turned_away: TurnedAway,
    /// Alerts that this process added to the log.
    pub alerts_recorded: ByKind,
    /// Alerts whose delivery this process marked.
    pub alerts_published: ByKind,
    /// Alerts that somebody else has published since this process began, and that the log doesn't have.
    pub alerts_of_others: Counter,
    /// Appends that were decided anew because another process was faster.
    pub conflicts: Counter,
    /// The watch's loop.
    pub watch: Loop,
    /// The relay's loop; it rests where NATS isn't configured or another process publishes.
    pub relay: Loop,
    /// Whether the relay has a connection on which it can publish.
    pub nats_connected: Flag,
    /// Which part of the cases this process watches.
    pub share: Noted<WorkShare>,
    /// What the last daily reconciliation came to, where this process knows of one; its figures as they are exposed.
    pub reconciliation: Noted<Arc<Exposition>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self::on(&(Arc::new(SystemSteadyClock::start()) as Arc<dyn SteadyClock>))
    }
}

impl Figures {
    /// Nothing yet; silences are measured on this clock.
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
            nats_connected: Flag::default(),
            share: Noted::default(),
            reconciliation: Noted::default(),
        }
    }

    /// Counts what recording gave.
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

    /// Writes what is known here alone; what has to be asked of store and clock is written by who asks.
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
        let help = "Alerts that somebody else has published since this process began, and that the log does not have.";
        out.counter("kamnot_alerts_of_others_total", help);
        out.value("kamnot_alerts_of_others_total", self.alerts_of_others.get());
        let help = "Appends that this process decided anew because another was faster with the same case.";
        out.counter("kamnot_conflicts_total", help);
        out.value("kamnot_conflicts_total", self.conflicts.get());
        self.watch.write(out, "watch");
        self.relay.write(out, "relay");
        out.gauge("kamnot_nats_connected", "Whether this process can publish on NATS (1) or not (0).");
        out.value("kamnot_nats_connected", u64::from(self.nats_connected.is_set()));
        if let Some(share) = self.share.get() {
            out.gauge("kamnot_share_part", "Which part of the cases this process watches, from 0.");
            out.value("kamnot_share_part", u64::from(share.part));
            out.gauge("kamnot_share_of", "Of how many parts, each of one process.");
            out.value("kamnot_share_of", u64::from(share.of));
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
    /// Some more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether something is so.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// It is so, or no longer.
    pub fn set(&self, is_so: bool) {
        self.0.store(is_so, Ordering::Relaxed);
    }

    /// Whether it is.
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
    /// This is the last.
    pub fn set(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// There is none any more.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The last.
    pub fn get(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What became of actions.
#[derive(Debug, Default)]
pub struct Actions {
    /// Recorded.
    pub recorded: Counter,
    /// Recorded already; nothing changed.
    pub known: Counter,
    /// Refused.
    pub refused: Counter,
}

impl Actions {
    fn write(&self, out: &mut Exposition) {
        let name = "kamnot_actions_total";
        out.counter(name, "Actions that this process was given, by what became of them.");
        for (outcome, count) in [("recorded", &self.recorded), ("known", &self.known), ("refused", &self.refused)] {
            out.labelled(name, &[("outcome", outcome)], count.get());
        }
    }
}

/// Requests of offices that were not taken, by why.
#[derive(Debug, Default)]
pub struct TurnedAway {
    /// As much as may be was under way.
    pub busy: Counter,
    /// The office had used up its budget.
    pub budget: Counter,
}

impl TurnedAway {
    fn write(&self, out: &mut Exposition) {
        let name = "kamnot_requests_turned_away_total";
        out.counter(name, "Requests of offices of which nothing was recorded, to be sent again, by why.");
        for (why, count) in [("busy", &self.busy), ("budget", &self.budget)] {
            out.labelled(name, &[("why", why)], count.get());
        }
    }
}

/// A count for each kind of alert.
#[derive(Debug, Default)]
pub struct ByKind([Counter; Kind::ALL.len()]);

impl ByKind {
    /// That of a kind.
    pub const fn of(&self, kind: Kind) -> &Counter {
        &self.0[kind as usize]
    }
}

/// A loop of `serve`: whether it is at work, when it last came round, and what stands in its way.
pub struct Loop {
    steady: Arc<dyn SteadyClock>,
    /// When it last came round, in milliseconds from 1; 0 while it rests.
    round: AtomicU64,
    trouble: Noted<String>,
}

impl Loop {
    /// At rest; its silences are measured on this clock.
    pub(crate) fn on(steady: Arc<dyn SteadyClock>) -> Self {
        Self { steady, round: AtomicU64::new(0), trouble: Noted::default() }
    }

    /// It has come round once more.
    pub fn comes_round(&self) {
        let running = u64::try_from(self.steady.running().as_millis()).unwrap_or(u64::MAX - 1);
        self.round.store(running + 1, Ordering::Relaxed);
    }

    /// It is no longer at work.
    pub fn rests(&self) {
        self.round.store(0, Ordering::Relaxed);
        self.trouble.clear();
    }

    /// Whether it is at work.
    pub fn is_at_work(&self) -> bool {
        self.round.load(Ordering::Relaxed) > 0
    }

    /// How long it has not come round; nothing while it rests.
    pub fn silent_for(&self) -> Option<Duration> {
        let round = self.round.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.steady.running().saturating_sub(Duration::from_millis(round)))
    }

    /// Something stands in its way, such as a store that can't be written.
    pub fn is_in_trouble(&self, reason: &str) {
        self.trouble.set(reason.to_owned());
    }

    /// Nothing stands in its way any more.
    pub fn is_well(&self) {
        self.trouble.clear();
    }

    /// What stands in its way.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.get()
    }

    fn write(&self, out: &mut Exposition, what: &str) {
        let name = format!("kamnot_{what}_active");
        out.gauge(&name, &format!("Whether the {what} is at work in this process (1) or not (0)."));
        out.value(&name, u64::from(self.is_at_work()));
        let name = format!("kamnot_{what}_failing");
        out.gauge(&name, &format!("Whether something stands in the way of the {what} (1) or not (0)."));
        out.value(&name, u64::from(self.trouble().is_some()));
        if let Some(silent) = self.silent_for() {
            let name = format!("kamnot_{what}_silent_seconds");
            out.gauge(&name, &format!("How long the {what}'s loop has not come round; normally below 1."));
            out.seconds(&name, silent);
        }
    }
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loop").field("silent_for", &self.silent_for()).field("trouble", &self.trouble()).finish()
    }
}
