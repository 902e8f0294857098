//! Queries of the log: an office's cases, its alerts, its figures, the timeline of a case.
//!
//! Invariant: an answer consists of values; the caller words it.

pub mod alerts;
pub mod cases;
pub mod counts;
pub mod dockets;
pub mod feeds;
mod kept;
pub mod preview;
pub mod quarters;
pub mod timeline;
