//! Entering papers: what a form asks, what was typed into it, and what recording it would change, in words.
//!
//! Invariant: a form asks what the table of actions says and nothing else. Nothing typed is guessed or dropped: what cannot be
//! read is shown as it was typed, with what is wrong.

pub mod asked;
pub mod difference;
pub mod names;
pub mod offices;
pub mod prefill;
pub mod template;
pub mod typed;
