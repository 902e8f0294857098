//! Pages and API: who is logged in, what they may see, and how it is shown.
//!
//! Invariant: a case is reached through `gate` alone, which asks `projections::rights` and records the look before
//! anything of the case is shown. What is foreign and what does not exist look alike.

pub mod answer;
mod api;
mod assets;
mod counted;
pub mod credentials;
mod dates;
mod entry;
pub mod feeds;
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
pub mod refused;
pub mod remembered;
pub mod routes;
pub mod sheet;
mod shift;
pub mod site;
mod unconfirmed;
mod until;
mod visitor;
mod words;
