//! Pure read models over the log of a case.

pub mod view;
pub use view::CaseView;
