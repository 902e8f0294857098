//! Values of which each may be there several times.
//!
//! Invariant: what was added and removed again has left nothing behind.

use std::collections::BTreeMap;

/// Values with how often each is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multiset<T> {
    times: BTreeMap<T, u32>,
    len: usize,
}

impl<T> Default for Multiset<T> {
    fn default() -> Self {
        Self { times: BTreeMap::new(), len: 0 }
    }
}

impl<T: Ord + Copy> Multiset<T> {
    /// Adds a value.
    pub fn add(&mut self, value: T) {
        *self.times.entry(value).or_default() += 1;
        self.len += 1;
    }

    /// Removes a value that is there.
    pub fn remove(&mut self, value: T) {
        if let Some(times) = self.times.get_mut(&value) {
            *times -= 1;
            self.len -= 1;
            if *times == 0 {
                self.times.remove(&value);
            }
        }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The smallest.
    pub fn first(&self) -> Option<T> {
        self.times.first_key_value().map(|(value, _)| *value)
    }

    /// The largest.
    pub fn last(&self) -> Option<T> {
        self.times.last_key_value().map(|(value, _)| *value)
    }

    /// Of the values from one on the one with a rank, counted from 1, and how many of them are smaller.
    pub fn ranked(&self, from: T, rank: usize) -> Option<(T, usize)> {
        let mut smaller = 0;
        for (value, times) in self.times.range(from..) {
            if smaller + *times as usize >= rank {
                return Some((*value, smaller));
            }
            smaller += *times as usize;
        }
        None
    }
}

/// Values by key. A key without values is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multisets<K, T>(BTreeMap<K, Multiset<T>>);

impl<K, T> Default for Multisets<K, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone, T: Ord + Copy> Multisets<K, T> {
    /// Adds a value of a key.
    pub fn add(&mut self, key: &K, value: T) {
        if let Some(values) = self.0.get_mut(key) {
            values.add(value);
        } else {
            self.0.entry(key.clone()).or_default().add(value);
        }
    }

    /// Removes a value of a key that is there.
    pub fn remove(&mut self, key: &K, value: T) {
        let Some(values) = self.0.get_mut(key) else { return };
        values.remove(value);
        if values.is_empty() {
            self.0.remove(key);
        }
    }

    /// The values of a key.
    pub fn get(&self, key: &K) -> Option<&Multiset<T>> {
        self.0.get(key)
    }

    /// All keys, in order, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Multiset<T>)> {
        self.0.iter()
    }
}
