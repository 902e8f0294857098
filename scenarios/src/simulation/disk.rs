//! The disk under the log: real files, and a power supply that can fail.
//!
//! `SQLite` writes its write-ahead log from front to back, and syncs it before a commit is acknowledged. So after a power
//! failure the file ends at the last acknowledged commit or anywhere after it. That is what the next start finds here.
//!
//! Invariant: nothing acknowledged is cut off, unless that is the sabotage.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::sqlite::{Disk, Failing, Moment};

use super::history::DiskTrouble;

/// What will happen to the disk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Armed {
    Fails(DiskTrouble),
    PowerCut { kept: u64 },
}

/// The machine's disk.
#[derive(Debug)]
pub(super) struct MachineDisk {
    /// Sabotage: what was acknowledged last is lost at a power failure.
    acknowledges_too_early: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    log: PathBuf,
    generation: u32,
    /// How many bytes of the write-ahead log are certainly on the disk.
    durable: u64,
    /// What will happen, after how many moments, and how many times.
    armed: Option<(u32, Armed, u32)>,
    /// Whether the power is off.
    off: bool,
    trouble: Option<String>,
}

impl MachineDisk {
    /// An empty disk in a folder.
    pub fn new(folder: &Path, acknowledges_too_early: bool) -> Arc<Self> {
        let log = folder.join("log-0.db");
        let state = State { log, generation: 0, durable: 0, armed: None, off: false, trouble: None };
        Arc::new(Self { acknowledges_too_early, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path of the log now.
    pub fn log(&self) -> PathBuf {
        self.state().log.clone()
    }

    /// Makes something happen after this many moments, this many times.
    pub fn arm(&self, after: u32, what: Armed, times: u32) {
        self.state().armed = Some((after, what, times));
    }

    /// Cancels what would happen.
    pub fn disarm(&self) {
        self.state().armed = None;
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// What went wrong in the simulation itself, if anything.
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Notes that a process has opened the log after the power came back.
    pub fn opened(&self) {
        let mut state = self.state();
        state.durable = write_ahead(&state.log);
    }

    /// The power comes back.
    pub fn power_on(&self) {
        self.state().off = false;
    }

    /// Ends all programs at once. Everything that they wrote stays, and nothing is cleaned up.
    pub fn freeze(&self) {
        let mut state = self.state();
        let all = write_ahead(&state.log);
        state.keep(all);
    }
}

impl State {
    fn power_cut(&mut self, kept: u64, acknowledges_too_early: bool) {
        let all = write_ahead(&self.log).max(self.durable);
        let keep = if acknowledges_too_early {
            self.durable.saturating_sub(1)
        } else {
            self.durable + (all - self.durable) * kept / 1000
        };
        self.keep(keep);
        self.off = true;
    }

    /// Continues with a copy of the files as they are now, with this many bytes of the write-ahead log.
    fn keep(&mut self, bytes: u64) {
        self.generation += 1;
        let next = self.log.with_file_name(format!("log-{}.db", self.generation));
        if let Err(error) = copy(&self.log, &next, bytes) {
            self.trouble = Some(format!("copying the files of the log failed: {error}"));
        }
        self.log = next;
    }
}

/// What `SQLite` writes ahead of the log.
const AHEAD: &str = "-wal";
/// The keys of what is personal in the log. They are on the disk before anything is written under them.
const KEYS: [&str; 4] = [".keys", ".keys-wal", ".keys-journal", ".master-key"];

fn beside(log: &Path, suffix: &str) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write_ahead(log: &Path) -> u64 {
    fs::metadata(beside(log, AHEAD)).map_or(0, |file| file.len())
}

fn copy(from: &Path, to: &Path, bytes: u64) -> io::Result<()> {
    fs::copy(from, to)?;
    if beside(from, AHEAD).exists() {
        let mut written = fs::read(beside(from, AHEAD))?;
        written.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        fs::write(beside(to, AHEAD), written)?;
    }
    for kept in KEYS.into_iter().filter(|suffix| beside(from, suffix).exists()) {
        fs::copy(beside(from, kept), beside(to, kept))?;
    }
    Ok(())
}

/// The disk as one process sees it.
#[derive(Debug)]
pub(super) struct ProcessDisk {
    machine: Arc<MachineDisk>,
    sync_failed: AtomicBool,
    wrote_on: AtomicBool,
}

impl ProcessDisk {
    pub fn of(machine: &Arc<MachineDisk>) -> Arc<Self> {
        let (sync_failed, wrote_on) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { machine: Arc::clone(machine), sync_failed, wrote_on })
    }

    /// Whether the process continued to write after a failed sync.
    pub fn was_written_after_a_failed_sync(&self) -> bool {
        self.wrote_on.load(Ordering::Relaxed)
    }
}

impl Disk for ProcessDisk {
    fn fails(&self, at: Moment) -> Option<Failing> {
        let too_early = self.machine.acknowledges_too_early;
        let mut state = self.machine.state();
        if state.off {
            return Some(Failing::Broken);
        }
        if self.sync_failed.load(Ordering::Relaxed) {
            self.wrote_on.store(true, Ordering::Relaxed);
        }
        let failing = match state.armed {
            Some((0, Armed::PowerCut { kept }, _)) => {
                state.armed = None;
                state.power_cut(kept, too_early);
                return Some(Failing::Broken);
            }
            Some((0, Armed::Fails(how), times)) => {
                let failing = how.at(at);
                if failing.is_some() {
                    state.armed = (times > 1).then_some((0, Armed::Fails(how), times - 1));
                }
                failing
            }
            Some((after, what, times)) => {
                state.armed = Some((after - 1, what, times));
                None
            }
            None => None,
        };
        if matches!((at, failing), (Moment::Commit | Moment::Committed, Some(Failing::Broken))) {
            self.sync_failed.store(true, Ordering::Relaxed);
        }
        if at == Moment::Committed {
            state.durable = write_ahead(&state.log);
        }
        failing
    }
}

impl DiskTrouble {
    /// How the trouble appears at this moment, if it does.
    fn at(self, moment: Moment) -> Option<Failing> {
        match (self, moment) {
            (Self::Locked, Moment::Begin) => Some(Failing::Locked),
            (Self::Full, Moment::Begin | Moment::Write | Moment::Commit) => Some(Failing::Full),
            (Self::Broken, Moment::Begin | Moment::Write | Moment::Commit)
            | (Self::BrokenYetThere, Moment::Committed) => Some(Failing::Broken),
            _ => None,
        }
    }
}
