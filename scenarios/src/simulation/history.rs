//! What happens in a simulated world: which office sends what and when, and what fails.
//!
//! Invariant: a history is drawn from the seed alone. If a part is left out, the rest happens as before.

use std::fmt;

use chrono::NaiveDate;
use engine::action::{Action, ActionName, WhichOffence};
use engine::calendar::Instant;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::generator::{Conduct, Plan, history};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Everything that happens.
#[derive(Clone, Debug)]
pub struct History {
    /// The seed.
    pub seed: u64,
    /// How many `serve` processes work on the log.
    pub processes: usize,
    /// Whether the NATS server recognises an id that it stored within the last two minutes.
    pub remembers_ids: bool,
    /// The cases.
    pub cases: Vec<CaseHistory>,
    /// What fails, ordered by time.
    pub troubles: Vec<Trouble>,
}

/// What is sent about one case.
#[derive(Clone, Debug)]
pub struct CaseHistory {
    /// The sendings, ordered by time.
    pub sendings: Vec<Sending>,
}

/// Actions of one case that are sent together.
#[derive(Clone, Debug)]
pub struct Sending {
    /// When they are first sent, in seconds since 1970.
    pub at: i64,
    /// The actions.
    pub actions: Vec<Action>,
    /// Whether they are sent to every process at the same time.
    pub to_all: bool,
    /// How often they were sent before.
    pub tries: u32,
}

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it happens, in seconds since 1970.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What can fail. Processes are numbered from 0. `down` is the number of seconds until a process is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The disk fails `times` times, after `after` of its moments.
    Disk { after: u32, how: DiskTrouble, times: u32 },
    /// The power fails at a moment of the disk. `kept` thousandths of what was not acknowledged yet are on the disk.
    PowerCut { after: u32, kept: u64, down: i64 },
    /// `kill -9`, some milliseconds after the other events of that second.
    Kill { process: usize, after_ms: u64, down: i64 },
    /// A process is told to stop.
    Stop { process: usize, down: i64 },
    /// NATS has this trouble for `lasts` seconds.
    Nats { how: NatsTrouble, lasts: i64 },
    /// The wall clock jumps by `by` seconds. After a while it jumps back, or a person confirms that it is right.
    Clock { by: i64, lasts: i64, confirmed: bool },
    /// Answers to the offices are lost for `lasts` seconds.
    NoAnswers { lasts: i64 },
}

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskTrouble {
    /// Another program holds the log locked.
    Locked,
    /// The disk is full.
    Full,
    /// A write or a sync fails, whichever comes first.
    Broken,
    /// The sync of a commit fails, but the commit is on disk.
    BrokenYetThere,
}

/// The trouble of NATS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NatsTrouble {
    /// It is unreachable.
    Away,
    /// A message takes up to twenty seconds.
    Slow,
    /// Messages arrive twice.
    Doubling,
    /// Messages are reordered, and a replica is behind.
    Reordering,
    /// Messages are lost.
    LosingMessages,
    /// Acknowledgements are lost.
    LosingAnswers,
}

impl History {
    /// Draws the history of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let processes = if random.random_bool(0.5) { 2 } else { 1 };
        let remembers_ids = random.random_bool(0.5);
        let count = random.random_range(2..=6);
        let cases: Vec<CaseHistory> = (0..count).map(|number| CaseHistory::of(&mut random, seed, number)).collect();
        let times: Vec<i64> = cases.iter().flat_map(|case| case.sendings.iter().map(|sending| sending.at)).collect();
        let mut troubles: Vec<Trouble> =
            (0..random.random_range(0..=12)).map(|_| Trouble::of(&mut random, &times)).collect();
        troubles.sort_by_key(|trouble| trouble.at);
        Self { seed, processes, remembers_ids, cases, troubles }
    }

    /// When the first thing happens.
    pub fn begins(&self) -> i64 {
        let first = self.cases.iter().filter_map(|case| case.sendings.first()).map(|sending| sending.at).min();
        first.unwrap_or(0).min(self.troubles.first().map_or(i64::MAX, |trouble| trouble.at)) - HOUR
    }

    /// The end: everything has been sent, and another month has passed so that limits can end.
    pub fn ends(&self) -> i64 {
        let last = self.cases.iter().filter_map(|case| case.sendings.last()).map(|sending| sending.at).max();
        last.unwrap_or(0).max(self.troubles.last().map_or(0, |trouble| trouble.at)) + 30 * DAY
    }

    /// Whether every case still has its opening, and every action that it withdraws or names as an added offence.
    pub fn is_complete(&self) -> bool {
        self.cases.iter().all(|case| {
            let actions = || case.sendings.iter().flat_map(|sending| &sending.actions);
            let opened = actions().any(|action| action.name == ActionName::CaseOpened);
            let needed = |action: &Action| match action.offence() {
                Some(WhichOffence::Added(id)) => Some(id),
                _ => action.withdraws(),
            };
            opened && actions().all(|action| needed(action).is_none_or(|id| actions().any(|action| action.id == id)))
        })
    }

    /// How many actions are sent.
    pub fn actions(&self) -> usize {
        self.cases.iter().flat_map(|case| &case.sendings).map(|sending| sending.actions.len()).sum()
    }
}

impl CaseHistory {
    fn of(random: &mut ChaCha8Rng, seed: u64, number: usize) -> Self {
        let conduct = if random.random_bool(0.4) { Conduct::Orderly } else { Conduct::Disorderly };
        let first_day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default();
        let lines = history(&Plan { seed, cases: 6, conduct, first_day }, number);
        // How late an action is sent: at once, after hours, after weeks; or early, because the office's clock is ahead.
        let delay = [(0, 60), (0, HOUR), (-4 * MINUTE, 0), (0, 20 * DAY)][random.random_range(0..4)];
        let gathers = random.random_bool(0.3);
        let mut sendings: Vec<Sending> = Vec::new();
        // A case is sent in the order in which it happened, except for what a clerk mixed up.
        let mut not_before = i64::MIN;
        for line in lines {
            let Ok(action) = Action::read(&line.json) else { continue };
            let at = (line.at + random.random_range(delay.0..=delay.1)).max(not_before);
            if !random.random_bool(0.1) {
                not_before = at;
            }
            match sendings.last_mut() {
                Some(last) if gathers && random.random_bool(0.5) => {
                    last.at = last.at.max(at);
                    last.actions.push(action);
                }
                _ => sendings.push(Sending { at, actions: vec![action], to_all: random.random_bool(0.1), tries: 0 }),
            }
        }
        sendings.sort_by_key(|sending| sending.at);
        Self { sendings }
    }
}

impl Trouble {
    fn of(random: &mut ChaCha8Rng, times: &[i64]) -> Self {
        // Near another event of the history, or at any time.
        let near = times[random.random_range(0..times.len())];
        let at = if random.random_bool(0.8) { near } else { near + random.random_range(-5 * DAY..5 * DAY) };
        let process = random.random_range(0..2);
        let down = [1, 30, 2 * HOUR, 3 * DAY][random.random_range(0..4)];
        let lasts = [2, MINUTE, 2 * HOUR, 2 * DAY][random.random_range(0..4)];
        let after = random.random_range(0..20);
        let what = match random.random_range(0..12) {
            0 | 1 => {
                use DiskTrouble as D;
                let how = [D::Locked, D::Full, D::Broken, D::BrokenYetThere][random.random_range(0..4)];
                What::Disk { after, how, times: [1, 2, 30][random.random_range(0..3)] }
            }
            2 | 3 => What::PowerCut { after, kept: random.random_range(0..=1000), down },
            4 | 5 => What::Kill { process, after_ms: random.random_range(0..120), down },
            6 => What::Stop { process, down },
            7 | 8 => {
                use NatsTrouble as N;
                let all = [N::Away, N::Slow, N::Doubling, N::Reordering, N::LosingMessages, N::LosingAnswers];
                What::Nats { how: all[random.random_range(0..all.len())], lasts }
            }
            9 | 10 => {
                let by = [-3 * DAY, -HOUR, -200, 200, HOUR, 3 * DAY][random.random_range(0..6)];
                What::Clock { by, lasts, confirmed: random.random_bool(0.4) }
            }
            _ => What::NoAnswers { lasts },
        };
        Self { at, what }
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seed, processes) = (self.seed, self.processes);
        let memory = if self.remembers_ids { "two minutes" } else { "no time" };
        writeln!(f, "seed {seed}: {processes} serve on one log; NATS recognises an id for {memory}")?;
        let sendings = self.cases.iter().flat_map(|case| &case.sendings);
        let sent = sendings.map(|sending| {
            let case = sending.actions.first().map_or("-", |action| action.case.as_str());
            let what: Vec<String> =
                sending.actions.iter().map(|action| format!("{} at {}", action.name, action.at)).collect();
            let to = if sending.to_all { " (to every process)" } else { "" };
            (sending.at, format!("{case} sends {}{to}", what.join(", ")))
        });
        let mut all: Vec<(i64, String)> =
            sent.chain(self.troubles.iter().map(|trouble| (trouble.at, trouble.what.to_string()))).collect();
        all.sort_by_key(|(at, _)| *at);
        for (at, what) in all {
            writeln!(f, "  {}  {what}", Instant::from_unix(at))?;
        }
        Ok(())
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk { after, how, times } => write!(f, "DISK {how:?}, {times} times, after {after} moments"),
            Self::PowerCut { after, kept, down } => {
                write!(f, "POWER CUT after {after} moments of the disk, {kept}/1000 of the rest kept; {down} s")
            }
            Self::Kill { process, after_ms, down } => write!(f, "KILL process {process} after {after_ms} ms; {down} s"),
            Self::Stop { process, down } => write!(f, "STOP process {process}; {down} s"),
            Self::Nats { how, lasts } => write!(f, "NATS {how:?} for {lasts} s"),
            Self::Clock { by, lasts, confirmed } => {
                let end = if *confirmed { "confirmed" } else { "set right" };
                write!(f, "CLOCK jumps by {by} s, {end} after {lasts} s")
            }
            Self::NoAnswers { lasts } => write!(f, "NO ANSWERS to the offices for {lasts} s"),
        }
    }
}
