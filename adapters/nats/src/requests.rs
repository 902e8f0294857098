//! Requests of offices on `kamnot.actions.<office>` and `kamnot.inbox.<office>`, each delivered to one process of the queue
//! group.
//!
//! Invariant: the sender is the office of the subject, which the server's permissions prove. Only a message with an
//! office's reply subject is a request. Messages that the server itself redirects to these subjects (deliveries,
//! replies) have none, and are skipped.

use std::time::Duration;

use async_nats::{Client, Message, Subject, Subscriber};
use engine::action::OfficeCode;
use futures::StreamExt as _;
use futures::stream::SelectAll;
use projections::subjects::{Asks, OURS, asked};

use super::{ANSWER_WITHIN, Link, NatsFault, Servers};

/// The queue group: each request goes to one of its members.
const QUEUE: &str = "kamnot";
/// The timeout for draining the subscription.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// The requests that come over one connection.
pub struct Requests {
    link: Link,
    client: Client,
    subscribers: SelectAll<Subscriber>,
}

/// A request.
pub struct Request {
    /// What it asks for.
    pub asks: Asks,
    /// The office that sent it.
    pub office: OfficeCode,
    /// Its body.
    pub payload: Vec<u8>,
    reply: Subject,
    client: Client,
}

impl Requests {
    /// Connects and subscribes.
    ///
    /// # Errors
    /// If no server can be reached, or it denies the subscription.
    pub async fn open(servers: &Servers) -> Result<Self, NatsFault> {
        let link = Link::open(servers).await?;
        let client = link.jetstream().client();
        let subscribing = async {
            // A wildcard for all senders: a delivery that another user directs to a subject needs a subscription to
            // exactly that subject.
            let mut subscribers = SelectAll::new();
            for asks in Asks::ALL {
                let subscriber = client.queue_subscribe(asks.of_all(), QUEUE.to_owned()).await;
                subscribers.push(subscriber.map_err(|error| link.lost(error))?);
            }
            client.flush().await.map_err(|error| link.lost(error))?;
            Ok(subscribers)
        };
        let subscribers = link.run(subscribing).await?;
        Ok(Self { link, client, subscribers })
    }

    /// The server, for logs.
    pub fn server(&self) -> &str {
        self.link.server()
    }

    /// The next request.
    ///
    /// # Errors
    /// If the connection is lost, or the server denies the subscription.
    pub async fn next(&mut self) -> Result<Request, NatsFault> {
        let Self { link, client, subscribers } = self;
        let next = async {
            loop {
                let message = subscribers.next().await.ok_or_else(|| link.lost("the subscription ended"))?;
                if let Some(request) = Request::of(message, client) {
                    return Ok(request);
                }
            }
        };
        link.run(next).await
    }

    /// Drains the subscriptions, and returns the requests that were delivered before.
    pub async fn leave(mut self) -> Vec<Request> {
        let mut left = Vec::new();
        let leaving = async {
            for subscriber in &mut self.subscribers {
                if subscriber.drain().await.is_err() {
                    return;
                }
            }
            while let Some(message) = self.subscribers.next().await {
                left.extend(Request::of(message, &self.client));
            }
        };
        if tokio::time::timeout(LEAVE_WITHIN, leaving).await.is_err() {
            tracing::debug!("draining the subscriptions timed out");
        }
        left
    }
}

impl Request {
    fn of(message: Message, client: &Client) -> Option<Self> {
        let asked = asked(&message.subject);
        let reply = message.reply.filter(|reply| !reply.starts_with('$') && !reply.starts_with(OURS));
        match (asked, reply) {
            (Some((asks, office)), Some(reply)) => {
                Some(Self { asks, office, payload: message.payload.into(), reply, client: client.clone() })
            }
            (Some((_, office)), None) => {
                tracing::warn!(%office, "request has no reply subject; nothing was recorded");
                None
            }
            (None, _) => {
                tracing::warn!("skipped a message that is not a request of an office");
                None
            }
        }
    }

    /// Sends the reply, and returns once it is flushed: the program may end then. If the reply does not arrive, the
    /// office sends its actions again.
    pub async fn answer(self, reply: Vec<u8>) {
        let Self { office, reply: to, client, .. } = self;
        let answering = async {
            client.publish(to, reply.into()).await.map_err(|error| error.to_string())?;
            client.flush().await.map_err(|error| error.to_string())
        };
        let answered = tokio::time::timeout(ANSWER_WITHIN, answering).await;
        if let Err(reason) = answered.unwrap_or_else(|_| Err("sending timed out".to_owned())) {
            tracing::warn!(%office, %reason, "the reply to an office could not be sent; the office will retry");
        }
    }
}
