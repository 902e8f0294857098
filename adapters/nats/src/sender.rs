//! An office's side of the requests: sends actions, and sends them again until it is known what became of them.
//!
//! Invariant: an answer is the server's own; without one nothing is taken to be recorded, and sending again adds nothing
//! twice.

use std::time::Duration;

use async_nats::RequestErrorKind;
use engine::action::OfficeCode;
use projections::subjects::actions_of;
use service::backoff::Backoff;
use service::intake::reply::{Error, Reply, VERSION};

use super::{Link, NatsFault, Servers};

/// How long `kamnot serve` may take for one request: longer than it waits for a log that others hold locked.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How often a request is sent.
const TRIES: u32 = 8;

/// Sends as one office.
pub struct Sender {
    servers: Servers,
    office: OfficeCode,
    link: Option<Link>,
}

impl Sender {
    /// A sender; it connects when it has something to send.
    pub const fn new(servers: Servers, office: OfficeCode) -> Self {
        Self { servers, office, link: None }
    }

    /// Sends one action or several, one a line, and waits for what became of them.
    ///
    /// # Errors
    /// If no answer comes however often it is tried, or waiting wouldn't help. Then it isn't known what became of them.
    pub async fn send(&mut self, payload: &[u8]) -> Result<Reply, NatsFault> {
        let mut backoff = Backoff::NATS;
        let mut tried = 0;
        loop {
            let answer = self.send_once(payload).await;
            if let Ok(Reply { error: Some(Error { retry_after: Some(seconds), .. }), .. }) = &answer {
                // The office has sent much lately: nothing is wrong.
                tracing::info!(seconds, "waiting: as much was sent as may be in a minute");
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
                    let why = reply.error.map_or_else(|| "a part is to be sent again".to_owned(), |error| error.reason);
                    tracing::warn!(%why, "sending again");
                }
                Err(fault) if last || !fault.passes() => return Err(fault),
                // One that starts just now answers within moments; if none does, that is said in the end, once.
                Err(NatsFault::NobodyServes) => tracing::debug!("nobody takes actions yet"),
                Err(fault) => {
                    tracing::warn!(%fault, "sending again");
                    self.link = None;
                }
            }
            tokio::time::sleep(backoff.pause()).await;
        }
    }

    async fn send_once(&mut self, payload: &[u8]) -> Result<Reply, NatsFault> {
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
            let answer = client.send_request(actions_of(&self.office), request).await;
            answer.map_err(|error| match error.kind() {
                RequestErrorKind::NoResponders => NatsFault::NobodyServes,
                RequestErrorKind::TimedOut => link.lost("no answer in time: is `kamnot serve` at work?"),
                _ => link.lost(error),
            })
        };
        let answer = link.run(asking).await?;
        let reply = serde_json::from_slice::<Reply>(&answer.payload).ok().filter(|reply| reply.version == VERSION);
        reply.ok_or_else(|| {
            NatsFault::Own(
                "the answer is none of version 1 of its form: is this program older than `kamnot serve`?".to_owned(),
            )
        })
    }
}
