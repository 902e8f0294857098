//! Real faults: processes, databases and servers that die, stop and are cut off under load.
//!
//! Each test has a PostgreSQL cluster, a nats-server and `kamnot serve` processes of its own, and an office that
//! records cases all the time. Whatever happens, every acknowledged action is in the log once, every alert of the log
//! in the stream once, and all is caught up within ten seconds after the fault has ended.

mod database;
mod held;
mod killed;
mod namespace;
mod partition;
mod patience;
mod world;
