//! A simulated world: thousands of cases over the seeds, on simulated time, against the real engine, the real embedded
//! store, watch and relay, while everything around them fails.
//!
//! What is simulated: time (the runtime's paused clock, and a wall clock that jumps), the offices that send, NATS and
//! the network to it, and what a disk can do to a transaction ([`store::sqlite::Disk`]). What is real: all
//! that the product does, down to `SQLite` and its files. A process that is killed is dropped at whichever step it is
//! at; a power failure leaves of the write-ahead log what was acknowledged and any part of the rest.
//!
//! Checked while it runs and at its end: every acknowledged action is in the log, once, and nothing is there by half;
//! the log tells exactly what a replay that is written apart from the program demands (`naive`), in time; the stream
//! holds exactly these alerts, once each and in the order of the log; after a failed sync nothing is written; a clock
//! that jumps is noticed and nothing is told meanwhile; views are what a rebuild gives.
//!
//! Invariant: the same history gives the same run on every machine. All work is done on one thread in an order that
//! depends on simulated time alone: the store works on its callers' tasks, chance comes from the seed, and what is
//! random all the same (the log's own id, `SQLite`'s salts) decides nothing. Left out: the store's own threads, the
//! opening of a log, and PostgreSQL, which are tried for real in `tests`.

mod clock;
mod disk;
mod history;
mod naive;
mod nats;
mod office;
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

/// How many alerts, settlements and withdrawals a command tells in the worlds: so few that what has no room is met.
const MOST_TOLD: usize = 5;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What is broken.
    pub claim: Claim,
    /// What was found.
    pub found: String,
}

/// What is claimed of every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// What was acknowledged is in the log, once.
    NothingIsLost,
    /// What is sent again and again is recorded in the end.
    EveryOfficeIsAnswered,
    /// Positions and versions follow each other without a gap.
    TheLogIsWhole,
    /// The log tells what the replay demands, and nothing else.
    AlertsAreRight,
    /// It tells it in time.
    NothingIsLate,
    /// The stream holds what the log tells, once and in order.
    TheStreamIsRight,
    /// Views are what the log gives.
    ViewsAreRight,
    /// A jump of the clock is noticed.
    TheClockIsWatched,
    /// After a failed sync nothing is written.
    AFailedSyncEndsWriting,
    /// No process ends but for a reason that a restart mends.
    ProcessesGoOn,
    /// The simulation itself works.
    TheWorldTurns,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases that were sent.
    pub cases: usize,
    /// Actions that were acknowledged.
    pub actions: usize,
    /// Alerts that were published.
    pub alerts: usize,
    /// Things that failed.
    pub troubles: usize,
    /// Processes that ended otherwise than by being told to at the end.
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
    /// Adds another run's.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.actions += other.actions;
        self.alerts += other.alerts;
        self.troubles += other.troubles;
        self.ends += other.ends;
    }
}

/// Runs the histories of these seeds on several threads until one fails, which is given with what it violates: the
/// lowest of those that were run. `done` is told of each that holds.
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
                    // The others end with the seed that they are at.
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

/// Lets a history happen, with something wrong on purpose or not.
///
/// # Errors
/// What must never be, and was.
pub fn run(history: &History, sabotage: Option<Sabotage>) -> Result<Tally, Violation> {
    static BOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::law_05_na_2006()));
    let turns = |what: &str, error: std::io::Error| Violation::new(Claim::TheWorldTurns, format!("{what}: {error}"));
    // What is durable is simulated, so the files need no disk.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.map_err(|error| turns("no folder for the log", error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| turns("no runtime", error))?;
    runtime.block_on(async { world::World::new(history, sabotage, folder.path(), Arc::clone(&BOOK)).run().await })
}
