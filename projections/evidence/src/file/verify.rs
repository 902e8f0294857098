//! Verifies an evidence file: three verdicts, apart. Who has signed it, whether it is complete and since when, and whether what
//! it says follows from the law.
//!
//! A verdict holds or is refused for a reason that is named. What is only absent, such as a disclosure or the signature of a
//! witness, is told and refuses nothing.

mod complete;
mod keys;

use super::{Evidence, Place};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::leaf::Why;
use crate::note::Note;
use crate::policy::{Policy, Quorum};
use crate::register::{Day, RegisterLine};

/// Whom whoever verifies trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nobody said.
    Unsaid,
    /// Keys with these fingerprints.
    Fingerprints(Vec<Hash>),
    /// The logs and witnesses of a policy.
    Policy(Policy),
}

/// What a file is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose signatures count.
    pub trust: Trust,
    /// Receipts of offices.
    pub receipts: Vec<Note>,
    /// Lines of the paper register.
    pub registers: Vec<RegisterLine>,
    /// The day up to which it shall be complete at least.
    pub at_least: Option<Day>,
}

/// The three verdicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts<R> {
    /// Who has signed.
    pub log: Result<SignedBy, LogRefusal>,
    /// That it is complete, and since when each event is proved.
    pub complete: Result<Complete, Contradiction>,
    /// That what it says follows from the law.
    pub recomputed: R,
}

/// Who has signed the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The log.
    pub origin: String,
    /// Its keys that signed and are trusted.
    pub keys: Vec<VerifierKey>,
    /// Whether enough witnesses have; none without a policy.
    pub quorum: Option<Quorum>,
    /// The names of the witnesses that cosigned, and when.
    pub witnesses: Vec<(String, u64)>,
}

/// Why nothing is known of who has signed, or it contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogRefusal {
    /// Nobody said which keys are trusted; it is signed by these.
    TrustUnsaid(Vec<VerifierKey>),
    /// A checkpoint of this size is signed by none of the trusted keys, but by these of the file.
    UnknownKey(u64, Vec<VerifierKey>),
    /// A signature of the checkpoint of this size is not that of the key it names.
    Signature(u64),
    /// The checkpoint of this size is of another log.
    AnotherLog(u64, String),
    /// A key of the file is not in the log's own list of its keys.
    UnlistedKey(Box<VerifierKey>),
}

/// What is proved by the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The newest checkpoint.
    pub checkpoint: Checkpoint,
    /// Since when that is known to exist.
    pub until: Moment,
    /// The leaf hash of the case's last event in it; none if it has no event of the case.
    pub head: Option<Hash>,
    /// What is known of each event of the case, from the first.
    pub events: Vec<Proved>,
    /// How many commitments are not opened.
    pub withheld: usize,
    /// For each receipt, how many of its events are of this case, and how many are of others.
    pub receipts: Vec<(usize, usize)>,
}

/// What is known of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// When the log says that it was recorded, in seconds since 1970-01-01T00:00:00Z.
    pub recorded_at: u64,
    /// The first checkpoint that has it; none if none has it yet.
    pub since: Option<Moment>,
    /// The last checkpoint that does not have it.
    pub not_in: Option<Moment>,
    /// Why the log itself says that the time is not attested.
    pub declared: Option<Why>,
}

/// A checkpoint, and when it is known to have existed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its size.
    pub size: u64,
    /// When enough witnesses had cosigned it, in seconds since 1970-01-01T00:00:00Z.
    pub witnessed: Option<u64>,
    /// The day under which it, or one that continues or is continued by it, stands in the register.
    pub registered: Option<Day>,
}

/// What contradicts itself, or what the file is held against.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// One checkpoint does not continue another.
    #[error("the checkpoint of size {new} does not continue that of size {old}: the log was rewritten between them")]
    Rewritten {
        /// The size of the earlier one.
        old: u64,
        /// The size of the later one.
        new: u64,
    },
    /// The list of all streams is not that of the newest checkpoint.
    #[error("the list of all streams is not the one that the checkpoint signed")]
    Heads,
    /// A declaration is not in the tree.
    #[error("the declaration at leaf {0} is not in the log")]
    Declaration(u64),
    /// An event, or one before it, is not the one in the tree.
    #[error(
        "{stream}: what stands there up to event {version} is not what the log holds: an event was altered, added or left out"
    )]
    Event {
        /// The stream.
        stream: String,
        /// The event.
        version: u32,
    },
    /// The stream has other events than these.
    #[error("{stream}: the log holds another last event than number {version}: events were added or left out")]
    Head {
        /// The stream.
        stream: String,
        /// The last event in the file.
        version: u32,
    },
    /// A place names no checkpoint of the file, or not the first that has the event.
    #[error("{stream}: event {version} is not placed under the first checkpoint that holds it")]
    Place {
        /// The stream.
        stream: String,
        /// The event.
        version: u32,
    },
    /// A rulebook of the file is none that the events or the assessment name, or one that they name is missing.
    #[error("the rulebooks in the file are not those under which the case was decided")]
    Rulebooks,
    /// The register has another root.
    #[error("the register names another root for {0} than the file: they are of different logs")]
    Register(Day),
    /// The file has no checkpoint of the size in the register.
    #[error("the file holds no checkpoint of the line of {0}; it holds those of sizes {1}")]
    NotInRegister(Day, String),
    /// A receipt is not signed with a key of the log.
    #[error("the receipt is not signed with a key of receipts of this log")]
    ReceiptKey,
    /// The log promised another event.
    #[error(
        "the receipt names event {version}, and the file has another one in its place: it was altered after the receipt"
    )]
    Receipt {
        /// The event that the receipt names.
        version: u32,
    },
    /// A receipt names no event of the case.
    #[error("the receipt names no event of this case: it is of another case, or what it names was left out")]
    ReceiptOfOther,
    /// It is not known to reach the day that is asked for.
    #[error("it is not attested that the file is complete up to {0}: no witness and no line of the register says so")]
    NotUpTo(Day),
}

/// Verifies a file. `recompute` computes anew what it says.
pub fn verify<R>(evidence: &Evidence, asked: &Asked, recompute: impl FnOnce(&Evidence) -> R) -> Verdicts<R> {
    let (log, times) = keys::verify(evidence, &asked.trust);
    let complete = complete::verify(evidence, asked, &times);
    Verdicts { log, complete, recomputed: recompute(evidence) }
}

/// The place of the first event at or behind this version.
fn place_of(places: &[Place], version: u32) -> Option<&Place> {
    places.iter().find(|place| place.version >= version)
}
