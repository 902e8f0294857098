//! The open connections, what each is doing, and which gives way.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use service::clock::SteadyClock;
use tokio::task::AbortHandle;

/// What a connection is doing.
pub(super) struct Work {
    /// The other end: a client or a proxy.
    pub(super) peer: IpAddr,
    steady: Arc<dyn SteadyClock>,
    state: Mutex<State>,
}

/// The state of a connection.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// How many requests are open: heard, and not answered in full.
    requests: usize,
    /// How many of them are answered by a stream of events, which goes on for as long as its client likes.
    streams: usize,
    /// Since when it is at work, waits for its client, or does neither.
    since: Duration,
}

/// What the client of a connection gets meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    /// An answer is made or taken.
    Working,
    /// Streams of events, and nothing else.
    Streaming,
    /// Nothing: it is the client's turn.
    Waiting,
}

impl State {
    /// What it says that the connection is doing.
    pub(super) const fn doing(self) -> Doing {
        match (self.requests, self.streams) {
            (0, _) => Doing::Waiting,
            (requests, streams) if requests == streams => Doing::Streaming,
            _ => Doing::Working,
        }
    }
}

impl Work {
    /// A new connection waits for its client.
    pub(super) fn new(peer: IpAddr, steady: Arc<dyn SteadyClock>) -> Arc<Self> {
        let state = Mutex::new(State { requests: 0, streams: 0, since: steady.running() });
        Arc::new(Self { peer, steady, state })
    }

    /// The state, and for how long it has lasted.
    pub(super) fn state(&self) -> (State, Duration) {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state, self.steady.running().saturating_sub(state.since))
    }

    /// A request is open until what this returns is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Request {
        self.change(|state| state.requests += 1);
        Request { work: Arc::clone(self), is_stream: false }
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.doing();
        how(&mut state);
        if state.doing() != before {
            state.since = self.steady.running();
        }
    }
}

/// An open request.
pub(super) struct Request {
    work: Arc<Work>,
    is_stream: bool,
}

impl Request {
    /// The same, answered by a stream of events.
    pub(super) fn by_a_stream(mut self) -> Self {
        self.is_stream = true;
        self.work.change(|state| state.streams += 1);
        self
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let streams = usize::from(self.is_stream);
        self.work.change(|state| (state.requests, state.streams) = (state.requests - 1, state.streams - streams));
    }
}

/// The open connections, the oldest first.
#[derive(Default)]
pub(super) struct Open(Vec<(Arc<Work>, AbortHandle)>);

impl Open {
    /// Closes connections until there is room for one more among `most`.
    pub(super) fn make_room(&mut self, most: usize) {
        if self.0.len() < most {
            return;
        }
        self.0.retain(|(_, task)| !task.is_finished());
        while self.0.len() >= most {
            let Some(place) = self.gives_way() else { return };
            let (_, task) = self.0.remove(place);
            task.abort();
        }
    }

    /// Adds a connection.
    pub(super) fn add(&mut self, work: Arc<Work>, task: AbortHandle) {
        self.0.push((work, task));
    }

    /// The connection that gives way: of the address with the most connections the one that has waited longest for its
    /// client, so that whoever opens very many is in nobody's way but their own. Streams of events give way before work.
    fn gives_way(&self) -> Option<usize> {
        let mut of_address: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for (work, _) in &self.0 {
            *of_address.entry(work.peer).or_default() += 1;
        }
        let most = of_address.values().copied().max()?;
        let candidates = self.0.iter().enumerate().filter(|(_, (work, _))| of_address.get(&work.peer) == Some(&most));
        let (place, _) = candidates.max_by_key(|(place, (work, _))| {
            let (state, lasts) = work.state();
            (state.doing(), lasts, std::cmp::Reverse(*place))
        })?;
        Some(place)
    }
}
