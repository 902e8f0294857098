//! The commands and their options, with their help texts.

mod actions;
mod alerts;
mod evidence;
mod inbox;
mod lists;
mod mail;
mod network;
mod people;
mod reconcile;
mod recording;
mod serve;
mod status;
mod succession;
mod web;
mod whole_log;
mod witness;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::action::{CaseRef, OfficeCode, When};
use engine::calendar::Instant;
use engine::rulebook::Language;
use store::place::LogPlace;

pub(super) use self::evidence::{Check, Checkpoint, EvidenceOf, Key, KeyCommand, KeyOptions, Verify};
pub(super) use actions::{ActionsOf, Template};
pub(super) use alerts::{AlertsFormat, AlertsOf};
pub(super) use inbox::{About, Inbox, InboxCommand, Promised};
pub(super) use lists::{Docket, Figures, Seconds, Today};
pub(super) use mail::{Mail, MailCommand, MailOptions, SecretsOf};
pub(super) use people::{FactorOf, Feeds, FeedsCommand, People, PeopleCommand, RoleOf, Tokens, TokensCommand};
pub(super) use recording::{Assess, AssessFormat, Import, ImportForm, Record};
pub(super) use succession::Succession;
pub(super) use whole_log::{Backup, BringOver, Export, Move, Restore, Seal};
pub(super) use witness::{PolicyOptions, Witness, WitnessCommand};

pub(super) use network::{Nats, NatsCommand, NatsConfig, NatsTest, Send, Whose};
pub(super) use reconcile::{PATIENCE, Reconcile, ResultFormat};
pub(super) use serve::{DailyAt, Serve};
pub(super) use status::Status;
pub(super) use web::WebOptions;

const ABOUT: &str = "Deadline watch over juvenile cases (Lao PDR, Law 05/NA of 2006, Part V)";

const EXAMPLES: &str = "\
First steps:
  kamnot demo                                     three made-up cases, seven months in seconds
  kamnot assess cases.jsonl                       check a file against the law; nothing is stored
  kamnot import cases.jsonl --as vte-prosecutor   record a file in kamnot.db
  kamnot docket --court vte-juvenile-court        a court's cases, children held too long first
  kamnot today --office vte-prosecutor            what an office owes, by the hours left
  kamnot inbox list --as vte-prosecutor           what an office has to act on, and who has it
  kamnot alerts --prosecutor vte-prosecutor       the alerts to a prosecutor's office
  kamnot timeline VTE-2026-0001 --why             one case, with the count of every limit
  kamnot serve --nats nats://localhost:4222       watch the limits, publish alerts as they fall due
  kamnot status                                   is all well?

Exit code: 0; 1 if something was refused or wants attention; 2 if a file, a database or a server failed.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "kamnot", version, about = ABOUT, after_help = EXAMPLES, infer_long_args = false)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

/// The options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(super) struct Common {
    /// The log: an SQLite file, or the address of a PostgreSQL database, as `kamnot move --help` shows
    #[arg(long, global = true, value_name = "FILE", env = "KAMNOT_DB", default_value = "kamnot.db")]
    pub db: LogPlace,
    /// The file of the master key of what is personal in the log [default: the systemd credential `kamnot-master-key`, else beside the
    /// log's file `kamnot.db.master-key`, for a database kamnot/master-key in `$XDG_STATE_HOME` or ~/.local/state]
    #[arg(long, global = true, value_name = "FILE", env = "KAMNOT_MASTER_KEY")]
    pub master_key: Option<PathBuf>,
    /// The rulebook, a TOML file [default: the one in force in the log; in a new log, that of Law 05/NA of 2006]
    #[arg(long, global = true, value_name = "FILE")]
    pub rulebook: Option<PathBuf>,
    /// More offices, or other names for those of the program, a TOML file [default: the one in force in the log]
    #[arg(long, global = true, value_name = "FILE")]
    pub offices: Option<PathBuf>,
    /// The language of sentences and headings: en or lo
    #[arg(long, global = true, value_name = "LANGUAGE", env = "KAMNOT_LANG", value_parser = language,
        default_value = "en")]
    pub lang: Language,
    /// How long to wait for another program that keeps the log locked, at most a day
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub wait: u64,
    /// The format of diagnostic messages on standard error; `RUST_LOG` sets their levels
    #[arg(long, global = true, value_enum, value_name = "FORM", default_value = "text")]
    pub log: LogForm,
}

/// The format of diagnostic messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogForm {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo(Demo),
    Import(Import),
    Record(Record),
    Assess(Assess),
    Docket(Docket),
    Today(Today),
    Inbox(Inbox),
    Figures(Figures),
    Alerts(AlertsOf),
    Timeline(Timeline),
    Serve(Box<Serve>),
    Rules(Rules),
    Offices(Offices),
    People(People),
    Tokens(Tokens),
    Feeds(Feeds),
    Mail(Mail),
    Actions(ActionsOf),
    Template(Template),
    Clock(Clock),
    Status(Status),
    Nats(Nats),
    Send(Send),
    #[command(name = "transfer")]
    Succession(Succession),
    Move(Move),
    BringOver(BringOver),
    Backup(Backup),
    Restore(Restore),
    Export(Export),
    Seal(Seal),
    Reconcile(Reconcile),
    Key(Key),
    Checkpoint(Checkpoint),
    Evidence(EvidenceOf),
    Verify(Verify),
    Witness(Witness),
    /// Rebuild the views of all cases from the log; the log and the marks of delivery stay as they are
    Rebuild,
    Check(Check),
}

impl Command {
    /// Whether it works until it is stopped.
    pub const fn goes_on(&self) -> bool {
        match self {
            Self::Serve(_) => true,
            Self::Witness(own) => matches!(own.command, WitnessCommand::Run { .. }),
            _ => false,
        }
    }
}

/// Play three made-up cases on a clock that runs by itself; no server and no files needed
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Show the cases as pages on this machine, with a login for each role to click on, until stopped (Ctrl-C)
    /// Beyond this machine, for a training: with --web-cert, --web-key and a password for the room
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:8026",
        value_parser = address)]
    pub web: Option<SocketAddr>,
    /// The pages' certificate (PEM), with those of its authorities
    #[arg(long = "web-cert", value_name = "FILE", requires_all = ["web", "web-key"])]
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM), which only its owner and its group may read
    #[arg(long = "web-key", id = "web-key", value_name = "FILE", requires_all = ["web", "certificate"])]
    pub key: Option<PathBuf>,
    /// The file with the password of the room, on its first line; without it, beyond this machine, it is asked for
    #[arg(long = "room-password", value_name = "FILE", requires = "web")]
    pub room_password: Option<PathBuf>,
    /// Publish the alerts on this NATS server too (JetStream)
    #[arg(long, value_name = "URL")]
    pub nats: Option<String>,
}

/// The format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For a spreadsheet
    Csv,
    /// One array
    Json,
}

/// One case: every action as it was recorded, limits, findings and alerts in order
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot timeline VTE-2026-0001 --why
  kamnot timeline VTE-2026-0001 --limit remand-term --why   how the end of each month of remand was counted
  kamnot timeline VTE-2026-0001 --as-known-on 2026-03-05   what was on record by the end of that day
  kamnot timeline VTE-2026-0001 --lang lo --html > case.html    a document to print, in one file

It prints personal data from the log: birth dates, reasons, numbers of orders.")]
pub(super) struct Timeline {
    /// The case's reference
    #[arg(value_parser = case)]
    pub case: CaseRef,
    /// Only what was on record by then: an instant, or a date (its end)
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub as_known_on: Option<When>,
    /// The instant for which the case is assessed [default: that of --as-known-on, or now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<Instant>,
    /// Print the count of each limit and the grounds of each finding
    #[arg(long)]
    pub why: bool,
    /// Only this rule, or the rules of this article: custody-48h, 64, 62(2); with their actions
    #[arg(long, value_name = "RULE")]
    pub limit: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Print the document for a judge, as one HTML file that needs no server
    #[arg(long, conflicts_with_all = ["format", "limit", "why"])]
    pub html: bool,
}

/// Show the rules of the law that the program watches
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  kamnot rules                      all rules, with their articles
  kamnot rules custody-48h          one rule: the law's words, the limit, both readings
  kamnot rules 64                   an article in full, with the rules on it; also 62(1)
  kamnot rules check FILE           check a rulebook file
  kamnot rules adopt FILE           show what another rulebook would change; with --yes, put it in force"
)]
pub(super) struct Rules {
    #[command(subcommand)]
    pub command: Option<RulesCommand>,
    /// The rule, or an article such as 64 or 62(1)
    pub rule: Option<String>,
}

/// The subcommands of `rules`.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Check a rulebook file
    Check {
        /// The rulebook, a TOML file
        file: PathBuf,
    },
    /// Show what a rulebook would change in the cases; with --yes, put it in force
    Adopt {
        /// The rulebook, a TOML file
        file: PathBuf,
        /// Put it in force and assess every open case under it
        #[arg(long)]
        yes: bool,
    },
}

/// List the offices that the program knows by name
#[derive(Debug, Args)]
pub(super) struct Offices {
    #[command(subcommand)]
    pub command: Option<OfficesCommand>,
    /// List the offices with open cases by how long they have recorded nothing, the longest first, as of the last
    /// reconciliation
    #[arg(long)]
    pub silent: bool,
}

/// The subcommands of `offices`.
#[derive(Debug, Subcommand)]
pub(super) enum OfficesCommand {
    /// Check an offices file; if there is a log, compare the file with it
    Check {
        /// The offices, a TOML file
        file: PathBuf,
    },
    /// Show what an offices file would change; with --yes, put it in force in the log, for the pages
    Adopt {
        /// The offices, a TOML file
        file: PathBuf,
        /// Put it in force
        #[arg(long)]
        yes: bool,
    },
}

/// Confirm the machine's clock
#[derive(Debug, Args)]
pub(super) struct Clock {
    #[command(subcommand)]
    pub command: ClockCommand,
}

/// The subcommands of `clock`.
#[derive(Debug, Subcommand)]
pub(super) enum ClockCommand {
    /// Confirm that the machine's clock is right, after it jumped and `serve` held back alerts
    Confirm,
}

/// Reads an address with its port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "expected an address and a port, such as 127.0.0.1:9464, 0.0.0.0:9464 or [::1]:9464".to_owned())
}

/// Reads an instant with its offset.
pub(super) fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .ok_or_else(|| "expected an instant with its offset, such as 2026-03-04T08:00:00+07:00".to_owned())
}

fn when(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| {
        "expected an instant with its offset, such as 2026-03-04T08:00:00+07:00, or a date such as 2026-03-04"
            .to_owned()
    })
}

fn office(text: &str) -> Result<OfficeCode, String> {
    OfficeCode::new(text)
        .ok_or_else(|| "expected an office code, 1 to 64 of a-z, 0-9, -, such as vte-prosecutor".to_owned())
}

fn case(text: &str) -> Result<CaseRef, String> {
    CaseRef::new(text).ok_or_else(|| "expected a case reference, 1 to 64 of A-Z, a-z, 0-9, -, _".to_owned())
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_word(text).ok_or_else(|| "expected en or lo".to_owned())
}
