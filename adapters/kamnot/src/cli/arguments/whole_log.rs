//! The options of the commands that copy the whole log, and of the one that seals a case.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use engine::action::{CaseRef, OfficeCode};
use engine::case::SealReason;
use store::place::LogPlace;

use super::{case, office};
use crate::cli::connection::NatsOptions;

/// Move a log to another place: copy it, compare both, and seal the old one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot move --from kamnot.db --to postgres://kamnot@db.example.la/kamnot
  kamnot move --reopen kamnot.db --reason 'the database server is given up' --nats nats://localhost:4222

The log is copied as it is: every event with its instants, the published alerts and the waiting ones. The new place must
be empty. During the move nothing can be recorded in the old log. Once the copy has been compared, the old log is
sealed: a program that writes to it, also a running `kamnot serve`, is refused and told the new place. If the move fails
or is interrupted, give the same command again: it starts over.")]
pub(in crate::cli) struct Move {
    /// The log to move
    #[arg(long, value_name = "PLACE", required_unless_present = "reopen")]
    pub from: Option<LogPlace>,
    /// The new place, a file or a database without a log
    #[arg(long, value_name = "PLACE", required_unless_present = "reopen")]
    pub to: Option<LogPlace>,
    /// Reopen a log that was sealed when it was moved; with --nats, what the other place published is read first
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["from", "to"], requires = "reason")]
    pub reopen: Option<LogPlace>,
    /// Why it is reopened; kept in the log
    #[arg(long, value_name = "TEXT", requires = "reopen", value_parser = NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
    #[command(flatten)]
    pub nats: NatsOptions,
}

/// Bring a log of the format before over into a new file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot bring-over kamnot.db kamnot-3.db

The old log is a file of layout 2. Each event is written in the present format, read again and compared: spelt as before, it is
the same text. Views, alerts and the rest are copied and checked. The old file is sealed: a program that writes to it is refused
and told the new place. It holds in plain what the new one keeps apart: destroy it, the files beside it that end in -wal and
-shm, and its backups, once you have a backup of the new one.")]
pub(in crate::cli) struct BringOver {
    /// The log of the format before
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The new file, which must not be there
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
}

/// Copy the log to a file while other programs use it, and check the copy
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot backup /backup/kamnot-2026-03-01.db
  kamnot backup /backup/kamnot.db --replace

Other programs may record and publish meanwhile: the copy is the log as it was at one moment. The file gets its name
only after it was checked. It contains personal data, as the log does: keep it as safe. Back up a log on PostgreSQL with
PostgreSQL's own programs.")]
pub(in crate::cli) struct Backup {
    /// The file to write
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
    /// Replace an existing file, once the copy is checked
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

The log named by --db must not exist yet. Afterwards import again what was recorded since the backup: known actions are
skipped, and alerts that are already in the stream are recognised and not published twice.")]
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

Each line has an action as it was recorded (also a withdrawn one), when it was recorded, and by whom. `kamnot import`
and `kamnot assess` read such a file; an import uses its own time as record time. The file contains personal data, as
the log does.")]
pub(in crate::cli) struct Export {
    /// The file to write [default: standard output]
    #[arg(value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Make what is personal in a closed case unreadable for good, for everybody
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot seal VTE-2016-0001 --reason retention_ended

What is known of the child, free texts and numbers of orders of the case can be read by nobody any more, in this log and in
backups that are made of it later. Its limits, alerts, proofs and counts stay. It is refused while the case is open or the
child is held. The case's key is destroyed, and the keys of all other cases are wrapped by a new master key: make a new
copy of it, and destroy the copies of the old one. Given again after it broke off, it goes on.

It does not reach what left the log: see \"Sealing a case\" in operations.md.")]
pub(in crate::cli) struct Seal {
    /// The case's reference
    #[arg(value_name = "CASE", value_parser = case)]
    pub case: CaseRef,
    /// Why: the time for keeping it is over (`retention_ended`), a court or another body ordered it (`ordered`), or the person
    /// whom it is about asked for it (`requested`)
    #[arg(long, value_name = "CODE", value_parser = seal_reason)]
    pub reason: SealReason,
    /// The office that has it done
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: Option<OfficeCode>,
}

fn seal_reason(text: &str) -> Result<SealReason, String> {
    SealReason::from_word(text).ok_or_else(|| format!("expected one of {}", SealReason::WORDS.join(", ")))
}
