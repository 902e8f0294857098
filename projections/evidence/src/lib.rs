//! What proves a log to somebody who does not trust it, as pure functions over bytes.
//!
//! The crate knows no cases and no law. It does no I/O, reads no clock and draws no random numbers: keys, nonces and
//! times are arguments. The log's store, the program and whoever verifies evidence use the same functions.

pub mod hash;
pub mod leaf;
pub mod map;
pub mod tree;
