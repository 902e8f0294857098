//! Pages and API: who is logged in, what they may see, and how it is shown.
//!
//! Invariant: a case is reached through [`gate`] alone, which asks `projections::rights` and records the look before
//! anything of the case is shown. What is foreign and what does not exist look alike.

pub mod answer;
mod assets;
pub mod credentials;
mod dates;
pub mod frame;
mod gate;
mod lao;
pub mod listen;
mod pages;
pub mod paper;
pub mod routes;
pub mod sheet;
pub mod site;
mod visitor;
mod words;
