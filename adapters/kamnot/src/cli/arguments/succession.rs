//! The options of `transfer`.

use std::path::PathBuf;

use clap::Args;
use engine::action::OfficeCode;

use super::office;

/// Let the cases of an office go to the one that takes its place; shows what would change before anything does
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot transfer --from old-court --to new-court              what would change: cases, alerts
  kamnot transfer --from old-court --to new-court --yes        a renamed office, or courts that were merged
  kamnot transfer --from old-prosecutor --to north-prosecutor --with north-court --yes
  kamnot transfer --from old-prosecutor --to south-prosecutor --cases south.txt --yes

Each case gets one case_transferred, recorded by the office that gives it. If all cases go, the offices file in force has
to name the new office in `succeeded_by` of the old one, and the old office's people and tokens follow. If the command
breaks off, give it again: it goes on where it stopped.")]
pub(in crate::cli) struct Succession {
    /// The office whose cases go
    #[arg(long, value_name = "OFFICE", value_parser = office)]
    pub from: OfficeCode,
    /// The office to which they go
    #[arg(long, value_name = "OFFICE", value_parser = office)]
    pub to: OfficeCode,
    /// Only the cases that this office has, too, such as a court; people and tokens stay
    #[arg(long, value_name = "OFFICE", value_parser = office, conflicts_with = "cases")]
    pub with: Option<OfficeCode>,
    /// Only the cases of this file, a reference on each line; people and tokens stay
    #[arg(long, value_name = "FILE")]
    pub cases: Option<PathBuf>,
    /// Print the references of the cases, one on each line, and nothing else
    #[arg(long, conflicts_with = "yes")]
    pub list: bool,
    /// Transfer the cases
    #[arg(long)]
    pub yes: bool,
}
