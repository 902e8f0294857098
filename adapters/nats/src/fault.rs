//! What can be wrong with NATS, and what to do about it.
//!
//! Invariant: servers are named without user and password, files by their names alone.

use std::error::Error as StdError;
use std::io;

use async_nats::rustls::{AlertDescription, CertificateError, Error as TlsError};
use async_nats::{ConnectError, ConnectErrorKind};
use engine::calendar::Instant;
use projections::subjects::ALERTS;
use service::broker::BrokerFault;

use super::stream::SettingDifference;
use super::{Replicas, STREAM};

/// What is wrong with NATS, and what to do about it. Servers are named without user and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NatsFault {
    /// The URL is none. It isn't repeated: it may hold a password.
    #[error("the NATS URL is not of the form nats://HOST:PORT or tls://HOST:PORT (several: separated by commas)")]
    Address,
    /// A file of credentials or certificates is not what it should be.
    #[error("{file}: {found}; expected {expected}")]
    File {
        /// Its name.
        file: String,
        /// What is wrong with it.
        found: String,
        /// What it should hold.
        expected: &'static str,
    },
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
    /// Nobody takes actions at that server; somebody may later.
    #[error("NATS answers, but nobody takes actions there; start `kamnot serve`")]
    NobodyServes,
    /// The server shows a certificate that we don't trust.
    #[error("the certificate of NATS at {server} is not trusted: {reason}")]
    Untrusted {
        /// The server.
        server: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// We are to talk TLS, and the server doesn't.
    #[error(
        "NATS at {0} talks no TLS: switch it on there, or give nats:// without --nats-tls, --nats-ca and --nats-cert"
    )]
    NoTls(String),
    /// The server doesn't accept our certificate.
    #[error("NATS at {server} refuses our certificate: {reason}; check --nats-cert and --nats-key")]
    OwnCertificate {
        /// The server.
        server: String,
        /// Why.
        reason: String,
    },
    /// The server doesn't let us in.
    #[error("NATS at {0} refuses this user: check user, password and token in the URL, or the credentials file")]
    Refused(String),
    /// The server doesn't let us in, the credentials being too old.
    #[error("NATS at {server} refuses the credentials in {file}: they expired on {on}; have new ones made")]
    Expired {
        /// The server.
        server: String,
        /// The file of credentials.
        file: String,
        /// When they expired.
        on: Instant,
    },
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
        differences: Vec<SettingDifference>,
    },
    /// There is no stream of alerts; whoever serves a log makes it.
    #[error(
        "there is no stream {STREAM} at {0} yet: `kamnot serve --nats …` makes it, where the log is; start it there"
    )]
    NoStream(String),
    /// Another stream takes in our subjects.
    #[error("another stream at {0} already holds subjects of {ALERTS}: take them out of it")]
    SubjectsTaken(String),
    /// The stream is to be kept on several servers, and there is no cluster.
    #[error(
        "NATS at {server} is a single server and keeps no stream on {replicas}: make it a cluster, or choose \
             --nats-replicas 1"
    )]
    NoCluster {
        /// The server.
        server: String,
        /// On how many servers it is to be kept.
        replicas: Replicas,
    },
    /// Too few servers of the cluster are up to make the stream; more may come.
    #[error(
        "NATS at {server} cannot keep the stream of alerts on {replicas} servers now ({reason}): start more \
             servers with JetStream, or choose fewer --nats-replicas"
    )]
    TooFewServers {
        /// The server.
        server: String,
        /// On how many servers it is to be kept.
        replicas: Replicas,
        /// The server's words.
        reason: String,
    },
    /// The servers of the cluster have not agreed yet on who leads them.
    #[error("NATS at {0} waits for its cluster to agree on who leads it")]
    Leaderless(String),
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
    /// A file on our own side, such as that of the ids seen, can't be read or written, or two options contradict.
    #[error("{0}")]
    Own(String),
}

impl NatsFault {
    /// Whether waiting alone can mend it. The others need a change of settings, of files or of certificates.
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Lost { .. }
                | Self::NobodyServes
                | Self::TooFewServers { .. }
                | Self::Leaderless(_)
                | Self::NoStream(_)
                | Self::Answer { .. }
                | Self::MovedOn { .. }
        )
    }

    /// Whether the server answered and said no: to who we are, or to what we asked for.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Expired { .. } | Self::Denied { .. } | Self::Answer { .. })
    }

    /// Why a connection attempt failed.
    pub(super) fn of_connecting(server: String, error: &ConnectError) -> Self {
        match (error.kind(), tls_error(error)) {
            (ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication, _) => Self::Refused(server),
            (_, Some(error)) => Self::of_tls(server, error),
            (kind, None) => {
                let reason = error.source().map_or_else(|| kind.to_string(), ToString::to_string);
                Self::Unreachable { server, reason }
            }
        }
    }

    fn of_tls(server: String, error: &TlsError) -> Self {
        let reason = match error {
            TlsError::InvalidMessage(_) => return Self::NoTls(server),
            TlsError::InvalidCertificate(error) => match error {
                // Waiting mends this one.
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    let reason = "its certificate is not valid yet: check the clocks of both machines".to_owned();
                    return Self::Unreachable { server, reason };
                }
                // The second: somebody of the same name as one that we trust.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    "nobody that we trust has signed it; name the root certificate with --nats-ca".to_owned()
                }
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "it has expired; renew it on the server".to_owned()
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is for another name; use a name that stands in it in the URL".to_owned()
                }
                other => other.to_string(),
            },
            TlsError::AlertReceived(alert) => return Self::of_alert(server, *alert),
            other => other.to_string(),
        };
        Self::Untrusted { server, reason }
    }

    fn of_alert(server: String, alert: AlertDescription) -> Self {
        let reason = match alert {
            AlertDescription::CertificateRequired => "it demands one",
            AlertDescription::CertificateExpired => "it has expired",
            AlertDescription::UnknownCA => "the server trusts nobody who has signed it",
            AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::NoCertificate
            | AlertDescription::AccessDenied => "there is none, or it is expired, or signed by nobody whom it trusts",
            // Both sides found no common ground.
            other => {
                let reason = format!("the TLS handshake failed ({other:?})");
                return Self::Unreachable { server, reason };
            }
        };
        Self::OwnCertificate { server, reason: reason.to_owned() }
    }

    /// The reason alone, where the server is already named.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unreachable { reason, .. } | Self::Lost { reason, .. } => reason.clone(),
            other => other.to_string(),
        }
    }
}

impl From<NatsFault> for BrokerFault {
    fn from(fault: NatsFault) -> Self {
        match fault {
            NatsFault::MovedOn { server } => Self::MovedOn(server),
            NatsFault::TooLong(reason) => Self::TooLong(reason),
            fault if fault.passes() => Self::Away(fault.to_string()),
            fault => Self::Unfit(fault.to_string()),
        }
    }
}

/// What TLS found wrong, wherever in the chain of causes it is.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e TlsError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(found);
        }
        // An I/O error hides the one inside it.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    None
}

fn list(differences: &[SettingDifference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
