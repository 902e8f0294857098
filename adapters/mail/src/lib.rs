//! Alerts and digests by mail and by webhook: what is told where, and the ways there; and the way to witnesses.
//!
//! Invariant: nothing that waits is given up. It is taken away once a server has taken it, and tried again until then; each
//! address waits for itself alone, and the watch and the relay for none of them.

pub mod authorities;
mod http;
pub mod network;
pub mod outward;
pub mod post;

pub mod signature;
pub mod smtp;
pub mod webhook;
pub mod witness;
