//! Recording as the program does it: a store, and for each task a recorder on a clock of its own.
//!
//! Invariant: the lines of a case stay in their order; every line is read, assessed and durable when it is counted.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::action::Action;
use engine::decide::{Alerts, Verdict};
use engine::rulebook::Rulebook;
use scenarios::generator::Line;
use service::clock::Clock;
use service::recorder::Recorder;
use store::CaseStore;
use store::sqlite::{Options, SqliteStore};

use crate::setting::{Failure, count, number};

/// When a run ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// When every line is recorded.
    Recorded,
    /// After this time, or when a task has no line left.
    Passed(Duration),
    /// When so many events were appended in this run.
    Events(u64),
}

/// What a run did, or several.
#[derive(Default)]
pub struct Run {
    pub actions: usize,
    pub events: u64,
    pub seconds: f64,
    pub commits: f64,
}

/// The store with the tasks that record into it.
pub struct Ours<S: ?Sized = SqliteStore> {
    pub store: Arc<S>,
    tasks: Vec<Task<S>>,
}

/// A clock that is set to the time of each line.
#[derive(Default)]
struct LineClock(AtomicI64);

/// Records its share of the cases.
struct Task<S: ?Sized> {
    recorder: Recorder<S>,
    clock: Arc<LineClock>,
    /// Each entry is recorded at once and belongs to one case.
    lines: VecDeque<Vec<Line>>,
}

#[derive(Default)]
struct Progress {
    stop: AtomicBool,
    events: AtomicU64,
}

impl Clock for LineClock {
    fn now(&self) -> engine::calendar::Instant {
        engine::calendar::Instant::from_unix(self.0.load(Ordering::Relaxed))
    }
}

impl Run {
    /// Actions that became durable in a second.
    pub fn rate(&self) -> f64 {
        count(self.actions) / self.seconds
    }

    /// Adds what another run did.
    pub fn add(&mut self, other: &Self) {
        self.actions += other.actions;
        self.events += other.events;
        self.seconds += other.seconds;
        self.commits += other.commits;
    }

    /// How many actions went into a commit.
    pub fn batch(&self) -> f64 {
        count(self.actions) / self.commits.max(1.0)
    }

    /// Alert events for each action.
    pub fn alerts_per_action(&self) -> f64 {
        (number(self.events) - count(self.actions)) / count(self.actions.max(1))
    }
}

impl Ours {
    /// Opens the log at `path`, with so many tasks.
    ///
    /// # Errors
    /// What the store says.
    pub fn open(path: &Path, book: &Arc<Rulebook>, tasks: usize) -> Result<Self, Failure> {
        let options = Options { create: true, ..Options::default() };
        Ok(Self::on(Arc::new(SqliteStore::open(path, Arc::clone(book), &options)?), book, tasks))
    }
}

impl<S: CaseStore + ?Sized + 'static> Ours<S> {
    /// So many tasks on a store.
    pub fn on(store: Arc<S>, book: &Arc<Rulebook>, tasks: usize) -> Self {
        let task = || {
            let clock = Arc::new(LineClock::default());
            let recorder = Recorder::new(Arc::clone(&store), Arc::clone(book), Arc::clone(&clock) as Arc<dyn Clock>);
            Task { recorder, clock, lines: VecDeque::new() }
        };
        let tasks = std::iter::repeat_with(task).take(tasks).collect();
        Self { store, tasks }
    }

    /// How many tasks there are.
    pub const fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Hands out lines, each to be recorded by itself.
    pub fn give(&mut self, lines: Vec<Line>) {
        for line in lines {
            self.give_at_once(vec![line]);
        }
    }

    /// Hands out lines of one case that are to be recorded at once.
    pub fn give_at_once(&mut self, lines: Vec<Line>) {
        if let Some(first) = lines.first() {
            let task = first.case % self.tasks.len();
            self.tasks[task].lines.push_back(lines);
        }
    }

    /// Records on all tasks at the same time. What is not recorded by the end is left for the next run.
    ///
    /// # Errors
    /// If a line is refused, or what the store says.
    pub async fn run(&mut self, until: Until) -> Result<Run, Failure> {
        let progress = Arc::new(Progress::default());
        let commits = self.store.change_counter().await?;
        let started = Instant::now();
        let running: Vec<_> = std::mem::take(&mut self.tasks)
            .into_iter()
            .map(|task| tokio::spawn(task.run(until, Arc::clone(&progress))))
            .collect();
        if let Until::Passed(time) = until {
            let stop = Arc::clone(&progress);
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                stop.stop.store(true, Ordering::Relaxed);
            });
        }
        let mut actions = 0;
        for task in running {
            let (task, recorded) = task.await??;
            actions += recorded;
            self.tasks.push(task);
        }
        let seconds = started.elapsed().as_secs_f64();
        let commits = number(self.store.change_counter().await?.abs_diff(commits));
        Ok(Run { actions, events: progress.events.load(Ordering::Relaxed), seconds, commits })
    }
}

impl<S: CaseStore + ?Sized> Task<S> {
    async fn run(mut self, until: Until, progress: Arc<Progress>) -> Result<(Self, usize), Failure> {
        let mut actions = 0;
        while !progress.stop.load(Ordering::Relaxed) {
            let Some(lines) = self.lines.pop_front() else {
                if let Until::Passed(_) = until {
                    progress.stop.store(true, Ordering::Relaxed);
                }
                break;
            };
            actions += lines.len();
            let events = self.record(&lines).await?;
            let all = progress.events.fetch_add(events, Ordering::Relaxed) + events;
            if let Until::Events(most) = until
                && all >= most
            {
                progress.stop.store(true, Ordering::Relaxed);
            }
        }
        Ok((self, actions))
    }

    /// Records lines of one case at once, at the time of the last; how many events that gave.
    async fn record(&self, lines: &[Line]) -> Result<u64, Failure> {
        let read = |line: &Line| Action::read(&line.json).map_err(|flaws| format!("{flaws:?}"));
        let actions = lines.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let at = lines.iter().map(|line| line.at).max().unwrap_or_default();
        self.clock.0.store(at, Ordering::Relaxed);
        let case = actions.first().ok_or("no lines")?.case.clone();
        let recorded = self.recorder.record(&case, actions, None, Alerts::Raised).await?;
        if let Some(verdict) = recorded.verdicts.iter().find(|verdict| **verdict != Verdict::Accepted) {
            return Err(format!("a line of case {case} was not accepted: {verdict:?}").into());
        }
        Ok(recorded.events.len() as u64)
    }
}
