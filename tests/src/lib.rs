//! What the tests share: cases, the program under test, servers of their own, and ways to break all that.

pub mod cases;
pub mod certificates;
pub mod children;
pub mod clock;
pub mod load;
pub mod nats_cluster;
pub mod nats_operator;
pub mod nats_server;
pub mod postgres;
pub mod program;
pub mod reckoning;
pub mod serving;
pub mod way;
pub mod wire;
pub mod workbook;
