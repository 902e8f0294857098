//! The pages, one module each.

pub mod docket;
