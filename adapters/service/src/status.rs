//! The status of a running `serve`: whether it is alive, whether it is ready, and all its figures.
//!
//! Invariant: every answer is immediate, whatever the store and NATS do. The store is polled in the background, at the
//! same pace however many requests come.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use engine::rulebook::Digest;
use store::{Backlog, CaseStore, Fault};

use crate::clock::{Clock, SteadyClock};
use crate::figures::exposition::Exposition;
use crate::figures::{Figures, Flag, Loop, Noted};
use crate::lifecycle::Stop;
use crate::reconcile::TOLD_WITHIN_SECONDS;
use crate::watch::clock_doubt::ClockDoubt;
use crate::witnesses::Standing;

/// The shortest and the longest pause between two polls of the store. Up to the longest pause, polling takes at most a
/// tenth of the time.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// How long an answer of the store is valid.
const FRESH: Duration = Duration::from_secs(15);
/// How often the watched cases are counted.
const COUNT_EVERY: Duration = Duration::from_mins(1);
/// How long a loop may take for one round, beyond the store's timeouts; normally it makes many rounds a second.
const SILENT: Duration = Duration::from_mins(1);

/// The status of a `serve`.
pub struct Status {
    store: Arc<dyn CaseStore>,
    clock: Arc<dyn Clock>,
    steady: Arc<dyn SteadyClock>,
    doubt: Arc<ClockDoubt>,
    figures: Arc<Figures>,
    began: Instant,
    about: About,
    /// Makes a round with each answer of the store.
    answers: Loop,
    answer: Noted<Sample>,
    watched: Noted<u64>,
    /// Whether the store told this process to start again, as when another rulebook is in force.
    outdated: Flag,
}

/// Until when all alerts were delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// NATS is not configured: this process delivers none.
    NotFromHere,
    /// It is not known.
    Unknown,
    /// Until this instant.
    Until(Instant),
}

/// How far what this process shows can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Whether the clock is in doubt, so that alerts are held back.
    pub clock_in_doubt: bool,
    /// By how many seconds the watch is behind; `None`: not known.
    pub watch_behind: Option<i64>,
    /// Until when all alerts were delivered.
    pub delivered: Delivered,
    /// Whether NATS is configured and away.
    pub nats_away: bool,
    /// Whether this process has to be started again: another rulebook is in force, or the log was moved.
    pub outdated: bool,
}

impl Trust {
    /// Whether alerts are later than the watch allows itself.
    pub fn is_late(self) -> bool {
        self.watch_behind.is_none_or(|behind| behind > TOLD_WITHIN_SECONDS)
    }
}

/// What does not change while a `serve` runs.
#[derive(Clone, Debug)]
pub struct About {
    /// Whether NATS is configured.
    pub nats: bool,
    /// How long a call of the store may wait for a lock.
    pub busy_timeout: Duration,
    /// The rulebook in force.
    pub rulebook: Digest,
}

/// What an operator sees of a `serve`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether the clock is in doubt.
    pub clock_in_doubt: bool,
    /// Why the store cannot be used.
    pub store: Option<String>,
    /// Which loop hangs.
    pub hangs: Option<String>,
    /// The trouble of the watch.
    pub watch: Option<String>,
    /// For how many seconds the earliest due instant has waited; `None` before the store answered.
    pub watch_lag: Option<i64>,
    /// How many cases are watched; `None` before they were counted.
    pub watched: Option<u64>,
    /// The connection to NATS.
    pub nats: Nats,
    /// How many alerts wait; `None` before the store answered.
    pub waiting: Option<u64>,
    /// When the oldest of them was recorded.
    pub oldest: Option<Instant>,
    /// How many of them cannot be read.
    pub unreadable: u64,
    /// The log's tree, where this process keeps it growing.
    pub tree: Option<Tree>,
}

/// How the log's tree grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Why it does not.
    pub trouble: Option<String>,
    /// How many leaves it has.
    pub size: u64,
    /// For how many seconds the first event has waited that it does not have.
    pub lag: i64,
    /// When the last checkpoint was made.
    pub checkpoint: Option<Instant>,
    /// How it stands with the witnesses.
    pub witnesses: Option<Standing>,
}

/// The connection of a `serve` to NATS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nats {
    /// Not configured: alerts are recorded and wait.
    Unused,
    /// Connected.
    Connected,
    /// Another process publishes.
    Standby,
    /// Not connected, and why.
    Away(String),
}

/// What the store answered.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    next_due: Option<Instant>,
    backlog: Backlog,
}

impl Status {
    /// A status without an answer of the store yet.
    pub fn new(
        store: Arc<dyn CaseStore>,
        clock: Arc<dyn Clock>,
        steady: Arc<dyn SteadyClock>,
        doubt: Arc<ClockDoubt>,
        figures: Arc<Figures>,
        about: About,
    ) -> Self {
        let (answers, began) = (Loop::on(Arc::clone(&steady)), clock.now());
        let (answer, watched) = (Noted::default(), Noted::default());
        let outdated = Flag::default();
        Self { store, clock, steady, doubt, figures, began, about, answers, answer, watched, outdated }
    }

    /// Polls the store until the stop signal.
    pub async fn keep_asking(&self, stop: &Stop) {
        let mut counted: Option<Duration> = None;
        while !stop.is_set() {
            let begun = self.steady.running();
            let count = counted.is_none_or(|counted| begun.saturating_sub(counted) >= COUNT_EVERY);
            match stop.or(self.ask(count)).await {
                None => return,
                Some(Ok(())) => {
                    self.outdated.set(false);
                    counted = if count { Some(begun) } else { counted };
                    self.answers.comes_round();
                    self.answers.is_well();
                }
                // The watch logs it.
                Some(Err(fault)) => {
                    self.outdated.set(matches!(fault, Fault::Restart(_)));
                    self.answers.is_in_trouble(&fault.to_string());
                }
            }
            let took = self.steady.running().saturating_sub(begun);
            stop.or(tokio::time::sleep((took * 9).clamp(PAUSE.0, PAUSE.1))).await;
        }
    }

    async fn ask(&self, count: bool) -> Result<(), Fault> {
        // It fails if the store can no longer be written.
        self.store.change_counter().await?;
        let next_due = self.store.next_due().await?;
        let backlog = self.store.backlog().await?;
        self.answer.set(Sample { at: self.clock.now(), next_due, backlog });
        if self.store.is_held().await? {
            let held = "another program keeps the log locked (a move or a rebuild, for example); nothing can be \
                        recorded until it has finished: wait, or end it";
            return Err(Fault::unavailable(held));
        }
        if count {
            self.watched.set(self.store.watched().await?);
        }
        Ok(())
    }

    /// Whether the loops run. An unavailable store or NATS does not count, since a restart would not help.
    ///
    /// # Errors
    /// Which loop hangs, and for how long.
    pub fn alive(&self) -> Result<(), String> {
        let longest = SILENT + 3 * self.about.busy_timeout;
        for (name, round) in [("watch", &self.figures.watch), ("relay", &self.figures.relay)] {
            if let Some(silent) = round.silent_for().filter(|silent| *silent > longest) {
                return Err(format!(
                    "the loop of the {name} has been hanging for {} s, expected at most {} s: restart the program",
                    silent.as_secs(),
                    longest.as_secs()
                ));
            }
        }
        Ok(())
    }

    /// Whether it can do its work now.
    ///
    /// # Errors
    /// The reasons why not.
    pub fn ready(&self) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        reasons.extend(self.store_is_away());
        reasons.extend(self.figures.watch.trouble().map(|trouble| format!("the watch: {trouble}")));
        let relay = &self.figures.relay;
        // If another process publishes, the relay of this one is inactive and it is on standby.
        if self.about.nats && relay.is_at_work() && !self.figures.nats_connected.is_set() {
            let trouble = relay.trouble().unwrap_or_else(|| "NATS is not connected yet".to_owned());
            reasons.push(format!("the relay: {trouble}"));
        }
        if reasons.is_empty() { Ok(()) } else { Err(reasons) }
    }

    fn store_is_away(&self) -> Option<String> {
        if let Some(trouble) = self.answers.trouble() {
            return Some(format!("the store: {trouble}"));
        }
        match self.answers.silent_for() {
            None => Some("the store has not answered yet".to_owned()),
            Some(silent) if silent > FRESH => Some(format!("the store has not answered for {} s", silent.as_secs())),
            Some(_) => None,
        }
    }

    /// Whether the clock is in doubt, so that alerts are held back.
    pub fn clock_in_doubt(&self) -> bool {
        self.doubt.stands()
    }

    /// What an operator sees of this process.
    pub fn health(&self) -> Health {
        let sample = self.answer.get();
        let lag = |instant: Instant, at: Instant| at.since(instant).max(0);
        Health {
            clock_in_doubt: self.clock_in_doubt(),
            store: self.store_is_away(),
            hangs: self.alive().err(),
            watch: self.figures.watch.trouble(),
            watch_lag: sample.map(|sample| sample.next_due.map_or(0, |due| lag(due, self.clock.now()))),
            watched: self.watched.get(),
            nats: match (self.about.nats, self.figures.nats_connected.is_set(), self.figures.relay.is_at_work()) {
                (false, ..) => Nats::Unused,
                (true, true, _) => Nats::Connected,
                (true, false, false) => Nats::Standby,
                (true, false, true) => Nats::Away(self.figures.relay.trouble().unwrap_or_default()),
            },
            waiting: sample.map(|sample| sample.backlog.waiting),
            oldest: sample.and_then(|sample| sample.backlog.oldest),
            unreadable: sample.map_or(0, |sample| sample.backlog.unreadable),
            tree: self.tree(),
        }
    }

    fn tree(&self) -> Option<Tree> {
        let standing = self.figures.tree_standing.get()?;
        Some(Tree {
            trouble: self.figures.tree.trouble().or_else(|| self.figures.signing.get()),
            size: standing.size,
            lag: standing.waiting_since.map_or(0, |since| self.clock.now().since(since).max(0)),
            checkpoint: standing.checkpoint.map(|checkpoint| checkpoint.at),
            witnesses: self.figures.witnesses.get(),
        })
    }

    /// How far what this process shows can be trusted.
    pub fn trust(&self) -> Trust {
        let sample = self.answer.get().filter(|_| self.store_is_away().is_none());
        let behind = |sample: Sample| sample.next_due.map_or(0, |due| sample.at.since(due).max(0));
        let delivered = |sample: Sample| sample.backlog.oldest.map_or(sample.at, |oldest| oldest.plus(-1));
        Trust {
            clock_in_doubt: self.clock_in_doubt(),
            watch_behind: sample.map(behind),
            delivered: match sample {
                _ if !self.about.nats => Delivered::NotFromHere,
                Some(sample) => Delivered::Until(delivered(sample)),
                None => Delivered::Unknown,
            },
            nats_away: self.about.nats && self.figures.relay.is_at_work() && !self.figures.nats_connected.is_set(),
            outdated: self.outdated.is_set(),
        }
    }

    /// All figures, in the text format of Prometheus.
    pub fn metrics(&self) -> String {
        let mut out = Exposition::default();
        let version = env!("CARGO_PKG_VERSION");
        out.gauge("kamnot_build_info", "The program's version and the digest of the rulebook in force; always 1.");
        let rulebook = self.about.rulebook.to_string();
        out.labelled("kamnot_build_info", &[("version", version), ("rulebook", &rulebook)], 1);
        out.gauge("kamnot_start_time_seconds", "When this process began, in seconds since 1970.");
        out.value("kamnot_start_time_seconds", u64::try_from(self.began.unix()).unwrap_or(0));
        out.gauge("kamnot_store_up", "Whether the store is available (1) or not (0).");
        out.value("kamnot_store_up", u64::from(self.store_is_away().is_none()));
        out.gauge("kamnot_nats_configured", "Whether NATS is configured (1) or not (0).");
        out.value("kamnot_nats_configured", u64::from(self.about.nats));
        out.gauge("kamnot_clock_in_doubt", "Whether the clock is in doubt and alerts are held back (1) or not (0).");
        out.value("kamnot_clock_in_doubt", u64::from(self.clock_in_doubt()));
        if let Some(sample) = self.answer.get() {
            self.write(&mut out, sample);
        }
        if let Some(watched) = self.watched.get() {
            out.gauge("kamnot_cases_watched", "Cases with something still due; counted once a minute.");
            out.value("kamnot_cases_watched", watched);
        }
        if let Some(tree) = self.tree() {
            self.write_tree(&mut out, &tree);
        }
        self.figures.write(&mut out);
        out.text()
    }

    fn write_tree(&self, out: &mut Exposition, tree: &Tree) {
        let seconds = |seconds: i64| Duration::from_secs(seconds.max(0).unsigned_abs());
        out.gauge("kamnot_tree_leaves", "How many leaves the log's tree has.");
        out.value("kamnot_tree_leaves", tree.size);
        let help = "How long the oldest event has waited that the log's tree does not have; 0 if there is none.";
        out.gauge("kamnot_tree_lag_seconds", help);
        out.seconds("kamnot_tree_lag_seconds", seconds(tree.lag));
        out.gauge(
            "kamnot_signing_refused",
            "Whether checkpoints are not signed although there is a key (1) or not (0).",
        );
        out.value("kamnot_signing_refused", u64::from(self.figures.signing.get().is_some()));
        if let Some(at) = tree.checkpoint {
            out.gauge("kamnot_tree_checkpoint_age_seconds", "How long ago the last checkpoint was made.");
            out.seconds("kamnot_tree_checkpoint_age_seconds", seconds(self.clock.now().since(at)));
        }
    }

    /// Writes the lags as of the last answer of the store, or, if the store is unavailable, as of now.
    fn write(&self, out: &mut Exposition, Sample { at, next_due, backlog }: Sample) {
        let now = if self.store_is_away().is_none() { at } else { self.clock.now() };
        let since = |instant: Option<Instant>| {
            let seconds = instant.map_or(0, |instant| now.since(instant).max(0));
            Duration::from_secs(seconds.unsigned_abs())
        };
        let help = "How long the earliest due instant has passed without being processed; 0 if there is none.";
        out.gauge("kamnot_watch_lag_seconds", help);
        out.seconds("kamnot_watch_lag_seconds", since(next_due));
        let help = "How long the oldest unpublished alert has waited; 0 if there is none.";
        out.gauge("kamnot_relay_lag_seconds", help);
        out.seconds("kamnot_relay_lag_seconds", since(backlog.oldest));
        out.gauge("kamnot_outbox_alerts", "Alerts that are not published yet; counted to a million.");
        out.value("kamnot_outbox_alerts", backlog.waiting);
        let help = "Alerts of the outbox that cannot be read and so are not published; `kamnot check` names them.";
        out.gauge("kamnot_outbox_alerts_unreadable", help);
        out.value("kamnot_outbox_alerts_unreadable", backlog.unreadable);
    }
}
