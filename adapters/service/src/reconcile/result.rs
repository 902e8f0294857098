//! The result of a reconciliation, as it is kept, printed and published.
//!
//! Invariant: it contains case references, ids and office codes only (Art. 85). Its size is bounded: of each kind of
//! difference the first [`MOST_SHOWN`] are shown, and all are counted.

use std::collections::BTreeMap;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many differences of each kind are shown.
pub const MOST_SHOWN: usize = 20;
/// How many silent offices a published result names.
const MOST_PUBLISHED: usize = 100;

/// The kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The log itself is damaged: an event is missing, unreadable or in a wrong place.
    LogDamaged,
    /// A view or another row does not match the log.
    ViewDiffers,
    /// The law requires an alert that is not in the log.
    Untold,
    /// An alert of the log was not delivered.
    Undelivered,
    /// An alert is in the stream but has no mark of delivery.
    Unmarked,
    /// An alert is marked as delivered but is not in the stream.
    Lost,
    /// A mark of delivery names another alert or another sequence than the stream.
    MarkDiffers,
    /// The content of an alert in the stream differs from the log.
    Altered,
    /// An alert is in the stream more than once.
    Doubled,
    /// A message in the stream has this log as its source, but the log does not contain its alert.
    Unknown,
    /// A message in the stream does not come from this log.
    Foreign,
}

impl DifferenceKind {
    /// All of them, the gravest first.
    pub const ALL: [Self; 11] = [
        Self::LogDamaged,
        Self::Untold,
        Self::Undelivered,
        Self::Lost,
        Self::Altered,
        Self::Unknown,
        Self::Doubled,
        Self::ViewDiffers,
        Self::MarkDiffers,
        Self::Unmarked,
        Self::Foreign,
    ];

    /// The word for it in formats.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LogDamaged => "log_damaged",
            Self::ViewDiffers => "view_differs",
            Self::Untold => "untold",
            Self::Undelivered => "undelivered",
            Self::Unmarked => "unmarked",
            Self::Lost => "lost",
            Self::MarkDiffers => "mark_differs",
            Self::Altered => "altered",
            Self::Doubled => "doubled",
            Self::Unknown => "unknown",
            Self::Foreign => "foreign",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Its kind.
    pub kind: DifferenceKind,
    /// The case, if it is about one.
    #[serde(with = "shown::option", default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseRef>,
    /// The alert's id, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Uuid>,
    /// The sequence in the stream, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_sequence: Option<u64>,
    /// What was found and what was expected, in words.
    pub found: String,
}

/// The differences, counted by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    /// How many there are.
    pub different: u64,
    /// How many there are of each kind.
    pub kinds: BTreeMap<DifferenceKind, u64>,
    /// The first of each kind.
    pub first: Vec<Difference>,
}

impl Differences {
    /// Adds one.
    pub(super) fn add(&mut self, difference: Difference) {
        let count = self.kinds.entry(difference.kind).or_default();
        *count += 1;
        self.different += 1;
        if *count <= MOST_SHOWN as u64 {
            self.first.push(difference);
        }
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: DifferenceKind) -> u64 {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }
}

/// How long an office with open cases has recorded nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The office.
    #[serde(with = "shown")]
    pub office: OfficeCode,
    /// How many open cases it has.
    pub open_cases: u64,
    /// When an action by it or from it was last recorded; `None`: never.
    #[serde(with = "shown::option")]
    pub last_heard: Option<Instant>,
    /// How many seconds since then, or since the first of its open cases was recorded.
    pub seconds: i64,
}

impl Silence {
    /// The same in whole days.
    pub const fn days(&self) -> i64 {
        self.seconds / 86_400
    }
}

/// By what "delivered" was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// By the marks of delivery alone: no server was given.
    Marks,
    /// By the marks alone, since the stream could not be read for this reason.
    MarksFor(String),
    /// By the stream, of which so many messages were read.
    Stream(u64),
}

/// The result of a reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// When it began.
    #[serde(with = "shown")]
    pub started: Instant,
    /// When it ended.
    #[serde(with = "shown")]
    pub ended: Instant,
    /// Every alert due by this instant must have been raised.
    #[serde(with = "shown")]
    pub at: Instant,
    /// The installation's name in the messages' `source`.
    pub installation: String,
    /// The digest of the rulebook in force.
    pub rulebook: String,
    /// By what "delivered" was judged.
    pub judged_by: JudgedBy,
    /// Whether alerts are held back because the clock is in doubt: what is due cannot be judged then.
    pub clock_in_doubt: bool,
    /// How many events were read.
    pub events: u64,
    /// How many cases were recomputed.
    pub evaluated: u64,
    /// How many alerts were due by the log and the law.
    pub due: u64,
    /// How many of these were delivered.
    pub delivered: u64,
    /// How many of these are waiting for their delivery: recorded moments ago, or held back.
    pub waiting: u64,
    /// The differences.
    #[serde(flatten)]
    pub differences: Differences,
    /// The offices with open cases, the longest silent first.
    pub silence: Vec<Silence>,
}

impl Reconciliation {
    /// Whether there is no difference.
    pub const fn is_clean(&self) -> bool {
        self.differences.different == 0
    }

    /// The offices that have been silent for at least so many days.
    pub fn silent_for(&self, days: i64) -> impl Iterator<Item = &Silence> {
        self.silence.iter().filter(move |silence| silence.days() >= days)
    }

    /// The result as one JSON object.
    pub fn to_json(&self) -> String {
        // It cannot fail: keys are texts, numbers are integers.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Reconciliation::to_json`] wrote; `None` if the text is something else, or was written by another
    /// version.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The result as it is published: a CloudEvents 1.0 object, like the alerts.
    pub(super) fn to_message(&self, id: Uuid) -> String {
        let mut silence = self.silence.clone();
        silence.truncate(MOST_PUBLISHED);
        let data = Self { silence, ..self.clone() };
        let event = serde_json::json!({
            "specversion": "1.0",
            "id": id.to_string(),
            "source": format!("/kamnot/{}", self.installation),
            "type": "la.kamnot.reconciliation.v1",
            "time": self.ended.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        });
        event.to_string()
    }
}

/// Serde for types that are written as their text.
mod shown {
    use std::fmt::Display;

    use engine::action::{CaseRef, OfficeCode};
    use engine::calendar::Instant;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub trait Shown: Display + Sized {
        fn of(text: &str) -> Option<Self>;
    }

    impl Shown for Instant {
        fn of(text: &str) -> Option<Self> {
            Self::parse(text)
        }
    }

    impl Shown for CaseRef {
        fn of(text: &str) -> Option<Self> {
            Self::new(text)
        }
    }

    impl Shown for OfficeCode {
        fn of(text: &str) -> Option<Self> {
            Self::new(text)
        }
    }

    pub fn serialize<T: Shown, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T: Shown, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::of(&text).ok_or_else(|| D::Error::custom("the text has a wrong format"))
    }

    pub mod option {
        use serde::de::Error as _;
        use serde::{Deserialize as _, Deserializer, Serializer};

        use super::Shown;

        #[expect(clippy::ref_option, reason = "serde calls it so")]
        pub fn serialize<T: Shown, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => serializer.collect_str(value),
                None => serializer.serialize_none(),
            }
        }

        pub fn deserialize<'de, T: Shown, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
            let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
            T::of(&text).map(Some).ok_or_else(|| D::Error::custom("the text has a wrong format"))
        }
    }
}
