//! The reply to an office that sent actions: what became of each line, as JSON.
//!
//! Invariant: a reply holds numbers of lines, ids of actions and reasons that echo nothing personal, and it fits into
//! one message of a server as it comes.

use engine::action::{OfficeCode, Refusal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The version of the reply's form.
pub const VERSION: u32 = 1;

/// The longest reason in a reply, in bytes: a thousand of them fit into one message.
const LONGEST_REASON: usize = 600;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// [`VERSION`].
    pub version: u32,
    /// The office that sent it, by the subject.
    pub office: String,
    /// How many lines were recorded now.
    pub recorded: usize,
    /// How many were recorded already.
    pub known: usize,
    /// How many were refused.
    pub refused: usize,
    /// How many are not known to be recorded: to be sent again.
    pub again: usize,
    /// Each line, by its number; none where the request as a whole was not taken.
    pub lines: Vec<Line>,
    /// Why the request as a whole was not taken; nothing of it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 1.
    pub line: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// The action's id; none where the line could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log now.
    Recorded,
    /// It was in the log already.
    Known,
    /// It is not, and sending it again as it is wouldn't change that.
    Refused,
    /// It is not known to be in the log: send it again.
    Again,
}

/// Why a request as a whole was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// Which trouble it is: `unreadable`, `too_many`, `busy` or `unavailable`.
    pub code: String,
    /// Whether sending the same again can help.
    pub again: bool,
    /// What was found and what to do.
    pub reason: String,
}

/// What keeps a request as a whole from being taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No line of it can be read.
    #[error("{0}")]
    Unreadable(String),
    /// It holds more lines than one request may.
    #[error("found {found} actions, expected at most {most} in one request; send them in several")]
    TooMany {
        /// How many.
        found: usize,
        /// The most.
        most: usize,
    },
    /// As much as may be is under way.
    #[error("kamnot has as much under way as it may; nothing of this was recorded, send it again in a moment")]
    Busy,
    /// The log can't take anything for now.
    #[error("the log can't take anything for now; nothing of this was recorded, send it again in a moment")]
    Unavailable,
}

impl Trouble {
    const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::TooMany { .. } => "too_many",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Reply {
    /// The reply to a request that was not taken.
    pub fn of_trouble(office: &OfficeCode, trouble: &Trouble) -> Self {
        let again = matches!(trouble, Trouble::Busy | Trouble::Unavailable);
        let error = Error { code: trouble.code().to_owned(), again, reason: trouble.to_string() };
        Self { error: Some(error), ..Self::of_lines(office, Vec::new()) }
    }

    /// The reply to a request whose lines were judged one by one.
    pub fn of_lines(office: &OfficeCode, lines: Vec<Line>) -> Self {
        let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count();
        let (recorded, known) = (count(Outcome::Recorded), count(Outcome::Known));
        let (refused, again) = (count(Outcome::Refused), count(Outcome::Again));
        let office = office.to_string();
        Self { version: VERSION, office, recorded, known, refused, again, lines, error: None }
    }

    /// As it is sent.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A refusal's words, cut where they are too long.
pub(super) fn reason(refusal: &Refusal) -> String {
    let mut words = refusal.to_string();
    if words.len() > LONGEST_REASON {
        let cut = (0..=LONGEST_REASON).rev().find(|at| words.is_char_boundary(*at)).unwrap_or(0);
        words.truncate(cut);
        words.push('…');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::MOST_ACTIONS;
    use super::*;

    #[test]
    fn the_longest_reply_fits_into_a_message() {
        let office = OfficeCode::new(&"o".repeat(64)).expect("a code");
        let reason = reason(&Refusal::new("\u{eaa}\"".repeat(1_000)));
        let line = |line| Line {
            line,
            outcome: Outcome::Refused,
            id: Some(Uuid::from_u128(line as u128)),
            reason: Some(reason.clone()),
        };
        let reply = Reply::of_lines(&office, (1..=MOST_ACTIONS).map(line).collect());
        assert!(reply.to_json().len() < 1 << 20, "{}", reply.to_json().len());
        assert_eq!(serde_json::from_slice::<Reply>(&reply.to_json()).ok(), Some(reply));
    }

    #[test]
    fn the_form_of_a_reply_stays() {
        let office = OfficeCode::new("vte-prosecutor").expect("a code");
        let line = |line, outcome, reason: Option<&str>| Line {
            line,
            outcome,
            id: reason.is_none().then(|| Uuid::from_u128(7)),
            reason: reason.map(str::to_owned),
        };
        let lines = vec![
            line(1, Outcome::Recorded, None),
            line(2, Outcome::Refused, Some("no")),
            line(4, Outcome::Again, None),
        ];
        let reply = String::from_utf8(Reply::of_lines(&office, lines).to_json()).expect("text");
        assert_eq!(
            reply,
            r#"{"version":1,"office":"vte-prosecutor","recorded":1,"known":0,"refused":1,"again":1,"lines":[{"line":1,"outcome":"recorded","id":"00000000-0000-0000-0000-000000000007"},{"line":2,"outcome":"refused","reason":"no"},{"line":4,"outcome":"again","id":"00000000-0000-0000-0000-000000000007"}]}"#
        );
        let reply = String::from_utf8(Reply::of_trouble(&office, &Trouble::Busy).to_json()).expect("text");
        assert!(reply.contains(r#""lines":[],"error":{"code":"busy","again":true,"reason":"kamnot has"#), "{reply}");
    }
}
