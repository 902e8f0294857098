//! What `kamnot serve` is told.

use std::net::SocketAddr;

use clap::Args;
use nats::Replicas;
use service::intake::budget::Budget;
use service::reconcile::TimeOfDay;

use super::super::connection::{NATS, NatsOptions};
use super::address;

/// Watch the limits and publish alerts, until stopped (SIGTERM, Ctrl-C)
#[derive(Debug, Args)]
#[command(after_help = "\
Without --nats alerts are recorded and wait; they are published once a server is given.

Example:
  kamnot serve --nats nats://localhost:4222 --listen 127.0.0.1:9464
  curl http://127.0.0.1:9464/readyz

What --listen shows needs no password and holds no case: figures, and what stands in the way of the work.")]
pub(in crate::cli) struct Serve {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// On how many servers of the NATS cluster the stream of alerts is kept, 1 to 5, when it is made: 3 outlasts the
    /// loss of one server, 5 of two
    #[arg(long, value_name = "N", default_value = "1", value_parser = replicas, help_heading = NATS)]
    pub nats_replicas: Replicas,
    /// Answer /metrics (for Prometheus), /healthz and /readyz over HTTP there [default: nowhere]
    #[arg(long, value_name = "ADDRESS:PORT", env = "KAMNOT_LISTEN", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// When to hold the log, the views and what was published against each other, once a day: a time of the day in
    /// Vientiane, or `off`; of several programs that serve one log one does it
    #[arg(long, value_name = "HH:MM", value_parser = daily_at, default_value = "03:00")]
    pub reconcile_at: DailyAt,
    /// Take no actions that offices send over NATS. A server that lets anybody in proves no sender
    #[arg(long)]
    pub without_actions: bool,
    #[command(flatten)]
    pub budget: OfficeBudget,
}

/// What each office may send in a minute
#[derive(Debug, Args)]
pub(in crate::cli) struct OfficeBudget {
    /// How many requests each office may send over NATS in a minute; 0: as many as it likes
    #[arg(long = "office-requests", value_name = "N", default_value_t = Budget::default().requests, help_heading = NATS)]
    requests: u32,
    /// How many bytes each office may send over NATS in a minute; 0: as many as it likes
    #[arg(long = "office-bytes", value_name = "N", default_value_t = Budget::default().bytes, help_heading = NATS)]
    bytes: u32,
    /// How many actions and alerts may come of what each office sends over NATS in a minute; 0: as many as do
    #[arg(long = "office-events", value_name = "N", default_value_t = Budget::default().events, help_heading = NATS)]
    events: u32,
}

impl OfficeBudget {
    /// As the program counts it.
    pub(in crate::cli) const fn budget(&self) -> Budget {
        Budget { requests: self.requests, bytes: self.bytes, events: self.events }
    }
}

fn replicas(text: &str) -> Result<Replicas, String> {
    text.parse().ok().and_then(Replicas::new).ok_or_else(|| "expected a number of servers, 1 to 5".to_owned())
}

/// When the daily reconciliation of `serve` is done.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum DailyAt {
    /// At this time of the day.
    At(TimeOfDay),
    /// Never.
    Off,
}

/// Reads a time of the day, or `off`.
fn daily_at(text: &str) -> Result<DailyAt, String> {
    if text == "off" { Ok(DailyAt::Off) } else { text.parse().map(DailyAt::At) }
}
