//! The stream of alerts: made if it is missing, refused if it could lose what was sent.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind, RequestError, RequestErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};

use super::{Link, NatsFault};

/// The stream's name.
pub const STREAM: &str = "KAMNOT_ALERTS";
/// The subjects that it holds, all of them.
pub const SUBJECTS: &str = "kamnot.alerts.>";
/// How long the server itself recognises an id sent twice. The relay doesn't rely on it.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(10);

/// From this version of nats-server on the copies of a stream are sound. Before, the copy of a server that was held for some
/// seconds may stay behind for good and count as current.
const SOUND_COPIES: (u32, u32) = (2, 10);
/// Whether that was said: once in a process is enough.
static STALLS_SAID: AtomicBool = AtomicBool::new(false);

/// On how many servers of a cluster a stream is kept: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replicas(usize);

impl Replicas {
    /// On one.
    pub const ONE: Self = Self(1);

    /// So many, if JetStream can do it.
    pub fn new(servers: usize) -> Option<Self> {
        (1..=5).contains(&servers).then_some(Self(servers))
    }
}

impl fmt::Display for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A setting of the stream that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The setting, as the server's configuration names it.
    pub setting: &'static str,
    /// What the stream has.
    pub found: String,
    /// What it must have.
    pub expected: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.setting, self.found, self.expected)
    }
}

/// The stream of alerts, made if it is missing. What an operator may choose freely (placement, the duplicate window, a
/// description) is not looked at. A stream that is kept on fewer servers than asked for is taken, and that is said: no
/// alert waits for it, and a stream that was found is never changed.
///
/// # Errors
/// If there is no JetStream, if the stream has other settings, or if the server refuses to make it.
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
                "the stream of alerts is kept on fewer servers than --nats-replicas asks for, and alerts are published \
                 all the same: raise it with `nats stream edit {STREAM} --replicas {replicas}`"
            );
        }
        let version = link.jetstream().client().server_info().version;
        if found.num_replicas > 1 && may_stall(&version) && !STALLS_SAID.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                version,
                "in a cluster of nats-server before 2.10 a copy of the stream may stay behind and count as current, and who \
                 is served from it hears nothing: use a newer one"
            );
        }
        let differences = differences(found);
        if differences.is_empty() {
            Ok(stream)
        } else {
            Err(NatsFault::OtherSettings { server: link.server().to_owned(), differences })
        }
    })
    .await
}

/// Whether copies may stay behind on a nats-server of this version.
fn may_stall(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) < SOUND_COPIES)
}

/// The stream, if another process was faster at making it: then the server says only that the subjects are taken.
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
        tracing::info!(stream = STREAM, server = link.server(), replicas = replicas.0, "made the stream of alerts");
    }
    let server = || link.server().to_owned();
    created.map_err(|error| match error.kind() {
        CreateStreamErrorKind::JetStream(answer) => match answer.error_code() {
            ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED => NatsFault::NoCluster { server: server(), replicas },
            ErrorCode::CLUSTER_NO_PEERS | ErrorCode::INSUFFICIENT_RESOURCES if replicas > Replicas::ONE => {
                NatsFault::TooFewServers { server: server(), replicas, reason: answer.to_string() }
            }
            _ => refusal(link, "make the stream of alerts", &answer),
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

/// Nobody answers to the JetStream API: there is none. Silence is something else.
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
        subjects: vec![SUBJECTS.to_owned()],
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

/// What would let the stream lose an alert, take in something else, or leave one unacknowledged.
fn differences(found: &Config) -> Vec<Difference> {
    let limit = |limit: i64| if limit <= 0 { "no limit".to_owned() } else { limit.to_string() };
    let age = |age: Duration| if age.is_zero() { "no limit".to_owned() } else { format!("{age:?}") };
    let word = |word: &dyn fmt::Debug| format!("{word:?}").to_lowercase();
    let other_streams = found.mirror.iter().chain(found.sources.iter().flatten()).map(|source| source.name.as_str());
    let other_streams: Vec<&str> = other_streams.collect();
    let expected = expected();
    let settings = [
        ("subjects", found.subjects.join(" "), expected.subjects.join(" ")),
        ("storage", word(&found.storage), word(&expected.storage)),
        ("retention", word(&found.retention), word(&expected.retention)),
        ("max_age", age(found.max_age), age(expected.max_age)),
        ("max_msgs", limit(found.max_messages), limit(expected.max_messages)),
        ("max_msgs_per_subject", limit(found.max_messages_per_subject), limit(expected.max_messages_per_subject)),
        ("max_bytes", limit(found.max_bytes), limit(expected.max_bytes)),
        ("max_msg_size", limit(found.max_message_size.into()), limit(expected.max_message_size.into())),
        ("deny_delete", word(&found.deny_delete), word(&expected.deny_delete)),
        ("deny_purge", word(&found.deny_purge), word(&expected.deny_purge)),
        ("no_ack", word(&found.no_ack), word(&expected.no_ack)),
        ("sealed", word(&found.sealed), word(&expected.sealed)),
        (
            "mirror or sources",
            if other_streams.is_empty() { "none".to_owned() } else { other_streams.join(" ") },
            "none".to_owned(),
        ),
    ];
    settings
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(setting, found, expected)| Difference { setting, found, expected })
        .collect()
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
        let found = Config { max_age: Duration::from_secs(3600), deny_purge: false, num_replicas: 3, ..expected() };
        let told: Vec<String> = differences(&found).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["max_age: found 3600s, expected no limit", "deny_purge: found false, expected true"]);
        assert!(differences(&expected()).is_empty());
    }
}
