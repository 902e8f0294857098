//! C2SP tlog-checkpoint: what a log says of its tree, in exactly three lines.

use crate::hash::Hash;
use crate::key::{KeyError, KeyType, SignerKey, VerifierKey};
use crate::note::{Note, NoteError, SignError, Signature};
use crate::strict;

/// The size and the root of a log's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
}

/// Why a note is no checkpoint of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no note, or not signed by the log.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is no checkpoint of three lines.
    #[error("not a checkpoint: three lines with origin, size and root")]
    Form,
    /// It is of another log than the key.
    #[error("the checkpoint is of {found}, expected {expected}")]
    Origin {
        /// Its origin.
        found: String,
        /// The name of the key.
        expected: String,
    },
}

impl Checkpoint {
    /// Its text.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    /// The checkpoint that `to_text` wrote. Who wrote it is not yet verified.
    ///
    /// # Errors
    /// If no checkpoint is written so. Further lines are refused, since no witness attests them.
    pub fn from_text(text: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(CheckpointError::Form)?.split('\n').collect();
        let [origin, size, root] = lines[..] else { return Err(CheckpointError::Form) };
        if origin.is_empty() {
            return Err(CheckpointError::Form);
        }
        let size = strict::decimal(size).ok_or(CheckpointError::Form)?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Form)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// The checkpoint signed by its log.
    ///
    /// # Errors
    /// If the key is not this log's.
    pub fn sign(&self, key: &SignerKey) -> Result<Note, SignError> {
        let found = key.verifier().name();
        if found != self.origin {
            return Err(KeyError::Other { found: found.to_owned(), expected: self.origin.clone() }.into());
        }
        Note::signed(&self.to_text(), key)
    }

    /// The signature of a witness who saw this checkpoint at this time, in seconds since 1970-01-01T00:00:00Z, and
    /// verified that it continues what it saw before.
    ///
    /// # Errors
    /// If the key is no witness's.
    pub fn cosign(&self, key: &SignerKey, time: u64) -> Result<Signature, KeyError> {
        Ok(Signature::new(key, key.cosign(time, &self.to_text())?))
    }

    /// The checkpoint in a note that the log with this key has signed.
    ///
    /// # Errors
    /// If it is not signed by the log, or no checkpoint of it.
    pub fn open(note: &Note, log: &VerifierKey) -> Result<Self, CheckpointError> {
        if log.key_type() != KeyType::Note {
            return Err(NoteError::Unsigned.into());
        }
        note.verify([log])?;
        let checkpoint = Self::from_text(note.text())?;
        if checkpoint.origin != log.name() {
            return Err(CheckpointError::Origin { found: checkpoint.origin, expected: log.name().to_owned() });
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests;
