//! Everything that touches the world: stores, NATS, files, command line, clock.

pub mod alert_list;
pub mod bridge;
pub mod cli;
pub mod clock;
pub mod figures;
pub mod files;
pub mod heavy;
pub mod intake;
pub mod nats;
pub mod offices;
pub mod reconcile;
pub mod recorder;
pub mod relay;
pub mod serve;
mod shown;
pub mod store;
pub mod transfer;
pub mod verdict;
pub mod watch;
