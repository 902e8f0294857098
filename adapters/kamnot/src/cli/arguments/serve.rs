//! The options of `kamnot serve`.

use std::net::SocketAddr;

use clap::Args;
use nats::Replicas;
use service::intake::budget::Budget;
use service::reconcile::TimeOfDay;

use super::super::connection::{NATS, NatsOptions};
use super::{KeyOptions, MailOptions, PolicyOptions, WebOptions, address};

/// Watch the limits and publish alerts, until stopped (SIGTERM, Ctrl-C)
#[derive(Debug, Args)]
#[command(after_help = "\
Without --nats alerts are recorded and wait; they are published once --nats is given.

Example:
  kamnot serve --nats nats://localhost:4222 --listen 127.0.0.1:9464
  curl http://127.0.0.1:9464/readyz
  kamnot serve --web 127.0.0.1:8026 --listen 127.0.0.1:9464

The pages of --listen need no password. They show figures and the reasons for faults, and no case.")]
pub(in crate::cli) struct Serve {
    #[command(flatten)]
    pub nats: NatsOptions,
    /// The number of replicas of the stream of alerts in a NATS cluster, 1 to 5, when it is created: 3 survive the loss
    /// of one server, 5 of two
    #[arg(long, value_name = "N", default_value = "1", value_parser = replicas, help_heading = NATS)]
    pub nats_replicas: Replicas,
    /// Answer /metrics (for Prometheus), /healthz and /readyz over HTTP at this address [default: none]
    #[arg(long, value_name = "ADDRESS:PORT", env = "KAMNOT_LISTEN", value_parser = address)]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    pub web: WebOptions,
    /// When to reconcile the log with the views and the published alerts, once a day: a time of the day in Vientiane,
    /// or `off`; of several programs that serve one log one does it
    #[arg(long, value_name = "HH:MM", value_parser = daily_at, default_value = "03:00")]
    pub reconcile_at: DailyAt,
    /// How often a checkpoint of the log's tree is made, if anything is new; one more is made at each day's end
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub checkpoint_every: u64,
    /// Take no actions over NATS; for a server without logins, which proves no sender
    #[arg(long)]
    pub without_actions: bool,
    #[command(flatten)]
    pub budget: OfficeBudget,
    #[command(flatten)]
    pub mail: MailOptions,
    #[command(flatten)]
    pub keys: KeyOptions,
    #[command(flatten)]
    pub policy: PolicyOptions,
}

/// The budget of each office for a minute
#[derive(Debug, Args)]
pub(in crate::cli) struct OfficeBudget {
    /// How many requests each office may send over NATS in a minute; 0: no limit
    #[arg(long = "office-requests", value_name = "N", default_value_t = Budget::default().requests, help_heading = NATS)]
    requests: u32,
    /// How many bytes each office may send over NATS in a minute; 0: no limit
    #[arg(long = "office-bytes", value_name = "N", default_value_t = Budget::default().bytes, help_heading = NATS)]
    bytes: u32,
    /// How many actions, and alerts that they cause, each office may add over NATS in a minute; 0: no limit
    #[arg(long = "office-events", value_name = "N", default_value_t = Budget::default().events, help_heading = NATS)]
    events: u32,
}

impl OfficeBudget {
    /// The budget.
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
