//! What the log demands against what the stream of alerts holds, read by a client that knows nothing of kamnot.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use engine::case::{Event, Fact};
use futures::StreamExt as _;
use store::{LogStore, Position, Stored};

/// An alert as it stands in the stream.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id, by the header.
    pub id: String,
    /// The case that it is about.
    pub case: String,
    /// The last two words of its subject: kind and rule.
    pub what: String,
    /// When the server stored it.
    pub stored_at: SystemTime,
}

/// All that the stream holds, in its order.
///
/// # Panics
/// If it can't be read, or holds what is no alert.
pub async fn found(jetstream: &Context) -> Vec<Found> {
    let stream = jetstream.get_stream("KAMNOT_ALERTS").await.expect("the stream of alerts");
    let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
    let consumer = stream.create_consumer(config).await.expect("a consumer");
    let all = usize::try_from(consumer.cached_info().num_pending).expect("not so many");
    let mut found = Vec::new();
    while found.len() < all {
        let batch = consumer.batch().max_messages(500.min(all - found.len())).messages().await.expect("a batch");
        let batch: Vec<_> = batch.map(|message| read(&message.expect("a message"))).collect().await;
        assert!(!batch.is_empty(), "{} of {all} messages arrived", found.len());
        found.extend(batch);
    }
    found
}

fn read(message: &async_nats::jetstream::Message) -> Found {
    let id = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Id")).expect("an id").to_string();
    let event: serde_json::Value = serde_json::from_slice(&message.payload).expect("JSON");
    let words: Vec<&str> = message.subject.split('.').collect();
    let what = words[words.len() - 2..].join(".");
    let stored_at = message.info().expect("from the stream").published.into();
    Found { id, case: event["subject"].as_str().expect("a case").to_owned(), what, stored_at }
}

/// The log, in its order.
///
/// # Panics
/// If it can't be read.
pub async fn log_of(store: &dyn LogStore) -> Vec<Stored> {
    let mut log: Vec<Stored> = Vec::new();
    loop {
        let after = log.last().map_or(Position(0), |stored| stored.position);
        let more = store.log(after, 10_000).await.expect("the log");
        if more.is_empty() {
            return log;
        }
        log.extend(more);
    }
}

/// Asserts that every alert of the log that may be published stands in the stream, once, and nothing else; and of each
/// case in the order of the log.
#[track_caller]
pub fn assert_each_alert_once(log: &[Stored], found: &[Found]) {
    let mut demanded: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for stored in log.iter().filter(|stored| may_be_published(&stored.event)) {
        demanded.entry(stored.case.as_str()).or_default().push(stored.event.id(&stored.case).to_string());
    }
    let mut held: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for alert in found {
        held.entry(&alert.case).or_default().push(alert.id.clone());
    }
    let cases: BTreeSet<&str> = demanded.keys().chain(held.keys()).copied().collect();
    let differing: Vec<String> = cases
        .into_iter()
        .filter(|case| demanded.get(case) != held.get(case))
        .map(|case| format!("{case}: the log demands {:?}, the stream holds {:?}", demanded.get(case), held.get(case)))
        .collect();
    assert!(differing.is_empty(), "{} cases differ:\n{}", differing.len(), differing.join("\n"));
}

fn may_be_published(event: &Event) -> bool {
    event.fact.alert().is_some_and(|(alert, _)| !alert.history)
}

/// How often each action stands in the log, by its id.
pub fn actions(log: &[Stored]) -> BTreeMap<String, usize> {
    let mut actions = BTreeMap::new();
    for stored in log {
        if let Fact::ActionRecorded(action) = &stored.event.fact {
            *actions.entry(action.id.to_string()).or_default() += 1;
        }
    }
    actions
}
