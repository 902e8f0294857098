//! Takes what was committed into the tree, some events at a time, and makes checkpoints.
//!
//! Invariant: what is in memory is what was committed last, or nothing: after any failure it is read anew. A version that
//! does not follow the one before in its stream is never taken.

use engine::calendar::Instant;
use evidence::leaf::{DeclarationLeaf, EventLeaf, HeadsLeaf, Installation, Leaf, StreamId};
use uuid::Uuid;

use super::edge::Edge;
use super::heads::Heads;
use super::leaves::{IN_ROW, LeafRow, altered};
use super::{Checkpoint, Entry, TreeStore as _, TreeTables, Which, Wrote, own};
use crate::Fault;
use crate::cell::Value;
use crate::people::kept::Kept as _;
use crate::people::rows::{TREE_LEAVES, TREE_MAP, TREE_STATE, id_of_number};
use crate::people::tables::{Change, TEXT};

/// How many rows of leaves are read at a time.
pub(super) const PAGE: i64 = 64;

/// Adds to the tree only where it is still as large as what was built upon.
const FENCE: &str = "UPDATE tree_state SET size = $1, taken = $2, events = $3, own = $4 WHERE size = $5";

/// What was taken into the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrated {
    /// So many events.
    Taken(usize),
    /// None: another process integrates.
    ByAnother,
}

/// What an integrator knows of the tree; it begins with nothing. It belongs to one log.
#[derive(Default)]
pub struct Integrator(Option<Box<Work>>);

/// How far the tree has come, as its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub size: u64,
    /// The position of the last event that was taken.
    pub taken: i64,
    /// How many events of cases.
    pub events: u64,
    /// The number of the last event of the log's own streams.
    pub own: i64,
}

struct Work {
    installation: Installation,
    state: State,
    /// The size at the last checkpoint.
    checkpointed: u64,
    /// How many streams the map had then.
    streams: u64,
    edge: Edge,
    heads: Heads,
}

impl State {
    pub async fn read(log: &impl TreeTables) -> Result<Self, Fault> {
        // A log of before the tree has none.
        let Some(row) = log.rows(TREE_STATE.page, vec![behind(0).into(), Value::Number(1)]).await?.pop() else {
            return Ok(Self { size: 0, taken: 0, events: 0, own: 0 });
        };
        let [_, Value::Number(size), Value::Number(taken), Value::Number(events), Value::Number(own)] = *row else {
            return Err(altered());
        };
        Ok(Self { size: size.cast_unsigned(), taken, events: events.cast_unsigned(), own })
    }

    /// What brings the state of before to this one.
    fn over(self, before: Self) -> Change {
        let Self { size, taken, events, own } = self;
        let values = [size.cast_signed(), taken, events.cast_signed(), own, before.size.cast_signed()];
        Change::Do(FENCE, values.map(Value::Number).into())
    }
}

/// Behind which id the row with this number comes next.
pub(super) fn behind(number: u64) -> Uuid {
    Uuid::from_u128(id_of_number(number).as_u128() - 1)
}

impl Integrator {
    pub(super) async fn integrate(&mut self, log: &impl TreeTables, most: usize) -> Result<Integrated, Fault> {
        let Some(mut work) = self.begin(log).await? else { return Ok(Integrated::ByAnother) };
        let before = work.state;
        let mut entries: Vec<Entry> =
            own::behind(log, before.own, most).await?.into_iter().map(own::KeptOwn::entry).collect();
        entries.extend(log.fresh(before.taken, most.saturating_sub(entries.len()).max(1)).await?);
        if !entries.is_empty() {
            let streams = entries.iter().map(|entry| Ok((work.stream(entry)?, entry.version)));
            let streams = streams.collect::<Result<Vec<(StreamId, u32)>, Fault>>()?;
            // The first event of a stream is chained to none.
            let known = streams.iter().filter(|(_, version)| *version > 1).map(|(stream, _)| *stream);
            work.heads.know(log, known).await?;
            for ((stream, _), entry) in streams.iter().zip(&entries) {
                work.add(*stream, entry)?;
            }
            let changes = work.edge.take_changes();
            if log.write_tree(work.state.over(before), changes).await? == Wrote::ByAnother {
                return Ok(Integrated::ByAnother);
            }
        }
        self.0 = Some(work);
        Ok(Integrated::Taken(entries.len()))
    }

    pub(super) async fn make_checkpoint(
        &mut self,
        log: &impl TreeTables,
        at: Instant,
    ) -> Result<Option<Checkpoint>, Fault> {
        let Some(mut work) = self.begin(log).await? else { return Ok(None) };
        if work.state.size == work.checkpointed {
            self.0 = Some(work);
            return Ok(None);
        }
        let before = work.state;
        let (added, map_root, pages) = work.heads.settle(log).await?;
        work.streams += added;
        let heads = HeadsLeaf { covers: before.size, streams: work.streams, map_root };
        work.edge.push(&Leaf::Heads(heads).to_bytes(), None);
        work.state.size = work.edge.size();
        let checkpoint = Checkpoint { size: work.state.size, root: work.edge.root(), at, note: None };
        let mut changes = work.edge.take_changes();
        changes.push(Change::Replace(&TREE_MAP, pages));
        changes.push(Change::Insert(Checkpoint::TABLE, checkpoint.row()));
        if log.write_tree(work.state.over(before), changes).await? == Wrote::ByAnother {
            return Ok(None);
        }
        work.checkpointed = checkpoint.size;
        self.0 = Some(work);
        Ok(Some(checkpoint))
    }

    pub(super) async fn declare(&mut self, log: &impl TreeTables, declaration: DeclarationLeaf) -> Result<bool, Fault> {
        let Some(mut work) = self.begin(log).await? else { return Ok(false) };
        let before = work.state;
        work.edge.push(&Leaf::Declaration(declaration).to_bytes(), None);
        work.state.size = work.edge.size();
        let changes = work.edge.take_changes();
        let wrote = log.write_tree(work.state.over(before), changes).await?;
        if wrote == Wrote::Done {
            self.0 = Some(work);
        }
        Ok(wrote == Wrote::Done)
    }

    /// What is known, or read anew; none where another process integrates.
    async fn begin(&mut self, log: &impl TreeTables) -> Result<Option<Box<Work>>, Fault> {
        if let Some(work) = self.0.take() {
            return Ok(Some(work));
        }
        if !log.claim().await? {
            return Ok(None);
        }
        let state = State::read(log).await?;
        match Work::read(log, state).await {
            Ok(work) => Ok(Some(Box::new(work))),
            // What was read is of different sizes: another process adds to the tree.
            Err(Fault::Corrupt(_)) if State::read(log).await? != state => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// The installation, of which the streams are.
pub(super) async fn installation(log: &impl TreeTables) -> Result<Installation, Fault> {
    // As the log says now: a copy takes over that of the log that it is of.
    let found = log.rows(TEXT, vec!["installation".into()]).await?.pop();
    let text = found.as_ref().and_then(|row| row.first()).and_then(Value::as_text);
    text.and_then(Installation::new).ok_or_else(|| Fault::corrupt("the log does not say which installation it is"))
}

impl Work {
    async fn read(log: &impl TreeTables, state: State) -> Result<Self, Fault> {
        let checkpointed = log.last_checkpoint(Which::Any).await?.map_or(0, |checkpoint| checkpoint.size);
        let (edge, mut heads, mut streams) = (Edge::read(log, state.size).await?, Heads::default(), 0);
        // What the map does not know yet: from the last leaf of the last checkpoint on.
        let mut number = checkpointed.saturating_sub(1) / IN_ROW;
        while number * IN_ROW < state.size {
            let rows = log.rows(TREE_LEAVES.page, vec![behind(number).into(), Value::Number(PAGE)]).await?;
            if rows.is_empty() {
                return Err(altered());
            }
            for row in rows {
                let (row, leaves) = LeafRow::read(&row)?;
                if row.number != number {
                    return Err(altered());
                }
                for (index, kept) in (number * IN_ROW..state.size).zip(leaves) {
                    match kept.leaf {
                        Leaf::Event(event) if index >= checkpointed => {
                            heads.set(event.stream, event.version, kept.leaf.hash());
                        }
                        Leaf::Heads(of_all) if index + 1 == checkpointed => streams = of_all.streams,
                        _ => {}
                    }
                }
                number += 1;
            }
        }
        Ok(Self { installation: installation(log).await?, state, checkpointed, streams, edge, heads })
    }

    fn stream(&self, entry: &Entry) -> Result<StreamId, Fault> {
        let name = entry.case.as_deref().ok_or_else(|| {
            Fault::corrupt(format!(
                "the event at position {} is of a case that has no row; `kamnot rebuild` makes it, then the tree goes on",
                entry.place
            ))
        })?;
        Ok(StreamId::of(&self.installation, name))
    }

    fn add(&mut self, stream: StreamId, entry: &Entry) -> Result<(), Fault> {
        let Entry { place, version, format, payload, .. } = *entry;
        let refuse = |found: &str| {
            let name = entry.case.as_deref().unwrap_or_default();
            Fault::corrupt(format!("the event {version} of {name}, position {place}, can't go into the tree: {found}"))
        };
        let head = self.heads.of(&stream)?;
        let follows = match head {
            None => version == 1,
            Some(head) => head.version.is_none_or(|before| before + 1 == version) && version > 1,
        };
        if !follows {
            return Err(refuse("it does not follow the last one of its stream there"));
        }
        let recorded_at = entry.recorded_at.ok_or_else(|| refuse("it does not say when it was recorded"))?;
        let prev = head.map(|head| head.hash);
        let leaf = EventLeaf { format, stream, version, prev, recorded_at, payload };
        let hash = self.edge.push(&Leaf::Event(leaf).to_bytes(), Some(place));
        self.heads.set(stream, version, hash);
        self.state.size = self.edge.size();
        if place > 0 {
            (self.state.taken, self.state.events) = (place, self.state.events + 1);
        } else {
            self.state.own = -place;
        }
        Ok(())
    }
}
