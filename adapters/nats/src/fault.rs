//! Faults of NATS, with what to do about them.
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

/// A fault of NATS. The text also says what to do; servers are named without user and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NatsFault {
    /// The URL is malformed. It is not repeated, since it may contain a password.
    #[error("the NATS URL is not of the form nats://HOST:PORT or tls://HOST:PORT (several: separated by commas)")]
    Address,
    /// A file of credentials or certificates cannot be used.
    #[error("{file}: {found}; expected {expected}")]
    File {
        /// Its name.
        file: String,
        /// What was found.
        found: String,
        /// What it should contain.
        expected: &'static str,
    },
    /// No server can be reached; a retry may succeed.
    #[error("NATS cannot be reached at {server}: {reason}")]
    Unreachable {
        /// The server.
        server: String,
        /// Why not.
        reason: String,
    },
    /// The connection was lost or an answer timed out; a retry may succeed.
    #[error("connection to NATS at {server} lost: {reason}")]
    Lost {
        /// The server.
        server: String,
        /// What happened.
        reason: String,
    },
    /// No process takes actions at this server; one may later.
    #[error("NATS answers, but no process takes actions there; start `kamnot serve`")]
    NobodyServes,
    /// We do not trust the server's certificate.
    #[error("the certificate of NATS at {server} is not trusted: {reason}")]
    Untrusted {
        /// The server.
        server: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// TLS is required, and the server does not offer it.
    #[error(
        "NATS at {0} does not offer TLS: enable it there, or use nats:// without --nats-tls, --nats-ca and --nats-cert"
    )]
    NoTls(String),
    /// The server does not accept our certificate.
    #[error("NATS at {server} refuses our certificate: {reason}; check --nats-cert and --nats-key")]
    OwnCertificate {
        /// The server.
        server: String,
        /// Why.
        reason: String,
    },
    /// The server refuses our login.
    #[error("NATS at {0} refuses this user: check user, password and token in the URL, or the credentials file")]
    Refused(String),
    /// The server refuses our login because the credentials have expired.
    #[error("NATS at {server} refuses the credentials in {file}: they expired on {on}; have new ones made")]
    Expired {
        /// The server.
        server: String,
        /// The file of credentials.
        file: String,
        /// When they expired.
        on: Instant,
    },
    /// The server accepts our login but denies a permission that we need.
    #[error("NATS at {server} denies this user a permission that kamnot needs: {reason}")]
    Denied {
        /// The server.
        server: String,
        /// The server's words: what was attempted, on which subject.
        reason: String,
    },
    /// The server has no JetStream, or none for our account.
    #[error("NATS at {0} has no JetStream: start nats-server with --jetstream (or enable it for this account)")]
    NoJetStream(String),
    /// The stream of alerts exists with other settings.
    #[error("the stream {STREAM} at {server} has other settings: {}; alerts would not be safe in it. kamnot does not \
             change an existing stream: correct the settings, or use another account", list(.differences))]
    OtherSettings {
        /// The server.
        server: String,
        /// What differs.
        differences: Vec<SettingDifference>,
    },
    /// The stream of alerts does not exist yet; `kamnot serve` creates it.
    #[error("there is no stream {STREAM} at {0} yet: `kamnot serve --nats …` creates it; start it where the log is")]
    NoStream(String),
    /// Another stream contains our subjects.
    #[error("another stream at {0} already holds subjects of {ALERTS}: remove them from that stream")]
    SubjectsTaken(String),
    /// The stream needs several replicas, and the server is not in a cluster.
    #[error(
        "NATS at {server} is a single server and cannot keep {replicas} replicas of a stream: make it a cluster, or \
             use --nats-replicas 1"
    )]
    NoCluster {
        /// The server.
        server: String,
        /// How many replicas were asked for.
        replicas: Replicas,
    },
    /// Too few servers of the cluster are running to create the stream; a retry may succeed.
    #[error(
        "NATS at {server} cannot keep {replicas} replicas of the stream of alerts now ({reason}): start more \
             servers with JetStream, or use fewer --nats-replicas"
    )]
    TooFewServers {
        /// The server.
        server: String,
        /// How many replicas were asked for.
        replicas: Replicas,
        /// The server's words.
        reason: String,
    },
    /// The cluster has no leader at the moment.
    #[error("the cluster of NATS at {0} has no leader yet; retry shortly")]
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
    /// The last message of the stream is not the one that we expected: another relay or program has published. Nothing
    /// was stored; the stream has to be read again first.
    #[error("the stream {STREAM} at {server} has a new last message: another relay or another program publishes there")]
    MovedOn {
        /// The server.
        server: String,
    },
    /// A message exceeds the server's `max_payload`; it was not sent.
    #[error("message exceeds the server's max_payload: {0}")]
    TooLong(String),
    /// A fault on our side: a local file cannot be read or written, or two options contradict each other.
    #[error("{0}")]
    Own(String),
}

impl NatsFault {
    /// Whether a retry may succeed. The other faults need a change of settings, files or certificates.
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

    /// Whether the server answered with a refusal: of our login, or of a request.
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
                // A retry may succeed: the clocks may be corrected.
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    let reason = "its certificate is not valid yet: check the clocks of both machines".to_owned();
                    return Self::Unreachable { server, reason };
                }
                // BadSignature: the issuer has the name of a trusted root but another key.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    "its issuer is unknown; give the root certificate with --nats-ca".to_owned()
                }
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "it has expired; renew it on the server".to_owned()
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is for another host name; use a name from the certificate in the URL".to_owned()
                }
                // What `openssl req -x509` makes unless told otherwise.
                CertificateError::Other(of) if of.to_string().contains("CaUsedAsEndEntity") => {
                    "it is a certificate of an authority (CA), which may not identify a server; give the server a \
                     certificate of its own, signed by an authority, and give that one's with --nats-ca"
                        .to_owned()
                }
                other => format!("it cannot be used ({other}); give the server another certificate"),
            },
            TlsError::AlertReceived(alert) => return Self::of_alert(server, *alert),
            other => other.to_string(),
        };
        Self::Untrusted { server, reason }
    }

    fn of_alert(server: String, alert: AlertDescription) -> Self {
        let reason = match alert {
            AlertDescription::CertificateRequired => "the server requires one",
            AlertDescription::CertificateExpired => "it has expired",
            AlertDescription::UnknownCA => "the server does not trust its issuer",
            AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::NoCertificate
            | AlertDescription::AccessDenied => "it is missing or expired, or the server does not trust its issuer",
            // The two sides have no common protocol.
            other => {
                let reason = format!("the TLS handshake failed ({other:?})");
                return Self::Unreachable { server, reason };
            }
        };
        Self::OwnCertificate { server, reason: reason.to_owned() }
    }

    /// The reason alone, for texts that name the server already.
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

/// The TLS error in the chain of causes, if there is one.
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
