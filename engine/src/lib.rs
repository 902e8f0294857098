//! The law of a juvenile case as pure functions: what was done, held against the law at an instant.
//!
//! In the order of a reader: [`action`] (what happened), [`timeline`] (the actions that count, in order),
//! [`calendar`] (instants, dates, counting), [`rulebook`] (law as data), [`limits`] and [`conditions`] (the two
//! kinds of rule), [`assess`], [`alert`] (what is told), [`explain`], [`case`] (events, evolve), [`decide`] (what a command adds).
//! Nothing here does I/O, reads a clock, or depends on the order of recording.

pub mod action;
pub mod alert;
pub mod assess;
pub mod breach;
pub mod calendar;
pub mod case;
pub mod conditions;
pub mod decide;
pub mod explain;
pub mod json;
pub mod limits;
pub mod refusal;
pub mod rulebook;
pub mod timeline;
mod words;
