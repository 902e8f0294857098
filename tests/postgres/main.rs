//! The PostgreSQL store: what is its own. What every store must do is in `contract`.

mod bell;
mod connection;
mod crash;
mod damage;
mod disclosures;
mod first_log;
mod hidden;
mod layout;
mod plans;
mod reader;
mod reconcile;
mod session;
mod tree;
mod trouble;
mod world;
