//! Mail, handed to the mail server of the installation.
//!
//! Invariant: beyond this machine a connection is encrypted, or nothing is sent. What a server answers is kept as a code alone:
//! its words may name the addressee.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use engine::calendar::Instant;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use projections::letters::{Letter, Trouble};
use tokio_rustls::rustls;
use url::{Host, Url};
use uuid::Uuid;

use crate::authorities::{Authorities, OutwardFault};

/// How long a server may take for one mail, in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// The mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// A name and a password.
pub struct Login {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// The server of a URL: `smtp://HOST` encrypts by STARTTLS (port 587), `smtps://HOST` from the beginning (port 465), and
    /// `smtp+plain://HOST` not at all, which is for this machine alone (port 25).
    ///
    /// # Errors
    /// If the URL, the sender or an authority cannot be used.
    pub fn new(url: &str, from: &str, login: Option<Login>, authorities: &Authorities) -> Result<Self, OutwardFault> {
        let wrong = |what: &str| OutwardFault(format!("--smtp: {what}"));
        let url = Url::parse(url).map_err(|_| wrong("expected a URL such as smtp://mail.example.la:587"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("expected a host"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("give the name by --smtp-user and the password by --smtp-password, not in the URL"));
        }
        let (usual, tls) = match url.scheme() {
            "smtp" => (587, Tls::Required(parameters(host, authorities)?)),
            "smtps" => (465, Tls::Wrapper(parameters(host, authorities)?)),
            "smtp+plain" if is_this_machine(&url) => (25, Tls::None),
            "smtp+plain" => return Err(wrong("smtp+plain:// is for this machine alone, such as 127.0.0.1")),
            _ => return Err(wrong("expected smtp://, smtps:// or smtp+plain://")),
        };
        let from = from.parse().map_err(|_| OutwardFault("--mail-from: expected a mail address".to_owned()))?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.trim_matches(['[', ']']));
        let mut server = server.port(url.port().unwrap_or(usual)).tls(tls).timeout(Some(PATIENCE));
        if let Some(Login { name, password }) = login {
            server = server.credentials(Credentials::new(name, password));
        }
        Ok(Self { transport: server.build(), from })
    }

    /// Sends a letter. Its `Message-ID` follows from `id` and from the address, so that one that comes twice can be told.
    ///
    /// # Errors
    /// Why the server has not taken it, or may not have.
    pub async fn send(&self, to: &str, address: Uuid, id: Uuid, letter: Letter, now: Instant) -> Result<(), Trouble> {
        let message = self.message(to, address, id, letter, now).ok_or(Trouble::Unwritable)?;
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Err(_) => Err(Trouble::Slow),
            Ok(Err(error)) => Err(trouble(&error)),
            Ok(Ok(_)) => Ok(()),
        }
    }

    fn message(&self, to: &str, address: Uuid, id: Uuid, letter: Letter, now: Instant) -> Option<Message> {
        let date = UNIX_EPOCH + Duration::from_secs(u64::try_from(now.unix()).unwrap_or(0));
        let header =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(to.parse().ok()?)
            .subject(letter.subject)
            .date(date)
            .message_id(Some(format!("<{id}.{address}@{}>", self.from.email.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Kamnot-Id", &id.to_string()));
        builder.singlepart(SinglePart::plain(letter.body)).ok()
    }
}

/// How a server is known: by the authorities of the system and these.
fn parameters(host: &str, authorities: &Authorities) -> Result<TlsParameters, OutwardFault> {
    let fault = |error: Error| OutwardFault(format!("--smtp: TLS cannot be used: {error}"));
    let mut parameters = TlsParameters::builder(host.to_owned());
    for authority in authorities.each() {
        parameters = parameters.add_root_certificate(Certificate::from_der(authority.to_vec()).map_err(fault)?);
    }
    parameters.build_rustls().map_err(fault)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        // A scheme of our own: the host is not read as an address.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
        }
        None => false,
    }
}

fn trouble(error: &Error) -> Trouble {
    if let Some(code) = error.status() {
        return Trouble::Refused(code.into());
    }
    if error.is_timeout() {
        return Trouble::Slow;
    }
    if error.is_tls() {
        return Trouble::NoEncryption;
    }
    let causes = || std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let of_tls = |cause: &(dyn std::error::Error + 'static)| {
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause.is::<rustls::Error>() || matches!(wrapped, Some(wrapped) if wrapped.is::<rustls::Error>())
    };
    if causes().any(of_tls) {
        return Trouble::NoEncryption;
    }
    let broke_off = |kind| {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    };
    let mut kinds = causes().filter_map(|cause| Some(cause.downcast_ref::<io::Error>()?.kind()));
    if error.is_response() || kinds.any(broke_off) {
        return Trouble::Dropped;
    }
    // The server offers no STARTTLS, or none of the ways to log in.
    if error.is_client() { Trouble::NoEncryption } else { Trouble::Unreachable }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(url: &str, from: &str) -> Option<String> {
        Smtp::new(url, from, None, &Authorities::default()).err().map(|fault| fault.to_string())
    }

    #[test]
    fn a_server_beyond_this_machine_is_spoken_to_encrypted() {
        for url in ["smtp+plain://127.0.0.1:2525", "smtp+plain://localhost", "smtp+plain://[::1]:25"] {
            assert_eq!(wrong(url, "kamnot@example.la"), None, "{url}");
        }
        for url in ["smtp+plain://mail.example.la", "smtp+plain://10.0.0.1", "http://127.0.0.1", "mail", "smtp://"] {
            assert!(wrong(url, "kamnot@example.la").is_some(), "{url}");
        }
        assert!(wrong("smtp://u:p@mail.example.la", "kamnot@example.la").expect("refused").contains("--smtp-user"));
        assert!(wrong("smtp+plain://localhost", "nobody").is_some());
    }
}
