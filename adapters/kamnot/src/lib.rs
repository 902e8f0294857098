//! The program `kamnot`, and what runs in it: NATS, files, command line, clock.

pub mod alert_list;
pub mod cli;
pub mod clock;
pub mod figures;
pub mod files;
pub mod intake;
pub mod nats;
pub mod offices;
pub mod reconcile;
pub mod recorder;
pub mod relay;
pub mod reopening;
pub mod serve;
mod shown;
pub mod verdict;
pub mod watch;
