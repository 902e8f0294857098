//! The log's own streams: which rulebooks, offices files and keys were in force, from when.
//!
//! Invariant: the events are numbered over all of these streams, and each stream's versions follow one another.

use engine::calendar::Instant;
use engine::json::Json;
use evidence::hash::Hash;
use uuid::Uuid;

use super::{Entry, TreeTables};
use crate::Fault;
use crate::cell::{Strange, Value};
use crate::people::kept::{Columns, Kept};
use crate::people::rows::{OWN_EVENTS, Row, Table, id_of_number};
use crate::people::tables::{Change, Write};

/// The version of the format of these events.
const FORMAT: i64 = 1;
/// How often it is tried again where another process has appended meanwhile.
const ATTEMPTS: usize = 10;

/// One of the log's own streams. No case has a dot in its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnStream {
    /// The rulebooks.
    Rulebook,
    /// The offices files.
    Offices,
    /// The keys with which checkpoints and receipts are signed.
    Keys,
}

impl OwnStream {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rulebook => ".rulebook",
            Self::Offices => ".offices",
            Self::Keys => ".keys",
        }
    }
}

/// An event of one of the log's own streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEvent {
    /// The stream.
    pub stream: OwnStream,
    /// What happened: `adopted`, `made`.
    pub event: String,
    /// The digest of what it is about.
    pub digest: String,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it: an office, or `operator`.
    pub recorded_by: String,
    /// The person, where one is known.
    pub person: Option<Uuid>,
}

impl OwnEvent {
    /// Its payload, as canonical JSON (RFC 8785).
    pub fn payload(&self) -> String {
        let text = |key: &'static str, text: &str| (key.into(), Json::text(text.to_owned()));
        let mut fields = vec![text("digest", &self.digest), text("event", &self.event)];
        fields.extend(self.person.map(|person| text("person", &person.hyphenated().to_string())));
        fields.push(text("recorded_at", &self.recorded_at.to_string()));
        fields.push(text("recorded_by", &self.recorded_by));
        let mut out = String::new();
        Json::Object(fields).write(&mut out);
        out
    }

    fn read(stream: OwnStream, payload: &str) -> Option<Self> {
        let Ok(Json::Object(fields)) = Json::read(payload) else { return None };
        let text = |key: &str| {
            fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| match value {
                Json::Text(text) => Some(text.to_string()),
                _ => None,
            })
        };
        Some(Self {
            stream,
            event: text("event")?,
            digest: text("digest")?,
            recorded_at: Instant::parse(&text("recorded_at")?)?,
            recorded_by: text("recorded_by")?,
            person: text("person").and_then(|person| Uuid::parse_str(&person).ok()),
        })
    }
}

/// Such an event as a row.
pub(super) struct KeptOwn {
    pub number: i64,
    pub stream: String,
    pub version: i64,
    pub format: i64,
    pub recorded_at: Instant,
    pub payload: String,
}

impl KeptOwn {
    /// As the tree takes it.
    pub fn entry(self) -> Entry {
        Entry {
            place: -self.number,
            case: Some(self.stream),
            version: u32::try_from(self.version).unwrap_or(0),
            format: u16::try_from(self.format).unwrap_or(0),
            recorded_at: u64::try_from(self.recorded_at.unix()).ok(),
            payload: Hash::of(&[self.payload.as_bytes()]),
        }
    }
}

impl Kept for KeptOwn {
    const TABLE: &'static Table = &OWN_EVENTS;

    fn row(&self) -> Row {
        vec![
            id_of_number(self.number.unsigned_abs()).into(),
            Value::Number(self.number),
            Value::Text(self.stream.clone().into()),
            Value::Number(self.version),
            Value::Number(self.format),
            self.recorded_at.into(),
            Value::Text(self.payload.clone().into()),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let text = |value: &Value| value.as_text().map(str::to_owned);
        row.get(Value::as_id)?;
        Ok(Self {
            number: row.get(Value::as_number)?,
            stream: row.get(text)?,
            version: row.get(Value::as_number)?,
            format: row.get(Value::as_number)?,
            recorded_at: row.get(Value::as_instant)?,
            payload: row.get(text)?,
        })
    }
}

/// The events of these streams behind a number, at most so many.
pub(super) async fn behind(log: &impl TreeTables, number: i64, most: usize) -> Result<Vec<KeptOwn>, Fault> {
    let sql = "SELECT * FROM own_events WHERE number > $1 ORDER BY number LIMIT $2";
    let values = vec![Value::Number(number), Value::Number(i64::try_from(most).unwrap_or(i64::MAX))];
    log.rows(sql, values).await?.into_iter().map(KeptOwn::read).collect()
}

/// The events of one stream.
pub(super) async fn of_stream(log: &impl TreeTables, stream: OwnStream) -> Result<Vec<OwnEvent>, Fault> {
    let kept = behind(log, 0, usize::MAX).await?.into_iter().filter(|kept| kept.stream == stream.name());
    let read = |kept: KeptOwn| {
        let altered = || Fault::corrupt(format!("event {} of the stream {} can't be read", kept.version, kept.stream));
        OwnEvent::read(stream, &kept.payload).ok_or_else(altered)
    };
    kept.map(read).collect()
}

/// Appends to a stream.
pub(super) async fn append(log: &impl TreeTables, event: &OwnEvent) -> Result<(), Fault> {
    for _ in 0..ATTEMPTS {
        let all = behind(log, 0, usize::MAX).await?;
        let number = all.last().map_or(0, |last| last.number) + 1;
        let stream = event.stream.name().to_owned();
        let version = all.iter().filter(|kept| kept.stream == stream).map(|kept| kept.version).max().unwrap_or(0) + 1;
        let (payload, recorded_at) = (event.payload(), event.recorded_at);
        let kept = KeptOwn { number, stream, version, format: FORMAT, recorded_at, payload };
        // A row whose number or version is taken adds nothing.
        if log.write(Write::Changes(vec![Change::Insert(&OWN_EVENTS, kept.row())])).await? == 1 {
            return Ok(());
        }
    }
    Err(Fault::unavailable(format!("other processes append to the stream {}; try again", event.stream.name())))
}
