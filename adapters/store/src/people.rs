//! People and what they did with the pages: people, sessions, tokens, supervisors' looks, and the record of who saw what.
//!
//! Invariant: nothing of this is part of a case's stream. A session or token is stored only as a hash of its secret. A look is
//! durable before [`PeopleStore::note`] returns.

mod document;
pub(crate) mod kept;
pub mod mail;
mod mail_rows;
mod mail_tables;
mod of_offices;
pub mod rows;
pub(crate) mod tables;

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use uuid::Uuid;

use crate::Fault;

pub use of_offices::{FrozenFigures, OfficeChange, ShiftSheet};

/// The key under which a log says why its people are off; empty once they were confirmed.
pub(crate) const OFF: &str = "people_off";
/// The key of the id of the offices file in force.
pub(crate) const OFFICES_IN_FORCE: &str = "offices";

/// A role that a person holds in an office, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The office; `None` for an operator, who belongs to no office.
    pub office: Option<OfficeCode>,
    /// The role.
    pub role: Role,
    /// The first instant at which it holds.
    pub from: Option<Instant>,
    /// The last instant at which it holds.
    pub until: Option<Instant>,
}

impl Membership {
    /// Whether it holds at an instant.
    pub fn holds(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at <= until)
    }
}

/// The second factor of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Not set up yet: the person sets it up at the next login.
    None,
    /// Time-based one-time codes.
    Totp {
        /// The secret, encrypted under the key file.
        sealed: Vec<u8>,
        /// The last time step whose code was used; no code of it or an earlier one counts again.
        last_step: u64,
    },
    /// A printed list of one-time codes (see [`Person::recovery`]).
    Printed,
}

/// A person. Never deleted, only disabled: the log names people by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The opaque id, which events name.
    pub id: Uuid,
    /// How often the row was written; a write names the version that it replaces.
    pub version: u32,
    /// The login name, in small letters; unique.
    pub login: String,
    /// The person's name, as shown to operators and colleagues.
    pub name: String,
    /// The language of the pages.
    pub language: Language,
    /// The roles.
    pub memberships: Vec<Membership>,
    /// The password as a PHC string of Argon2id; `None` until it is set.
    pub password: Option<String>,
    /// The second factor.
    pub second: SecondFactor,
    /// The hashes of unused recovery codes or codes of the printed list.
    pub recovery: BTreeSet<String>,
    /// Whether the password was set by an operator and must be changed at the next login.
    pub must_change: bool,
    /// Since when the person is disabled.
    pub disabled: Option<Instant>,
}

/// What became of a write that names a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is written.
    Written,
    /// Somebody else wrote the row meanwhile: read it again.
    Moved,
    /// Another person has this login.
    LoginTaken,
}

/// A session of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of the secret that the cookie holds.
    pub key: [u8; 32],
    /// The person.
    pub person: Uuid,
    /// The office for which the person acts; `None` for an operator.
    pub office: Option<OfficeCode>,
    /// The role in which the person acts.
    pub role: Role,
    /// When it began.
    pub began: Instant,
    /// When a request last came.
    pub seen: Instant,
    /// The secret of the forms' tokens.
    pub csrf: [u8; 32],
}

/// Which sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// This one.
    One([u8; 32]),
    /// All of a person.
    Of(Uuid),
    /// All.
    All,
}

/// A token with which a program uses the API for an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The opaque id, which events name.
    pub id: Uuid,
    /// The SHA-256 of the secret.
    pub key: [u8; 32],
    /// What it is for, in a few words.
    pub name: String,
    /// The office.
    pub office: OfficeCode,
    /// The role.
    pub role: Role,
    /// When it was made.
    pub made: Instant,
    /// The last instant at which it counts.
    pub until: Option<Instant>,
    /// When it was revoked.
    pub revoked: Option<Instant>,
}

/// A feed of an office's limits, which calendars read at a secret address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The opaque id, under which looks are recorded.
    pub id: Uuid,
    /// The SHA-256 of the secret.
    pub key: [u8; 32],
    /// What it is for, in a few words.
    pub name: String,
    /// The office.
    pub office: OfficeCode,
    /// The role whose cases it shows.
    pub role: Role,
    /// The language of its words.
    pub language: Language,
    /// When it was made.
    pub made: Instant,
    /// Who made it; `None` for one that was made on the command line.
    pub maker: Option<Uuid>,
    /// When it was revoked.
    pub revoked: Option<Instant>,
}

/// A supervisor's look at a case, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id: what is asked twice under one id counts once.
    pub id: Uuid,
    /// The supervisor.
    pub person: Uuid,
    /// The office for which the supervisor acts.
    pub office: OfficeCode,
    /// The case.
    pub case: CaseRef,
    /// `escalated`, `complaint`, `inspection` or `other`.
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
}

/// A form that was sent after its session had ended, for the person for whom it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub person: Uuid,
    /// The last instant at which it is given back.
    pub until: Instant,
    /// What was typed, encrypted under the key file; longer than an id.
    pub sealed: Vec<u8>,
}

impl KeptForm {
    /// How many forms of a person are kept; of more, the oldest is dropped.
    pub const MOST: i64 = 4;
}

/// What somebody saw, or was refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// A case.
    Case(CaseRef),
    /// A list, with its filters and how many cases it showed.
    List {
        /// Which list.
        list: String,
        /// Its filters, as they stand in the address.
        filters: String,
        /// How many cases it showed.
        count: u32,
    },
    /// A request that was refused.
    Refused {
        /// The route, without what is asked for.
        route: String,
    },
}

/// An entry of the record of looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// The person or token; `None` for somebody without a login.
    pub who: Option<Uuid>,
    /// The office for which they acted.
    pub office: Option<OfficeCode>,
    /// The role in which they acted.
    pub role: Option<Role>,
    /// What.
    pub seen: Seen,
}

impl Look {
    /// How long a look counts: a second one at the same thing within the same quarter of an hour adds no row.
    pub const QUARTER: i64 = 15 * 60;

    /// The quarter of an hour of the look, counted from 1970.
    pub const fn quarter(&self) -> i64 {
        self.at.unix().div_euclid(Self::QUARTER)
    }
}

/// Whose looks are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LooksOf {
    /// Those at a case.
    Case(CaseRef),
    /// Those of a person or token.
    Person(Uuid),
}

/// What the pages keep beside the log.
#[async_trait]
pub trait PeopleStore: Send + Sync + 'static {
    /// The person with an id.
    async fn person(&self, id: Uuid) -> Result<Option<Person>, Fault>;
    /// The person with a login name.
    async fn person_by_login(&self, login: &str) -> Result<Option<Person>, Fault>;
    /// Everybody, by login name.
    async fn people(&self) -> Result<Vec<Person>, Fault>;
    /// Writes a person over the version before `person.version` (version 1 is new).
    async fn put_person(&self, person: &Person) -> Result<Put, Fault>;
    /// Begins a session.
    async fn begin_session(&self, session: &Session) -> Result<(), Fault>;
    /// The session with a key.
    async fn session(&self, key: [u8; 32]) -> Result<Option<Session>, Fault>;
    /// Notes that a request came. Need not be durable.
    async fn touch_session(&self, key: [u8; 32], seen: Instant) -> Result<(), Fault>;
    /// All sessions, the newest first.
    async fn sessions(&self) -> Result<Vec<Session>, Fault>;
    /// Ends sessions; how many.
    async fn end_sessions(&self, which: Sessions) -> Result<usize, Fault>;
    /// Writes a token that is new; whether it was: one with its id is left as it is.
    async fn add_token(&self, token: &Token) -> Result<bool, Fault>;
    /// Writes a token, new or changed.
    async fn put_token(&self, token: &Token) -> Result<(), Fault>;
    /// Lets the tokens and feeds of an office that are not revoked go to another one; how many.
    async fn move_secrets(&self, from: &OfficeCode, to: &OfficeCode) -> Result<usize, Fault>;
    /// The token with a key.
    async fn token(&self, key: [u8; 32]) -> Result<Option<Token>, Fault>;
    /// All tokens, the newest first.
    async fn tokens(&self) -> Result<Vec<Token>, Fault>;
    /// Writes a feed that is new; whether it was: one with its id is left as it is.
    async fn add_feed(&self, feed: &Feed) -> Result<bool, Fault>;
    /// Revokes the feed with an id, unless it was revoked before.
    async fn revoke_feed(&self, id: Uuid, at: Instant) -> Result<(), Fault>;
    /// The feed with a key.
    async fn feed(&self, key: [u8; 32]) -> Result<Option<Feed>, Fault>;
    /// All feeds, the newest first.
    async fn feeds(&self) -> Result<Vec<Feed>, Fault>;
    /// Keeps a supervisor's look; one with its id is left as it is.
    async fn put_grant(&self, grant: &Grant) -> Result<(), Fault>;
    /// The looks of supervisors at a case, the newest first.
    async fn grants(&self, case: &CaseRef) -> Result<Vec<Grant>, Fault>;
    /// Keeps a form, in place of one with its id; drops those whose time is over at `now`, and of more than
    /// [`KeptForm::MOST`] of the person the oldest.
    async fn keep_form(&self, form: &KeptForm, now: Instant) -> Result<(), Fault>;
    /// The kept form with an id.
    async fn kept_form(&self, id: Uuid) -> Result<Option<KeptForm>, Fault>;
    /// Drops a kept form.
    async fn drop_form(&self, id: Uuid) -> Result<(), Fault>;
    /// Starts a change of an office; one with its id is left as it is.
    async fn start_office_change(&self, change: &OfficeChange) -> Result<(), Fault>;
    /// Confirms one that is neither confirmed nor ended; whether it was.
    async fn confirm_office_change(&self, id: Uuid, by: Uuid, at: Instant) -> Result<bool, Fault>;
    /// Ends one that is confirmed: it was carried out. Whether it was open.
    async fn end_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault>;
    /// Takes one back that is not confirmed; whether it was open.
    async fn take_back_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault>;
    /// The changes of offices, the newest first.
    async fn office_changes(&self) -> Result<Vec<OfficeChange>, Fault>;
    /// Keeps a confirmation of a shift sheet that is new; whether it was: one with its id is left as it is.
    async fn add_sheet(&self, sheet: &ShiftSheet) -> Result<bool, Fault>;
    /// The confirmations of a shift sheet.
    async fn sheet(&self, sheet: Uuid) -> Result<Vec<ShiftSheet>, Fault>;
    /// The confirmations of an office's shift sheets, the newest first, at most `most`.
    async fn sheets(&self, office: &OfficeCode, most: usize) -> Result<Vec<ShiftSheet>, Fault>;
    /// Keeps the figures of quarters for good, all at once. A quarter that is kept already stays as it is.
    async fn freeze_figures(&self, quarters: &[FrozenFigures]) -> Result<(), Fault>;
    /// The figures of a quarter, if they are kept.
    async fn frozen_figures(&self, quarter: &str) -> Result<Option<FrozenFigures>, Fault>;
    /// The figures of the last quarter that is kept.
    async fn last_frozen(&self) -> Result<Option<FrozenFigures>, Fault>;
    /// The quarters whose figures are kept, the last first.
    async fn frozen_quarters(&self) -> Result<Vec<String>, Fault>;
    /// Records looks and returns when they are durable. One that was already recorded in its quarter of an hour adds nothing.
    async fn note(&self, looks: Vec<Look>) -> Result<(), Fault>;
    /// The record of looks, the newest first, at most `most`.
    async fn looks(&self, of: &LooksOf, most: usize) -> Result<Vec<Look>, Fault>;
    /// The offices file in force; `None` before one was adopted.
    async fn offices_in_force(&self) -> Result<Option<String>, Fault>;
    /// Puts an offices file in force. The earlier ones are kept.
    async fn adopt_offices(&self, source: &str, at: Instant) -> Result<(), Fault>;
    /// Whether people may log in: not after a restore or a move, until an operator confirms them.
    async fn people_are_on(&self) -> Result<bool, Fault>;
    /// Confirms the people of a restored or moved log. Whoever still has a session there logs in again.
    async fn confirm_people(&self) -> Result<(), Fault>;
}
