//! The evidence file, `kamnot-evidence/1`: one case of a log with everything that proves it.
//!
//! The format stands in `docs/evidence.md` and stays as it is for ever. What is read is written to the same bytes; whatever is
//! unknown, doubled, missing or out of order is refused. Nothing in a file is trusted because it stands there: it is
//! proved, computed anew, or compared with what whoever verifies holds.

mod disclosed;
mod json;
mod read;
pub mod verify;
mod write;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::leaf::{DeclarationLeaf, EventLeaf, HeadsLeaf, Installation, Leaf, StreamId};
use crate::map::PrefixProof;
use crate::note::Note;

pub use read::Unread;

/// The streams of the log itself that stand in every file, in their order; the case follows.
pub const OWN_STREAMS: [&str; 3] = [".rulebook", ".offices", ".keys"];

/// The longest file, in bytes.
pub const LONGEST: usize = 64 << 20;
/// The longest line.
pub const LONGEST_LINE: usize = 8 << 20;
/// The longest line of an event.
pub const LONGEST_EVENT: usize = 1 << 20;
/// The most keys.
pub const MOST_KEYS: usize = 64;
/// The most checkpoints.
pub const MOST_CHECKPOINTS: usize = 512;
/// The most declarations.
pub const MOST_DECLARATIONS: usize = 1024;
/// The most rulebooks.
pub const MOST_RULEBOOKS: usize = 64;
/// The most events of a stream.
pub const MOST_EVENTS: usize = 100_000;
/// The most disclosures of an event.
pub const MOST_DISCLOSURES: usize = 64;
/// The most hashes of a proof.
pub(crate) const MOST_HASHES: usize = 128;

/// What an evidence file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which log the streams are of.
    pub installation: Installation,
    /// The reference of the case.
    pub case: String,
    /// The log's keys, in the order of their texts. That they stand here gives them no trust.
    pub keys: Vec<VerifierKey>,
    /// The checkpoints, by size.
    pub checkpoints: Vec<Signed>,
    /// The last leaf of the newest checkpoint.
    pub heads: Heads,
    /// What the log says of some of its leaves, by index.
    pub declarations: Vec<Declared>,
    /// The log's own streams, and the case's.
    pub streams: [Stream; 4],
    /// The texts of rulebooks, by the hashes of the texts.
    pub rulebooks: Vec<String>,
    /// What the law says of the case.
    pub assessment: Assessment,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// As it was signed and cosigned.
    pub note: Note,
    /// What the note says.
    pub checkpoint: Checkpoint,
    /// Proves that it continues the checkpoint before; empty in the first.
    pub consistency: Vec<Hash>,
}

/// The heads of all streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The leaf.
    pub leaf: HeadsLeaf,
    /// Proves that it is the last one of the newest checkpoint.
    pub inclusion: Vec<Hash>,
}

/// What the log says of some of its leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The index of the leaf that says it.
    pub index: u64,
    /// The leaf.
    pub leaf: DeclarationLeaf,
    /// Proves that it is in the newest checkpoint.
    pub inclusion: Vec<Hash>,
}

/// A stream, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Proves at the newest checkpoint which event is its last, or that it has none.
    pub map: PrefixProof,
    /// The events, from the first.
    pub events: Vec<Event>,
    /// Of a case: where its first event and, under each checkpoint, the last of its events stand in the tree, by version. What
    /// comes behind the last place is not proved yet.
    pub places: Vec<Place>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The number of the payload's format.
    pub format: u16,
    /// When it was recorded, as the payload says: seconds since 1970-01-01T00:00:00Z. It is written there alone.
    pub recorded_at: u64,
    /// Its canonical text.
    pub payload: String,
    /// What is disclosed of what it commits to, in the order of the digests.
    pub disclosures: Vec<String>,
}

/// Where an event stands in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The event's number in its stream.
    pub version: u32,
    /// The index of its leaf.
    pub index: u64,
    /// The size of the first checkpoint of the file that has it.
    pub size: u64,
    /// Proves it at that size.
    pub inclusion: Vec<Hash>,
}

/// What the law says of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The instant that it is assessed for, in seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    /// The number of the engine that assessed it.
    pub engine: u32,
    /// Canonical JSON.
    pub result: String,
    /// The digest of the rulebook: `sha256:` and 64 digits.
    pub rulebook: String,
}

impl Evidence {
    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::file(self)
    }

    /// Reads a file. That it can be read proves nothing of what it says.
    ///
    /// # Errors
    /// If it is damaged, or this is not what [`Evidence::to_bytes`] writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unread> {
        read::file(bytes)
    }

    /// The case's stream.
    pub const fn of_case(&self) -> &Stream {
        &self.streams[3]
    }
}

impl Stream {
    /// The version of the last event that the newest checkpoint has; 0 of none. Of the log's own streams that is the last.
    pub fn proved(&self) -> u32 {
        if self.name.starts_with('.') {
            return u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        }
        self.places.last().map_or(0, |place| place.version)
    }

    /// The leaf hashes of the events.
    pub fn leaf_hashes(&self, installation: &Installation) -> Vec<Hash> {
        let stream = StreamId::of(installation, &self.name);
        let (mut prev, mut hashes) = (None, Vec::with_capacity(self.events.len()));
        for (version, event) in (1..).zip(&self.events) {
            let Event { format, recorded_at, .. } = *event;
            let payload = Hash::of(&[event.payload.as_bytes()]);
            let hash = Leaf::Event(EventLeaf { format, stream, version, prev, recorded_at, payload }).hash();
            hashes.push(hash);
            prev = Some(hash);
        }
        hashes
    }
}

impl Event {
    /// An event with this payload; `None` if that is not canonical JSON with an instant `recorded_at`.
    pub fn new(format: u16, payload: String, disclosures: Vec<String>) -> Option<Self> {
        let value = json::Value::read(&payload)?;
        let recorded_at = instant(value.text("recorded_at")?)?;
        Some(Self { format, recorded_at, payload, disclosures })
    }

    /// The text under this key of the payload.
    pub fn says(&self, key: &str) -> Option<String> {
        json::Value::read(&self.payload)?.text(key).map(str::to_owned)
    }

    /// The id of what was recorded, if it has one.
    pub fn id(&self) -> Option<String> {
        json::Value::read(&self.payload)?.get("data")?.text("id").map(str::to_owned)
    }

    /// How many of its commitments are not opened by a disclosure.
    pub fn withheld(&self) -> usize {
        let value = json::Value::read(&self.payload);
        value.map_or(0, |value| disclosed::digests(&value).len().saturating_sub(self.disclosures.len()))
    }
}

/// The digest of a rulebook with this text, as events name it.
pub fn digest_of(text: &str) -> String {
    format!("sha256:{}", Hash::of(&[text.as_bytes()]))
}

/// The seconds since 1970-01-01T00:00:00Z of an instant, which is written as `2026-03-01T08:00:00+07:00`.
fn instant(text: &str) -> Option<u64> {
    const OFFSET: i64 = 7 * 3600;
    let (date, time) = text.strip_suffix("+07:00")?.split_once('T')?;
    let days = date.parse::<crate::register::Day>().ok()?.days();
    let bytes = time.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    let two = |at: usize, most: i64| {
        let digits = time.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<i64>().ok().filter(|number| *number <= most)
    };
    let seconds = two(0, 23)? * 3600 + two(3, 59)? * 60 + two(6, 59)?;
    u64::try_from(days * 86_400 + seconds - OFFSET).ok()
}

#[cfg(test)]
mod tests;
