//! Requests of offices on `kamnot.actions.<office>`, each handed to one of the processes that listen.
//!
//! Invariant: the sender is the office of the subject, which the server's permissions prove. Only a request counts: what
//! the server itself sends about (deliveries, answers that were given another way back) comes without a way back of
//! an office, and is passed over.

use std::time::Duration;

use async_nats::{Client, Message, Subject, Subscriber};
use engine::action::OfficeCode;
use futures::StreamExt as _;
use projections::subjects::{ACTIONS, OURS, sender};

use super::{ANSWER_WITHIN, Link, NatsFault, Servers};

/// The group of those that listen: each request goes to one of them.
const QUEUE: &str = "kamnot";
/// How long leaving may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// The requests that come over one connection.
pub struct Requests {
    link: Link,
    client: Client,
    subscriber: Subscriber,
}

/// A request.
pub struct Request {
    /// Who sent it.
    pub office: OfficeCode,
    /// What it holds.
    pub payload: Vec<u8>,
    reply: Subject,
    client: Client,
}

impl Requests {
    /// Connects and listens.
    ///
    /// # Errors
    /// If no server can be reached or it doesn't permit this.
    pub async fn open(servers: &Servers) -> Result<Self, NatsFault> {
        let link = Link::open(servers).await?;
        let client = link.jetstream().client();
        let subscribing = async {
            // Of every sender: a delivery that another user directs to a subject needs a subscription of exactly that name.
            let subscriber = client.queue_subscribe(ACTIONS, QUEUE.to_owned()).await;
            let subscriber = subscriber.map_err(|error| link.lost(error))?;
            client.flush().await.map_err(|error| link.lost(error))?;
            Ok(subscriber)
        };
        let subscriber = link.run(subscribing).await?;
        Ok(Self { link, client, subscriber })
    }

    /// The server, for logs.
    pub fn server(&self) -> &str {
        self.link.server()
    }

    /// The next request.
    ///
    /// # Errors
    /// If the connection breaks, or the server denies us to listen.
    pub async fn next(&mut self) -> Result<Request, NatsFault> {
        let Self { link, client, subscriber } = self;
        let next = async {
            loop {
                let message = subscriber.next().await.ok_or_else(|| link.lost("the subscription ended"))?;
                if let Some(request) = Request::of(message, client) {
                    return Ok(request);
                }
            }
        };
        link.run(next).await
    }

    /// Listens no more, and gives what was handed to us before.
    pub async fn leave(mut self) -> Vec<Request> {
        let mut left = Vec::new();
        let leaving = async {
            if self.subscriber.drain().await.is_err() {
                return;
            }
            while let Some(message) = self.subscriber.next().await {
                left.extend(Request::of(message, &self.client));
            }
        };
        if tokio::time::timeout(LEAVE_WITHIN, leaving).await.is_err() {
            tracing::debug!("the server did not say that nothing comes any more");
        }
        left
    }
}

impl Request {
    fn of(message: Message, client: &Client) -> Option<Self> {
        let office = sender(&message.subject);
        let reply = message.reply.filter(|reply| !reply.starts_with('$') && !reply.starts_with(OURS));
        match (office, reply) {
            (Some(office), Some(reply)) => {
                Some(Self { office, payload: message.payload.into(), reply, client: client.clone() })
            }
            (Some(office), None) => {
                tracing::warn!(%office, "actions were sent without a way back for the answer: nothing of them is recorded");
                None
            }
            (None, _) => {
                tracing::warn!("a message that is no office's request is passed over");
                None
            }
        }
    }

    /// Answers it, and returns once the answer is on its way: the program may end then. An answer that doesn't arrive is
    /// asked for by sending the actions again.
    pub async fn answer(self, reply: Vec<u8>) {
        let Self { office, reply: to, client, .. } = self;
        let answering = async {
            client.publish(to, reply.into()).await.map_err(|error| error.to_string())?;
            client.flush().await.map_err(|error| error.to_string())
        };
        let answered = tokio::time::timeout(ANSWER_WITHIN, answering).await;
        if let Err(reason) = answered.unwrap_or_else(|_| Err("the connection is stuck".to_owned())) {
            tracing::warn!(%office, %reason, "an office is not answered; it will send again");
        }
    }
}
