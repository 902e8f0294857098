//! The receipt that an office gets for what it sent: that these events were recorded, signed before any checkpoint
//! covers them.

use crate::hash::Hash;
use crate::key::{KeyError, KeyType, SignerKey, VerifierKey};
use crate::note::{Note, NoteError, SignError};
use crate::strict;

/// The events that a log says it recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which log.
    pub origin: String,
    /// The events, in the order of the answer.
    pub events: Vec<Received>,
}

/// An event that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The hash of the event's leaf.
    pub leaf: Hash,
    /// The id of what was sent: a UUID in lower case.
    pub id: String,
    /// The event's number in its stream.
    pub version: u32,
    /// When it was recorded, in seconds since 1970-01-01T00:00:00Z.
    pub recorded_at: u64,
}

/// Why a note is no receipt of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is no note, or not signed with the log's key of receipts.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is no receipt.
    #[error("line {0} is not that of a receipt")]
    Line(usize),
    /// It is of another log than the key.
    #[error("the receipt is of {found}, and the key is {key}")]
    Origin {
        /// Its origin.
        found: String,
        /// The name of the key.
        key: String,
    },
}

const TITLE: &str = "kamnot-receipt/1";

/// The name of the key that signs the receipts of a log.
pub fn key_name(origin: &str) -> String {
    format!("{origin}/receipt")
}

impl Receipt {
    /// Its text: what it is, the log, a line an event.
    pub fn to_text(&self) -> String {
        let line = |event: &Received| {
            format!("{} {} {} {}\n", event.leaf.to_base64(), event.id, event.version, event.recorded_at)
        };
        let events: String = self.events.iter().map(line).collect();
        format!("{TITLE}\n{}\n{events}", self.origin)
    }

    /// The receipt that `to_text` wrote. Who wrote it is not yet verified.
    ///
    /// # Errors
    /// If no receipt is written so, or it has no event.
    pub fn from_text(text: &str) -> Result<Self, ReceiptError> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or_default().split('\n').collect();
        if lines.first() != Some(&TITLE) {
            return Err(ReceiptError::Line(1));
        }
        let origin = lines.get(1).filter(|origin| !origin.is_empty()).ok_or(ReceiptError::Line(2))?;
        if lines.len() < 3 {
            return Err(ReceiptError::Line(3));
        }
        let numbered = lines.iter().enumerate().skip(2);
        let events = numbered.map(|(before, line)| received(line).ok_or(ReceiptError::Line(before + 1)));
        Ok(Self { origin: (*origin).to_owned(), events: events.collect::<Result<_, _>>()? })
    }

    /// The receipt signed with the log's key of receipts.
    ///
    /// # Errors
    /// If the key is another one.
    pub fn sign(&self, key: &SignerKey) -> Result<Note, SignError> {
        let (found, expected) = (key.verifier().name(), key_name(&self.origin));
        if found != expected {
            return Err(KeyError::Other { found: found.to_owned(), expected }.into());
        }
        Note::signed(&self.to_text(), key)
    }

    /// The receipt in a note that was signed with this key.
    ///
    /// # Errors
    /// If it was not, or is no receipt of the log that has this key.
    pub fn open(note: &Note, key: &VerifierKey) -> Result<Self, ReceiptError> {
        if key.key_type() != KeyType::Note {
            return Err(NoteError::Unsigned.into());
        }
        note.verify([key])?;
        let receipt = Self::from_text(note.text())?;
        if key_name(&receipt.origin) != key.name() {
            return Err(ReceiptError::Origin { found: receipt.origin, key: key.name().to_owned() });
        }
        Ok(receipt)
    }
}

fn received(line: &str) -> Option<Received> {
    let words: Vec<&str> = line.split(' ').collect();
    let [leaf, id, version, recorded_at] = words[..] else { return None };
    let leaf = Hash::from_base64(leaf).ok()?;
    let version = u32::try_from(strict::decimal(version)?).ok()?;
    let recorded_at = strict::decimal(recorded_at)?;
    strict::is_uuid(id).then(|| Received { leaf, id: id.to_owned(), version, recorded_at })
}

#[cfg(test)]
mod tests;
