//! The log's tree: every event of a case, and of the log's own streams, is a leaf in an order that never changes.
//!
//! Invariant: a leaf keeps its index and its bytes for ever; each stream's versions ascend in the order of the tree. Whoever
//! adds to the tree adds to the size that was built upon, or nothing. Nothing that is recorded waits for the tree.

mod check;
mod edge;
mod heads;
mod integrator;
mod leaves;
mod moved;
mod own;
mod pages;
mod proofs;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use engine::action::CaseRef;
use engine::calendar::Instant;
use evidence::hash::Hash;
use evidence::leaf::{DeclarationLeaf, EventLeaf, HeadsLeaf, Leaf, StreamId};
use evidence::map::Map;
use evidence::tree::Plan;
use uuid::Uuid;

use crate::Fault;
use crate::cell::{Strange, Value};
use crate::people::kept::{Columns, Kept};
use crate::people::rows::{CHECKPOINTS, Row, Table, id_of_number};
use crate::people::tables::{Change, Tables, Write};

pub use integrator::{Integrated, Integrator};
pub(crate) use moved::Places;
pub use own::{OwnEvent, OwnStream};

/// A size of the tree with its root, committed before anybody signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When it was made.
    pub at: Instant,
    /// The signed note, once it is signed.
    pub note: Option<String>,
}

/// How far the tree has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeStanding {
    /// How many leaves it has.
    pub size: u64,
    /// How many of them are events of cases.
    pub events: u64,
    /// When the first event was recorded that it does not have yet.
    pub waiting_since: Option<Instant>,
    /// The last checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

/// The tree of a log.
#[async_trait]
pub trait TreeStore: Send + Sync + 'static {
    /// Takes up to `most` events into the tree, in the order of the log. An integrator belongs to one log.
    async fn integrate(&self, integrator: &mut Integrator, most: usize) -> Result<Integrated, Fault>;
    /// Ends the tree with the heads of all streams and commits its size and root. None where nothing is new since the last
    /// checkpoint, or another process integrates.
    async fn make_checkpoint(&self, integrator: &mut Integrator, at: Instant) -> Result<Option<Checkpoint>, Fault>;
    /// Lets another process integrate: this one stops. Its integrator is of no use any more.
    async fn let_go(&self);
    /// Adds what the log itself says of some leaves; whether it did, and not another process integrates.
    async fn declare(&self, integrator: &mut Integrator, declaration: DeclarationLeaf) -> Result<bool, Fault>;
    /// Keeps the signed note of the checkpoint of this size, if it has none.
    async fn keep_note(&self, size: u64, note: &str) -> Result<(), Fault>;
    /// Keeps another note of the checkpoint of this size, if it still has the one before: with more signatures.
    async fn replace_note(&self, size: u64, before: &str, note: &str) -> Result<(), Fault>;
    /// The last checkpoint; with a note, if that is asked for.
    async fn last_checkpoint(&self, which: Which) -> Result<Option<Checkpoint>, Fault>;
    /// How far the tree has come.
    async fn tree_standing(&self) -> Result<TreeStanding, Fault>;
    /// The hashes of a root or a proof.
    async fn tree_hashes(&self, plan: &Plan) -> Result<Vec<Hash>, Fault>;
    /// The leaves of a case's events as the log gives them, whether the tree has them yet or not.
    async fn leaves_of(&self, case: &CaseRef) -> Result<Vec<EventLeaf>, Fault>;
    /// The indexes of the leaves of the events at these positions, as far as the tree has them.
    async fn indexes_of(&self, positions: &[i64]) -> Result<BTreeMap<i64, u64>, Fault>;
    /// The last leaf of the last checkpoint, which has this size, and the map of that checkpoint, as far as these streams need
    /// it; none where another checkpoint was made meanwhile.
    async fn heads_at(&self, size: u64, streams: &BTreeSet<StreamId>) -> Result<Option<(HeadsLeaf, Map)>, Fault>;
    /// Of the signed checkpoints above this size, the last of each day, by size; a day in Vientiane.
    async fn day_ends(&self, above: u64) -> Result<Vec<Checkpoint>, Fault>;
    /// What the log says of some of its leaves, by the indexes of the leaves that say it.
    async fn declarations(&self) -> Result<Vec<(u64, DeclarationLeaf)>, Fault>;
    /// What contradicts the tree, in words: events, the tree's own rows, checkpoints.
    async fn check_tree(&self) -> Result<Vec<String>, Fault>;
    /// The events of one of the log's own streams.
    async fn own_events(&self, stream: OwnStream) -> Result<Vec<OwnEvent>, Fault>;
    /// Appends to one of the log's own streams.
    async fn append_own(&self, event: &OwnEvent) -> Result<(), Fault>;
}

/// Which checkpoints are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    Any,
    /// Those that are signed.
    Signed,
    /// Those that are signed and were made by then.
    SignedBy(Instant),
    /// Those that are signed and have at most this size.
    SignedWithin(u64),
}

/// An event of a case as the tree takes it.
pub(crate) struct Entry {
    /// Its position in the log.
    pub place: i64,
    /// The reference of its case; none where the row of the case is missing.
    pub case: Option<String>,
    pub version: u32,
    pub format: u16,
    /// Seconds since 1970; none where the content does not say.
    pub recorded_at: Option<u64>,
    /// SHA-256 of the content in its canonical spelling.
    pub payload: Hash,
}

impl Entry {
    /// `payload`: in its canonical spelling.
    pub fn of(place: i64, case: Option<String>, version: i64, format: i64, payload: &str) -> Self {
        Self {
            place,
            case,
            version: u32::try_from(version).unwrap_or(0),
            format: u16::try_from(format).unwrap_or(0),
            recorded_at: recorded_at(payload),
            payload: Hash::of(&[payload.as_bytes()]),
        }
    }
}

/// The instant of the envelope, which is the last of that name: keys are sorted, `data` comes first.
fn recorded_at(payload: &str) -> Option<u64> {
    let (_, rest) = payload.rsplit_once(r#""recorded_at":""#)?;
    let (text, _) = rest.split_once('"')?;
    u64::try_from(Instant::parse(text)?.unix()).ok()
}

/// What became of a write to the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    Done,
    /// Another process has added to the tree, or has the lock.
    ByAnother,
}

/// What is asked of each store in its own words.
pub(crate) struct Sql {
    /// How many events the log has up to the last one that the tree has taken, less those that the tree has.
    pub surplus: &'static str,
    /// The events behind the position $1, at most $2: the position, and 1 where the tree has not come so far yet, else 0.
    pub places: &'static str,
}

/// A store, as far as the tree is concerned.
#[async_trait]
pub(crate) trait TreeTables: Tables {
    /// What is asked in the store's own words.
    fn sql(&self) -> Sql;
    /// Whether this process may integrate: no other does.
    async fn claim(&self) -> Result<bool, Fault>;
    /// Lets others do so.
    async fn unclaim(&self);
    /// Writes in one transaction, if the fence changes a row.
    async fn write_tree(&self, fence: Change, changes: Vec<Change>) -> Result<Wrote, Fault>;
    /// The events behind the place of the last one that was taken, in the order of the log, as far as nothing can still come
    /// before them.
    async fn fresh(&self, after: i64, most: usize) -> Result<Vec<Entry>, Fault>;
    /// The events of a stream, in their order.
    async fn entries_of(&self, stream_id: Uuid) -> Result<Vec<Entry>, Fault>;
    /// The events at these places.
    async fn entries_at(&self, places: Vec<i64>) -> Result<Vec<Entry>, Fault>;
    /// The rows with these ids, as far as they are there.
    async fn rows_of(&self, table: &'static Table, ids: Vec<Uuid>) -> Result<Vec<Row>, Fault>;
}

#[async_trait]
impl<T: TreeTables> TreeStore for T {
    async fn integrate(&self, integrator: &mut Integrator, most: usize) -> Result<Integrated, Fault> {
        integrator.integrate(self, most).await
    }

    async fn make_checkpoint(&self, integrator: &mut Integrator, at: Instant) -> Result<Option<Checkpoint>, Fault> {
        integrator.make_checkpoint(self, at).await
    }

    async fn let_go(&self) {
        self.unclaim().await;
    }

    async fn declare(&self, integrator: &mut Integrator, declaration: DeclarationLeaf) -> Result<bool, Fault> {
        integrator.declare(self, declaration).await
    }

    async fn keep_note(&self, size: u64, note: &str) -> Result<(), Fault> {
        let keep = "UPDATE checkpoints SET note = $1 WHERE id = $2 AND note IS NULL";
        let keep = Change::Do(keep, vec![Value::Text(note.to_owned().into()), id_of_number(size).into()]);
        self.write(Write::Changes(vec![keep])).await.map(|_| ())
    }

    async fn replace_note(&self, size: u64, before: &str, note: &str) -> Result<(), Fault> {
        let text = |text: &str| Value::Text(text.to_owned().into());
        let keep = "UPDATE checkpoints SET note = $1 WHERE id = $2 AND note = $3";
        let keep = Change::Do(keep, vec![text(note), id_of_number(size).into(), text(before)]);
        self.write(Write::Changes(vec![keep])).await.map(|_| ())
    }

    async fn last_checkpoint(&self, which: Which) -> Result<Option<Checkpoint>, Fault> {
        let by = match which {
            Which::Any | Which::Signed => Vec::new(),
            Which::SignedBy(at) => vec![at.into()],
            Which::SignedWithin(size) => vec![Value::Number(size.cast_signed())],
        };
        let sql = match which {
            Which::Any => "SELECT * FROM checkpoints ORDER BY id DESC LIMIT 1",
            Which::Signed => "SELECT * FROM checkpoints WHERE note IS NOT NULL ORDER BY id DESC LIMIT 1",
            Which::SignedBy(_) => {
                "SELECT * FROM checkpoints WHERE note IS NOT NULL AND at <= $1 ORDER BY id DESC LIMIT 1"
            }
            Which::SignedWithin(_) => {
                "SELECT * FROM checkpoints WHERE note IS NOT NULL AND size <= $1 ORDER BY id DESC LIMIT 1"
            }
        };
        self.rows(sql, by).await?.pop().map(Checkpoint::read).transpose()
    }

    async fn tree_standing(&self) -> Result<TreeStanding, Fault> {
        let state = integrator::State::read(self).await?;
        let next = self.fresh(state.taken, 1).await?.pop();
        let waiting = next.and_then(|entry| entry.recorded_at).and_then(|at| i64::try_from(at).ok());
        let checkpoint = self.last_checkpoint(Which::Any).await?;
        Ok(TreeStanding {
            size: state.size,
            events: state.events,
            waiting_since: waiting.map(Instant::from_unix),
            checkpoint,
        })
    }

    async fn tree_hashes(&self, plan: &Plan) -> Result<Vec<Hash>, Fault> {
        pages::hashes(self, plan).await
    }

    async fn leaves_of(&self, case: &CaseRef) -> Result<Vec<EventLeaf>, Fault> {
        let stream = StreamId::of(&integrator::installation(self).await?, case.as_str());
        let (mut leaves, mut prev) = (Vec::new(), None);
        for entry in self.entries_of(case.stream_id()).await? {
            let Entry { version, format, payload, recorded_at, .. } = entry;
            let no_time =
                || Fault::corrupt(format!("case {case}, event {version}: it does not say when it was recorded"));
            let recorded_at = recorded_at.ok_or_else(no_time)?;
            let leaf = EventLeaf { format, stream, version, prev, recorded_at, payload };
            prev = Some(Leaf::Event(leaf).hash());
            leaves.push(leaf);
        }
        Ok(leaves)
    }

    async fn indexes_of(&self, positions: &[i64]) -> Result<BTreeMap<i64, u64>, Fault> {
        proofs::indexes_of(self, positions).await
    }

    async fn heads_at(&self, size: u64, streams: &BTreeSet<StreamId>) -> Result<Option<(HeadsLeaf, Map)>, Fault> {
        proofs::heads_at(self, size, streams).await
    }

    async fn day_ends(&self, above: u64) -> Result<Vec<Checkpoint>, Fault> {
        proofs::day_ends(self, above).await
    }

    async fn declarations(&self) -> Result<Vec<(u64, DeclarationLeaf)>, Fault> {
        proofs::declarations(self).await
    }

    async fn check_tree(&self) -> Result<Vec<String>, Fault> {
        check::check(self).await
    }

    async fn own_events(&self, stream: OwnStream) -> Result<Vec<OwnEvent>, Fault> {
        own::of_stream(self, stream).await
    }

    async fn append_own(&self, event: &OwnEvent) -> Result<(), Fault> {
        own::append(self, event).await
    }
}

impl Kept for Checkpoint {
    const TABLE: &'static Table = &CHECKPOINTS;

    fn row(&self) -> Row {
        let size = Value::Number(self.size.cast_signed());
        let note = self.note.clone().map_or(Value::Null, |note| Value::Text(note.into()));
        vec![id_of_number(self.size).into(), size, (&self.root.0).into(), self.at.into(), note]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        row.get(Value::as_id)?;
        Ok(Self {
            size: row.get(Value::as_number)?.cast_unsigned(),
            root: Hash(row.get(|value| value.as_bytes()?.try_into().ok())?),
            at: row.get(Value::as_instant)?,
            note: row.maybe(|value| value.as_text().map(str::to_owned))?,
        })
    }
}
