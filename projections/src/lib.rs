//! Pure read models over the log of a case: what a court, an office and a lawyer see.
//!
//! Invariant: a docket depends on the set of actions and the instant alone. Lists of alerts and timelines depend on the log.

pub mod alerts;
pub mod catalogue;
pub mod concern;
pub mod docket;
pub mod feed;
pub mod field_words;
pub mod figures;
pub mod hindsight;
pub mod inbox;
pub mod labels;
pub mod law;
pub mod letters;
pub mod liberty;
pub mod message;
pub mod missing;
pub mod multiset;
pub mod picture;
pub mod preview;
pub mod recomputed;
pub mod rights;
pub mod shift;
pub mod snapshot;
pub mod subjects;
pub mod summary;
pub mod timeline;
pub mod today;
pub mod view;
pub mod words_of_time;

pub use message::{Message, message};
pub use view::CaseView;
