//! The options of `status`.

use std::net::SocketAddr;

use clap::Args;

use super::super::connection::NatsOptions;
use super::{ResultFormat, address};

/// Is all well? The log, the clock, the watch, NATS, the last reconciliation and backup, silent offices
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot status
  kamnot status --nats nats://localhost:4222 --listen 127.0.0.1:9464
  kamnot status --format json || mail …

It checks NATS only with --nats, and a running `kamnot serve` only with --listen (the address of its own --listen). It
changes nothing, and does not read the whole log; `kamnot check` does.

Exit code: 0 all is well, 1 something wants attention, 2 the log cannot be read.")]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// The address at which a running `kamnot serve` answers over HTTP
    #[arg(long, value_name = "ADDRESS:PORT", env = "KAMNOT_LISTEN", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// After how many days of silence an office with open cases wants attention
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    pub silent_days: i64,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: ResultFormat,
}
