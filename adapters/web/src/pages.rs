//! The pages, one module each.

pub mod assets;

// The case, the law, looks, the document.
pub mod case;
pub mod law;
pub mod look;
pub mod looks;
pub mod print;

pub mod docket;
