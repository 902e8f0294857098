//! The options of `reconcile`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use engine::calendar::Instant;

use super::super::connection::NatsOptions;
use super::instant;

/// How long an apparent difference may persist while other processes work.
pub(in crate::cli) const PATIENCE: Duration = Duration::from_secs(10);

/// Recompute every case from the log alone, and compare with the views and the published alerts
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot reconcile                                     \"delivered\" is judged by the marks in the log
  kamnot reconcile --nats nats://localhost:4222        … by the stream of alerts itself, message by message
  kamnot reconcile --last                              the last result, by hand or by `kamnot serve`

The result says how many cases were evaluated, how many alerts were due by the law and the log, how many were delivered,
and what differs. It is kept in the log and, with --nats, published on kamnot.reconciliation. `kamnot serve` does this
once a day. A difference is an alarm: exit code 1. It may run beside everything else: an apparent difference is checked
again before it is reported.")]
pub(in crate::cli) struct Reconcile {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// Every alert due by this instant must have been raised [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: ResultFormat,
    /// Print the result of the last reconciliation, without doing one
    #[arg(long, conflicts_with = "at")]
    pub last: bool,
    /// How long an apparent difference may persist before it is reported
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs(),
        value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub patience: u64,
    /// List offices with open cases that have been silent for at least so many days
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    pub silent_days: i64,
}

/// The format of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ResultFormat {
    /// For people
    Table,
    /// One object
    Json,
}
