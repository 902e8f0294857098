//! What a store asks of its writer, and what becomes of it.
//!
//! Invariant: every job has one outcome, also when the writer has ended and nobody answers.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::rulebook::Rulebook;
use tokio::sync::oneshot;

use super::heavy::beside_if;
use super::people::tables::Write;
use super::rows::{OfEvent, Rows};
use super::{Append, Delivery, Fault};

/// What a writer is asked to write; `E`: the row of an event.
pub(super) enum Job<E> {
    Append(Box<Rows<E>>),
    Deliveries(Vec<Delivery>),
    UndoDeliveries { behind: u64 },
    Meta { key: String, value: String },
    People(Write),
}

impl<E: OfEvent> Job<E> {
    fn append(append: Append, book: &Rulebook) -> Self {
        Self::Append(Box::new(Rows::of(append, book)))
    }
}

/// A store that has its writer do what is asked of it.
pub(super) trait Writes: Sync {
    /// The row of an event.
    type Event: OfEvent;
    /// The rulebook that the rows of cases are made under.
    fn under(&self) -> &Arc<Rulebook>;
    /// Has all of them written, in one transaction where they fit into it; the outcome of each.
    fn write_all(&self, jobs: Vec<Job<Self::Event>>) -> impl Future<Output = Vec<Outcome>> + Send;
}

pub(super) async fn outcome<W: Writes>(store: &W, job: Job<W::Event>) -> Outcome {
    store.write_all(vec![job]).await.pop().unwrap_or_else(|| Err(ended()))
}

pub(super) async fn write<W: Writes>(store: &W, job: Job<W::Event>) -> Result<(), Fault> {
    outcome(store, job).await.map(|_| ())
}

pub(super) async fn append<W: Writes>(store: &W, append: Append) -> Result<(), Fault> {
    if append.events.is_empty() {
        return Ok(());
    }
    let book = Arc::clone(store.under());
    let job = beside_if(append.is_heavy(), move || Job::append(append, &book)).await?;
    write(store, job).await
}

/// Heavy ones come alone, by themselves.
pub(super) async fn append_all<W: Writes>(store: &W, appends: Vec<Append>) -> Vec<Result<(), Fault>> {
    let jobs = appends.into_iter().map(|append| Job::append(append, store.under())).collect();
    store.write_all(jobs).await.into_iter().map(|outcome| outcome.map(|_| ())).collect()
}

/// The appends among the jobs that were written, and the cases of those that were refused.
pub(super) fn appends<E>(jobs: Vec<Job<E>>, outcomes: &[Outcome]) -> (Vec<Rows<E>>, Vec<CaseRef>) {
    let (mut appended, mut refused) = (Vec::new(), Vec::new());
    for (job, outcome) in jobs.into_iter().zip(outcomes) {
        match (job, outcome) {
            (Job::Append(rows), Ok(_)) => appended.push(*rows),
            (Job::Append(rows), Err(_)) => refused.push(rows.view.case),
            _ => {}
        }
    }
    (appended, refused)
}

/// What became of a job: how many rows of people's tables it changed, or why nothing of it was written.
pub(super) type Outcome = Result<usize, Fault>;

/// Where the writer says what became of a job.
pub(super) type Answer = oneshot::Sender<Outcome>;

/// The answers that are waited for.
pub(super) struct Answers(Vec<oneshot::Receiver<Outcome>>);

/// The jobs, each with where it is answered, and the answers.
pub(super) fn answered<J>(jobs: Vec<J>) -> (Vec<(J, Answer)>, Answers) {
    let with_answer = |job| {
        let (answer, answered) = oneshot::channel();
        ((job, answer), answered)
    };
    let (jobs, answers) = jobs.into_iter().map(with_answer).unzip();
    (jobs, Answers(answers))
}

impl Answers {
    /// The outcome of each job, in their order.
    pub async fn all(self) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(self.0.len());
        for answered in self.0 {
            outcomes.push(answered.await.unwrap_or_else(|_| Err(ended())));
        }
        outcomes
    }

    /// For each job that it could not be handed in.
    pub fn refused(self, fault: &Fault) -> Vec<Outcome> {
        self.0.iter().map(|_| Err(fault.clone())).collect()
    }
}

/// Nobody is there any more who could write.
pub(super) fn ended() -> Fault {
    Fault::restart("the log's writer has ended; start again")
}
