//! The leaves of the log's tree, to and from their bytes.
//!
//! All numbers are big-endian. A leaf has one spelling: what is read is written to the same bytes, and everything else
//! is refused. The layouts stand in `docs/evidence.md` and stay as they are for ever.

use std::fmt;

use crate::hash::Hash;
use crate::strict;
use crate::tree::leaf_hash;

/// Which log a stream belongs to: a UUID in lower case. It stays through a move and a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation(String);

impl Installation {
    /// The installation with this UUID. `None` unless it is written in lower case, with hyphens.
    pub fn new(uuid: &str) -> Option<Self> {
        strict::is_uuid(uuid).then(|| Self(uuid.to_owned()))
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which stream of events a leaf belongs to, without telling its name to those who cannot guess it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub [u8; 32]);

impl StreamId {
    /// The id of the stream with this name: of a case its reference, else `.rulebook`, `.offices` or `.keys`.
    pub fn of(installation: &Installation, name: &str) -> Self {
        let id = Hash::of(&[b"kamnot/stream/1\n", installation.0.as_bytes(), b"\n", name.as_bytes()]);
        Self(id.0)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hash(self.0).fmt(f)
    }
}

/// A leaf of the log's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// An event of a stream.
    Event(EventLeaf),
    /// The heads of all streams, at the end of a checkpoint's tree.
    Heads(HeadsLeaf),
    /// What the log itself says of leaves whose times prove nothing, or that are no longer there.
    Declaration(DeclarationLeaf),
}

/// An event of a stream: 111 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLeaf {
    /// The number of the format in which the payload is written.
    pub format: u16,
    /// The stream.
    pub stream: StreamId,
    /// The event's number in its stream.
    pub version: u32,
    /// The leaf hash of the stream's event before. `None` of its first event, written as 32 zero bytes.
    pub prev: Option<Hash>,
    /// When the log says that the event was recorded, in seconds since 1970-01-01T00:00:00Z.
    pub recorded_at: u64,
    /// SHA-256 of the payload's canonical text.
    pub payload: Hash,
}

/// The heads of all streams: 49 bytes. It counts only as the last leaf of a checkpoint's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadsLeaf {
    /// How many leaves the map takes in, all of those before this one: this leaf's own index.
    pub covers: u64,
    /// How many streams the map holds.
    pub streams: u64,
    /// The root of the map of streams to the leaf hashes of their last events.
    pub map_root: Hash,
}

/// What the log itself says of some leaves: 50 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclarationLeaf {
    /// What is said.
    pub why: Why,
    /// The index of the first leaf that it is said of.
    pub from: u64,
    /// The index after the last leaf that it is said of: as `from` if it is said of none.
    pub to: u64,
    /// A hash that belongs to it; which one depends on `why`.
    pub reference: Hash,
}

/// What a declaration says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// These leaves were carried over from a log of an earlier format: their times are not attested.
    CarriedOver,
    /// The log was restored: these leaves of the checkpoint referred to are lost.
    Restored,
    /// The clock was wrong when these leaves were recorded: their times are not attested.
    Clock,
    /// The log has another key.
    KeyChanged,
    /// The payloads of these leaves are lost.
    PayloadLost,
}

impl Why {
    const ALL: [(u8, Self); 5] =
        [(1, Self::CarriedOver), (2, Self::Restored), (3, Self::Clock), (4, Self::KeyChanged), (5, Self::PayloadLost)];

    fn number(self) -> u8 {
        Self::ALL.iter().find(|(_, why)| *why == self).map_or(0, |(number, _)| *number)
    }

    fn from_number(number: u8) -> Result<Self, LeafError> {
        let found = Self::ALL.iter().find(|(known, _)| *known == number);
        found.map(|(_, why)| *why).ok_or(LeafError::Why(number))
    }
}

/// Why bytes are no leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The first byte names no kind of leaf.
    #[error("a leaf of the unknown kind {0}")]
    Kind(u8),
    /// It is empty, or a leaf of this kind has another length.
    #[error("a leaf of {0} bytes")]
    Length(usize),
    /// A declaration of something unknown.
    #[error("a declaration of the unknown kind {0}")]
    Why(u8),
    /// A declaration that ends before it begins.
    #[error("a declaration from leaf {from} to {to}")]
    Range {
        /// Its first leaf.
        from: u64,
        /// The one after its last leaf.
        to: u64,
    },
}

impl Leaf {
    /// The leaf's bytes, which its hash is made of.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts: &[&[u8]] = match self {
            Self::Event(event) => &[
                &[1],
                &event.format.to_be_bytes(),
                &event.stream.0,
                &event.version.to_be_bytes(),
                &event.prev.unwrap_or(Hash::ZERO).0,
                &event.recorded_at.to_be_bytes(),
                &event.payload.0,
            ],
            Self::Heads(heads) => &[&[2], &heads.covers.to_be_bytes(), &heads.streams.to_be_bytes(), &heads.map_root.0],
            Self::Declaration(said) => {
                &[&[3], &[said.why.number()], &said.from.to_be_bytes(), &said.to.to_be_bytes(), &said.reference.0]
            }
        };
        parts.concat()
    }

    /// The leaf that `to_bytes` wrote.
    ///
    /// # Errors
    /// If no leaf is written so.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LeafError> {
        let (kind, rest) = bytes.split_first().ok_or(LeafError::Length(0))?;
        let mut rest = Rest { rest, length: bytes.len() };
        let leaf = match kind {
            1 => Self::Event(EventLeaf {
                format: u16::from_be_bytes(rest.take()?),
                stream: StreamId(rest.take()?),
                version: u32::from_be_bytes(rest.take()?),
                prev: Some(Hash(rest.take()?)).filter(|prev| *prev != Hash::ZERO),
                recorded_at: u64::from_be_bytes(rest.take()?),
                payload: Hash(rest.take()?),
            }),
            2 => Self::Heads(HeadsLeaf {
                covers: u64::from_be_bytes(rest.take()?),
                streams: u64::from_be_bytes(rest.take()?),
                map_root: Hash(rest.take()?),
            }),
            3 => {
                let [why] = rest.take()?;
                let (from, to) = (u64::from_be_bytes(rest.take()?), u64::from_be_bytes(rest.take()?));
                if from > to {
                    return Err(LeafError::Range { from, to });
                }
                Self::Declaration(DeclarationLeaf {
                    why: Why::from_number(why)?,
                    from,
                    to,
                    reference: Hash(rest.take()?),
                })
            }
            _ => return Err(LeafError::Kind(*kind)),
        };
        if rest.rest.is_empty() { Ok(leaf) } else { Err(LeafError::Length(bytes.len())) }
    }

    /// The leaf's hash in the tree.
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

/// What is not yet read of a leaf.
struct Rest<'a> {
    rest: &'a [u8],
    length: usize,
}

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], LeafError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(LeafError::Length(self.length))?;
        self.rest = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests;
