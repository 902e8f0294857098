//! The map of streams to the leaf hashes of their last events: a prefix tree whose root proves each stream's head, and
//! that a stream is not there.
//!
//! A key's bits lead from the root, the most significant first, 0 to the left. A leaf stands at the shallowest place
//! that no other key shares, below the root; a missing child counts as 32 zero bytes, and so does the empty map.
//!
//! A log keeps the map in pages of eight levels. A [`Map`] holds those that were read: whoever sets or proves heads
//! asks which pages are [`missing`](Map::missing), reads them at once, and asks again until none is.

mod bytes;
mod proof;
mod trie;

use std::collections::{BTreeMap, BTreeSet};

pub use proof::{Found, PrefixProof};

use crate::hash::Hash;
use crate::leaf::StreamId;
use trie::Node;

/// Which page: the first bytes of all the keys in it. The page of the root has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix(Vec<u8>);

impl Prefix {
    /// The page that holds the root.
    pub const ROOT: Self = Self(Vec::new());

    /// The page with these bytes. `None` if there are 32 or more: no two keys share them.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() < 32).then(|| Self(bytes.to_vec()))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What went wrong with a map, its pages or its proofs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A part of the map is needed that was not read, or that a proof leaves out.
    #[error("a part of the map is missing")]
    Missing,
    /// The bytes of a page or proof are not of their form.
    #[error("not a page or proof of the map")]
    Form,
    /// A page has another hash than the page above it says.
    #[error("page {} of the map has another hash than the page above it says", Hex(.0.bytes()))]
    Page(Prefix),
    /// A proof leads to another root.
    #[error("the proof leads to another root of the map")]
    Root,
    /// A proof shows another head than expected, or none, or one where none was expected.
    #[error("the proof shows another head of the stream than expected")]
    Head,
    /// Two keys share 255 bits. SHA-256 makes no such keys.
    #[error("two keys of the map share 255 bits")]
    Depth,
}

/// Bytes as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The map, as far as its pages were read.
#[derive(Clone, Debug, Default)]
pub struct Map {
    root: Node,
}

/// What setting heads changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The pages that are new or changed: [`Map::page`] has their bytes.
    pub pages: Vec<Prefix>,
    /// How many streams were not in the map before.
    pub added: u64,
}

/// The map of these heads, of which the last one of a stream counts.
impl FromIterator<(StreamId, Hash)> for Map {
    fn from_iter<I: IntoIterator<Item = (StreamId, Hash)>>(heads: I) -> Self {
        let heads: BTreeMap<StreamId, Hash> = heads.into_iter().collect();
        let heads: Vec<(StreamId, Hash)> = heads.into_iter().collect();
        Self { root: Node::default().set(0, &heads, &mut Changed::default()) }
    }
}

impl Map {
    /// The map whose page [`Prefix::ROOT`] is this one. The empty map is `Map::default()`; it has a page once something
    /// was set.
    ///
    /// # Errors
    /// If this is no such page.
    pub fn open(page: &[u8]) -> Result<Self, MapError> {
        Ok(Self { root: bytes::page_from_bytes(page, &Prefix::ROOT)? })
    }

    /// Takes in a page that was missing.
    ///
    /// # Errors
    /// If it is no page, or not the one that the page above it says.
    pub fn load(&mut self, prefix: &Prefix, page: &[u8]) -> Result<(), MapError> {
        let read = bytes::page_from_bytes(page, prefix)?;
        match self.root.at_mut(prefix).ok_or(MapError::Missing)? {
            place @ Node::Hidden(_) if place.hash() == read.hash() => {
                *place = read;
                Ok(())
            }
            _ => Err(MapError::Page(prefix.clone())),
        }
    }

    /// The pages that have to be read next to set or prove these streams. Below them others may be missing.
    pub fn missing<'a>(&self, streams: impl IntoIterator<Item = &'a StreamId>) -> BTreeSet<Prefix> {
        let missing = streams.into_iter().filter_map(|stream| self.root.hidden_on_the_way_to(stream));
        // In a map that was read from pages, what is hidden begins a page.
        missing.map(|(stream, depth)| Prefix(stream.0[..depth / 8].to_vec())).collect()
    }

    /// The root of the map.
    pub fn root(&self) -> Hash {
        self.root.hash()
    }

    /// The head of a stream. `None` if the map has no such stream.
    ///
    /// # Errors
    /// If a page is missing.
    pub fn head(&self, stream: &StreamId) -> Result<Option<Hash>, MapError> {
        self.root.head(stream)
    }

    /// Sets the heads of these streams. Nothing changes if it fails.
    ///
    /// # Errors
    /// If a page is missing.
    pub fn set(&mut self, heads: &BTreeMap<StreamId, Hash>) -> Result<Changed, MapError> {
        if heads.keys().any(|stream| self.root.hidden_on_the_way_to(stream).is_some()) {
            return Err(MapError::Missing);
        }
        let heads: Vec<(StreamId, Hash)> = heads.iter().map(|(stream, head)| (*stream, *head)).collect();
        let mut changed = Changed::default();
        self.root = std::mem::take(&mut self.root).set(0, &heads, &mut changed);
        Ok(changed)
    }

    /// The bytes of a page. `None` if no page begins there, or it was not read.
    pub fn page(&self, prefix: &Prefix) -> Option<Vec<u8>> {
        self.root.at(prefix).and_then(bytes::page_to_bytes)
    }

    /// The proof of a stream's head, or that there is no such stream.
    ///
    /// # Errors
    /// If a page is missing.
    pub fn prove(&self, stream: &StreamId) -> Result<PrefixProof, MapError> {
        proof::prove(&self.root, stream)
    }

    /// The proof of all these streams at once, from which [`verify_update`] computes the root that setting them gives.
    ///
    /// # Errors
    /// If a page is missing.
    pub fn prove_all(&self, streams: &BTreeSet<StreamId>) -> Result<Vec<u8>, MapError> {
        bytes::pruned_to_bytes(&self.root, streams)
    }
}

/// A stream that an update touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Its head before. `None` if it is new.
    pub old: Option<Hash>,
    /// Its head after.
    pub new: Hash,
}

/// The root of the map after an update of exactly these streams, and how many of them are new, computed from nothing
/// but the root before and [`Map::prove_all`]'s proof.
///
/// # Errors
/// If the proof is not one of these streams, or shows other old heads, or leads to another old root.
pub fn verify_update(
    old_root: Hash,
    touched: &BTreeMap<StreamId, Touched>,
    proof: &[u8],
) -> Result<(Hash, u64), MapError> {
    let mut map = Map { root: bytes::pruned_from_bytes(proof)? };
    if map.root() != old_root {
        return Err(MapError::Root);
    }
    for (stream, heads) in touched {
        if map.head(stream)? != heads.old {
            return Err(MapError::Head);
        }
    }
    // What a proof says beyond need is refused, so that there is one proof for each update.
    if map.prove_all(&touched.keys().copied().collect())? != proof {
        return Err(MapError::Form);
    }
    let changed = map.set(&touched.iter().map(|(stream, heads)| (*stream, heads.new)).collect())?;
    Ok((map.root(), changed.added))
}

#[cfg(test)]
mod tests;
