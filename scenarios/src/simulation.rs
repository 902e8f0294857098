//! A simulated world for each seed. Cases run on simulated time against the real engine, embedded store, watch and relay,
//! while everything around them fails.
//!
//! Simulated are: time (the runtime's paused clock, and a wall clock that jumps), the offices that send, NATS and the
//! network to it, and what a disk can do to a transaction ([`store::sqlite::Disk`]). Everything that the product does is
//! real, down to `SQLite` and its files. A process that is killed is dropped at whatever step it has reached. After a power
//! failure the write-ahead log holds what was acknowledged and any part of the rest.
//!
//! Checked during a run and at its end: every acknowledged action is in the log once, and nothing is there in part. The log
//! holds, in time, exactly the alert events that a separately written replay demands (`naive`). The stream holds exactly
//! these alerts, once each, in the order of the log. Nothing is written after a failed sync. A jump of the clock is noticed,
//! and no alert is raised until it is resolved. Views are what a rebuild gives.
//!
//! Invariant: the same history gives the same run on every machine. All work is done on one thread, in an order that
//! depends on simulated time alone. The store works on its callers' tasks, and random numbers come from the seed. What is
//! random all the same (the log's own id, `SQLite`'s salts) decides nothing. Not simulated: the store's own threads, the
//! opening of a log, and PostgreSQL; `tests` tests them for real.

mod clock;
mod disk;
mod history;
mod naive;
mod nats;
mod office;
mod people;
mod process;
mod sabotage;
mod shrink;
mod world;

use std::fmt;
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use engine::rulebook::Rulebook;

pub use history::History;
pub use sabotage::Sabotage;
pub use shrink::shortest;

/// The most alert events that a command adds in the simulated worlds. So few that some commands leave a rest.
const MOST_TOLD: usize = 5;

/// A claim that a run violated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The claim.
    pub claim: Claim,
    /// What was found.
    pub found: String,
}

/// The claims that every run must fulfil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// What was acknowledged is in the log, once.
    NothingIsLost,
    /// What an office keeps sending is recorded in the end.
    EveryOfficeIsAnswered,
    /// Positions and versions have no gaps.
    TheLogIsWhole,
    /// The log holds the alert events that the replay demands, and no others.
    AlertsAreRight,
    /// Alert events are recorded in time.
    NothingIsLate,
    /// The stream holds the alerts of the log, once and in order.
    TheStreamIsRight,
    /// Views match the log.
    ViewsAreRight,
    /// The tree has every event of the log once, as it is there.
    TheTreeIsRight,
    /// A jump of the clock is noticed.
    TheClockIsWatched,
    /// Nothing is written after a failed sync.
    AFailedSyncEndsWriting,
    /// A process ends only for a reason that a restart fixes.
    ProcessesGoOn,
    /// The simulation itself works.
    TheWorldTurns,
}

/// Counts of what a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases that were sent.
    pub cases: usize,
    /// Actions that were acknowledged.
    pub actions: usize,
    /// Alerts that were published.
    pub alerts: usize,
    /// Of them, alerts that were escalated.
    pub escalated: usize,
    /// What people did about alerts, as far as it is in the log.
    pub handled: usize,
    /// Faults that happened.
    pub troubles: usize,
    /// Processes that ended before they were told to stop at the end.
    pub ends: usize,
}

impl Violation {
    fn new(claim: Claim, found: impl Into<String>) -> Self {
        Self { claim, found: found.into() }
    }

    fn log(found: impl Into<String>) -> Self {
        Self::new(Claim::TheLogIsWhole, found)
    }

    fn alerts(found: impl Into<String>) -> Self {
        Self::new(Claim::AlertsAreRight, found)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} does not hold: {}", self.claim, self.found)
    }
}

impl Tally {
    /// Adds another run's counts.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.actions += other.actions;
        self.alerts += other.alerts;
        self.escalated += other.escalated;
        self.handled += other.handled;
        self.troubles += other.troubles;
        self.ends += other.ends;
    }
}

/// Runs the histories of these seeds on several threads until one fails. Returns the lowest failing seed of those that were
/// run, and what it violates. Calls `done` for each seed that passes.
pub fn first_failure(
    seeds: Range<u64>,
    jobs: Option<usize>,
    done: &(dyn Fn() + Sync),
) -> (Tally, Option<(u64, Violation)>) {
    let jobs = jobs.or_else(|| std::thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let (mut tally, mut failed) = (Tally::default(), None);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (tally, failed);
            }
            match run(&History::of(seed), None) {
                Ok(ran) => {
                    tally.add(ran);
                    done();
                }
                Err(violation) => {
                    // The other threads finish the seed that they are running.
                    next.store(seeds.end, Ordering::Relaxed);
                    failed = Some((seed, violation));
                }
            }
        }
    };
    let mut all = (Tally::default(), None);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let Ok((tally, failed)) = thread.join() else {
                let found = "a thread of the simulation panicked";
                all.1 = Some((seeds.start, Violation::new(Claim::TheWorldTurns, found)));
                continue;
            };
            all.0.add(tally);
            all.1 = [all.1.take(), failed].into_iter().flatten().min_by_key(|(seed, _)| *seed);
        }
    });
    all
}

/// Runs a history, with a sabotage or without.
///
/// # Errors
/// The claim that the run violated.
pub fn run(history: &History, sabotage: Option<Sabotage>) -> Result<Tally, Violation> {
    static BOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::law_05_na_2006()));
    let turns = |what: &str, error: std::io::Error| Violation::new(Claim::TheWorldTurns, format!("{what}: {error}"));
    // Durability is simulated, so the files need no disk.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.map_err(|error| turns("no folder for the log", error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| turns("no runtime", error))?;
    runtime.block_on(async { world::World::new(history, sabotage, folder.path(), Arc::clone(&BOOK)).run().await })
}
