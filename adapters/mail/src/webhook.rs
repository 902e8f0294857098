//! Webhooks: CloudEvents over HTTPS, signed.
//!
//! Invariant: what is connected to is an address that was judged after its name was looked up. No redirect is followed, and of
//! an answer no more than the head is read, within a bound.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use projections::letters::Trouble;
use service::mailing::webhook;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::authorities::{Authorities, OutwardFault};
use crate::network::{Network, may_lead_to};
use crate::signature::{HEADER, signature};

/// How long a request may take, from the look-up of the name to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one address may take to be connected to.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(5);
/// How many addresses of a name are tried.
const TRIES: usize = 3;
/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// How webhooks are reached.
pub struct Webhooks {
    connector: TlsConnector,
    listed: Vec<Network>,
}

impl Webhooks {
    /// Those that lead to the public network and to the networks listed.
    ///
    /// # Errors
    /// If an authority cannot be used.
    pub fn new(authorities: &Authorities, listed: Vec<Network>) -> Result<Self, OutwardFault> {
        Ok(Self { connector: TlsConnector::from(Arc::new(authorities.tls()?)), listed })
    }

    /// Posts a CloudEvents object, signed with the key of the webhook.
    ///
    /// # Errors
    /// Why the receiver has not taken it, or may not have: it takes it with any code from 200 to 299.
    pub async fn send(&self, url: &str, key: &str, body: String, now: Instant) -> Result<(), Trouble> {
        let url = webhook(url).ok_or(Trouble::Unwritable)?;
        let sent = async { exchange(self.connect(&url).await?, &url, key, body, now).await };
        tokio::time::timeout(PATIENCE, sent).await.unwrap_or(Err(Trouble::Slow))
    }

    /// Connects to the first of the host's addresses that may be led to and answers.
    async fn connect(&self, url: &Url) -> Result<TlsStream<TcpStream>, Trouble> {
        let port = url.port_or_known_default().ok_or(Trouble::Unwritable)?;
        let (name, found) = match url.host().ok_or(Trouble::Unwritable)? {
            Host::Domain(domain) => {
                let found = lookup_host((domain, port)).await.map_err(|_| Trouble::UnknownHost)?;
                (domain.to_owned(), found.collect())
            }
            Host::Ipv4(address) => (address.to_string(), vec![SocketAddr::new(IpAddr::V4(address), port)]),
            Host::Ipv6(address) => (address.to_string(), vec![SocketAddr::new(IpAddr::V6(address), port)]),
        };
        let name = ServerName::try_from(name).map_err(|_| Trouble::Unwritable)?;
        let may = found.into_iter().filter(|address| may_lead_to(address.ip(), &self.listed));
        let mut trouble = Trouble::Inside;
        for address in may.take(TRIES) {
            match tokio::time::timeout(PATIENCE_TO_CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let encrypted = self.connector.connect(name, stream).await;
                    return encrypted.map_err(|_| Trouble::NoEncryption);
                }
                Ok(Err(_)) => trouble = Trouble::Unreachable,
                Err(_) => trouble = Trouble::Slow,
            }
        }
        Err(trouble)
    }
}

/// Sends the request, and reads the head of the answer.
async fn exchange(
    stream: TlsStream<TcpStream>,
    url: &Url,
    key: &str,
    body: String,
    now: Instant,
) -> Result<(), Trouble> {
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("kamnot/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
        .header(HEADER, signature(key, now, &body))
        .body(body)
        .map_err(|_| Trouble::Unwritable)?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LONGEST_HEAD);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Trouble::Dropped)?;
    // It ends with this function: nothing of the answer's body is read.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request).await.map_err(|_| Trouble::Dropped)?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        code @ 300..=399 => Err(Trouble::Redirected(code)),
        code => Err(Trouble::Refused(code)),
    }
}
