//! What is asked of the log: an office's cases, what it was told, one case from its opening.
//!
//! Invariant: an answer is made of values; the words are those of who shows it.

pub mod alerts;
pub mod cases;
pub mod timeline;
