//! The commands that record actions: files of them, and one.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use engine::action::OfficeCode;

use super::office;

/// Record the actions of files
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot import 2026-03.jsonl --as vte-prosecutor
  other-system | kamnot import -                  JSON Lines from standard input
  kamnot import archive.csv --as-history          old cases: what is over is recorded, not published

CSV has the columns case,id,action,at,by,details; details is a JSON object with the other fields, or empty.
Lines that are refused are printed with their numbers on standard error; the others are recorded. Importing a file twice
adds nothing.")]
pub(in crate::cli) struct Import {
    /// JSON Lines, or CSV if the name ends in .csv; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Record what is over without publishing alerts on it; an open breached limit is published all the same
    #[arg(long)]
    pub as_history: bool,
    /// Record nothing of a file of which a line is refused
    #[arg(long)]
    pub all_or_nothing: bool,
    /// How to say on standard output what became of the lines
    #[arg(long, value_enum, default_value = "table")]
    pub format: ImportForm,
    /// The office that sends the file [default: for each action the office that acted]
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: Option<OfficeCode>,
}

/// How `import` and `send` say what became of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ImportForm {
    /// For people: a line for each file
    Table,
    /// One array, an object for each file with the verdict on each line
    Json,
}

/// Record one action, a JSON object on standard input
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  echo '{\"case\":\"VTE-2026-0001\",\"action\":\"medical_check\",\"at\":\"2026-03-01T11:00:00+07:00\",\"by\":\"vte-investigation\"}' \\
    | kamnot record --as vte-investigation")]
pub(in crate::cli) struct Record {
    /// Record it without publishing alerts on what is over
    #[arg(long)]
    pub as_history: bool,
    /// The office that sends it [default: the office that acted]
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: Option<OfficeCode>,
}
