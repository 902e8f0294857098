//! The heads of streams: what the next event of each is chained to, and the map of them at the last checkpoint.
//!
//! Invariant: a head that moved since the last checkpoint is in memory. Of the others those stay there that were used last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use evidence::hash::Hash;
use evidence::leaf::StreamId;
use evidence::map::{Changed, Map, MapError, Prefix};
use uuid::Uuid;

use super::TreeTables;
use crate::Fault;
use crate::cell::Value;
use crate::people::rows::{Row, TREE_MAP};

/// How many heads are remembered that did not move since the last checkpoint; some 100 bytes each.
const MOST_RECENT: usize = 200_000;
/// How many pages of the map are kept behind a checkpoint.
const MOST_PAGES: usize = 4_096;
/// How many bytes of a prefix find room in the id of a page. Keys are hashes: no two share so many.
const LONGEST_PREFIX: usize = 15;

/// The last event of a stream.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// None where only the map knows the stream.
    pub version: Option<u32>,
    pub hash: Hash,
}

/// The heads, as far as they are known.
#[derive(Default)]
pub(super) struct Heads {
    moved: BTreeMap<StreamId, Head>,
    recent: HashMap<StreamId, Head>,
    /// As far as it was read; none before its first page was.
    map: Option<Map>,
    /// How many pages were read.
    pages: usize,
}

impl Heads {
    /// Reads what is not known of these streams.
    pub async fn know(&mut self, log: &impl TreeTables, streams: impl Iterator<Item = StreamId>) -> Result<(), Fault> {
        let unknown = streams.filter(|stream| !self.moved.contains_key(stream) && !self.recent.contains_key(stream));
        let unknown: BTreeSet<StreamId> = unknown.collect();
        if unknown.is_empty() { Ok(()) } else { self.read_pages(log, &unknown).await }
    }

    /// The head of a stream; what is needed of the map was read.
    pub fn of(&self, stream: &StreamId) -> Result<Option<Head>, Fault> {
        if let Some(head) = self.moved.get(stream).or_else(|| self.recent.get(stream)) {
            return Ok(Some(*head));
        }
        let head = self.map.as_ref().map_or(Ok(None), |map| map.head(stream)).map_err(of_map)?;
        Ok(head.map(|hash| Head { version: None, hash }))
    }

    /// Moves the head of a stream.
    pub fn set(&mut self, stream: StreamId, version: u32, hash: Hash) {
        self.moved.insert(stream, Head { version: Some(version), hash });
    }

    /// Brings the map to what has moved: how many streams are new, its root, and the rows that have changed.
    pub async fn settle(&mut self, log: &impl TreeTables) -> Result<(u64, Hash, Vec<Row>), Fault> {
        let moved = std::mem::take(&mut self.moved);
        self.read_pages(log, &moved.keys().copied().collect()).await?;
        let map = self.map.get_or_insert_default();
        let heads = moved.iter().map(|(stream, head)| (*stream, head.hash)).collect();
        let Changed { pages, added } = map.set(&heads).map_err(of_map)?;
        let root = map.root();
        let page = |prefix: &Prefix| map.page(prefix).ok_or(MapError::Missing).map_err(of_map);
        let rows = pages.iter().map(|prefix| row(prefix, page(prefix)?)).collect::<Result<_, _>>()?;
        if self.pages > MOST_PAGES {
            (self.map, self.pages) = (None, 0);
        }
        if self.recent.len() + moved.len() > MOST_RECENT {
            self.recent.clear();
        }
        self.recent.extend(moved);
        Ok((added, root, rows))
    }

    /// Reads the pages on the ways to these streams.
    async fn read_pages(&mut self, log: &impl TreeTables, streams: &BTreeSet<StreamId>) -> Result<(), Fault> {
        if self.map.is_none() {
            self.map = Some(root(log).await?);
        }
        let Some(map) = &mut self.map else { return Ok(()) };
        self.pages += read_ways(log, map, streams).await?;
        Ok(())
    }
}

/// The map at the last checkpoint, as far as these streams need it.
pub(super) async fn map_of(log: &impl TreeTables, streams: &BTreeSet<StreamId>) -> Result<Map, Fault> {
    let mut map = root(log).await?;
    read_ways(log, &mut map, streams).await?;
    Ok(map)
}

/// The map, of which nothing but the first page was read.
async fn root(log: &impl TreeTables) -> Result<Map, Fault> {
    let root = read(log, [Prefix::ROOT].into()).await?.pop();
    root.map_or(Ok(Map::default()), |(_, page)| Map::open(&page)).map_err(of_map)
}

/// Reads the pages on the ways to these streams; how many.
async fn read_ways(log: &impl TreeTables, map: &mut Map, streams: &BTreeSet<StreamId>) -> Result<usize, Fault> {
    let mut pages = 0;
    loop {
        let missing = map.missing(streams);
        if missing.is_empty() {
            return Ok(pages);
        }
        let read = read(log, missing.clone()).await?;
        if read.len() != missing.len() {
            return Err(of_map(MapError::Missing));
        }
        pages += read.len();
        for (prefix, page) in read {
            map.load(&prefix, &page).map_err(of_map)?;
        }
    }
}

/// The pages with these prefixes, as far as they are there.
async fn read(log: &impl TreeTables, prefixes: BTreeSet<Prefix>) -> Result<Vec<(Prefix, Vec<u8>)>, Fault> {
    let ids: BTreeMap<Uuid, Prefix> =
        prefixes.into_iter().map(|prefix| Ok((id_of(&prefix)?, prefix))).collect::<Result<_, Fault>>()?;
    let rows = log.rows_of(&TREE_MAP, ids.keys().copied().collect()).await?;
    let page = |row: Row| match <[Value; 2]>::try_from(row) {
        Ok([Value::Id(id), Value::Bytes(page)]) => Ok((ids.get(&id).cloned(), page.into_owned())),
        _ => Err(of_map(MapError::Form)),
    };
    rows.into_iter()
        .map(page)
        .map(|read| read.map(|(prefix, page)| Some((prefix?, page))))
        .filter_map(Result::transpose)
        .collect()
}

/// A page as it is written.
fn row(prefix: &Prefix, page: Vec<u8>) -> Result<Row, Fault> {
    Ok(vec![id_of(prefix)?.into(), Value::Bytes(page.into())])
}

/// The id of a page: its prefix, and how long that is.
pub(super) fn id_of(prefix: &Prefix) -> Result<Uuid, Fault> {
    let (bytes, mut id) = (prefix.bytes(), [0; 16]);
    if bytes.len() > LONGEST_PREFIX {
        return Err(of_map(MapError::Depth));
    }
    id[..bytes.len()].copy_from_slice(bytes);
    // No row has the nil id.
    id[LONGEST_PREFIX] = u8::try_from(bytes.len() + 1).unwrap_or(u8::MAX);
    Ok(Uuid::from_bytes(id))
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn of_map(error: MapError) -> Fault {
    Fault::corrupt(format!(
        "the map of the tree was altered since it was written ({error}); `kamnot check` names what differs"
    ))
}
