//! What a log sends to a witness: the body of C2SP tlog-witness's `add-checkpoint`, and that of `add-verified`, from
//! which a verifying witness computes the log's tree and map anew.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::leaf::{Leaf, LeafError};
use crate::note::{Note, NoteError};
use crate::strict;

/// The longest body of `add-verified`, in bytes.
pub const LONGEST: usize = 16 * 1024 * 1024;

/// The most hashes that a proof of consistency may have.
const MOST_HASHES: usize = 63;

/// A new checkpoint, with the proof that it continues the one that the witness cosigned last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the checkpoint that the witness cosigned last, or 0.
    pub old: u64,
    /// The proof of consistency between both sizes.
    pub proof: Vec<Hash>,
    /// The new checkpoint.
    pub checkpoint: Note,
}

/// A new checkpoint with all that a verifying witness needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddVerified {
    /// The checkpoint and its proof of consistency.
    pub add: AddCheckpoint,
    /// The leaves from the old size to the new one.
    pub leaves: Vec<Leaf>,
    /// The proof of the old map for the streams that these leaves touch.
    pub map: Vec<u8>,
}

/// Why a body is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than any that is read.
    #[error("a body of {0} bytes, expected {LONGEST} at most")]
    Length(usize),
    /// A line before the checkpoint is not as it should be.
    #[error("line {0} is not that of add-checkpoint")]
    Line(usize),
    /// The checkpoint is no note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The lengths in it do not lead to its end.
    #[error("the body ends within a part of it")]
    Truncated,
    /// A leaf is none.
    #[error(transparent)]
    Leaf(#[from] LeafError),
}

impl AddCheckpoint {
    /// The body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let proof: String = self.proof.iter().map(|hash| hash.to_base64() + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.checkpoint).into_bytes()
    }

    /// The body that `to_bytes` wrote. Nothing of it is verified.
    ///
    /// # Errors
    /// If no body is written so.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BodyError> {
        let (head, note) = split_at_empty_line(bytes).ok_or(BodyError::Line(1))?;
        let head = std::str::from_utf8(head).map_err(|_| BodyError::Line(1))?;
        let mut lines = head.split('\n').enumerate();
        let old = lines.next().and_then(|(_, line)| strict::decimal(line.strip_prefix("old ")?));
        let hash = |(before, line): (usize, &str)| Hash::from_base64(line).map_err(|_| BodyError::Line(before + 1));
        let proof: Vec<Hash> = lines.take(MOST_HASHES + 1).map(hash).collect::<Result<_, _>>()?;
        if proof.len() > MOST_HASHES {
            return Err(BodyError::Line(MOST_HASHES + 2));
        }
        Ok(Self { old: old.ok_or(BodyError::Line(1))?, proof, checkpoint: Note::parse(note)? })
    }
}

/// What stands before the first empty line, without its newline, and after it.
fn split_at_empty_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(2).position(|two| two == b"\n\n")?;
    Some((&bytes[..at], &bytes[at + 2..]))
}

impl AddVerified {
    /// The body: the length of the body of `add-checkpoint` as a number of four bytes, that body, each leaf behind its
    /// length as a number of two bytes, and the proof.
    pub fn to_bytes(&self) -> Vec<u8> {
        let add = self.add.to_bytes();
        let mut bytes = Vec::new();
        // A note and its proof are far shorter than four bytes can say.
        bytes.extend(u32::try_from(add.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(add);
        for leaf in &self.leaves {
            let leaf = leaf.to_bytes();
            bytes.extend(u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(leaf);
        }
        bytes.extend(&self.map);
        bytes
    }

    /// The body that `to_bytes` wrote. Nothing of it is verified.
    ///
    /// # Errors
    /// If no body is written so, or it is longer than [`LONGEST`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BodyError> {
        if bytes.len() > LONGEST {
            return Err(BodyError::Length(bytes.len()));
        }
        let (length, rest) = bytes.split_first_chunk().ok_or(BodyError::Truncated)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| BodyError::Truncated)?;
        let (add, mut rest) = rest.split_at_checked(length).ok_or(BodyError::Truncated)?;
        let add = AddCheckpoint::from_bytes(add)?;
        let size = Checkpoint::from_text(add.checkpoint.text())?.size;
        let mut leaves = Vec::new();
        for _ in add.old..size {
            let (length, after) = rest.split_first_chunk().ok_or(BodyError::Truncated)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (leaf, after) = after.split_at_checked(length).ok_or(BodyError::Truncated)?;
            leaves.push(Leaf::from_bytes(leaf)?);
            rest = after;
        }
        Ok(Self { add, leaves, map: rest.to_vec() })
    }
}

#[cfg(test)]
mod tests;
