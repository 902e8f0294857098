//! The options of `key` and `checkpoint`, and those of the log's keys.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use engine::calendar::parse_date;

/// The heading of the options of the log's keys.
const PROOF: &str = "Proof of the log";

/// The log's keys.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct KeyOptions {
    /// The file of the log's keys, which `kamnot key new` makes [default: the systemd credential `log-key`, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "KAMNOT_LOG_KEY", help_heading = PROOF)]
    pub log_key: Option<PathBuf>,
    /// The file with the passphrase of the log's keys, on its first line [default: it is asked for on the terminal]
    #[arg(long, global = true, value_name = "FILE", env = "KAMNOT_LOG_PASSPHRASE", help_heading = PROOF)]
    pub log_passphrase: Option<PathBuf>,
}

/// Check the log: every event is readable, in its place, and as the tree has it; every view matches the log
#[derive(Debug, Args)]
#[command(after_help = "\
With --log-key it also sees that the log continues what was signed last, as the mark in the state folder says.")]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    pub keys: KeyOptions,
}

/// The keys with which the log signs its checkpoints and receipts
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot key new --origin kamnot.example.org/vte --log-key log-key
  kamnot key show --log-key log-key
  kamnot key rotate --log-key log-key
  kamnot serve --log-key log-key --log-passphrase passphrase

Keep the file apart from the log and its backups, and a copy of it in a safe. Who has the file and its passphrase can sign in
the log's name.")]
pub(in crate::cli) struct Key {
    #[command(flatten)]
    pub keys: KeyOptions,
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// The subcommands of `key`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// Make the keys, in a new file
    New {
        /// The log's name for the world: a domain of yours and a word, such as kamnot.example.org/vte; it stays for ever
        #[arg(long, value_name = "NAME")]
        origin: String,
        /// Use no passphrase: the file alone signs, as a systemd credential has to
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Make a new key of checkpoints; the one before signs once more, together with the new one
    Rotate,
    /// Print the public keys and their fingerprints, which whoever verifies compares
    Show,
}

/// Print the newest signed checkpoint of the log, or the line of a day for the paper register
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot checkpoint                               the signed note, to keep elsewhere
  kamnot checkpoint --register                    yesterday's line for the paper register
  kamnot checkpoint --register --day 2026-03-04   that of another day

`kamnot serve --log-key FILE` makes and signs checkpoints. Exit code 1: there is no signed one yet.")]
pub(in crate::cli) struct Checkpoint {
    /// Print the line of a day for the paper register: day, origin, size, root
    #[arg(long)]
    pub register: bool,
    /// The day [default: yesterday, the last day that is over]
    #[arg(long, value_name = "DATE", requires = "register", value_parser = day)]
    pub day: Option<NaiveDate>,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "expected a date, such as 2026-03-04".to_owned())
}
