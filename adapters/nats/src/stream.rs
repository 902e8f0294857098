//! The stream of alerts: created if it is missing, refused if its settings could lose alerts.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind, RequestError, RequestErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use projections::subjects::ALERTS;
use serde_json::Value;

use super::{Link, NatsFault};

/// Settings of a stream by their names.
type Settings = serde_json::Map<String, Value>;

/// The stream's name.
pub const STREAM: &str = "KAMNOT_ALERTS";
/// How long the server itself detects duplicate ids. The relay does not rely on it.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(10);

/// From this version of nats-server on the replicas of a stream are reliable. In older versions the replica on a server
/// that was suspended for some seconds may stay behind for good and still count as current.
const SOUND_COPIES: (u32, u32) = (2, 10);
/// Whether this was logged: once per process is enough.
static STALLS_SAID: AtomicBool = AtomicBool::new(false);

/// The number of replicas of a stream, that is of servers in a cluster that keep it: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replicas(usize);

impl Replicas {
    /// One.
    pub const ONE: Self = Self(1);

    /// So many, if JetStream supports it.
    pub fn new(servers: usize) -> Option<Self> {
        (1..=5).contains(&servers).then_some(Self(servers))
    }
}

impl fmt::Display for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A setting of the stream that differs from the required one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingDifference {
    /// The setting's name in the server's configuration.
    pub setting: String,
    /// Its value in the stream.
    pub found: String,
    /// The required value.
    pub expected: String,
}

impl fmt::Display for SettingDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.setting, self.found, self.expected)
    }
}

/// The stream of alerts, created if it is missing. Settings that an operator may choose freely (placement, the
/// duplicate window, a description) are not checked. A stream with fewer replicas than asked for is accepted with a
/// logged error: alerts must not wait for it, and an existing stream is never changed.
///
/// # Errors
/// If there is no JetStream, if the stream has other settings, or if the server refuses to create it.
pub async fn ensure_stream(link: &Link, replicas: Replicas) -> Result<Stream, NatsFault> {
    link.run(async {
        let stream = match Box::pin(link.jetstream().get_stream(STREAM)).await {
            Ok(stream) => stream,
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(answer) if answer.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                    match create(link, replicas).await {
                        Err(taken @ NatsFault::SubjectsTaken(_)) => made_by_another(link).await.ok_or(taken)?,
                        created => created?,
                    }
                }
                GetStreamErrorKind::JetStream(answer) => return Err(refusal(link, "look up the stream", &answer)),
                _ => return Err(no_answer(link, &error)),
            },
        };
        let found = &stream.cached_info().config;
        if found.num_replicas < replicas.0 {
            tracing::error!(
                found = found.num_replicas,
                asked = replicas.0,
                "the stream of alerts has fewer replicas than --nats-replicas asks for; alerts are published all the \
                 same. Raise it with `nats stream edit {STREAM} --replicas {replicas}`"
            );
        }
        let version = link.jetstream().client().server_info().version;
        if found.num_replicas > 1 && may_stall(&version) && !STALLS_SAID.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                version,
                "in a cluster of nats-server before 2.10 a replica of the stream may stay behind and still count as \
                 current; a follower served from it gets no alerts. Use a newer version"
            );
        }
        let differences = differences(&settings(link).await?);
        if differences.is_empty() {
            Ok(stream)
        } else {
            Err(NatsFault::OtherSettings { server: link.server().to_owned(), differences })
        }
    })
    .await
}

/// The stream's settings as the server sends them: it may have settings unknown to our client library.
async fn settings(link: &Link) -> Result<Settings, NatsFault> {
    match link.ask(&format!("STREAM.INFO.{STREAM}")).await? {
        Value::Object(mut info) => match info.remove("config") {
            Some(Value::Object(config)) => Ok(config),
            _ => Err(link.lost("the answer lacks the stream's settings")),
        },
        _ => Err(link.lost("the answer lacks the stream's settings")),
    }
}

/// Whether replicas may stay behind on a nats-server of this version.
fn may_stall(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) < SOUND_COPIES)
}

/// The stream, if another process created it at the same time: the server then says only that the subjects are taken.
async fn made_by_another(link: &Link) -> Option<Stream> {
    for wait in [0, 100, 400] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        if let Ok(stream) = Box::pin(link.jetstream().get_stream(STREAM)).await {
            return Some(stream);
        }
    }
    None
}

async fn create(link: &Link, replicas: Replicas) -> Result<Stream, NatsFault> {
    let config = Config { num_replicas: replicas.0, ..expected() };
    let created = Box::pin(link.jetstream().create_stream(config)).await;
    if created.is_ok() {
        tracing::info!(stream = STREAM, server = link.server(), replicas = replicas.0, "created the stream of alerts");
    }
    let server = || link.server().to_owned();
    created.map_err(|error| match error.kind() {
        CreateStreamErrorKind::JetStream(answer) => match answer.error_code() {
            ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED => NatsFault::NoCluster { server: server(), replicas },
            ErrorCode::CLUSTER_NO_PEERS | ErrorCode::INSUFFICIENT_RESOURCES if replicas > Replicas::ONE => {
                NatsFault::TooFewServers { server: server(), replicas, reason: answer.to_string() }
            }
            _ => refusal(link, "create the stream of alerts", &answer),
        },
        CreateStreamErrorKind::JetStreamUnavailable => NatsFault::NoJetStream(link.server().to_owned()),
        _ => link.lost(error),
    })
}

pub(super) fn refusal(link: &Link, attempt: &'static str, answer: &async_nats::jetstream::Error) -> NatsFault {
    match answer.error_code() {
        ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
            NatsFault::NoJetStream(link.server().to_owned())
        }
        ErrorCode::STREAM_SUBJECT_OVERLAP => NatsFault::SubjectsTaken(link.server().to_owned()),
        _ => link.answer(attempt, answer),
    }
}

/// Without a responder on the JetStream API there is no JetStream. A timeout is something else.
pub(super) fn no_answer(link: &Link, error: &(dyn std::error::Error + 'static)) -> NatsFault {
    let request = error.source().and_then(|source| source.downcast_ref::<RequestError>());
    match request.map(RequestError::kind) {
        Some(RequestErrorKind::NoResponders) => NatsFault::NoJetStream(link.server().to_owned()),
        _ => link.lost(error),
    }
}

fn expected() -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("kamnot: alerts on limits and conditions in juvenile cases".to_owned()),
        subjects: vec![ALERTS.to_owned()],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_bytes: -1,
        max_message_size: -1,
        max_consumers: -1,
        max_age: Duration::ZERO,
        num_replicas: 1,
        deny_delete: true,
        deny_purge: true,
        duplicate_window: DUPLICATE_WINDOW,
        ..Config::default()
    }
}

/// Settings that an operator may choose freely or that the server adds. They cannot make the stream lose an alert,
/// accept other messages, or leave a message unacknowledged.
const FREE: [&str; 13] = [
    "name",
    "description",
    "num_replicas",
    "placement",
    "metadata",
    "duplicate_window",
    "discard",
    "discard_new_per_subject",
    "compression",
    "first_seq",
    "allow_direct",
    "mirror_direct",
    "consumer_limits",
];

/// Every setting that differs from the required one. A setting that is not known to be harmless, those of newer servers
/// included, must have the server's default.
fn differences(found: &Settings) -> Vec<SettingDifference> {
    let expected = serde_json::to_value(expected()).ok();
    let expected = expected.as_ref().and_then(Value::as_object);
    let names: BTreeSet<&String> = found.keys().chain(expected.iter().flat_map(|settings| settings.keys())).collect();
    let checked = names.into_iter().filter(|name| !FREE.contains(&name.as_str()));
    let pairs = checked.map(|name| {
        let shown = |settings: Option<&Settings>| shown(name, settings.and_then(|settings| settings.get(name)));
        (name, shown(Some(found)), shown(expected))
    });
    pairs
        .filter(|(_, found, expected)| found != expected)
        .map(|(setting, found, expected)| SettingDifference { setting: setting.clone(), found, expected })
        .collect()
}

/// A setting's value in readable form.
fn shown(name: &str, value: Option<&Value>) -> String {
    let none = if name.starts_with("max_") { "no limit" } else { "none" };
    match value {
        Some(Value::Number(number)) if number.as_i64().is_some_and(|number| number > 0) => {
            if name == "max_age" {
                format!("{:?}", Duration::from_nanos(number.as_u64().unwrap_or(0)))
            } else {
                number.to_string()
            }
        }
        Some(Value::Bool(true)) => "true".to_owned(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Array(items)) if !items.is_empty() => {
            let items: Vec<String> = items.iter().map(|item| shown(name, Some(item))).collect();
            items.join(" ")
        }
        Some(object @ Value::Object(fields)) if !fields.is_empty() => object.to_string(),
        Some(Value::Bool(false)) | None if name.starts_with("deny_") => "false".to_owned(),
        _ => none.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_may_stall_before_2_10() {
        let stalls = ["2.9.10", "2.2.0-beta.1", "1.4.1", "2.10.0", "2.14.0", "3.0.0", "none", ""].map(may_stall);
        assert_eq!(stalls, [true, true, true, false, false, false, false, false]);
    }

    #[test]
    fn what_differs_is_named_with_what_was_found_and_what_was_expected() {
        let found = Config { max_age: Duration::from_hours(1), deny_purge: false, num_replicas: 3, ..expected() };
        assert_eq!(
            told(&found, &[]),
            ["deny_purge: found false, expected true", "max_age: found 3600s, expected no limit"]
        );
        assert!(told(&expected(), &[("description", "ours".into()), ("compression", "s2".into())]).is_empty());
    }

    #[test]
    fn a_setting_that_is_not_known_to_be_harmless_is_a_difference() {
        let transform = serde_json::json!({"src": ALERTS, "dest": "elsewhere.>"});
        let set = [
            ("subject_transform", transform),
            ("allow_msg_ttl", true.into()),
            ("allow_msg_counter", true.into()),
            ("max_consumers", 1.into()),
            ("of_a_server_to_come", "on".into()),
        ];
        let told = told(&expected(), &set);
        assert_eq!(told[0], "allow_msg_counter: found true, expected none");
        assert_eq!(
            told[2..4],
            ["max_consumers: found 1, expected no limit", "of_a_server_to_come: found on, expected none"]
        );
        assert!(told.len() == 5 && told[4].starts_with("subject_transform: found {"), "{told:?}");
        let unset = ["subject_transform", "allow_msg_ttl", "of_a_server_to_come"].map(|name| (name, Value::Null));
        assert!(differences(&with(&expected(), &unset)).is_empty());
    }

    fn with(config: &Config, set: &[(&str, Value)]) -> Settings {
        let Ok(Value::Object(mut settings)) = serde_json::to_value(config) else { panic!("an object") };
        settings.extend(set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        settings
    }

    fn told(config: &Config, set: &[(&str, Value)]) -> Vec<String> {
        differences(&with(config, set)).iter().map(ToString::to_string).collect()
    }
}
