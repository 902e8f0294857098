//! A subscriber: shows an office's alerts, each once.
//!
//! Invariant: an alert is acknowledged only after it was shown and its id was written to disk, so none is missed; an
//! id that was written isn't shown again, however often it is delivered.

mod seen;

use std::path::PathBuf;
use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use engine::action::OfficeCode;
use futures::StreamExt as _;
use uuid::Uuid;

use super::{Link, NatsFault, STREAM, Servers, permissions as names};
use crate::offices::Kind;
use crate::serve::{Stop, Trouble};
use seen::Seen;

/// The first and the longest wait before NATS is tried again.
const WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// After how long the server delivers again what was not acknowledged.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(30);
/// How often the server says that it is there while there is nothing to deliver.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How many alerts are fetched at once.
const FETCH: usize = 256;
/// How many subscriptions an office may have at the most.
const MOST_NAMES: u16 = 64;

/// An alert as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its id.
    pub id: Uuid,
    /// Its subject.
    pub subject: String,
    /// The CloudEvents object.
    pub body: String,
    /// Its sequence in the stream.
    pub stream_sequence: u64,
}

/// Whose alerts are followed, and under which name.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// What the office is: its place in the alerts' subjects.
    pub kind: Kind,
    /// The office.
    pub office: OfficeCode,
    /// The name under which the server remembers how far this subscriber got.
    pub name: Name,
    /// The file of the ids that were shown.
    pub seen: PathBuf,
}

/// The name of a subscription: letters, digits, `-` and `_`.
#[derive(Clone, Debug)]
pub enum Name {
    /// One that no other subscriber uses.
    Own(String),
    /// One of those that the server's configuration gives to the office, which begin so: the first that is this
    /// follower's, or free.
    Given {
        /// How they begin.
        base: String,
        /// Who follows.
        follower: Uuid,
    },
    /// The n-th of those, whoever used it before.
    Taken {
        /// How they begin.
        base: String,
        /// Which, from 1.
        n: u16,
        /// Who follows.
        follower: Uuid,
    },
}

/// Shows every alert to an office since the stream began, each once, and goes on with new ones until told to stop.
/// Waits where NATS is away.
///
/// # Errors
/// If NATS isn't fit for this, if the name is used for something else, if the file of ids can't be read or written,
/// or if `show` fails: the alert is then not acknowledged, and shown again the next time.
pub async fn follow(
    servers: &Servers,
    subscription: &Subscription,
    stop: &Stop,
    mut show: impl FnMut(&Received) -> std::io::Result<()>,
) -> Result<(), NatsFault> {
    let mut seen = Seen::open(&subscription.seen)?;
    let mut wait = WAIT.0;
    let mut trouble = Trouble::none();
    loop {
        let received = seen.len();
        let fault = match until_broken(servers, subscription, stop, &mut seen, &mut show).await {
            Ok(()) => return Ok(()),
            Err(fault) if !fault.passes() => return Err(fault),
            Err(fault) => fault,
        };
        let went_well = seen.len() > received;
        if went_well {
            trouble.is_over();
        }
        let reason = fault.to_string();
        if trouble.is_news(fault) {
            tracing::warn!(%reason, "no alerts until this is mended");
        }
        wait = if went_well { WAIT.0 } else { (wait * 2).min(WAIT.1) };
        if stop.or(tokio::time::sleep(wait)).await.is_none() {
            return Ok(());
        }
    }
}

async fn until_broken(
    servers: &Servers,
    subscription: &Subscription,
    stop: &Stop,
    seen: &mut Seen,
    show: &mut impl FnMut(&Received) -> std::io::Result<()>,
) -> Result<(), NatsFault> {
    let open = async {
        let link = Link::open(servers).await?;
        let consumer = Box::pin(consumer(&link, subscription)).await?;
        let builder = consumer.stream().max_messages_per_batch(FETCH).heartbeat(HEARTBEAT);
        let messages = builder.messages().await.map_err(|error| link.lost(error))?;
        Ok((link, messages))
    };
    let Some(opened) = stop.or(open).await else { return Ok(()) };
    let (link, mut messages) = opened?;
    loop {
        let next = link.run(async { Ok(messages.next().await) });
        let Some(message) = stop.or(next).await else { break };
        let message = message?.ok_or_else(|| link.lost("the delivery ended"))?.map_err(|error| link.lost(error))?;
        match received(&message) {
            Some(alert) if seen.contains(alert.id) => {
                tracing::debug!(alert = %alert.id, "delivered again");
            }
            Some(alert) => {
                show(&alert)
                    .map_err(|error| NatsFault::Own(format!("the alert {} is not shown: {error}", alert.id)))?;
                seen.add(alert.id)?;
            }
            None => tracing::warn!(subject = %message.subject, "a message without an id is no alert"),
        }
        message.ack().await.map_err(|error| link.lost(error))?;
    }
    // What was acknowledged last shall reach the server; if it doesn't, the file of ids keeps it from being shown.
    if let Err(error) = link.jetstream().client().flush().await {
        tracing::debug!(%error, "the last acknowledgements may be lost");
    }
    Ok(())
}

/// The subscription on the server, made where it is missing.
async fn consumer(link: &Link, subscription: &Subscription) -> Result<Consumer<pull::Config>, NatsFault> {
    match &subscription.name {
        Name::Own(name) => link.run(own(link, subscription, name, None)).await,
        Name::Taken { base, n, follower } => {
            let name = names::subscription(base, *n);
            link.run(taken(link, subscription, &name, *follower)).await
        }
        Name::Given { base, follower } => {
            for n in 1..=MOST_NAMES {
                let name = names::subscription(base, n);
                match link.run(own(link, subscription, &name, Some(*follower))).await {
                    Ok(consumer) if consumer.cached_info().config.description == Some(mark(*follower)) => {
                        return Ok(consumer);
                    }
                    Ok(_) => {}
                    // So many there are, and no more.
                    Err(NatsFault::Denied { .. }) if n > 1 => return Err(all_taken(&subscription.office, n - 1)),
                    Err(fault) => return Err(fault),
                }
            }
            Err(all_taken(&subscription.office, MOST_NAMES))
        }
    }
}

fn all_taken(office: &OfficeCode, many: u16) -> NatsFault {
    NatsFault::Own(format!(
        "other followers use the {many} subscriptions that {office} has: on other machines, or with other files of alerts \
         seen. Take one over with --subscriber N, or have the server configured with more (kamnot nats config \
         --subscribers)"
    ))
}

/// Says on the server whose a subscription is, so that two never share what comes.
fn mark(follower: Uuid) -> String {
    format!("kamnot alerts --follow {follower}")
}

fn config(subscription: &Subscription, name: &str, follower: Option<Uuid>) -> Result<pull::Config, NatsFault> {
    let Subscription { kind, office, .. } = subscription;
    if !names::names_a_subscription(name) {
        return Err(NatsFault::Own(format!("the name {name:?} is not made of letters, digits, - and _")));
    }
    let alerts = names::alerts_to(*kind, office);
    let alerts = alerts.ok_or_else(|| NatsFault::Own(format!("no alerts are addressed to {office} by what it is")))?;
    Ok(pull::Config {
        durable_name: Some(name.to_owned()),
        description: follower.map(mark),
        filter_subject: alerts,
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACKNOWLEDGE_WITHIN,
        ..pull::Config::default()
    })
}

async fn own(
    link: &Link,
    subscription: &Subscription,
    name: &str,
    follower: Option<Uuid>,
) -> Result<Consumer<pull::Config>, NatsFault> {
    let config = config(subscription, name, follower)?;
    let wanted = config.filter_subject.clone();
    let stream = link.jetstream().get_stream_no_info(STREAM).await;
    let stream = stream.map_err(|error| link.answer("look up the stream of alerts", error))?;
    let consumer = Box::pin(stream.get_or_create_consumer(name, config)).await;
    let mut consumer = consumer.map_err(|error| link.answer("open the subscription", error))?;
    // Another may have made it at the same time: who is named there now has it.
    let info = consumer.info().await.map_err(|error| link.lost(error))?;
    let found = &info.config;
    if found.filter_subject != wanted || found.ack_policy != AckPolicy::Explicit {
        return Err(NatsFault::Own(format!(
            "the subscription {name} follows {} and not {wanted}: choose another name",
            found.filter_subject
        )));
    }
    Ok(consumer)
}

async fn taken(
    link: &Link,
    subscription: &Subscription,
    name: &str,
    follower: Uuid,
) -> Result<Consumer<pull::Config>, NatsFault> {
    let config = config(subscription, name, Some(follower))?;
    let consumer = link.jetstream().create_consumer_on_stream(config, STREAM).await;
    consumer.map_err(|error| link.answer("take over the subscription", error))
}

fn received(message: &jetstream::Message) -> Option<Received> {
    let id = message.headers.as_ref()?.get(NATS_MESSAGE_ID)?.as_str().parse().ok()?;
    let body = String::from_utf8(message.payload.to_vec()).ok()?;
    let stream_sequence = message.info().ok()?.stream_sequence;
    Some(Received { id, subject: message.subject.to_string(), body, stream_sequence })
}
