//! Pages and API: who is logged in, what they may see, and how it is shown.
//!
//! Invariant: a case is reached through `gate` alone, which asks `projections::rights` and records the look before
//! anything of the case is shown. What is foreign and what does not exist look alike.

pub mod answer;
mod api;
mod assets;
pub mod credentials;
mod dates;
mod entry;
pub mod fields;
pub mod following;
pub mod frame;
mod gate;
mod gzip;
pub mod inbox;
mod kept_forms;
mod lao;
pub mod listen;
pub mod live;
pub mod login;
pub mod logins;
mod multipart;
pub mod origin;
mod own_docket;
mod pages;
pub mod paper;
pub mod people;
mod private_file;
pub mod refused;
pub mod remembered;
pub mod routes;
pub mod sheet;
pub mod site;
mod until;
mod visitor;
mod words;
