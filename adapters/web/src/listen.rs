//! Connections: one accept loop for pages and figures, over HTTP/1 and HTTP/2, with or without TLS.
//!
//! Invariant: a client has limited memory and time, and cannot hold up others. When there are too many connections, one that
//! waits for its client gives way, so that a new one is always accepted.

mod address;
mod body;
mod connection;
mod open;
mod refused;
mod tls;

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use service::clock::{SteadyClock, SystemSteadyClock};
use service::lifecycle::Stop;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use crate::visitor::Address;
pub use address::Proxies;
pub use tls::{Certificate, CertificateFault};

use crate::multipart::LONGEST_UPLOAD;
use connection::Serving;
use open::Open;

/// The pause after a connection could not be accepted, for example because no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(200);

/// What a client may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections may be open.
    pub connections: usize,
    /// The largest head of a request, in bytes.
    pub head: usize,
    /// The most lines of a head over HTTP/1.
    pub lines: usize,
    /// The largest body of a request, in bytes.
    pub body: u64,
    /// How long a body may take to arrive.
    pub body_within: Duration,
    /// How long a connection may wait for its client: between requests, for a handshake, for a head.
    pub idle: Duration,
    /// How long a connection may be at work without a pause: until its answers are made and taken.
    pub busy: Duration,
    /// How long a connection may take to end after it was told to.
    pub grace: Duration,
    /// How many requests of an HTTP/2 connection may be open.
    pub streams: u32,
}

impl Limits {
    /// For pages. The connections leave file descriptors for the log and NATS: a process often has 1,024.
    pub const PAGES: Self = Self {
        connections: 512,
        head: 16 * 1024,
        lines: 64,
        // The longest that a page takes; what is too long for it, the page refuses in its own words.
        body: LONGEST_UPLOAD as u64 + 64 * 1024,
        body_within: Duration::from_mins(1),
        idle: Duration::from_secs(30),
        busy: Duration::from_mins(5),
        grace: Duration::from_secs(10),
        streams: 32,
    };

    /// For figures.
    pub const FIGURES: Self = Self {
        connections: 64,
        body: 16 * 1024,
        body_within: Duration::from_secs(5),
        idle: Duration::from_secs(5),
        busy: Duration::from_secs(10),
        grace: Duration::from_secs(5),
        ..Self::PAGES
    };
}

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {}", reason(.error))]
pub struct ListenFault {
    address: SocketAddr,
    error: Error,
}

fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "another program uses this port; choose another one, or end that program".to_owned(),
        ErrorKind::PermissionDenied => "not permitted; choose a port from 1024 on".to_owned(),
        ErrorKind::AddrNotAvailable => {
            "this machine does not have this address; choose one of its own, 127.0.0.1 or 0.0.0.0".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A listening socket.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    limits: Limits,
    proxies: Proxies,
    certificate: Option<Arc<Certificate>>,
}

impl Listener {
    /// Binds the address; port 0 means any free port. It belongs to the runtime on which it is bound.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, ListenFault> {
        let failed = |error| ListenFault { address, error };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, limits, proxies: Proxies::default(), certificate: None })
    }

    /// The same, behind these proxies.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// The same, over TLS alone.
    #[must_use]
    pub fn with_tls(self, certificate: Option<Arc<Certificate>>) -> Self {
        Self { certificate, ..self }
    }

    /// The address, with its port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the stop signal; requests in progress are finished.
    pub async fn answer(self, router: Router, stop: &Stop) {
        let Self { socket, address, limits, proxies, certificate } = self;
        let steady: Arc<dyn SteadyClock> = Arc::new(SystemSteadyClock::start());
        let (mut tasks, mut open) = (JoinSet::new(), Open::default());
        let serving = Arc::new(Serving { router, limits, proxies, certificate, stop: stop.clone() });
        while let Some(accepted) = stop.or(socket.accept()).await {
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    stop.or(tokio::time::sleep(PAUSE)).await;
                    continue;
                }
            };
            while tasks.try_join_next().is_some() {}
            open.make_room(limits.connections);
            let work = open::Work::new(peer.ip().to_canonical(), Arc::clone(&steady));
            let task = tasks.spawn(Arc::clone(&serving).converse(stream, Arc::clone(&work)));
            open.add(work, task);
        }
        drop(socket);
        // Each connection was told to end.
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.grace, ended).await.is_err() {
            tracing::debug!(%address, "closed slow connections");
        }
    }
}
