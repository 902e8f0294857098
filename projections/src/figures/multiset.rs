//! Values of which each may be there several times.
//!
//! Invariant: what was added and removed again has left nothing behind.

use std::collections::BTreeMap;

/// Values with how often each is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multiset<T>(BTreeMap<T, u32>);

impl<T> Default for Multiset<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Copy> Multiset<T> {
    /// Adds a value.
    pub fn add(&mut self, value: T) {
        *self.0.entry(value).or_default() += 1;
    }

    /// Removes a value that is there.
    pub fn remove(&mut self, value: T) {
        if let Some(times) = self.0.get_mut(&value) {
            *times -= 1;
            if *times == 0 {
                self.0.remove(&value);
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.values().map(|times| *times as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest.
    pub fn first(&self) -> Option<T> {
        self.0.first_key_value().map(|(value, _)| *value)
    }

    /// The largest.
    pub fn last(&self) -> Option<T> {
        self.0.last_key_value().map(|(value, _)| *value)
    }

    /// The smallest of the values that at least so many percent do not exceed; none of none.
    pub fn nearest_rank(&self, percent: usize) -> Option<T> {
        let rank = (self.len() * percent).div_ceil(100);
        let mut behind = 0;
        let mut reached = self.0.iter().skip_while(|(_, times)| {
            behind += **times as usize;
            behind < rank
        });
        reached.next().map(|(value, _)| *value)
    }
}

impl<T: Ord + Copy> FromIterator<T> for Multiset<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut all = Self::default();
        values.into_iter().for_each(|value| all.add(value));
        all
    }
}
