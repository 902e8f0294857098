//! What proves a log to somebody who does not trust it, as pure functions over bytes.
//!
//! The crate knows no cases and no law. It does no I/O, reads no clock and draws no random numbers: keys, nonces and
//! times are arguments. The log's store, the program and whoever verifies evidence use the same functions.

pub mod checkpoint;
pub mod cosignature;
pub mod ed25519;
pub mod file;
pub mod hash;
pub mod key;
pub mod leaf;
pub mod map;
pub mod note;
pub mod policy;
pub mod receipt;
pub mod register;
mod strict;
pub mod tree;
pub mod witness;
