//! The lists that an office works from: its docket, and what it owes.

use clap::Args;
use engine::action::{OfficeCode, When};
use engine::calendar::Instant;
use engine::rulebook::Period;

use super::network::Whose;
use super::{Format, instant, office, when};

/// List an office's cases: children held beyond a limit first, then other held children by the next limit, then the
/// others
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
    /// Only cases with an action or an alert recorded since then: an instant, or a date (its beginning)
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub changed_since: Option<When>,
    /// The instant of the list [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// List what an office owes: its open limits in all cases, overrun ones first, then by the hours left
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot today --office vte-prosecutor
  kamnot today --office vte-prosecutor --shift     what runs out before the next shift, and who has it")]
pub(in crate::cli) struct Today {
    /// The office's code
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub office: OfficeCode,
    /// The instant of the list [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// Only what runs out before the office's next shift; a shift that ends within the hour counts as over
    #[arg(long)]
    pub shift: bool,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// A duration in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Seconds(pub i64);

fn within(text: &str) -> Result<Seconds, String> {
    let seconds = match Period::parse(text) {
        Some(Period::Minutes(n)) => i64::from(n) * 60,
        Some(Period::Hours(n)) => i64::from(n) * 3600,
        Some(Period::Days(n)) => i64::from(n) * 86_400,
        Some(Period::Months(_)) | None => return Err("expected a duration such as 90min, 12h or 3d".to_owned()),
    };
    Ok(Seconds(seconds))
}
