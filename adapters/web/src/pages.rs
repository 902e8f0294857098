//! The pages, one module each.

pub mod docket;
pub mod figures;
pub mod overview;
