//! The commands between an office and the server: the server's configuration, and sending actions.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::action::OfficeCode;
use service::offices::OfficeKind;

use super::super::connection::NatsOptions;
use super::{ImportForm, office};

/// Configure and test the NATS server between offices and `kamnot serve`
#[derive(Debug, Args)]
pub(in crate::cli) struct Nats {
    #[command(subcommand)]
    pub command: NatsCommand,
}

/// The subcommands of `nats`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum NatsCommand {
    Config(NatsConfig),
    Test(NatsTest),
}

/// Send a marked test message to an office's subject and wait for it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot nats test --office vte-prosecutor --nats nats://localhost:4222
  set -a; . nats-logins/kamnot.env; set +a
  kamnot nats test --office vte-prosecutor --login nats-logins/vte-prosecutor.env

The message goes to kamnot.test.OFFICE, which is in no stream: it is not an alert and is not kept. With --login it is
received with the office's login, and the office's subscription is checked.")]
pub(in crate::cli) struct NatsTest {
    /// The office
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub office: OfficeCode,
    /// The office's login, the file OFFICE.env from `kamnot nats config`
    #[arg(long, value_name = "FILE")]
    pub login: Option<PathBuf>,
    #[command(flatten)]
    pub nats: NatsOptions,
}

/// Print a nats-server configuration under which each office sends as itself and reads only its own alerts
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot nats config --server nats.example.la:4222 --tls-cert server.pem --tls-key server.key > nats.conf
  nats-server -t -c nats.conf                    check the configuration
  nats-server -c nats.conf

Each office gets a login of its own: a file OFFICE.env in the folder of logins, readable by its owner only. Existing
logins stay as they are. Give each office its own file, over a safe channel; kamnot.env is for `kamnot serve`. A file
sets the environment of the program:
  set -a; . ./vte-prosecutor.env; set +a
  kamnot alerts --follow --prosecutor vte-prosecutor
  kamnot send 2026-03.jsonl --office vte-prosecutor
The configuration contains only hashes of passwords. When you add offices, run the command again and reload the server
(nats-server --signal reload).")]
pub(in crate::cli) struct NatsConfig {
    /// Only these offices [default: all that the program knows, and those of --offices]
    #[arg(long = "only", value_name = "CODE", value_parser = office)]
    pub only: Vec<OfficeCode>,
    /// The folder of the logins
    #[arg(long, value_name = "FOLDER", default_value = "nats-logins")]
    pub logins: PathBuf,
    /// The address at which offices reach the server, for new logins; existing ones keep theirs
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:4222", value_parser = host_and_port)]
    pub server: String,
    /// How many programs of one office may follow its alerts, each with its own subscription
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub subscribers: u16,
    /// Where the server keeps its streams
    #[arg(long, value_name = "FOLDER", default_value = "/var/lib/nats", value_parser = quotable)]
    pub store_dir: String,
    /// The file of the server's certificate
    #[arg(long, value_name = "FILE", requires = "tls_key", value_parser = quotable)]
    pub tls_cert: Option<String>,
    /// The file of the certificate's key
    #[arg(long, value_name = "FILE", requires = "tls_cert", value_parser = quotable)]
    pub tls_key: Option<String>,
}

/// Whose cases or alerts
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(in crate::cli) struct Whose {
    /// The code of the prosecutor's office
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub prosecutor: Option<OfficeCode>,
    /// The code of the court
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub court: Option<OfficeCode>,
    /// The code of the investigation organisation
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub investigator: Option<OfficeCode>,
    /// The code of the legal aid office
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub legal_aid: Option<OfficeCode>,
}

impl Whose {
    /// The office, and its place in the alerts' subjects.
    pub(in crate::cli) fn office(&self) -> Option<(OfficeKind, &OfficeCode)> {
        let Self { prosecutor, court, investigator, legal_aid } = self;
        let of = [
            (OfficeKind::Prosecutor, prosecutor),
            (OfficeKind::Court, court),
            (OfficeKind::Investigator, investigator),
            (OfficeKind::LegalAid, legal_aid),
        ];
        of.into_iter().find_map(|(kind, office)| Some((kind, office.as_ref()?)))
    }
}

/// A follower's subscription at the server
#[derive(Debug, Args)]
pub(in crate::cli) struct FollowersPlace {
    /// With --follow: the prefix of the office's subscription names in the server's configuration (kamnot nats config)
    /// [default: a name of this follower's own, for a server that permits any name]
    #[arg(long, value_name = "NAME", env = "KAMNOT_SUBSCRIPTION")]
    pub subscription: Option<String>,
    /// With --follow: take over the N-th of these subscriptions, even from another follower [default: the one that this
    /// follower had, or the first free one]
    #[arg(long, value_name = "N", requires = "follow", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub subscriber: Option<u16>,
}

/// Send the actions of files to `kamnot serve` over NATS
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot send 2026-03.jsonl --office vte-prosecutor --nats tls://nats.example.la:4222
  other-system | kamnot send - --office vte-prosecutor

For an office that has no access to the log. Files, refusals and the summary are those of kamnot import. The actions are
recorded as sent by this office, and only in cases of its own. Sending a file twice adds nothing: after an interruption,
send the file again.")]
pub(in crate::cli) struct Send {
    /// JSON Lines, CSV or a workbook (.xlsx), recognised by the content; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The office that sends; the login must be its own
    #[arg(long, visible_alias = "as", value_name = "CODE", value_parser = office)]
    pub office: OfficeCode,
    /// The format of the outcome of each line, on standard output
    #[arg(long, value_enum, default_value = "table")]
    pub format: ImportForm,
    #[command(flatten)]
    pub nats: NatsOptions,
}

fn host_and_port(text: &str) -> Result<String, String> {
    let fit = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    };
    match text.rsplit_once(':') {
        Some((host, port)) if fit(host) && port.parse::<u16>().is_ok() => Ok(text.to_owned()),
        _ => Err("expected HOST:PORT, such as nats.example.la:4222".to_owned()),
    }
}

/// A path that can be quoted in the configuration.
fn quotable(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['"', '\\']) || text.contains(char::is_control) {
        return Err("expected a path without quotation marks, backslashes and control characters".to_owned());
    }
    Ok(text.to_owned())
}
