//! A subscriber: shows an office's alerts, each once.
//!
//! Invariant: an alert is acknowledged only after it was shown and its id was written to disk, so none is missed. An
//! alert whose id was written is not shown again, however often it is delivered.

mod heard;
mod seen;

use std::path::PathBuf;
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, Info, pull};
use async_nats::jetstream::stream::{ConsumerError, ConsumerErrorKind};
use engine::action::OfficeCode;
use engine::calendar::Instant;
use futures::StreamExt as _;
use projections::subjects::alerts_to;
use service::backoff::Backoff;
use service::lifecycle::Stop;
use service::offices::OfficeKind;
use service::trouble::Trouble;
use uuid::Uuid;

use super::{Link, NatsFault, STREAM, Servers, permissions as names};
use heard::received;
use seen::Seen;

pub use heard::{Heard, Received};

/// After how long the server delivers an unacknowledged alert again.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(5);
/// How long a pull request lasts. An alert sent to a request whose connection is lost is delivered again only after
/// [`ACKNOWLEDGE_WITHIN`], so requests are short.
const ASK_FOR: Duration = Duration::from_secs(2);
/// How often the server sends a heartbeat while a pull request waits.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// After how long without an alert the consumer's leader is asked when it last heard from its replicas: a leader that
/// is cut off reports for ten seconds that all is well.
const ASK_AFTER: Duration = Duration::from_secs(2);
/// How long ago that may be; replicas answer every second.
const IN_TOUCH_WITHIN: Duration = Duration::from_secs(3);
/// How many alerts are fetched at once.
const FETCH: usize = 64;
/// The maximum number of subscriptions of an office.
const MOST_NAMES: u16 = 64;

/// Whose alerts are followed, and under which name.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The office's kind, which decides its place in the alerts' subjects.
    pub kind: OfficeKind,
    /// The office.
    pub office: OfficeCode,
    /// The name under which the server remembers how far this subscriber got.
    pub name: Name,
    /// The file with the ids of the alerts already shown.
    pub seen: PathBuf,
    /// Alerts raised before this instant are skipped.
    pub since: Option<Instant>,
}

/// The name of a subscription: letters, digits, `-` and `_`.
#[derive(Clone, Debug)]
pub enum Name {
    /// A name that no other subscriber uses.
    Own(String),
    /// One of the names with this prefix, which the server's configuration gives to the office: the first that belongs
    /// to this follower or is free.
    Given {
        /// The prefix.
        base: String,
        /// Who follows.
        follower: Uuid,
    },
    /// The n-th of those names, taken over from whoever used it before.
    Taken {
        /// The prefix.
        base: String,
        /// Its number, from 1.
        n: u16,
        /// Who follows.
        follower: Uuid,
    },
}

/// Shows every alert to an office from the beginning of the stream, each once, and then new ones, until the stop
/// signal. Waits while NATS is unavailable or the stream does not exist yet.
///
/// # Errors
/// If NATS refuses it, if the name is used for something else, if the file of ids cannot be read or written or another
/// follower uses it, or if `show` fails: the alert is then not acknowledged, and shown again the next time.
pub async fn follow(
    servers: &Servers,
    subscription: &Subscription,
    stop: &Stop,
    mut show: impl FnMut(Heard<'_>) -> std::io::Result<()>,
) -> Result<(), NatsFault> {
    let seen = Seen::open(&subscription.seen)?;
    let mut follower = Follower { servers, subscription, stop, seen, known: None, went_well: false };
    let mut backoff = Backoff::NATS;
    let mut trouble = Trouble::none();
    loop {
        follower.went_well = false;
        let fault = match follower.until_broken(&mut show).await {
            Ok(()) => return Ok(()),
            Err(fault) if !fault.passes() => return Err(fault),
            Err(fault) => fault,
        };
        if follower.went_well {
            trouble.is_over();
            backoff.reset();
        }
        let reason = fault.to_string();
        if trouble.is_news(fault) {
            tracing::warn!(%reason, "no alerts arrive until this is fixed");
        }
        if stop.or(tokio::time::sleep(backoff.pause())).await.is_none() {
            return Ok(());
        }
    }
}

/// A follower, across connections.
struct Follower<'f> {
    servers: &'f Servers,
    subscription: &'f Subscription,
    stop: &'f Stop,
    seen: Seen,
    /// The subscription as of the last connection.
    known: Option<Consumer<pull::Config>>,
    /// Whether this connection worked: an alert arrived, or the consumer's leader was in touch with its replicas.
    went_well: bool,
}

impl Follower<'_> {
    /// Shows the alerts of one connection, until it is lost or the stop signal comes.
    async fn until_broken(&mut self, show: &mut impl FnMut(Heard<'_>) -> std::io::Result<()>) -> Result<(), NatsFault> {
        let stop = self.stop;
        let Some(opened) = stop.or(self.open()).await else { return Ok(()) };
        let (link, mut consumer, mut messages) = opened?;
        if self.known.is_none() {
            let subject = &consumer.cached_info().config.filter_subject;
            let told = show(Heard::Listening { server: link.server(), subject });
            told.map_err(|error| NatsFault::Own(format!("the output cannot be written: {error}")))?;
        }
        self.known = Some(consumer.clone());
        loop {
            let next = link.run(async { Ok(tokio::time::timeout(ASK_AFTER, messages.next()).await) });
            let Some(message) = stop.or(next).await else { break };
            let Ok(message) = message? else {
                // No answer is ignored here: missing heartbeats detect a server that is gone.
                let asked = link.run(async { Ok(consumer.info().await.is_ok()) });
                let Some(answered) = stop.or(asked).await else { break };
                if answered? {
                    self.is_still_ours(consumer.cached_info())?;
                    delivers(consumer.cached_info()).map_err(|reason| link.lost(reason))?;
                    self.went_well = true;
                }
                continue;
            };
            let message = message.ok_or_else(|| link.lost("delivery ended"))?.map_err(|error| link.lost(error))?;
            self.went_well = true;
            match received(&message) {
                Some(alert) if self.seen.contains(alert.id) => {
                    tracing::debug!(alert = %alert.id, "delivered again");
                }
                Some(alert) if self.is_before(&alert) => {
                    tracing::debug!(alert = %alert.id, "raised before --since: skipped");
                }
                Some(alert) => {
                    show(Heard::Alert(&alert)).map_err(|error| {
                        NatsFault::Own(format!("the alert {} cannot be written: {error}", alert.id))
                    })?;
                    self.seen.add(alert.id)?;
                }
                None => tracing::warn!(subject = %message.subject, "skipped a message that is not an alert"),
            }
            message.ack().await.map_err(|error| link.lost(error))?;
        }
        // The last acknowledgements should reach the server; otherwise the file of ids prevents showing them again.
        if let Err(error) = link.jetstream().client().flush().await {
            tracing::debug!(%error, "the last acknowledgements may be lost");
        }
        Ok(())
    }

    /// Whether an alert was raised before the first instant to show.
    fn is_before(&self, alert: &Received) -> bool {
        self.subscription.since.is_some_and(|since| alert.told_at().is_some_and(|at| at < since))
    }

    /// Fails if another follower has taken over the subscription: each would get only a part of the alerts.
    fn is_still_ours(&self, now: &Info) -> Result<(), NatsFault> {
        let before = self.known.as_ref().map(|known| &known.cached_info().config.description);
        if before.is_none_or(|before| *before == now.config.description) {
            return Ok(());
        }
        Err(NatsFault::Own(format!("another follower has taken over the subscription of {}", self.subscription.office)))
    }

    /// A connection, the subscription on it, and its deliveries.
    async fn open(&self) -> Result<(Link, Consumer<pull::Config>, pull::Stream), NatsFault> {
        let link = Link::open(self.servers).await?;
        let consumer = match (Box::pin(consumer(&link, self.subscription)).await, &self.known) {
            // The consumer's leader may work all the same.
            (Err(NatsFault::Leaderless(_)), Some(known)) => on(&link, known),
            (consumer, _) => consumer?,
        };
        delivers(consumer.cached_info()).map_err(|reason| link.lost(reason))?;
        let builder = consumer.stream().max_messages_per_batch(FETCH).expires(ASK_FOR).heartbeat(HEARTBEAT);
        let messages = builder.messages().await.map_err(|error| link.lost(error))?;
        Ok((link, consumer, messages))
    }
}

/// Checks that the consumer has a leader that is in touch with a majority of its replicas. A leader that is cut off
/// delivers nothing and does not report it.
fn delivers(subscription: &Info) -> Result<(), &'static str> {
    let Some(cluster) = &subscription.cluster else { return Ok(()) };
    if cluster.leader.is_none() {
        return Err("the subscription has no leader in the cluster yet");
    }
    let silent = cluster.replicas.iter().filter(|other| other.active > IN_TOUCH_WITHIN).count();
    // The leader and half of the others are a majority.
    if silent * 2 > cluster.replicas.len() {
        return Err("the delivering server is cut off from the others of its cluster");
    }
    Ok(())
}

/// The known subscription, on another connection.
fn on(link: &Link, known: &Consumer<pull::Config>) -> Consumer<pull::Config> {
    let info = Info { cluster: None, ..known.cached_info().clone() };
    Consumer::new(pull::Config::default(), info, link.jetstream().clone())
}

/// The subscription on the server, created if it is missing.
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
                    // The configuration permits no further name.
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
        "all {many} subscriptions of {office} are in use by other followers, on other machines or with other --seen \
         files. Take one over with --subscriber N, or configure the server with more (kamnot nats config --subscribers)"
    ))
}

/// The description of a subscription on the server. It names the follower, so that two never share one.
fn mark(follower: Uuid) -> String {
    format!("kamnot alerts --follow {follower}")
}

fn config(subscription: &Subscription, name: &str, follower: Option<Uuid>) -> Result<pull::Config, NatsFault> {
    let Subscription { kind, office, .. } = subscription;
    if !names::names_a_subscription(name) {
        return Err(NatsFault::Own(format!("the name {name:?} may contain only letters, digits, - and _")));
    }
    let alerts = kind.seat().map(|seat| alerts_to(seat, office));
    let alerts =
        alerts.ok_or_else(|| NatsFault::Own(format!("{office} is of a kind of office that gets no alerts")))?;
    Ok(pull::Config {
        durable_name: Some(name.to_owned()),
        description: follower.map(mark),
        filter_subject: alerts,
        deliver_policy: deliver_from(subscription.since),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACKNOWLEDGE_WITHIN,
        ..pull::Config::default()
    })
}

/// From where a new subscription delivers; an existing one continues where it is. Starting at the time `since` misses
/// no alert: an alert is in the stream a little after it was raised.
fn deliver_from(since: Option<Instant>) -> DeliverPolicy {
    let start = since.and_then(|since| async_nats::datetime::parse_rfc3339(&since.to_string()).ok());
    start.map_or(DeliverPolicy::All, |start_time| DeliverPolicy::ByStartTime { start_time })
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
    let mut consumer = consumer.map_err(|error| refused(link, "open the subscription", &error))?;
    // Another follower may have created it at the same time: it belongs to the one that it names now.
    let info = consumer.info().await.map_err(|error| link.lost(error))?;
    let found = &info.config;
    if found.filter_subject != wanted || found.ack_policy != AckPolicy::Explicit {
        let advice = match follower {
            None => "name another file of alerts seen with --seen, or another subscription with --subscription",
            Some(_) => "name another subscription with --subscription, or the N-th one with --subscriber N",
        };
        return Err(NatsFault::Own(format!(
            "the subscription {name} exists already and follows {} instead of {wanted}: {advice}",
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
    consumer.map_err(|error| refused(link, "take over the subscription", &error))
}

fn refused(link: &Link, attempt: &'static str, error: &ConsumerError) -> NatsFault {
    match error.kind() {
        ConsumerErrorKind::JetStream(of) if of.error_code() == ErrorCode::CLUSTER_NOT_AVAILABLE => link.leaderless(),
        ConsumerErrorKind::JetStream(of) if of.error_code() == ErrorCode::STREAM_NOT_FOUND => {
            NatsFault::NoStream(link.server().to_owned())
        }
        _ => link.answer(attempt, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a leader delivers that last heard from its replicas so many seconds ago.
    fn is_fit(leader: Option<&str>, others: &[f64]) -> bool {
        let other = |seconds: &f64| format!(r#"{{"name":"other","current":true,"active":{:.0}}}"#, seconds * 1e9);
        let others: Vec<String> = others.iter().map(other).collect();
        let leader = leader.map_or(String::new(), |leader| format!(r#""leader":"{leader}","#));
        let told = format!(
            r#"{{"stream_name":"S","name":"C","created":"2026-11-27T08:00:00Z","ts":"2026-11-27T08:00:00Z","config":{{
                 "deliver_policy":"all","ack_policy":"explicit","replay_policy":"instant"}},"delivered":{{"consumer_seq":0,
                 "stream_seq":0}},"ack_floor":{{"consumer_seq":0,"stream_seq":0}},"num_ack_pending":0,"num_redelivered":0,
                 "num_waiting":0,"num_pending":0,"cluster":{{"name":"test",{leader}"replicas":[{}]}}}}"#,
            others.join(",")
        );
        delivers(&serde_json::from_str(&told).expect("as a server tells it")).is_ok()
    }

    #[test]
    fn who_is_in_touch_with_a_majority_delivers() {
        assert!(is_fit(Some("one"), &[]) && is_fit(Some("one"), &[0.2, 0.9]) && is_fit(Some("one"), &[0.2, 600.0]));
        assert!(!is_fit(Some("one"), &[3.5, 600.0]) && !is_fit(Some("one"), &[0.2, 4.0, 4.0, 4.0]));
        assert!(is_fit(Some("one"), &[0.2, 0.2, 4.0, 4.0]) && !is_fit(None, &[0.2, 0.2, 0.2]));
    }
}
