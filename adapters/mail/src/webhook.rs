//! Webhooks: CloudEvents over HTTPS, signed.
//!
//! Invariant: what is connected to is an address that was judged after its name was looked up. No redirect is followed, and of
//! an answer no more than the head is read, within a bound.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use hyper::header::CONTENT_TYPE;
use projections::letters::Trouble;
use service::mailing::webhook;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use crate::authorities::{Authorities, OutwardFault};
use crate::http::{self, addresses, connected, encrypted, to};
use crate::network::{Network, may_lead_to};
use crate::signature::{HEADER, signature};

/// How long a request may take, from the look-up of the name to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one address may take to be connected to.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(5);

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
        let (name, addresses) = addresses(url).await?;
        let may = addresses.into_iter().filter(|address| may_lead_to(address.ip(), &self.listed));
        encrypted(&self.connector, name, connected(may, PATIENCE_TO_CONNECT).await?).await
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
    let request = to(url)
        .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
        .header(HEADER, signature(key, now, &body))
        .body(body)
        .map_err(|_| Trouble::Unwritable)?;
    // The connection ends with this function: nothing of the answer's body is read.
    let (answer, _driving) = http::send(stream, request).await?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        code @ 300..=399 => Err(Trouble::Redirected(code)),
        code => Err(Trouble::Refused(code)),
    }
}
