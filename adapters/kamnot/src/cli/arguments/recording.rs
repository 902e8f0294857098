//! The options of the commands that take actions: from files, or from a person.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use engine::action::OfficeCode;
use engine::calendar::Instant;

use super::{instant, office};

/// Record the actions of files
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot import 2026-03.jsonl --as vte-prosecutor
  other-system | kamnot import -                  JSON Lines or CSV from standard input
  kamnot import custody.xlsx                      a table from Excel; `kamnot template` prints its columns
  kamnot import archive.csv --as-history          old cases: no alerts about limits that are over

A table has the columns case,id,action,at,by,details, where details is a JSON object with the other fields; or one
column for each field. Cells of CSV are separated by commas, semicolons or tabs; of a workbook (.xlsx) the first sheet
is read. Refused lines are printed with their numbers on standard error; the others are recorded. Importing a file twice
adds nothing.")]
pub(in crate::cli) struct Import {
    /// JSON Lines, CSV or a workbook (.xlsx), recognised by the content; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Publish no alerts about limits that are over; an open breached limit is published all the same
    #[arg(long)]
    pub as_history: bool,
    /// Record nothing of a file if one of its lines is refused
    #[arg(long)]
    pub all_or_nothing: bool,
    /// The format of the outcome of each line, on standard output
    #[arg(long, value_enum, default_value = "table")]
    pub format: ImportForm,
    /// The office that sends the file [default: for each action the office that acted]
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: Option<OfficeCode>,
}

/// The format in which `import` and `send` print the outcome of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ImportForm {
    /// For people: one line for each file
    Table,
    /// One array, an object for each file with the verdict on each line
    Json,
}

/// Record one action, a JSON object on standard input; on a terminal, asked field by field
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  echo '{\"case\":\"VTE-2026-0001\",\"action\":\"medical_check\",\"at\":\"2026-03-01T11:00:00+07:00\",\"by\":\"vte-investigation\"}' \\
    | kamnot record --as vte-investigation")]
pub(in crate::cli) struct Record {
    /// Publish no alerts about limits that are over
    #[arg(long)]
    pub as_history: bool,
    /// The office that sends it [default: the office that acted]
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: Option<OfficeCode>,
}

/// Check the cases of a file against the law, as if all of it were recorded; no log is needed
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot assess cases.jsonl --at 2026-10-01T00:00:00+07:00 --format jsonl")]
pub(in crate::cli) struct Assess {
    /// JSON Lines, CSV or a workbook (.xlsx), recognised by the content; - is standard input
    pub file: PathBuf,
    /// The instant for which the cases are assessed [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: AssessFormat,
}

/// The format of `assess`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AssessFormat {
    /// For people
    Table,
    /// One array
    Json,
    /// One object a line
    Jsonl,
}
