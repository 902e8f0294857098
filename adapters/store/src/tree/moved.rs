//! The rows of the tree on their way to a copy of the log, where events stand at other positions.
//!
//! Invariant: the order of the tree, its leaves and its hashes stay; only where an event stands in the log changes.

use super::leaves;
use crate::Fault;
use crate::cell::Value;
use crate::people::rows::{Row, TREE_LEAVES, TREE_STATE, Table};

/// At which positions the events of a log stand in its copy.
#[derive(Default)]
pub(crate) struct Places(Vec<(i64, i64)>);

impl Places {
    /// Adds an event that stands at `to` in the copy.
    pub fn add(&mut self, from: i64, to: i64) {
        if from != to || !self.0.is_empty() {
            self.0.push((from, to));
        }
    }

    /// To be looked up from now on.
    pub fn sorted(mut self) -> Self {
        self.0.sort_unstable();
        self
    }

    /// Where in the copy the event at this place stands. Of an event that is not in the log any more, where the one before
    /// it stands.
    pub(super) fn of(&self, place: i64) -> i64 {
        let behind = self.0.partition_point(|(from, _)| *from <= place);
        match behind.checked_sub(1).and_then(|at| self.0.get(at)) {
            Some((_, to)) if place > 0 => *to,
            _ => place,
        }
    }

    /// Maps the positions in rows of one of the tree's tables.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if a row is not what is written.
    pub fn map(&self, table: &Table, rows: &mut [Row]) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        for row in rows {
            if table.name == TREE_LEAVES.name {
                *row = leaves::moved(row, |place| self.of(place))?;
            } else if table.name == TREE_STATE.name
                && let Some(Value::Number(taken)) = row.get_mut(2)
            {
                *taken = self.of(*taken);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn an_event_is_found_at_its_place_in_the_copy() {
        let mut places = Places::default();
        for (from, to) in [(1, 1), (2, 2), (7, 3), (5, 4), (9, 5)] {
            places.add(from, to);
        }
        let places = places.sorted();
        assert_eq!([1, 2, 5, 7, 9].map(|from| places.of(from)), [1, 2, 4, 3, 5]);
        assert_eq!(places.of(8), 3, "of one that is gone");
        assert_eq!(places.of(-4), -4, "of the log's own streams");
    }
}
