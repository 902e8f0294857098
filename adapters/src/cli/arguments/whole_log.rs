//! The commands that take the log as a whole to another place.

use std::path::PathBuf;

use clap::Args;

use crate::store::place::Place;

/// Copy a log to another place, compare both, and work there from then on
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot move --from kamnot.db --to postgres://kamnot@db.example.la/kamnot

Stop every program that works on the log first. The log is copied as it is: every event with its instants, what was
published and what waits. The place to move to must be empty; the old log stays as it was.")]
pub(in crate::cli) struct Move {
    /// The log to move
    #[arg(long, value_name = "PLACE")]
    pub from: Place,
    /// Where to, a file or a database that holds no log yet
    #[arg(long, value_name = "PLACE")]
    pub to: Place,
}

/// Copy the log to a file while everything goes on, and check the copy
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot backup /backup/kamnot-2026-03-01.db
  kamnot backup /backup/kamnot.db --replace

Others may go on recording and publishing meanwhile: the copy is the log as it was at one moment. Under its name there
is only ever a copy that was checked. It holds personal data, as the log does: keep it as safe. A log on PostgreSQL is
backed up with PostgreSQL's own programs.")]
pub(in crate::cli) struct Backup {
    /// The file to write
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
    /// Take the place of a file that is there, once the copy is checked
    #[arg(long)]
    pub replace: bool,
}

/// Make a log from a backup, and check it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  systemctl stop kamnot
  mv kamnot.db kamnot.db-wal kamnot.db-shm damaged/
  kamnot restore /backup/kamnot-2026-03-01.db --db kamnot.db
  systemctl start kamnot

The log named by --db must not be there yet. Then import again what was recorded since the backup: what the log holds is
passed over, and alerts that NATS holds already are recognised and not published twice.")]
pub(in crate::cli) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
}
