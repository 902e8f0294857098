//! The command line, by running the built program.

mod alerts;
mod answers;
mod assess;
mod bad_lines;
mod care;
mod demo;
mod docket;
mod figures;
mod follow;
mod import;
mod inbox;
mod logging;
mod offices;
mod pages;
mod reconcile;
mod sheets;
mod status;
mod timeline;
mod transfer;
mod world;
