//! Where mail and webhooks go, and what waits to go there.
//!
//! Invariant: what waits is written in one transaction with the cursor up to which the log was read for it, and is removed only
//! once it went out. So each alert goes out at least once. Neither is part of a case's stream.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::letters::Trouble;
use uuid::Uuid;

use crate::{Fault, Position};

/// The key of the position up to which the log was read for mail.
pub(crate) const MAIL_CURSOR: &str = "mail_cursor";

/// How an address is reached.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// By mail to this mailbox.
    Mail(String),
    /// By HTTPS.
    Webhook {
        /// The URL.
        url: String,
        /// The key of the signatures, sealed for the address.
        sealed: Vec<u8>,
    },
}

impl std::fmt::Debug for Way {
    /// Without the address, which may be a person's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Mail(_) => "Mail",
            Self::Webhook { .. } => "Webhook",
        })
    }
}

/// Where an office or a person is told of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The id.
    pub id: Uuid,
    /// How often it was written; a write names the version that it replaces.
    pub version: u32,
    /// The office whose alerts go there.
    pub office: OfficeCode,
    /// The person of that office to whom it belongs; `None`: to the office.
    pub person: Option<Uuid>,
    /// How it is reached.
    pub way: Way,
    /// When it was made: what was recorded before does not go there.
    pub made: Instant,
    /// The language of an office's address; a person's is that of the person.
    pub language: Language,
    /// The kinds of alert that go there.
    pub kinds: BTreeSet<Kind>,
    /// When the digest is told on working days, in minutes of the day in Vientiane; `None`: never.
    pub digest: Option<u16>,
    /// Whether an operator has switched it off: nothing goes out, and nothing new waits.
    pub off: bool,
    /// What the sender found.
    pub progress: Progress,
}

/// What the sender found about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// When something last went out.
    pub sent: Option<Instant>,
    /// The day of the last digest that was put among what waits, `2026-03-04`.
    pub digest: Option<String>,
    /// Why nothing goes out, and since when.
    pub failing: Option<(Instant, Trouble)>,
}

/// What waits is about this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An alert event: its case, and its version there.
    Alert(CaseRef, u32),
    /// The digest of a day, `2026-03-04`.
    Digest(String),
    /// A test.
    Test,
}

/// Something that waits to go to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Follows from the address and from what it is about.
    pub id: Uuid,
    /// The address.
    pub address: Uuid,
    /// Its place among what waits for the address.
    pub place: i64,
    /// What it is about.
    pub about: About,
    /// When it was put there.
    pub queued: Instant,
}

impl Waiting {
    /// Something new that waits for an address; `key` says what it is about, `place` where it stands.
    pub fn new(address: Uuid, place: i64, key: &str, about: About, queued: Instant) -> Self {
        Self { id: Uuid::new_v5(&address, key.as_bytes()), address, place, about, queued }
    }
}

/// How much waits for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailBacklog {
    /// The address.
    pub address: Uuid,
    /// How much.
    pub waiting: u64,
    /// How many tests are among it.
    pub tests: u64,
    /// Since when the oldest of it.
    pub oldest: Instant,
}

/// The addresses of mail and webhooks, and what waits for them.
#[async_trait]
pub trait MailStore: Send + Sync + 'static {
    /// All addresses, by id.
    async fn mail_addresses(&self) -> Result<Vec<Address>, Fault>;
    /// The address with an id.
    async fn mail_address(&self, id: Uuid) -> Result<Option<Address>, Fault>;
    /// Writes what was chosen for an address over the version before `address.version` (version 1 is new); whether it was
    /// written. The progress of one that is there stays.
    async fn put_mail_address(&self, address: &Address) -> Result<bool, Fault>;
    /// Removes an address, with what waits for it.
    async fn remove_mail_address(&self, id: Uuid) -> Result<(), Fault>;
    /// Up to where the log was read for mail; `None` before it ever was.
    async fn mail_cursor(&self) -> Result<Option<Position>, Fault>;
    /// Puts letters among what waits; those that wait already add nothing. `cursor`: up to where the log was read for them.
    async fn queue_mail(&self, letters: &[Waiting], cursor: Option<Position>) -> Result<(), Fault>;
    /// As [`MailStore::queue_mail`] of a digest, in place of an earlier one of the address, with the progress that says so.
    async fn queue_digest(&self, digest: &Waiting, progress: &Progress) -> Result<(), Fault>;
    /// What waits for an address, in its order, at most `most`.
    async fn waiting_mail(&self, address: Uuid, most: usize) -> Result<Vec<Waiting>, Fault>;
    /// How much waits for each address that something waits for.
    async fn mail_backlog(&self) -> Result<Vec<MailBacklog>, Fault>;
    /// Takes away what went out, or no longer has to, and notes the address's progress.
    async fn settle_mail(&self, gone: &[Uuid], address: Uuid, progress: &Progress) -> Result<(), Fault>;
}
