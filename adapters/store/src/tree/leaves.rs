//! Leaves as they are kept: 256 a row, each as its bytes; behind those of an event stands its place.
//!
//! Invariant: what is read is written to the same bytes. A place is a position in the log, or, negative, the number of an
//! event of the log's own streams.

use evidence::leaf::Leaf;

use crate::Fault;
use crate::cell::Value;
use crate::people::rows::{Row, id_of_number};

/// How many leaves, or hashes, make a row.
pub(super) const IN_ROW: u64 = 256;

/// A leaf in its place.
#[derive(Clone, Copy)]
pub(super) struct KeptLeaf {
    pub leaf: Leaf,
    /// Of an event.
    pub place: Option<i64>,
}

/// The leaves of one row.
#[derive(Default)]
pub(super) struct LeafRow {
    /// The number of the row.
    pub number: u64,
    pub count: u64,
    low: Option<i64>,
    high: Option<i64>,
    bytes: Vec<u8>,
}

impl LeafRow {
    /// The row, without leaves yet, into which the leaf with this index goes.
    pub fn of_leaf(index: u64) -> Self {
        Self { number: index / IN_ROW, ..Self::default() }
    }

    /// Adds a leaf.
    pub fn push(&mut self, bytes: &[u8], place: Option<i64>) {
        self.count += 1;
        self.bytes.extend_from_slice(bytes);
        if let Some(place) = place {
            self.bytes.extend_from_slice(&place.to_be_bytes());
            self.span(place);
        }
    }

    /// Only positions in the log count.
    fn span(&mut self, place: i64) {
        if place > 0 {
            self.low = Some(self.low.map_or(place, |low| low.min(place)));
            self.high = Some(self.high.map_or(place, |high| high.max(place)));
        }
    }

    /// As it is written.
    pub fn row(&self) -> Row {
        let number = |place: Option<i64>| place.map_or(Value::Null, Value::Number);
        let leaves = Value::Bytes(self.bytes.clone().into());
        vec![id_of_number(self.number).into(), number(self.low), number(self.high), leaves]
    }

    /// What the row says, and its leaves.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if nothing of this kind is written.
    pub fn read(row: &Row) -> Result<(Self, Vec<KeptLeaf>), Fault> {
        let [Value::Id(id), _, _, Value::Bytes(bytes)] = &**row else { return Err(altered()) };
        let number = u64::try_from(id.as_u128().wrapping_sub(1)).map_err(|_| altered())?;
        let mut kept = Self { number, ..Self::default() };
        let (mut leaves, mut rest) = (Vec::with_capacity(256), &**bytes);
        while let Some(kind) = rest.first() {
            let (length, placed) = match kind {
                1 => (111, true),
                2 => (49, false),
                _ => (50, false),
            };
            let (leaf, behind) = rest.split_at_checked(length).ok_or_else(altered)?;
            rest = behind;
            let place = if placed {
                let (place, behind) = rest.split_first_chunk().ok_or_else(altered)?;
                rest = behind;
                Some(i64::from_be_bytes(*place))
            } else {
                None
            };
            leaves.push(KeptLeaf { leaf: Leaf::from_bytes(leaf).map_err(|_| altered())?, place });
            kept.push(leaf, place);
        }
        Ok((kept, leaves))
    }
}

/// The row with every position in the log mapped to that of a copy.
pub(super) fn moved(row: &Row, to: impl Fn(i64) -> i64) -> Result<Row, Fault> {
    let (LeafRow { number, .. }, leaves) = LeafRow::read(row)?;
    let mut moved = LeafRow { number, ..LeafRow::default() };
    for KeptLeaf { leaf, place } in leaves {
        moved.push(&leaf.to_bytes(), place.map(&to));
    }
    Ok(moved.row())
}

/// A row of the tree is not what is written.
pub(super) fn altered() -> Fault {
    Fault::corrupt("the rows of the tree were altered since they were written; `kamnot check` names what differs")
}

#[cfg(test)]
mod tests {
    use evidence::hash::Hash;
    use evidence::leaf::{EventLeaf, HeadsLeaf, StreamId};

    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let event = EventLeaf {
            format: 2,
            stream: StreamId([7; 32]),
            version: 3,
            prev: Some(Hash([9; 32])),
            recorded_at: 1_767_225_600,
            payload: Hash([1; 32]),
        };
        let heads = HeadsLeaf { covers: 2, streams: 1, map_root: Hash([4; 32]) };
        let mut row = LeafRow::of_leaf(300);
        row.push(&Leaf::Event(event).to_bytes(), Some(41));
        row.push(&Leaf::Event(event).to_bytes(), Some(-1));
        row.push(&Leaf::Heads(heads).to_bytes(), None);
        let written = row.row();
        let (read, leaves) = LeafRow::read(&written).unwrap();
        assert_eq!((read.number, read.count, read.row()), (1, 3, written.clone()));
        assert_eq!(leaves.iter().map(|kept| kept.place).collect::<Vec<_>>(), [Some(41), Some(-1), None]);
        assert_eq!(leaves[2].leaf, Leaf::Heads(heads));
        assert_eq!(&written[1..3], [Value::Number(41), Value::Number(41)]);
        let Value::Bytes(bytes) = &written[3] else { panic!("{written:?}") };
        let short =
            vec![written[0].clone(), Value::Null, Value::Null, Value::Bytes(bytes[..bytes.len() - 1].to_vec().into())];
        assert!(LeafRow::read(&short).is_err());
    }
}
