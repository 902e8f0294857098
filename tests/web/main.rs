//! The pages, asked in process as a browser asks them: a store in a file, people and sessions in it, a clock set by hand.

mod desk;
mod docket;
mod figures;
mod overview;
