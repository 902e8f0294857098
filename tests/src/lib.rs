//! What the tests share: cases, the program under test, servers of their own.

pub mod cases;
pub mod nats_cluster;
pub mod nats_server;
pub mod postgres;
pub mod program;
