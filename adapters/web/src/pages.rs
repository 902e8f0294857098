//! The pages, one module each.

mod bare;
pub mod begin;
pub mod docket;
pub mod health;
pub mod login;
mod operate;
pub mod people;
pub mod sessions;
pub mod settings;
pub mod tokens;
