//! The lists that an office works from: its docket, and what it owes.

use clap::Args;
use engine::action::{OfficeCode, When};
use engine::calendar::Instant;
use engine::rulebook::Period as Length;
use projections::figures::period::{Period, Quarter};

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

/// Show an office's exact figures of a year or quarter; or the fixed figures of a closed quarter, rounded to 5, which are
/// counted and kept for good when they are first asked for
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot figures --office vte-juvenile-court                        this year so far
  kamnot figures --office vte-prosecutor --period 2026-Q1 --format csv > figures.csv
  kamnot figures --quarter 2026-Q1                                  the country
  kamnot figures --quarter 2026-Q1 --province 'Vientiane Capital'
  kamnot figures --quarter 2026-Q1 --office vte-prosecutor")]
pub(in crate::cli) struct Figures {
    /// The office's code
    #[arg(long, value_name = "CODE", value_parser = office, required_unless_present = "quarter")]
    pub office: Option<OfficeCode>,
    /// The period of exact figures: 2026 or 2026-Q1 [default: this year]
    #[arg(long, value_name = "PERIOD", value_parser = period, conflicts_with = "quarter")]
    pub period: Option<Period>,
    /// The fixed figures of this quarter: 2026-Q1
    #[arg(long, value_name = "QUARTER", value_parser = quarter)]
    pub quarter: Option<Quarter>,
    /// Of this province, by its English name
    #[arg(long, value_name = "NAME", requires = "quarter", conflicts_with = "office")]
    pub province: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// A duration in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Seconds(pub i64);

fn period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "expected a year or a quarter, such as 2026 or 2026-Q1".to_owned())
}

fn quarter(text: &str) -> Result<Quarter, String> {
    Quarter::parse(text).ok_or_else(|| "expected a quarter, such as 2026-Q1".to_owned())
}

fn within(text: &str) -> Result<Seconds, String> {
    let seconds = match Length::parse(text) {
        Some(Length::Minutes(n)) => i64::from(n) * 60,
        Some(Length::Hours(n)) => i64::from(n) * 3600,
        Some(Length::Days(n)) => i64::from(n) * 86_400,
        Some(Length::Months(_)) | None => return Err("expected a duration such as 90min, 12h or 3d".to_owned()),
    };
    Ok(Seconds(seconds))
}
