//! The pages, one module each.

pub mod assets;
pub mod docket;
pub mod figures;
pub mod overview;
