//! What works on the log: recorder, watch, relay, reconciliation, and the queries.
//!
//! Invariant: nothing here knows NATS, HTTP or a terminal. Alerts are published through a [`broker::Broker`]; the
//! caller words the answers.

pub mod backoff;
pub mod broker;
pub mod clock;
pub mod evidence_file;
pub mod figures;
pub mod files;
pub mod growth;
pub mod handling;
pub mod in_force;
pub mod inboxes;
pub mod intake;
pub mod lifecycle;
pub mod log_key;
pub mod mailing;
pub mod offices;
pub mod part;
pub mod queries;
pub mod receipts;
pub mod reconcile;
pub mod recorder;
pub mod relay;
pub mod reopening;
pub mod sealing;
pub mod shown;
pub mod signer_file;
pub mod signing;
pub mod spreadsheet;
pub mod status;
pub mod succession;
pub mod trouble;
pub mod verdict;
pub mod watch;
pub mod witness;
pub mod witnesses;
