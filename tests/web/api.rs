//! The API: what it records and shows, to whom, and whether it is as it is described.

mod described;
mod documented;
mod preview;
mod reading;
mod recording;
mod refusals;
