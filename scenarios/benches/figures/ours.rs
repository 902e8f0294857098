//! Records as the program does: one store, and for each task a recorder with its own clock.
//!
//! Invariant: the lines of a case stay in their order. A line is counted only when it is read, assessed and durable.

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
use store::LogStore;
use store::sqlite::{Options, SqliteStore};

use crate::setting::{Failure, count, number};

/// When a run ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// Once every line is recorded.
    Recorded,
    /// After this time, or once a task has no line left.
    Passed(Duration),
    /// Once this many events have been appended in this run.
    Events(u64),
}

/// What one or several runs did.
#[derive(Default)]
pub struct Run {
    pub actions: usize,
    pub events: u64,
    pub seconds: f64,
    pub commits: f64,
}

/// The store with the tasks that record into it.
pub struct Ours {
    pub store: Arc<dyn LogStore>,
    tasks: Vec<Task>,
}

/// A clock that is set to the time of each line.
#[derive(Default)]
struct LineClock(AtomicI64);

/// Records its share of the cases.
struct Task {
    recorder: Recorder,
    clock: Arc<LineClock>,
    /// The lines of each entry are recorded together and belong to one case.
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
    /// Durable actions per second.
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

    /// Actions per commit.
    pub fn batch(&self) -> f64 {
        count(self.actions) / self.commits.max(1.0)
    }

    /// Alert events per action.
    pub fn alerts_per_action(&self) -> f64 {
        (number(self.events) - count(self.actions)) / count(self.actions.max(1))
    }
}

impl Ours {
    /// Opens the log at `path`, with `tasks` tasks.
    ///
    /// # Errors
    /// If the store fails.
    pub fn open(path: &Path, book: &Arc<Rulebook>, tasks: usize) -> Result<Self, Failure> {
        let options = Options { create: true, ..Options::default() };
        Ok(Self::on(Arc::new(SqliteStore::open(path, Arc::clone(book), &options)?), book, tasks))
    }

    /// So many tasks on a store.
    pub fn on(store: Arc<dyn LogStore>, book: &Arc<Rulebook>, tasks: usize) -> Self {
        let task = || {
            let clock = Arc::new(LineClock::default());
            let recorder = Recorder::new(store.clone(), Arc::clone(book), Arc::clone(&clock) as Arc<dyn Clock>);
            Task { recorder, clock, lines: VecDeque::new() }
        };
        let tasks = std::iter::repeat_with(task).take(tasks).collect();
        Self { store, tasks }
    }

    /// How many tasks there are.
    pub const fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Hands out lines to be recorded one by one.
    pub fn give(&mut self, lines: Vec<Line>) {
        for line in lines {
            self.give_at_once(vec![line]);
        }
    }

    /// Hands out lines of one case to be recorded together.
    pub fn give_at_once(&mut self, lines: Vec<Line>) {
        if let Some(first) = lines.first() {
            let task = first.case % self.tasks.len();
            self.tasks[task].lines.push_back(lines);
        }
    }

    /// Records on all tasks at the same time. Lines that are not recorded by the end are left for the next run.
    ///
    /// # Errors
    /// If a line is refused or the store fails.
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

impl Task {
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

    /// Records lines of one case together, at the time of the last line. Returns how many events were appended.
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
