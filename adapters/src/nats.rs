//! The connection to a NATS server with JetStream, and the stream of alerts on it.
//!
//! Invariant: a [`Link`] is one connection and never a second one. When it breaks it stays broken and its owner opens
//! another, because what lies behind the break, acknowledged or not, has first to be read from the stream.

mod address;
mod broker;
mod stream;
pub mod subscriber;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{ConnectErrorKind, ConnectOptions, Event, ServerError};
use tokio::sync::watch;

pub use address::Servers;
pub use stream::{Difference, STREAM, SUBJECTS, ensure_stream};

/// How long a connection attempt may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How long the server may take to answer a request or to acknowledge a message.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How often an idle connection is tested; after two unanswered tests it counts as broken.
const TEST_EVERY: Duration = Duration::from_secs(5);
/// How many messages may be under way at once.
pub(crate) const IN_FLIGHT: usize = 1024;

/// What is wrong with NATS, and what to do about it. Servers are named without user and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NatsFault {
    /// The URL is none. It isn't repeated: it may hold a password.
    #[error("the NATS URL is not of the form nats://HOST:PORT (several: separated by commas)")]
    Address,
    /// No server answers; it may later.
    #[error("NATS cannot be reached at {server}: {reason}")]
    Unreachable {
        /// The server.
        server: String,
        /// Why not.
        reason: String,
    },
    /// The connection broke, or an answer stayed away; it may come back.
    #[error("the connection to NATS at {server} is lost: {reason}")]
    Lost {
        /// The server.
        server: String,
        /// What was seen.
        reason: String,
    },
    /// The server doesn't let us in.
    #[error("NATS at {0} refuses this user: check user, password and token in the URL")]
    Refused(String),
    /// The server lets us in, but not do what we have to.
    #[error("NATS at {server} does not permit this user what kamnot needs: {reason}")]
    Denied {
        /// The server.
        server: String,
        /// Its own words: what was attempted, on which subject.
        reason: String,
    },
    /// The server has no JetStream, or none for our account.
    #[error("NATS at {0} has no JetStream: start nats-server with --jetstream (or enable it for this account)")]
    NoJetStream(String),
    /// The stream of alerts is there with other settings.
    #[error("the stream {STREAM} at {server} has other settings: {}; alerts would not be safe in it, and kamnot does \
             not change it: correct it or choose another account", list(.differences))]
    OtherSettings {
        /// The server.
        server: String,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// Another stream takes in our subjects.
    #[error("another stream at {0} already holds subjects of {SUBJECTS}: take them out of it")]
    SubjectsTaken(String),
    /// The server answered with an error of its own.
    #[error("NATS at {server} refused to {attempt}: {reason}")]
    Answer {
        /// The server.
        server: String,
        /// What was attempted.
        attempt: &'static str,
        /// The server's words.
        reason: String,
    },
    /// The stream has another last message than we knew: another relay, or somebody else, has published. Nothing was
    /// stored; what the stream holds has to be read first.
    #[error("the stream {STREAM} at {server} has moved on: another relay is at work, or something else publishes")]
    MovedOn {
        /// The server.
        server: String,
    },
    /// A message is longer than the server takes; it was not sent.
    #[error("longer than the server takes: {0}")]
    TooLong(String),
    /// A file on our own side, such as that of the ids seen, can't be read or written.
    #[error("{0}")]
    Own(String),
}

impl NatsFault {
    /// Whether waiting alone can mend it. The others need a change of settings.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Lost { .. } | Self::Answer { .. } | Self::MovedOn { .. })
    }
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

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
    /// Connects.
    ///
    /// # Errors
    /// If no server of the list can be reached, or it doesn't let us in.
    pub async fn open(servers: &Servers) -> Result<Self, NatsFault> {
        let server = servers.to_string();
        let (tell, trouble) = watch::channel(None);
        let events = (tell, server.clone());
        let options = servers
            .login(ConnectOptions::new())
            .name("kamnot")
            .connection_timeout(CONNECT_WITHIN)
            .request_timeout(Some(ANSWER_WITHIN))
            .ping_interval(TEST_EVERY)
            // Enough to try each server once. A link that broke isn't used again (see the module).
            .max_reconnects(servers.count())
            .event_callback(move |event| {
                let (tell, server) = events.clone();
                async move { note(&tell, server, &event) }
            });
        let connecting = Box::pin(options.connect(servers.addresses()));
        let client = connecting.await.map_err(|error| match error.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                NatsFault::Refused(server.clone())
            }
            _ => NatsFault::Unreachable { server: server.clone(), reason: error.to_string() },
        })?;
        let jetstream = jetstream::ContextBuilder::new()
            .timeout(ANSWER_WITHIN)
            .ack_timeout(ANSWER_WITHIN)
            .max_ack_inflight(2 * IN_FLIGHT)
            .build(client);
        Ok(Self { jetstream, server, trouble })
    }

    /// JetStream on this connection.
    pub(crate) const fn jetstream(&self) -> &Context {
        &self.jetstream
    }

    /// The server or servers, without user and password.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Does some work on this connection, and gives up as soon as the connection breaks or the server denies us
    /// something: its denials name the subject, the missing answer alone would not.
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

    /// Waits until the connection breaks, and says why.
    pub(crate) async fn broken(&self) -> NatsFault {
        let mut trouble = self.trouble.clone();
        let found = trouble.wait_for(Option::is_some).await;
        match found.ok().and_then(|fault| fault.clone()) {
            Some(fault) => fault,
            None => self.lost("the connection is closed"),
        }
    }

    /// The connection is lost, since this was seen.
    pub(crate) fn lost(&self, reason: impl fmt::Display) -> NatsFault {
        NatsFault::Lost { server: self.server.clone(), reason: reason.to_string() }
    }

    /// The server said no.
    pub(crate) fn answer(&self, attempt: &'static str, reason: impl fmt::Display) -> NatsFault {
        NatsFault::Answer { server: self.server.clone(), attempt, reason: reason.to_string() }
    }
}

/// Notes what ends a link. The first trouble stays: what follows is its consequence.
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
