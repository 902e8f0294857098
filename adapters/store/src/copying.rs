//! What a store does while its log, or another one, is copied as a whole.
//!
//! Invariant: while a log is held, no process writes to it; what it is filled with is there as a whole or not at all.

use async_trait::async_trait;
use engine::action::CaseRef;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::people::rows::{Row, Table};
use super::rows::AlertRow;
use super::secret::Sealed;
use super::{Delivery, Fault, Position};

/// A log that nobody can write to, in any process, for as long as this lives. Whoever tries waits.
#[async_trait]
pub trait Held: Send + Sync {
    /// Keeps small texts, each in place of what was under its key, and lets the log go. All of them are kept, or none.
    ///
    /// # Errors
    /// If they can't be written, or the log is not held any more.
    async fn note(self: Box<Self>, texts: Vec<(&'static str, String)>) -> Result<(), Fault>;
}

/// What an empty log is filled with: all that another one holds, but for what follows from that.
pub struct Filling {
    /// The place of the other log: until the copy is finished it says that it is a copy of that.
    pub copy_of: String,
    /// The installation, which moves with the log.
    pub installation: Uuid,
    /// The texts of all rulebooks that it was ever decided under.
    pub rulebooks: Vec<String>,
    /// The small texts that move with the log, by their keys.
    pub texts: Vec<(&'static str, String)>,
    /// The rest, in parts.
    pub parts: Receiver<Part>,
}

/// A part of a log.
pub enum Part {
    /// Events in the order of the log, at positions from 1 on without a gap.
    Events(Vec<Carried>),
    /// Rows that are kept beside the log.
    Beside(&'static Table, Vec<Row>),
    /// That was all of it.
    End,
}

/// An event as it is kept, unread, in its place.
pub struct Kept {
    /// Its place in the log.
    pub position: Position,
    /// The case.
    pub case: CaseRef,
    /// The id of the case's stream.
    pub stream_id: Uuid,
    /// Its version in the stream, from 1.
    pub version: u32,
    /// The version of the payload's format.
    pub format: i64,
    /// The JSON of it, in some spelling; none: what is kept is no text.
    pub payload: Option<String>,
    /// Its disclosures as far as they can be read, in one text, `~` between them.
    pub disclosures: String,
    /// The same as they are kept.
    pub(crate) sealed: Vec<Sealed>,
}

/// An event on its way to another log, in its place there.
pub struct Carried {
    /// Its place in the other log.
    pub position: Position,
    /// The case.
    pub case: CaseRef,
    /// The id of the case's stream.
    pub stream_id: Uuid,
    /// Its version in the stream.
    pub version: u32,
    /// The JSON of it in its canonical spelling, in the present format.
    pub payload: String,
    /// What is personal in it, encrypted.
    pub(crate) sealed: Vec<Sealed>,
    /// Its id.
    pub id: Uuid,
    /// When it was recorded, in seconds since 1970.
    pub recorded_at: i64,
    /// The row of an alert.
    pub(crate) alert: Option<AlertRow>,
    /// The mark of its delivery.
    pub delivery: Option<Delivery>,
}

/// The log to be filled holds something.
pub(crate) fn holds_a_log(place: &str) -> Fault {
    Fault::corrupt(format!("{place} holds a log already; a log is moved to an empty one"))
}

/// Whoever gave the parts has stopped before the end.
pub(crate) fn cut_short() -> Fault {
    Fault::unavailable("the log could not be read to its end, so nothing was copied")
}
