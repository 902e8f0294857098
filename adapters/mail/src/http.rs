//! Requests to other machines over HTTP/1, as webhooks and witnesses need them.
//!
//! Invariant: no redirect is followed, and the head of an answer is bounded.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use projections::letters::Trouble;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

/// How many addresses of a name are tried.
const TRIES: usize = 3;
/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// The name of the host by which its certificate is known, and its addresses.
pub(crate) async fn addresses(url: &Url) -> Result<(ServerName<'static>, Vec<SocketAddr>), Trouble> {
    let port = url.port_or_known_default().ok_or(Trouble::Unwritable)?;
    let (name, found) = match url.host().ok_or(Trouble::Unwritable)? {
        Host::Domain(domain) => {
            let found = lookup_host((domain, port)).await.map_err(|_| Trouble::UnknownHost)?;
            (domain.to_owned(), found.collect())
        }
        Host::Ipv4(address) => (address.to_string(), vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Host::Ipv6(address) => (address.to_string(), vec![SocketAddr::new(IpAddr::V6(address), port)]),
    };
    Ok((ServerName::try_from(name).map_err(|_| Trouble::Unwritable)?, found))
}

/// A connection to the first of these addresses that answers; each may take so long.
pub(crate) async fn connected(
    addresses: impl Iterator<Item = SocketAddr>,
    patience: Duration,
) -> Result<TcpStream, Trouble> {
    let mut trouble = Trouble::Inside;
    for address in addresses.take(TRIES) {
        match tokio::time::timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(_)) => trouble = Trouble::Unreachable,
            Err(_) => trouble = Trouble::Slow,
        }
    }
    Err(trouble)
}

/// The connection under TLS with the host of this name.
pub(crate) async fn encrypted(
    connector: &TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Trouble> {
    connector.connect(name, stream).await.map_err(|_| Trouble::NoEncryption)
}

/// The beginning of a POST there.
pub(crate) fn to(url: &Url) -> Builder {
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let agent = concat!("kamnot/", env!("CARGO_PKG_VERSION"));
    Request::builder().method(Method::POST).uri(path).header(HOST, host).header(USER_AGENT, agent)
}

/// Sends a request; the head of the answer, whose body comes as long as the task behind it is kept.
pub(crate) async fn send<S>(
    stream: S,
    request: Request<String>,
) -> Result<(Response<Incoming>, JoinSet<hyper::Result<()>>), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LONGEST_HEAD);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Trouble::Dropped)?;
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request).await.map_err(|_| Trouble::Dropped)?;
    Ok((answer, driving))
}
