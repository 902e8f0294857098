//! Mail and webhooks: how `serve` sends them, and where they go.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::action::OfficeCode;
use engine::alert::Kind;
use engine::rulebook::Language;
use mail::network::Network;
use service::mailing::Choice;
use uuid::Uuid;

use super::{language, office};

/// The heading of these options in the help.
const MAIL: &str = "Mail and webhooks";

/// How mail and webhooks leave this machine
#[derive(Debug, Default, Args)]
#[command(next_help_heading = MAIL)]
pub(in crate::cli) struct MailOptions {
    /// The mail server: <smtp://HOST> (STARTTLS), <smtps://HOST> (TLS), or <smtp+plain://127.0.0.1> on this machine
    /// [default: none, and mail waits]
    #[arg(long, value_name = "URL", env = "KAMNOT_SMTP", requires = "mail-from")]
    pub smtp: Option<String>,
    /// The name with which to log in there
    #[arg(long, value_name = "NAME", env = "KAMNOT_SMTP_USER", requires = "smtp-password")]
    pub smtp_user: Option<String>,
    /// The file of the password, which only its owner may read
    #[arg(long, id = "smtp-password", value_name = "FILE", env = "KAMNOT_SMTP_PASSWORD", requires = "smtp_user")]
    pub smtp_password: Option<PathBuf>,
    /// From which address mail comes
    #[arg(long, id = "mail-from", value_name = "ADDRESS", env = "KAMNOT_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Certificates of authorities (PEM) that are trusted beside the system's, for the mail server and webhooks
    #[arg(long, value_name = "FILE", env = "KAMNOT_MAIL_AUTHORITY")]
    pub mail_authority: Option<PathBuf>,
    /// Networks inside which webhooks may lead, separated by commas, such as 10.1.0.0/16 [default: none]
    #[arg(long, value_name = "NETWORK", env = "KAMNOT_WEBHOOK_ALLOW", value_delimiter = ',')]
    pub webhook_allow: Vec<Network>,
}

/// Keep the addresses to which `kamnot serve` sends alerts by mail and to webhooks
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot mail add vte-prosecutor duty@prosecutor.example.la --digest 07:30
  kamnot mail add vte-prosecutor noy@prosecutor.example.la --person noy --kinds breach,escalated
  kamnot mail add vte-juvenile-court https://register.example.la/kamnot
  kamnot mail test ID
  kamnot mail list

A webhook's key is printed once; how its signature is checked: docs/formats.md. Messages name case references and
offices, and nothing of a child.")]
pub(in crate::cli) struct Mail {
    #[command(subcommand)]
    pub command: MailCommand,
}

/// The subcommands of `mail`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum MailCommand {
    /// Add an address; prints its id, and the key of a webhook once
    Add {
        /// The office whose alerts go there
        #[arg(value_parser = office)]
        office: OfficeCode,
        /// A mail address, or a URL that begins with https://
        to: String,
        /// The login name of the person of the office to whom the address belongs
        #[arg(long, value_name = "LOGIN", default_value = "")]
        person: String,
        /// The language of an office's mail: lo or en; a person's is that of the person's pages
        #[arg(long, value_name = "LANGUAGE", value_parser = language, default_value = "lo")]
        language: Language,
        #[command(flatten)]
        choice: ChoiceOf,
        #[command(flatten)]
        secrets: SecretsOf,
    },
    /// List all addresses, and what waits
    List,
    /// Change what goes to an address; what is left out stays
    Choose {
        /// Its id, as `list` shows it
        id: Uuid,
        #[command(flatten)]
        choice: ChoiceOf,
    },
    /// Send a test to an address
    Test {
        /// Its id
        id: Uuid,
    },
    /// Switch an address off: nothing goes out, and nothing new waits
    Off {
        /// Its id
        id: Uuid,
    },
    /// Switch an address on again
    On {
        /// Its id
        id: Uuid,
    },
    /// Give a webhook a new key, which is printed once
    Key {
        /// Its id
        id: Uuid,
        #[command(flatten)]
        secrets: SecretsOf,
    },
    /// Remove an address, with what waits for it
    Remove {
        /// Its id
        id: Uuid,
    },
}

/// What goes to an address.
#[derive(Debug, Args)]
pub(in crate::cli) struct ChoiceOf {
    /// The kinds of alert, separated by commas: notice, arguable, breach, settled, withdrawn, escalated [default: all]
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind)]
    kinds: Option<Vec<Kind>>,
    /// When the digest of what the office owes goes out, Mondays to Fridays without holidays, in Vientiane; or `off`
    /// [default: off]
    #[arg(long, value_name = "HH:MM", value_parser = digest_at)]
    digest: Option<DigestAt>,
}

/// When the digest goes out.
#[derive(Clone, Copy, Debug)]
enum DigestAt {
    /// At this minute of the day.
    At(u16),
    Off,
}

impl ChoiceOf {
    /// What was chosen; what is left out is as in `before`.
    pub(in crate::cli) fn choice(&self, before: Choice) -> Choice {
        let digest = match self.digest {
            Some(DigestAt::At(minutes)) => Some(minutes),
            Some(DigestAt::Off) => None,
            None => before.digest,
        };
        let kinds = self.kinds.as_ref().map_or(before.kinds, |kinds| kinds.iter().copied().collect());
        Choice { kinds, digest }
    }

    /// What was chosen for a new address.
    pub(in crate::cli) fn new_choice(&self) -> Choice {
        self.choice(Choice { kinds: Kind::ALL.iter().copied().collect(), digest: None })
    }
}

/// Where the key lies under which those of webhooks are sealed.
#[derive(Debug, Args)]
pub(in crate::cli) struct SecretsOf {
    /// The file of the key under which those of webhooks are kept, the same as that of `kamnot serve`
    #[arg(long = "web-secrets", value_name = "FILE", env = "KAMNOT_WEB_SECRETS")]
    pub file: Option<PathBuf>,
}

fn kind(text: &str) -> Result<Kind, String> {
    let words = || Kind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
    Kind::from_word(text).ok_or_else(|| format!("expected one of {}", words()))
}

fn digest_at(text: &str) -> Result<DigestAt, String> {
    if text == "off" {
        return Ok(DigestAt::Off);
    }
    let expected = || "expected a time of the day in Vientiane, such as 07:30, or `off`".to_owned();
    Choice::typed([], text).ok().and_then(|choice| choice.digest).map(DigestAt::At).ok_or_else(expected)
}
