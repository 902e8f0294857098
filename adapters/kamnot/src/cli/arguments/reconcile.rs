//! The options of `reconcile`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use engine::calendar::Instant;

use super::super::connection::NatsOptions;
use super::instant;

/// How long what looks different may take to come right while others are at work.
pub(in crate::cli) const PATIENCE: Duration = Duration::from_secs(10);

/// Recompute every case from the log alone, and compare with the views and with what was published
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot reconcile                                     what was delivered is judged by the marks in the log
  kamnot reconcile --nats nats://localhost:4222        … by the stream of alerts itself, message by message
  kamnot reconcile --last                              what the last one found, by hand or by `kamnot serve`

The result says how many cases were evaluated, how many alerts were due by the law and the log, how many were delivered,
and what differs; it is kept in the log and, with --nats, published on kamnot.reconciliation. `kamnot serve` does this
once a day. A difference is an alarm: exit code 1. It may run beside everything else: what seems to differ is looked at
again before it is called different.")]
pub(in crate::cli) struct Reconcile {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// The instant by which everything due had to be told [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: ResultFormat,
    /// Print what the last reconciliation found, and do none
    #[arg(long, conflicts_with = "at")]
    pub last: bool,
    /// How long what seems to differ may take to come right before it is called different
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs(),
        value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub patience: u64,
    /// From how many days of silence on an office with open cases is listed
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    pub silent_days: i64,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ResultFormat {
    /// For people
    Table,
    /// One object
    Json,
}
