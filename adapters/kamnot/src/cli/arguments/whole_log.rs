//! The commands that take the log as a whole to another place.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use store::place::LogPlace;

use crate::cli::connection::NatsOptions;

/// Copy a log to another place, compare both, seal the old one, and work in the new place from then on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot move --from kamnot.db --to postgres://kamnot@db.example.la/kamnot
  kamnot move --reopen kamnot.db --reason 'the database server is given up' --nats nats://localhost:4222

The log is copied as it is: every event with its instants, what was published and what waits. The place to move to must
be empty. While a log is moved nothing is recorded in it; once the copy is proved the old log is sealed: whoever writes
to it, a running `kamnot serve` too, is refused and told the new place. If the move fails or is cut short, the old log is
as it was, and the same command begins anew.")]
pub(in crate::cli) struct Move {
    /// The log to move
    #[arg(long, value_name = "PLACE", required_unless_present = "reopen")]
    pub from: Option<LogPlace>,
    /// Where to, a file or a database that holds no log yet
    #[arg(long, value_name = "PLACE", required_unless_present = "reopen")]
    pub to: Option<LogPlace>,
    /// Open a log again that was sealed when it was moved; with --nats, what the other place published is read first
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["from", "to"], requires = "reason")]
    pub reopen: Option<LogPlace>,
    /// Why it is opened again; kept in the log
    #[arg(long, value_name = "TEXT", requires = "reopen", value_parser = NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
    #[command(flatten)]
    pub nats: NatsOptions,
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

/// Write all recorded actions, with their ids, record times and senders, as JSON Lines
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot export actions.jsonl
  kamnot export | grep '\"case\":\"VTE-2026-0001\"'
  kamnot import actions.jsonl --db new.db --as-history

Each line holds an action as it was recorded, the withdrawn ones too, when it was recorded and by whom. `kamnot import`
and `kamnot assess` read such a file; an import records under its own clock. The file holds personal data, as the log does.")]
pub(in crate::cli) struct Export {
    /// The file to write; standard output without it
    #[arg(value_name = "FILE")]
    pub to: Option<PathBuf>,
}
