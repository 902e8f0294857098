//! The law of a juvenile case as pure functions: compares what was done with what the law asks at an instant.
//!
//! Read the modules in this order: [`action`] (what happened), [`ages`] (what is public of the child's age), [`timeline`] (the actions that count, in order),
//! [`calendar`] (instants, dates, counting), [`rulebook`] (the law as data), [`limits`] and [`conditions`] (the two kinds
//! of rule), [`assess`], [`alert`] (what offices are alerted to), [`handling`] (what people do
//! about that), [`explain`], [`case`] (events and their fold), [`decide`]
//! (the events that a command adds).
//! Nothing here does I/O or reads a clock, and no assessment depends on the order of recording.

pub mod action;
pub mod ages;
pub mod alert;
pub mod assess;
pub mod breach;
pub mod calendar;
pub mod case;
pub mod conditions;
pub mod decide;
pub mod explain;
mod facts;
pub mod handling;
pub mod json;
mod language;
pub mod limits;
pub mod randomness;
pub mod refusal;
pub mod rulebook;
mod template;
pub mod timeline;
mod words;
