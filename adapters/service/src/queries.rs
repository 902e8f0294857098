//! Queries of the log: an office's cases, its alerts, the timeline of a case.
//!
//! Invariant: an answer consists of values; the caller words it.

pub mod alerts;
pub mod cases;
pub mod dockets;
pub mod feeds;
pub mod preview;
pub mod timeline;
