//! Servers for tests and benchmarks, each with its data in a folder of its own, on free ports, and ended when it goes out of
//! scope; and what lies between them and a client.

pub mod certificates;
pub mod database;
pub mod mail_server;
pub mod nats_cluster;
pub mod nats_operator;
pub mod nats_server;
pub mod postgres;
pub mod wire;
