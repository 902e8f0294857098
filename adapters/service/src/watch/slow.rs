//! Heavy cases: ticked in the background by one task, in turns, beside the light ones.
//!
//! Invariant: a heavy case waits for at most one command on each of the others; the watch waits for none of them.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use engine::action::CaseRef;
use store::Fault;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::recorder::Recorder;

/// A case and how many events were appended to it.
pub(super) type Ended = (CaseRef, Result<usize, Fault>);

/// The heavy cases that are due.
#[derive(Default)]
pub(super) struct Slow {
    under_way: BTreeSet<CaseRef>,
    lane: Option<Lane>,
}

/// The task that ticks them.
struct Lane {
    begin: UnboundedSender<CaseRef>,
    ended: UnboundedReceiver<Ended>,
    /// The task is aborted when this is dropped.
    _task: JoinSet<()>,
}

impl Lane {
    fn of(recorder: Arc<Recorder>) -> Self {
        let (begin, waiting) = unbounded_channel();
        let (end, ended) = unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(tell(recorder, waiting, end));
        Self { begin, ended, _task: task }
    }
}

impl Slow {
    /// Hands these cases to the task as well.
    pub fn tell(&mut self, cases: impl Iterator<Item = CaseRef>, recorder: &Arc<Recorder>) {
        for case in cases {
            let lane = self.lane.get_or_insert_with(|| Lane::of(Arc::clone(recorder)));
            // The task ends only with this program.
            if self.under_way.insert(case.clone()) && lane.begin.send(case).is_err() {
                tracing::error!("the task that processes large cases has ended; restart the program");
            }
        }
    }

    /// How many are in progress.
    pub fn len(&self) -> usize {
        self.under_way.len()
    }

    pub fn holds(&self, case: &CaseRef) -> bool {
        self.under_way.contains(case)
    }

    /// Takes the finished cases.
    pub fn ended(&mut self) -> Vec<Ended> {
        let Some(lane) = &mut self.lane else { return Vec::new() };
        let ended: Vec<_> = std::iter::from_fn(|| lane.ended.try_recv().ok()).collect();
        for (case, _) in &ended {
            self.under_way.remove(case);
        }
        ended
    }
}

/// Ticks the cases in turns, one command at a time, each until it has nothing more to record.
async fn tell(recorder: Arc<Recorder>, mut begun: UnboundedReceiver<CaseRef>, ended: UnboundedSender<Ended>) {
    let mut turns: VecDeque<(CaseRef, usize)> = VecDeque::new();
    loop {
        if turns.is_empty() {
            let Some(case) = begun.recv().await else { return };
            turns.push_back((case, 0));
        }
        turns.extend(std::iter::from_fn(|| begun.try_recv().ok()).map(|case| (case, 0)));
        let Some((case, told)) = turns.pop_front() else { continue };
        let ticked = match recorder.make_way().await {
            Ok(()) => recorder.tick(&case).await,
            Err(fault) => Err(fault),
        };
        let outcome = match ticked {
            Ok(events) if events.is_empty() => Ok(told),
            Ok(events) => {
                turns.push_back((case, told + events.len()));
                continue;
            }
            Err(fault) => Err(fault),
        };
        if ended.send((case, outcome)).is_err() {
            return;
        }
    }
}
