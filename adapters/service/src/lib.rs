//! What runs over the log: record, watch, relay, reconcile, and the questions that are asked of it.
//!
//! Invariant: nothing here knows NATS, HTTP or a terminal. What publishes is a [`broker::Broker`], and who shows an answer
//! words it.

pub mod backoff;
pub mod broker;
pub mod clock;
pub mod figures;
pub mod files;
pub mod intake;
pub mod lifecycle;
pub mod offices;
pub mod part;
pub mod queries;
pub mod reconcile;
pub mod recorder;
pub mod relay;
pub mod reopening;
pub mod shown;
pub mod status;
pub mod trouble;
pub mod verdict;
pub mod watch;
