//! The options of `kamnot alerts`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use engine::action::{CaseRef, When};
use engine::alert::Kind;
use engine::calendar::Instant;

use super::super::connection::NatsOptions;
use super::network::{FollowersPlace, Whose};
use super::{case, instant, when};

/// List the alerts to an office: a row for each limit with its history, the findings of a case in one row. First the
/// limits on a detention and on what it asks, such as telling the parents; each in the order of the first alert
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot alerts --prosecutor vte-prosecutor --open
  kamnot alerts --court vte-juvenile-court --kind breach,arguable --since 2026-03-01
  kamnot alerts --case VTE-2026-0001
  kamnot alerts --legal-aid vte-legal-aid --format csv > alerts.csv
  kamnot alerts --follow --prosecutor vte-prosecutor --nats nats://localhost:4222

The kind of a row: notice (the limit has not ended), arguable, breach, settled (done, late) or withdrawn (it did not
stand). A notice of a limit that was met in time stays a notice; it is not open.")]
pub(in crate::cli) struct AlertsOf {
    #[command(flatten)]
    pub whose: Whose,
    /// Only of this case; without an office: alerts to any office
    #[arg(long, value_name = "CASE", value_parser = case, conflicts_with = "follow")]
    pub case: Option<CaseRef>,
    /// Only open alerts: not settled and not withdrawn; of notices only those of limits that still run
    #[arg(long, conflicts_with = "follow")]
    pub open: bool,
    /// Only rows of this kind: notice, arguable, breach, settled, withdrawn, escalated; several separated by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind, conflicts_with = "follow")]
    pub kind: Vec<Kind>,
    /// Only rows with an alert since then: an instant, or a date (its beginning). With --follow earlier alerts are
    /// skipped for good
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: Option<When>,
    /// The list as of this instant, without later alerts [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant, conflicts_with = "follow")]
    pub at: Option<Instant>,
    /// The output format; with --follow: table or jsonl
    #[arg(long, value_enum, default_value = "table")]
    pub format: AlertsFormat,
    /// Print each alert as it arrives over NATS (--nats), until stopped
    #[arg(long, requires = "nats")]
    pub follow: bool,
    #[command(flatten)]
    pub nats: NatsOptions,
    /// With --follow: the file that keeps the ids of printed alerts, so that none is printed twice after a restart
    /// [default: kamnot/seen-OFFICE in `$XDG_STATE_HOME` or ~/.local/state]
    #[arg(long, value_name = "FILE", requires = "follow")]
    pub seen: Option<PathBuf>,
    #[command(flatten)]
    pub place: FollowersPlace,
}

/// The format of alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AlertsFormat {
    /// For people
    Table,
    /// For a spreadsheet
    Csv,
    /// One array
    Json,
    /// One object a line
    Jsonl,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_word(text).ok_or_else(|| format!("expected one of {}", Kind::WORDS.join(", ")))
}
