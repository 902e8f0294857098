//! Everything that touches the world: stores, NATS, files, command line, clock.

pub mod bridge;
pub mod clock;
pub mod store;
