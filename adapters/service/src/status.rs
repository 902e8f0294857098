//! How a running `serve` fares: whether it is alive, whether it is ready, and all its figures.
//!
//! Invariant: an answer is given at once, whatever store and NATS do: the store is asked in the background, at its own
//! pace, however often somebody looks.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use engine::rulebook::Digest;
use store::{Backlog, CaseStore, Fault};

use crate::clock::{Clock, SteadyClock};
use crate::figures::exposition::Exposition;
use crate::figures::{Figures, Loop, Noted};
use crate::lifecycle::Stop;
use crate::watch::clock_doubt::ClockDoubt;

/// The shortest and the longest pause between two questions to the store; it is never asked for more than a tenth of
/// the time.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// How long an answer of the store counts.
const FRESH: Duration = Duration::from_secs(15);
/// How often the cases that are watched are counted.
const COUNT_EVERY: Duration = Duration::from_mins(1);
/// How long a loop may be silent beyond what the store may make it wait; normally it comes round many times a second.
const SILENT: Duration = Duration::from_mins(1);

/// What is known of a `serve`, for those who ask.
pub struct Status {
    store: Arc<dyn CaseStore>,
    clock: Arc<dyn Clock>,
    steady: Arc<dyn SteadyClock>,
    doubt: Arc<ClockDoubt>,
    figures: Arc<Figures>,
    began: Instant,
    about: About,
    /// Comes round with each answer of the store.
    answers: Loop,
    answer: Noted<Sample>,
    watched: Noted<u64>,
}

/// What doesn't change while a `serve` runs.
#[derive(Clone, Debug)]
pub struct About {
    /// Whether NATS is configured.
    pub nats: bool,
    /// How long the store may make somebody wait.
    pub busy_timeout: Duration,
    /// The rulebook in force.
    pub rulebook: Digest,
}

/// What the store answered.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    next_due: Option<Instant>,
    backlog: Backlog,
}

impl Status {
    /// Nothing is known of the store yet.
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
        Self { store, clock, steady, doubt, figures, began, about, answers, answer, watched }
    }

    /// Asks the store again and again, until told to stop.
    pub async fn keep_asking(&self, stop: &Stop) {
        let mut counted: Option<Duration> = None;
        while !stop.is_set() {
            let begun = self.steady.running();
            let count = counted.is_none_or(|counted| begun.saturating_sub(counted) >= COUNT_EVERY);
            match stop.or(self.ask(count)).await {
                None => return,
                Some(Ok(())) => {
                    counted = if count { Some(begun) } else { counted };
                    self.answers.comes_round();
                    self.answers.is_well();
                }
                // The watch says it in the log.
                Some(Err(fault)) => self.answers.is_in_trouble(&fault.to_string()),
            }
            let took = self.steady.running().saturating_sub(begun);
            stop.or(tokio::time::sleep((took * 9).clamp(PAUSE.0, PAUSE.1))).await;
        }
    }

    async fn ask(&self, count: bool) -> Result<(), Fault> {
        // It says so where nothing can be written any more.
        self.store.change_counter().await?;
        let next_due = self.store.next_due().await?;
        let backlog = self.store.backlog().await?;
        self.answer.set(Sample { at: self.clock.now(), next_due, backlog });
        if self.store.is_held().await? {
            let held = "another program keeps the log locked, and nothing can be recorded until it lets go: wait for it \
                        (a move, a rebuild), or end it";
            return Err(Fault::unavailable(held));
        }
        if count {
            self.watched.set(self.store.watched().await?);
        }
        Ok(())
    }

    /// Whether the loops come round. A store or a NATS that is away is no reason to start again, so it isn't one here.
    ///
    /// # Errors
    /// Which loop doesn't, and for how long.
    pub fn alive(&self) -> Result<(), String> {
        let longest = SILENT + 3 * self.about.busy_timeout;
        for (name, round) in [("watch", &self.figures.watch), ("relay", &self.figures.relay)] {
            if let Some(silent) = round.silent_for().filter(|silent| *silent > longest) {
                return Err(format!(
                    "the {name} has not come round for {} s, expected within {} s: start the program again",
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
    /// What stands in the way, a reason each.
    pub fn ready(&self) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        reasons.extend(self.store_is_away());
        reasons.extend(self.figures.watch.trouble().map(|trouble| format!("the watch: {trouble}")));
        let relay = &self.figures.relay;
        // Where another process publishes the relay rests, and this process stands by.
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

    /// All figures, as Prometheus reads them.
    pub fn metrics(&self) -> String {
        let mut out = Exposition::default();
        let version = env!("CARGO_PKG_VERSION");
        out.gauge("kamnot_build_info", "The program's version and the digest of the rulebook in force; always 1.");
        let rulebook = self.about.rulebook.to_string();
        out.labelled("kamnot_build_info", &[("version", version), ("rulebook", &rulebook)], 1);
        out.gauge("kamnot_start_time_seconds", "When this process began, in seconds since 1970.");
        out.value("kamnot_start_time_seconds", u64::try_from(self.began.unix()).unwrap_or(0));
        out.gauge("kamnot_store_up", "Whether the store answers (1) or not (0).");
        out.value("kamnot_store_up", u64::from(self.store_is_away().is_none()));
        out.gauge("kamnot_nats_configured", "Whether there is a NATS to publish on (1) or not (0).");
        out.value("kamnot_nats_configured", u64::from(self.about.nats));
        out.gauge("kamnot_clock_in_doubt", "Whether alerts are held back since the clock is in doubt (1) or not (0).");
        out.value("kamnot_clock_in_doubt", u64::from(self.doubt.stands()));
        if let Some(sample) = self.answer.get() {
            self.write(&mut out, sample);
        }
        if let Some(watched) = self.watched.get() {
            out.gauge("kamnot_cases_watched", "Cases in which something is still to come; counted once a minute.");
            out.value("kamnot_cases_watched", watched);
        }
        self.figures.write(&mut out);
        out.text()
    }

    /// The lags as they were when the store was asked last; where that is long ago, as they are by now.
    fn write(&self, out: &mut Exposition, Sample { at, next_due, backlog }: Sample) {
        let now = if self.store_is_away().is_none() { at } else { self.clock.now() };
        let since = |instant: Option<Instant>| {
            let seconds = instant.map_or(0, |instant| now.since(instant).max(0));
            Duration::from_secs(seconds.unsigned_abs())
        };
        let help = "How long the earliest instant is past that no case has been told of; 0 if there is none.";
        out.gauge("kamnot_watch_lag_seconds", help);
        out.seconds("kamnot_watch_lag_seconds", since(next_due));
        let help = "How long the first alert has waited that is in the log and not on NATS; 0 if there is none.";
        out.gauge("kamnot_relay_lag_seconds", help);
        out.seconds("kamnot_relay_lag_seconds", since(backlog.oldest));
        out.gauge("kamnot_outbox_alerts", "Alerts that are in the log and not on NATS; counted to a million.");
        out.value("kamnot_outbox_alerts", backlog.waiting);
        let help = "Alerts of the outbox that can't be read, so are not published; `kamnot check` names them.";
        out.gauge("kamnot_outbox_alerts_unreadable", help);
        out.value("kamnot_outbox_alerts_unreadable", backlog.unreadable);
    }
}
