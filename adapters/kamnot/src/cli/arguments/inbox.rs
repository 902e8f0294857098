//! The options of `kamnot inbox`.

use clap::{Args, Subcommand};
use engine::action::{CaseRef, OfficeCode, When};
use uuid::Uuid;

use super::super::connection::NatsOptions;
use super::{Format, case, office, when};

/// An office's inbox: what it has to act on, and what it does about it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot inbox list --as vte-prosecutor
  kamnot inbox take VTE-2026-0001 remand-term --as vte-prosecutor --doing \"ask for release\" --until 2026-03-04T14:30:00+07:00
  kamnot inbox give-back VTE-2026-0001 remand-term --as vte-prosecutor
  kamnot inbox note VTE-2026-0001 --as vte-prosecutor --nats tls://nats.example.la:4222

An item is named by its rule, by its key in the list, or by the id of one of its alerts. What is done is recorded as done by
the office, without a person. Without --nats it is recorded in the log; with --nats it is sent to `kamnot serve`.")]
pub(in crate::cli) struct Inbox {
    #[command(subcommand)]
    pub command: InboxCommand,
}

/// The subcommands of `inbox`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum InboxCommand {
    /// List what an office has to act on; of the offices below it what was escalated. First the limits on a detention and
    /// on what it asks, such as telling the parents: those certainly over, arguably over, running. Reads the log
    List {
        /// The office
        #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
        by: OfficeCode,
        /// The output format
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Take an item: say what will be done, until when
    Take {
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        promise: Promised,
    },
    /// Hand an item over to a person of the office
    HandOver {
        #[command(flatten)]
        about: About,
        /// The person: the login name, or the id (`kamnot people list --format json`); over NATS the id
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[command(flatten)]
        promise: Promised,
    },
    /// Give an item back: the office has it no more
    GiveBack {
        #[command(flatten)]
        about: About,
    },
    /// Note the findings of a case, which then leave the inbox
    Note {
        #[command(flatten)]
        about: About,
    },
}

/// Who acts on which item.
#[derive(Debug, Args)]
pub(in crate::cli) struct About {
    /// The case's reference
    #[arg(value_parser = case)]
    pub case: CaseRef,
    /// The item: its rule, its key, or the id of one of its alerts
    #[arg(value_name = "ITEM", default_value = "findings")]
    pub key: String,
    /// The office that acts; over NATS the login must be its own
    #[arg(long = "as", value_name = "OFFICE", value_parser = office)]
    pub by: OfficeCode,
    /// An id of your own: what is sent again under it counts once [default: a new one]
    #[arg(long, value_name = "ID")]
    pub id: Option<Uuid>,
    #[command(flatten)]
    pub nats: NatsOptions,
}

/// What will be done, until when.
#[derive(Debug, Args)]
pub(in crate::cli) struct Promised {
    /// What will be done; for the office alone
    #[arg(long, value_name = "TEXT")]
    pub doing: String,
    /// Until when: an instant, or a date (its end)
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: When,
}
