//! C2SP tlog-policy: which logs and witnesses are trusted, and how many of them have to agree.

mod parse;

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::VerifierKey;
use crate::note::{Note, NoteError};

/// Which logs and witnesses are trusted, and the quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    /// Witnesses and groups in the order of their lines: a group has only what stands before it.
    named: Vec<Named>,
    quorum: Needed,
}

/// What a quorum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    /// No witness at all.
    Nothing,
    /// The witness or group at this place.
    Named(usize),
}

/// A log that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its key, whose name is its origin.
    pub key: VerifierKey,
    /// Where it is reached, if the policy says so.
    pub url: Option<String>,
}

/// A witness that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it is reached, if the policy says so.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Witness(Box<Witness>),
    Group { least: usize, members: Vec<usize> },
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {problem}")]
pub struct PolicyError {
    /// The number of the line, from 1; of a quorum that is missing the number of lines.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A control character.
    #[error("it has a control character")]
    Characters,
    /// The line begins with another word than `log`, `witness`, `group` or `quorum`, or has too few or too many.
    #[error("expected log KEY [URL], witness NAME KEY [URL], group NAME all|any|NUMBER NAME… or quorum NAME|none")]
    Form,
    /// The key is none.
    #[error(transparent)]
    Key(#[from] crate::key::KeyError),
    /// The key is of another type than this line takes.
    #[error("the key is of another type than a log or a witness has")]
    KeyType,
    /// The key stands in an earlier line, as a log's or a witness's: one would speak for two.
    #[error("an earlier line has the same key")]
    SameKey,
    /// Another key has this name and id, so that no signature would say which of them it is of.
    #[error("an earlier line has another key with the same name and id")]
    SameId,
    /// The name stands for something already.
    #[error("the name {0} is taken")]
    Taken(String),
    /// No line before this one defines the name.
    #[error("no line before this one defines {0}")]
    Unknown(String),
    /// The name is a member of a group already.
    #[error("{0} is a member of a group already")]
    Member(String),
    /// A number of members that is not from 1 to as many as there are.
    #[error("a group of {members} cannot need {least} of them")]
    Least {
        /// What the line says.
        least: String,
        /// How many members it names.
        members: usize,
    },
    /// A second quorum, or none.
    #[error("a policy has exactly one quorum")]
    Quorum,
}

/// A checkpoint, as far as a policy's logs and witnesses attest it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested<'p> {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The log that signed it.
    pub log: &'p Log,
    /// The witnesses that cosigned it, in the policy's order.
    pub witnesses: Vec<Seen<'p>>,
    /// Whether they are enough.
    pub quorum: Quorum,
}

/// A witness that cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'p> {
    /// The witness.
    pub witness: &'p Witness,
    /// When it first cosigned, in seconds since 1970-01-01T00:00:00Z.
    pub time: u64,
}

/// Whether the witnesses that a policy requires have cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// The policy requires none: all that is known is the log's word.
    NotRequired,
    /// Too few have.
    NotMet,
    /// Enough have: from this time on, in seconds since 1970-01-01T00:00:00Z.
    MetAt(u64),
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// If this is none. The error names the line.
    pub fn from_text(text: &[u8]) -> Result<Self, PolicyError> {
        parse::policy(text)
    }

    /// The logs, in their order.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in their order.
    pub fn witnesses(&self) -> impl Iterator<Item = &Witness> {
        self.named.iter().filter_map(|named| match named {
            Named::Witness(witness) => Some(&**witness),
            Named::Group { .. } => None,
        })
    }

    /// Verifies the signatures of a checkpoint, and says what they attest. Too few witnesses are no error.
    ///
    /// # Errors
    /// If none of the logs has signed it, it is no checkpoint of that log, or a signature that names a key of the
    /// policy is not valid.
    pub fn attested(&self, note: &Note) -> Result<Attested<'_>, CheckpointError> {
        let keys = self.logs.iter().map(|log| &log.key).chain(self.witnesses().map(|witness| &witness.key));
        let verified = note.verify(keys)?;
        let has_signed = |log: &&Log| verified.iter().any(|signature| *signature.key == log.key);
        let mut logs = self.logs.iter().filter(has_signed).peekable();
        logs.peek().ok_or(NoteError::Unsigned)?;
        let checkpoint = Checkpoint::from_text(note.text())?;
        let log = logs.find(|log| log.key.name() == checkpoint.origin).ok_or_else(|| CheckpointError::Origin {
            found: checkpoint.origin.clone(),
            expected: self.logs.iter().map(|log| log.key.name()).collect::<Vec<_>>().join(", "),
        })?;
        let times = |witness: &Witness| {
            let own = verified.iter().filter(|signature| *signature.key == witness.key);
            own.filter_map(|signature| signature.time).min()
        };
        let seen = |witness| times(witness).map(|time| Seen { witness, time });
        let witnesses: Vec<Seen<'_>> = self.witnesses().filter_map(seen).collect();
        Ok(Attested { checkpoint, log, quorum: self.quorum_of(&witnesses), witnesses })
    }

    /// From when on these witnesses are enough. A group is met when the last of as many as it needs has signed, taking
    /// those that signed first.
    fn quorum_of(&self, seen: &[Seen<'_>]) -> Quorum {
        let Needed::Named(quorum) = self.quorum else { return Quorum::NotRequired };
        let mut met: Vec<Option<u64>> = Vec::with_capacity(self.named.len());
        for named in &self.named {
            met.push(match named {
                Named::Witness(witness) => seen.iter().find(|seen| *seen.witness == **witness).map(|seen| seen.time),
                Named::Group { least, members } => {
                    let mut times: Vec<u64> = members.iter().filter_map(|member| met[*member]).collect();
                    times.sort_unstable();
                    times.get(least - 1).copied()
                }
            });
        }
        met[quorum].map_or(Quorum::NotMet, Quorum::MetAt)
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequired => f.write_str("no witness is required"),
            Self::NotMet => f.write_str("too few witnesses have cosigned"),
            Self::MetAt(time) => write!(f, "enough witnesses have cosigned by {time}"),
        }
    }
}

#[cfg(test)]
mod tests;
