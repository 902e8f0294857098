//! The API `/api/v1`: what programs read and record, each only what is theirs.
//!
//! Invariant: every request passes the guard, and a case is reached through the gate alone, as on the pages. What is sent is the
//! JSON that the engine and the projections write.

pub mod actions;
pub mod alerts;
mod body;
pub mod cases;
pub mod changes;
pub mod docket;
pub mod figures;
pub mod guard;
pub mod inbox;
mod json;
pub mod law;
pub mod looks;
pub mod openapi;
mod parameters;
pub mod preview;
pub mod problem;
pub mod unconfirmed;
