//! The pages, one module each.

mod bare;
pub mod begin;
pub mod docket;
pub mod figures;
pub mod health;
pub mod login;
mod operate;
pub mod overview;
pub mod people;
pub mod sessions;
pub mod settings;
pub mod tokens;
