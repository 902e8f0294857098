//! The lists that an office works from: its docket, and what it owes.

use clap::Args;
use engine::action::{OfficeCode, When};
use engine::calendar::Instant;
use engine::rulebook::Period;

use super::network::Whose;
use super::{Format, instant, office, when};

/// An office's cases: children held beyond a limit first, then those held by what ends next, then the others
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot docket --court vte-juvenile-court
  kamnot docket --prosecutor vte-prosecutor --held --due-within 3d
  kamnot docket --legal-aid vte-legal-aid --changed-since 2026-03-01 --format csv > docket.csv")]
pub(in crate::cli) struct Docket {
    #[command(flatten)]
    pub whose: Whose,
    /// Only cases in which the child is held
    #[arg(long)]
    pub held: bool,
    /// Only cases in which a limit ends within this time, under either reading: 90min, 12h, 3d
    #[arg(long, value_name = "TIME", value_parser = within)]
    pub due_within: Option<Seconds>,
    /// Only cases of which something was recorded since then, an alert too: an instant, or a date from its beginning
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub changed_since: Option<When>,
    /// The instant at which the cases are looked at [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// What an office owes: its open limits in all cases, what is over first, then by the hours that are left
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot today --office vte-prosecutor")]
pub(in crate::cli) struct Today {
    /// The office's code
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub office: OfficeCode,
    /// The instant at which the cases are looked at [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Seconds(pub i64);

fn within(text: &str) -> Result<Seconds, String> {
    let seconds = match Period::parse(text) {
        Some(Period::Minutes(n)) => i64::from(n) * 60,
        Some(Period::Hours(n)) => i64::from(n) * 3600,
        Some(Period::Days(n)) => i64::from(n) * 86_400,
        Some(Period::Months(_)) | None => return Err("expected a length of time such as 90min, 12h or 3d".to_owned()),
    };
    Ok(Seconds(seconds))
}
