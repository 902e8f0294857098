//! The two readings of the law, as a type.

use std::ops::{Index, IndexMut};

use crate::words::words;

words! {
    /// The two readings of every question that the law leaves open.
    Reading {
        /// Every open question answered the way that protects the child most.
        Protective = "protective",
        /// Every open question answered the way that gives the office the most time.
        Lenient = "lenient",
    }
}

/// Something under each of the two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings<T> {
    /// Under the protective reading.
    pub protective: T,
    /// Under the lenient reading.
    pub lenient: T,
}

impl<T> Readings<T> {
    /// Computes a value under each reading.
    pub fn each(mut value: impl FnMut(Reading) -> T) -> Self {
        let protective = value(Reading::Protective);
        Self { protective, lenient: value(Reading::Lenient) }
    }
}

impl<T> Index<Reading> for Readings<T> {
    type Output = T;

    fn index(&self, reading: Reading) -> &T {
        match reading {
            Reading::Protective => &self.protective,
            Reading::Lenient => &self.lenient,
        }
    }
}

impl<T> IndexMut<Reading> for Readings<T> {
    fn index_mut(&mut self, reading: Reading) -> &mut T {
        match reading {
            Reading::Protective => &mut self.protective,
            Reading::Lenient => &mut self.lenient,
        }
    }
}
