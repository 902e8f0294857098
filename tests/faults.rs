//! Real faults: processes, databases and servers that die, stop and are cut off under load.
//!
//! Each test has a PostgreSQL cluster, a nats-server and `kamnot serve` processes of its own, and an office that
//! records cases all the time. Whatever happens, every acknowledged action is in the log once, every alert of the log
//! in the stream once, and all is caught up within ten seconds after the fault has ended.

#[path = "faults/database.rs"]
mod database;
#[path = "faults/held.rs"]
mod held;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/namespace.rs"]
mod namespace;
#[path = "faults/partition.rs"]
mod partition;
#[path = "faults/patience.rs"]
mod patience;
#[path = "faults/world.rs"]
mod world;
