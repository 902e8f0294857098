//! The way to witnesses: HTTP, or HTTPS by the authorities of the system and those of the operator.
//!
//! Invariant: of an answer no more is read than the signatures of one note need. An address comes from the operator's policy, so
//! that it may lead anywhere.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hyper::body::{Body as _, Incoming};
use hyper::header::CONTENT_TYPE;
use projections::letters::Trouble;
use service::witnesses::{Answer, WitnessWay};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::authorities::{Authorities, OutwardFault};
use crate::http::{addresses, connected, encrypted, send, to};

/// How long one address may take to be connected to, so that the next one has its turn.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(1);
/// How much of an answer is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Whether a witness may have this address in a policy.
pub fn is_address(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none())
}

/// The way there.
pub struct OverHttp(TlsConnector);

impl OverHttp {
    /// By these authorities, beside those of the system.
    ///
    /// # Errors
    /// If an authority cannot be used.
    pub fn new(authorities: &Authorities) -> Result<Self, OutwardFault> {
        Ok(Self(TlsConnector::from(Arc::new(authorities.tls()?))))
    }
}

#[async_trait]
impl WitnessWay for OverHttp {
    async fn post(&self, url: &str, body: Vec<u8>) -> Result<Answer, Trouble> {
        let url = Url::parse(url).map_err(|_| Trouble::Unwritable)?;
        let (name, addresses) = addresses(&url).await?;
        let request = to(&url).header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let request = request.body(String::from_utf8(body).map_err(|_| Trouble::Unwritable)?);
        let request = request.map_err(|_| Trouble::Unwritable)?;
        let stream = connected(addresses.into_iter(), PATIENCE_TO_CONNECT).await?;
        let (answer, _driving) = if url.scheme() == "https" {
            send(encrypted(&self.0, name, stream).await?, request).await?
        } else {
            send(stream, request).await?
        };
        let code = answer.status().as_u16();
        Ok(Answer { code, body: text(answer.into_body()).await? })
    }
}

/// The beginning of a body.
async fn text(mut body: Incoming) -> Result<String, Trouble> {
    let mut read = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| Trouble::Dropped)?;
        read.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if read.len() > LONGEST_ANSWER {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&read).into_owned())
}
