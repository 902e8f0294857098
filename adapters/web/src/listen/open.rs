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
    pub(super) requests: usize,
    /// Since when it has open requests, or waits for its client.
    since: Duration,
}

impl Work {
    /// A new connection waits for its client.
    pub(super) fn new(peer: IpAddr, steady: Arc<dyn SteadyClock>) -> Arc<Self> {
        let state = Mutex::new(State { requests: 0, since: steady.running() });
        Arc::new(Self { peer, steady, state })
    }

    /// The state, and for how long it has lasted.
    pub(super) fn state(&self) -> (State, Duration) {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state, self.steady.running().saturating_sub(state.since))
    }

    /// A request is open until what this returns is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Request {
        self.change(|requests| requests + 1);
        Request(Arc::clone(self))
    }

    fn change(&self, how: impl Fn(usize) -> usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = how(state.requests);
        if (requests == 0) != (state.requests == 0) {
            state.since = self.steady.running();
        }
        state.requests = requests;
    }
}

/// An open request.
pub(super) struct Request(Arc<Work>);

impl Drop for Request {
    fn drop(&mut self) {
        self.0.change(|requests| requests.saturating_sub(1));
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
    /// client, so that whoever opens very many is in nobody's way but their own.
    fn gives_way(&self) -> Option<usize> {
        let mut of_address: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for (work, _) in &self.0 {
            *of_address.entry(work.peer).or_default() += 1;
        }
        let most = of_address.values().copied().max()?;
        let candidates = self.0.iter().enumerate().filter(|(_, (work, _))| of_address.get(&work.peer) == Some(&most));
        let (place, _) = candidates.max_by_key(|(place, (work, _))| {
            let (state, lasts) = work.state();
            (state.requests == 0, lasts, std::cmp::Reverse(*place))
        })?;
        Some(place)
    }
}
