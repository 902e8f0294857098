//! The command line, by running the built program.

#[path = "cli/alerts.rs"]
mod alerts;
#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/assess.rs"]
mod assess;
#[path = "cli/bad_lines.rs"]
mod bad_lines;
#[path = "cli/care.rs"]
mod care;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/docket.rs"]
mod docket;
#[path = "cli/follow.rs"]
mod follow;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/lines.rs"]
mod lines;
#[path = "cli/logging.rs"]
mod logging;
#[path = "cli/offices.rs"]
mod offices;
#[path = "cli/reconcile.rs"]
mod reconcile;
#[path = "cli/sheets.rs"]
mod sheets;
#[path = "cli/status.rs"]
mod status;
#[path = "cli/timeline.rs"]
mod timeline;
#[path = "cli/world.rs"]
mod world;
