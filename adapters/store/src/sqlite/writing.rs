//! Who does the writer's work: a thread of its own, or whoever asks.
//!
//! Invariant: either way the writer takes what has gathered and answers after the commit. On the callers' own tasks the
//! same calls write the same log, on a disk that fails when it is told to: so a run can be repeated to the letter.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use super::rows::Job;
use super::writer::{MOST_AT_ONCE, Writer};
use crate::Fault;
use crate::jobs::{Answer, ended};

/// Who writes.
pub(super) enum Writing {
    /// A thread of its own; none only while the store is being dropped.
    Apart(Option<Apart>),
    /// Whoever asks.
    ByCallers(Box<Mutex<Gathered>>),
}

/// The writer's thread, and the way to it.
pub(super) struct Apart {
    jobs: mpsc::Sender<Vec<(Job, Answer)>>,
    thread: JoinHandle<()>,
}

/// What waits to be written, and who will.
pub(super) struct Gathered {
    writer: Writer,
    waiting: VecDeque<(Job, Answer)>,
}

impl Writing {
    /// On a thread of its own.
    pub fn apart(writer: Writer) -> Result<Self, Fault> {
        // Every sender waits for its answer, so there are never more jobs than callers.
        let (sender, jobs) = mpsc::channel();
        let thread = std::thread::Builder::new().name("log writer".to_owned()).spawn(move || writer.run(&jobs));
        let thread =
            thread.map_err(|error| Fault::unavailable(format!("the log's writer can't be started: {error}")))?;
        Ok(Self::Apart(Some(Apart { jobs: sender, thread })))
    }

    /// On the task of whoever asks.
    pub fn by_callers(mut writer: Writer) -> Self {
        writer.begin();
        Self::ByCallers(Box::new(Mutex::new(Gathered { writer, waiting: VecDeque::new() })))
    }

    /// Hands in jobs that may be written at once; each is answered through its `Answer`.
    pub async fn take(&self, jobs: Vec<(Job, Answer)>) -> Result<(), Fault> {
        match self {
            Self::Apart(writer) => {
                let writer = writer.as_ref().ok_or_else(ended)?;
                writer.jobs.send(jobs).map_err(|_| ended())
            }
            Self::ByCallers(gathered) => {
                lock(gathered).waiting.extend(jobs);
                // Whoever else is ready to write hands in too, and the first to go on writes for all.
                tokio::task::yield_now().await;
                lock(gathered).write();
                Ok(())
            }
        }
    }

    /// Has the writer look for what other programs have written, where it doesn't look by itself.
    pub fn look_around(&self) {
        if let Self::ByCallers(gathered) = self {
            lock(gathered).writer.look_around();
        }
    }
}

impl Gathered {
    fn write(&mut self) {
        while !self.waiting.is_empty() {
            let most = self.waiting.len().min(MOST_AT_ONCE);
            let batch = self.waiting.drain(..most).collect();
            self.writer.turn(batch);
        }
    }
}

impl Drop for Writing {
    /// Ends the writer and waits until it has closed the file.
    fn drop(&mut self) {
        if let Self::Apart(writer) = self
            && let Some(Apart { jobs, thread }) = writer.take()
        {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

fn lock(gathered: &Mutex<Gathered>) -> MutexGuard<'_, Gathered> {
    gathered.lock().unwrap_or_else(PoisonError::into_inner)
}
