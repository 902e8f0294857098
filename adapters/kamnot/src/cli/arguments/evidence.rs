//! The options of `key`, `checkpoint`, `evidence` and `verify`, and those of the log's keys.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use engine::action::CaseRef;
use engine::calendar::parse_date;
use evidence::hash::Hash;
use evidence::register::{Day, NotALine, RegisterLine};

use super::PolicyOptions;

/// The heading of the options of the log's keys.
pub(super) const PROOF: &str = "Proof of the log";

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
  kamnot checkpoint --for-witness stick/checkpoint --from 20852163      to a witness without a network, on a stick
  kamnot checkpoint --cosigned stick/cosigned --policy policy           and back

`kamnot serve --log-key FILE` makes and signs checkpoints. Exit code 1: there is no signed one yet.")]
pub(in crate::cli) struct Checkpoint {
    /// Write the newest signed checkpoint into a file, for `kamnot witness sign`; none of that name may exist
    #[arg(long, value_name = "FILE", conflicts_with_all = ["register", "cosigned"])]
    pub for_witness: Option<PathBuf>,
    /// The size that the witness cosigned last, as `kamnot witness show` prints it
    #[arg(long, value_name = "SIZE", requires = "for_witness", default_value_t = 0)]
    pub from: u64,
    /// Keep the cosignature that a witness gave, from the file that `kamnot witness sign` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "register", requires = "policy")]
    pub cosigned: Option<PathBuf>,
    /// The witnesses whose cosignatures are kept (C2SP tlog-policy)
    #[arg(long, value_name = "FILE", env = "KAMNOT_POLICY")]
    pub policy: Option<PathBuf>,
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

/// Write the evidence file of a case: everything that the log holds of it, with what proves that, to be verified offline
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot evidence VTE-2026-0001 -o case.evidence --log-key log-key
  kamnot evidence VTE-2026-0001 -o case.evidence --log-key log-key --without-personal
  kamnot verify case.evidence --fingerprint '…'

It first makes a checkpoint, signs it and, with --policy, has it cosigned by the witnesses, 5 seconds at most. Where a `serve` on PostgreSQL keeps the log's tree, it waits up to 5 seconds for the
checkpoint of that one; what is in none yet stands in the file as not yet proved. The file holds what is personal, unless
--without-personal is given; a file that was handed out cannot be taken back.")]
pub(in crate::cli) struct EvidenceOf {
    /// The case's reference
    #[arg(value_parser = super::case)]
    pub case: CaseRef,
    /// The file to write; none of that name may exist
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Leave out names, birth dates, reasons and numbers of orders: their commitments stay
    #[arg(long)]
    pub without_personal: bool,
    /// Make no checkpoint: use the newest that is signed. No passphrase is needed then
    #[arg(long)]
    pub as_signed: bool,
    #[command(flatten)]
    pub keys: KeyOptions,
    #[command(flatten)]
    pub policy: PolicyOptions,
}

/// Verify an evidence file, without a log: whose it is, whether it is complete and since when, what follows from the law
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot verify case.evidence --fingerprint '1f0c 93aa …'    as the log's office prints it (`kamnot key show`)
  kamnot verify case.evidence --policy policy                 logs and witnesses that are trusted (C2SP tlog-policy)
  kamnot verify case.evidence --policy policy --at-least 2026-03-31
  kamnot verify case.evidence --register '2026-03-31 kamnot.example.org/vte 20852163 4813 494d …'
  kamnot verify case.evidence --receipt receipt

Exit code 1: something does not hold, the file is damaged, or nobody said which key is trusted. 2: a file cannot be read.")]
pub(in crate::cli) struct Verify {
    /// The evidence file
    pub file: PathBuf,
    /// The logs and witnesses that are trusted (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The fingerprint of a key of checkpoints that is trusted: 64 digits, in groups or not; may be given again
    #[arg(long = "fingerprint", value_name = "DIGITS", conflicts_with = "policy", value_parser = fingerprint)]
    pub fingerprints: Vec<Hash>,
    /// A receipt that an office was given: a signed note; may be given again
    #[arg(long = "receipt", value_name = "FILE")]
    pub receipts: Vec<PathBuf>,
    /// A line of the paper register, as it stands there; may be given again
    #[arg(long = "register", value_name = "LINE", value_parser = register)]
    pub registers: Vec<RegisterLine>,
    /// Refuse a file that is not attested to be complete up to this day
    #[arg(long, value_name = "DATE", value_parser = of_register)]
    pub at_least: Option<Day>,
}

pub(super) fn fingerprint(text: &str) -> Result<Hash, String> {
    let digits: String = text.split_whitespace().collect();
    digits.to_ascii_lowercase().parse().map_err(|_| "expected 64 hexadecimal digits".to_owned())
}

fn register(text: &str) -> Result<RegisterLine, String> {
    text.parse().map_err(|error: NotALine| error.to_string())
}

fn of_register(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_| "expected a date, such as 2026-03-04".to_owned())
}
