//! The connection to a NATS server with JetStream, and the stream of alerts on it.
//!
//! Invariant: a [`Link`] is one connection and never reconnects. Once it is lost its owner opens a new one and reads
//! the stream first, because the outcome of messages in flight is unknown.

mod access;
pub mod actions;
mod address;
mod broker;
mod fault;
pub mod logins;
pub mod permissions;
pub mod probe;
mod published;
pub mod requests;
pub mod sender;
mod stream;
pub mod subscriber;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{ConnectOptions, Event, ServerAddr, ServerError};
use serde_json::Value;
use service::broker::IN_FLIGHT;
use service::clock::{Clock as _, SystemClock};
use tokio::sync::watch;

pub use access::Access;
pub use address::Servers;
pub use fault::NatsFault;
pub use published::PublishedStream;
pub use stream::{Replicas, STREAM, SettingDifference, ensure_stream};

use address::Shown;

/// How long a connection attempt to one address may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How long the attempt on one server may take, including the name lookup and all its addresses.
const TRY_WITHIN: Duration = Duration::from_secs(5);
/// The timeout of a query, such as the last sequence of the stream. While a cluster elects a leader nobody answers; the
/// sooner the query is repeated, the sooner the new leader is found.
const TELL_WITHIN: Duration = Duration::from_secs(2);
/// How long the server may take to acknowledge a message.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How often an idle connection is pinged; after two unanswered pings it counts as lost.
const TEST_EVERY: Duration = Duration::from_secs(5);

/// One connection to a server with JetStream.
#[derive(Clone)]
pub struct Link {
    jetstream: Context,
    server: String,
    trouble: watch::Receiver<Option<NatsFault>>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Link {
    /// Connects to one of the servers, trying them in turn.
    ///
    /// # Errors
    /// If a file of credentials or certificates cannot be used, or no server can be reached and accepts our login.
    pub async fn open(servers: &Servers) -> Result<Self, NatsFault> {
        let options = servers.options()?;
        let mut faults = Vec::new();
        for server in servers.in_turn() {
            match Self::to(&server, options.clone()).await {
                Ok(link) => {
                    servers.reached(&server, &link.jetstream.client().server_info().connect_urls);
                    return Ok(link);
                }
                // A server that the cluster advertised may be unreachable from here; it is optional.
                Err(fault) if servers.was_given(&server) => faults.push((server, fault)),
                Err(fault) => tracing::debug!(%fault, "cannot connect to a server that the cluster advertised"),
            }
        }
        Err(match (servers.none_of(faults), servers.access().expired(SystemClock.now())) {
            (NatsFault::Refused(server), Some((file, on))) => NatsFault::Expired { server, file, on },
            (fault, _) => fault,
        })
    }

    async fn to(address: &ServerAddr, options: ConnectOptions) -> Result<Self, NatsFault> {
        let server = Shown(address).to_string();
        let (tell, trouble) = watch::channel(None);
        let events = (tell, server.clone());
        let options = options
            .name("kamnot")
            .connection_timeout(CONNECT_WITHIN)
            .request_timeout(Some(ANSWER_WITHIN))
            .ping_interval(TEST_EVERY)
            // A lost link is not used again (see the module), so the client need not look for another server.
            .ignore_discovered_servers()
            .max_reconnects(1)
            .event_callback(move |event| {
                let (tell, server) = events.clone();
                async move { note(&tell, server, &event) }
            });
        let connecting = tokio::time::timeout(TRY_WITHIN, Box::pin(options.connect(address.clone())));
        let client = match connecting.await {
            Ok(connected) => connected.map_err(|error| NatsFault::of_connecting(server.clone(), &error))?,
            Err(_) => return Err(NatsFault::Unreachable { server, reason: "connecting timed out".to_owned() }),
        };
        let jetstream = jetstream::ContextBuilder::new()
            .timeout(TELL_WITHIN)
            .ack_timeout(ANSWER_WITHIN)
            .max_ack_inflight(2 * IN_FLIGHT)
            .build(client);
        Ok(Self { jetstream, server, trouble })
    }

    /// JetStream on this connection.
    pub(crate) const fn jetstream(&self) -> &Context {
        &self.jetstream
    }

    /// The raw answer to a JetStream API request without a payload: newer servers send more than our client library
    /// reads.
    ///
    /// # Errors
    /// If the request times out or the connection is lost.
    pub(crate) async fn ask(&self, what: &str) -> Result<Value, NatsFault> {
        let question = async_nats::Request::new().payload("".into()).timeout(Some(TELL_WITHIN));
        let answer = self.jetstream.client().send_request(format!("$JS.API.{what}"), question).await;
        serde_json::from_slice(&answer.map_err(|error| self.lost(error))?.payload).map_err(|error| self.lost(error))
    }

    /// The server, without user and password.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Runs `work` on this connection, and gives up as soon as the connection is lost or the server denies a
    /// permission: the denial names the subject, which a timeout alone would not.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = Result<T, NatsFault>>) -> Result<T, NatsFault> {
        tokio::select! {
            biased;
            result = work => match (result, &*self.trouble.borrow()) {
                (Err(NatsFault::Lost { .. }), Some(why)) => Err(why.clone()),
                (result, _) => result,
            },
            fault = self.broken() => Err(fault),
        }
    }

    /// Waits until the connection is lost, and returns the reason.
    pub(crate) async fn broken(&self) -> NatsFault {
        let mut trouble = self.trouble.clone();
        let found = trouble.wait_for(Option::is_some).await;
        match found.ok().and_then(|fault| fault.clone()) {
            Some(fault) => fault,
            None => self.lost("the connection was closed"),
        }
    }

    /// The fault that the connection is lost, for this reason.
    pub(crate) fn lost(&self, reason: impl fmt::Display) -> NatsFault {
        NatsFault::Lost { server: self.server.clone(), reason: reason.to_string() }
    }

    /// The fault that the cluster has no leader.
    pub(crate) fn leaderless(&self) -> NatsFault {
        NatsFault::Leaderless(self.server.clone())
    }

    /// The fault that the server refused an attempt.
    pub(crate) fn answer(&self, attempt: &'static str, reason: impl fmt::Display) -> NatsFault {
        NatsFault::Answer { server: self.server.clone(), attempt, reason: reason.to_string() }
    }
}

/// Notes a fault that ends a link. The first one stays: later ones are its consequences.
fn note(tell: &watch::Sender<Option<NatsFault>>, server: String, event: &Event) {
    let fault = match event {
        Event::Disconnected | Event::Closed => NatsFault::Lost { server, reason: "the server closed it".to_owned() },
        Event::ServerError(ServerError::Other(reason)) if reason.to_lowercase().contains("permissions violation") => {
            NatsFault::Denied { server, reason: reason.clone() }
        }
        Event::ServerError(ServerError::AuthorizationViolation) => NatsFault::Refused(server),
        _ => return,
    };
    tell.send_if_modified(|trouble| {
        let first = trouble.is_none();
        if first {
            *trouble = Some(fault);
        }
        first
    });
}
