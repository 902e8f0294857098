//! The pages, one module each.

// The case, the law, looks, the document.
pub mod case;
pub mod law;
pub mod look;
pub mod looks;
pub mod print;

mod bare;
pub mod begin;
pub mod confirm;
pub mod docket;
pub mod enter;
pub mod feeds;
pub mod figures;
pub mod health;
pub mod inbox;
pub mod live;
pub mod login;
pub mod mail;
pub mod notify;
pub mod office_changes;
mod operate;
pub mod overview;
pub mod people;
pub mod room;
pub mod sessions;
pub mod settings;
pub mod shift;
pub mod tokens;
