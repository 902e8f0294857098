//! The commands and their options, with the help that teaches them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::calendar::Instant;

/// What the command line says.
#[derive(Debug, Parser)]
#[command(name = "kamnot", version, about = "Deadline watch over juvenile cases (Lao PDR, Law 05/NA, Part V)")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The rulebook, a TOML file; the one of Law 05/NA of 2006 comes with the program
    #[arg(long, global = true, value_name = "FILE")]
    pub rulebook: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Assess(Assess),
}

/// Hold the cases of a file against the law, without a database
#[derive(Debug, Args)]
pub(super) struct Assess {
    /// JSON Lines, or CSV if the name ends in .csv; - is standard input
    pub file: PathBuf,
    /// The instant at which the cases are looked at [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: AssessFormat,
}

/// How `assess` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AssessFormat {
    /// For people
    Table,
    /// One array
    Json,
    /// One object a line
    Jsonl,
}

/// Reads an instant with its offset.
fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .ok_or_else(|| "expected an instant with its offset, such as 2026-03-04T08:00:00+07:00".to_owned())
}
