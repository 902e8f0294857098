//! The people and the programs that use the pages.

use clap::{Args, Subcommand};
use engine::action::{OfficeCode, When};
use engine::rulebook::Language;
use projections::rights::Role;
use uuid::Uuid;

use super::{Format, language, office, when};

/// Keep the people who use the pages: their roles, first passwords, second factors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot people add admin --name \"Duty operator\" --role operator
  kamnot people add keo --name \"Keo Sisouk\" --office vte-juvenile-court --role clerk
  kamnot people add noy --name \"Noy Phomma\" --office vte-prosecutor --role prosecutor --paper --until 2026-12-31
  kamnot people reset keo
  kamnot people confirm              after a restore or a move

First passwords and lists of codes are made here and printed once. None is given on the command line.")]
pub(in crate::cli) struct People {
    #[command(subcommand)]
    pub command: PeopleCommand,
}

/// The subcommands of `people`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PeopleCommand {
    /// Add a person; prints the first password once
    Add {
        /// The login name: 1 to 64 of a-z, 0-9, -, ., _
        login: String,
        /// The person's name, as colleagues and operators see it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        role: RoleOf,
        /// The language of the person's pages: lo or en
        #[arg(long, value_name = "LANGUAGE", value_parser = language, default_value = "lo")]
        language: Language,
        #[command(flatten)]
        factor: FactorOf,
    },
    /// List everybody
    List {
        /// The output format
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Give a person a new first password and a new second factor, and end the person's sessions
    Reset {
        /// The login name
        login: String,
        #[command(flatten)]
        factor: FactorOf,
    },
    /// Disable a person and end the person's sessions at once
    Disable {
        /// The login name
        login: String,
    },
    /// Enable a person again
    Enable {
        /// The login name
        login: String,
    },
    /// Confirm the people of a restored or moved log, who cannot log in before
    Confirm,
}

/// A role in an office, for a time.
#[derive(Debug, Args)]
pub(in crate::cli) struct RoleOf {
    /// The role: clerk, prosecutor, investigator, lawyer, supervisor or operator
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// The office; an operator has none
    #[arg(long, value_name = "CODE", value_parser = office)]
    pub office: Option<OfficeCode>,
    /// From when the role is held: an instant, or a date (its beginning)
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub from: Option<When>,
    /// Until when the role is held: an instant, or a date (its end)
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: Option<When>,
}

/// Where the second factor is.
#[derive(Debug, Args)]
pub(in crate::cli) struct FactorOf {
    /// Print a list of one-time codes, for a person without a phone
    #[arg(long)]
    pub paper: bool,
}

/// Keep the tokens with which programs use the API for an office
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot tokens add \"case register\" --office vte-juvenile-court --role clerk --until 2027-06-30
  kamnot tokens list
  kamnot tokens revoke ID")]
pub(in crate::cli) struct Tokens {
    #[command(subcommand)]
    pub command: TokensCommand,
}

/// The subcommands of `tokens`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TokensCommand {
    /// Add a token; prints its secret once
    Add {
        /// What it is for, in a few words
        name: String,
        #[command(flatten)]
        role: RoleOf,
    },
    /// List all tokens
    List,
    /// Revoke a token at once
    Revoke {
        /// Its id, as `list` shows it
        id: Uuid,
    },
}

/// Keep the feeds in which calendars show the limits of an office's cases
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot feeds add \"duty phone\" --office vte-prosecutor --language lo
  kamnot feeds list
  kamnot feeds revoke ID

A feed holds references, office codes and instants. It is a memory aid, never the alarm.")]
pub(in crate::cli) struct Feeds {
    #[command(subcommand)]
    pub command: FeedsCommand,
}

/// The subcommands of `feeds`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FeedsCommand {
    /// Add a feed; prints its secret address, below that of the pages, once
    Add {
        /// What it is for, in a few words
        name: String,
        /// The office whose cases it shows
        #[arg(long, value_name = "CODE", value_parser = office)]
        office: OfficeCode,
        /// The language of its words: lo or en
        #[arg(long, value_name = "LANGUAGE", value_parser = language, default_value = "lo")]
        language: Language,
    },
    /// List all feeds
    List,
    /// Revoke a feed at once
    Revoke {
        /// Its id, as `list` shows it
        id: Uuid,
    },
}

fn role(text: &str) -> Result<Role, String> {
    let words = || Role::ALL.map(Role::word).join(", ");
    Role::of_word(text).ok_or_else(|| format!("expected one of {}", words()))
}
