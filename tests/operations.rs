//! Looking after a running installation: what it tells about itself, its backups, and what it never tells.

#[path = "operations/backup.rs"]
mod backup;
#[path = "operations/damage.rs"]
mod damage;
#[path = "operations/http.rs"]
mod http;
#[path = "cli/lines.rs"]
#[expect(dead_code, reason = "some of it is for the tests of the command line alone")]
mod lines;
#[path = "operations/moves.rs"]
mod moves;
#[path = "operations/privacy.rs"]
mod privacy;
#[path = "operations/slow.rs"]
mod slow;
#[path = "operations/status.rs"]
mod status;
#[path = "operations/world.rs"]
mod world;
