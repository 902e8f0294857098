//! An office's side of the requests: sends actions, or what is done about alerts, and retries until their outcome is known.
//!
//! Invariant: only a reply of `kamnot serve` counts. Without one nothing counts as recorded; a retry records nothing
//! twice.

use std::time::Duration;

use async_nats::RequestErrorKind;
use engine::action::OfficeCode;
use projections::subjects::Asks;
use service::backoff::Backoff;
use service::intake::reply::{Error, Reply, VERSION};

use super::{Link, NatsFault, Servers};

/// How long `kamnot serve` may take for one request: longer than it waits for a log that another program keeps locked.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How many times a request is sent at most.
const TRIES: u32 = 8;

/// Sends as one office.
pub struct Sender {
    servers: Servers,
    office: OfficeCode,
    link: Option<Link>,
}

impl Sender {
    /// A sender; it connects at the first [`Sender::send`].
    pub const fn new(servers: Servers, office: OfficeCode) -> Self {
        Self { servers, office, link: None }
    }

    /// Sends a request, its items one a line, and waits for their outcome.
    ///
    /// # Errors
    /// If all retries time out, or a retry cannot succeed. The outcome is then unknown.
    pub async fn send(&mut self, asks: Asks, payload: &[u8]) -> Result<Reply, NatsFault> {
        let mut backoff = Backoff::NATS;
        let mut tried = 0;
        loop {
            let answer = self.send_once(asks, payload).await;
            if let Ok(Reply { error: Some(Error { retry_after: Some(seconds), .. }), .. }) = &answer {
                // The budget is used up: nothing is wrong.
                tracing::info!(seconds, "the office has used up its budget for now; waiting");
                tokio::time::sleep(Duration::from_secs(*seconds)).await;
                continue;
            }
            tried += 1;
            let last = tried == TRIES;
            match answer {
                Ok(reply) if reply.again == 0 && !reply.error.as_ref().is_some_and(|error| error.again) => {
                    return Ok(reply);
                }
                Ok(reply) if last => return Ok(reply),
                Ok(reply) => {
                    let unknown = || "the outcome of some lines is unknown".to_owned();
                    let why = reply.error.map_or_else(unknown, |error| error.reason);
                    tracing::warn!(%why, "sending again");
                }
                Err(fault) if last || !fault.passes() => return Err(fault),
                // A `serve` that is just starting answers within moments; otherwise this is reported once, in the end.
                Err(NatsFault::NobodyServes) => tracing::debug!("no process takes requests yet"),
                Err(fault) => {
                    tracing::warn!(%fault, "sending again");
                    self.link = None;
                }
            }
            tokio::time::sleep(backoff.pause()).await;
        }
    }

    async fn send_once(&mut self, asks: Asks, payload: &[u8]) -> Result<Reply, NatsFault> {
        if self.link.is_none() {
            self.link = Some(Box::pin(Link::open(&self.servers)).await?);
        }
        let Some(link) = &self.link else { return Err(NatsFault::Address) };
        let client = link.jetstream().client();
        if payload.len() > client.server_info().max_payload {
            return Err(NatsFault::TooLong(format!("{} bytes", payload.len())));
        }
        let request = async_nats::Request::new().payload(payload.to_vec().into()).timeout(Some(ANSWER_WITHIN));
        let asking = async {
            let answer = client.send_request(asks.of(&self.office), request).await;
            answer.map_err(|error| match error.kind() {
                RequestErrorKind::NoResponders => NatsFault::NobodyServes,
                RequestErrorKind::TimedOut => link.lost("the reply timed out: is `kamnot serve` running?"),
                _ => link.lost(error),
            })
        };
        let answer = link.run(asking).await?;
        let reply = serde_json::from_slice::<Reply>(&answer.payload).ok().filter(|reply| reply.version == VERSION);
        reply.ok_or_else(|| {
            NatsFault::Own(
                "the reply does not have version 1 of its format: is this program older than `kamnot serve`?"
                    .to_owned(),
            )
        })
    }
}
