//! The reply to an office that sent actions: the outcome of each line, as JSON.
//!
//! Invariant: a reply contains line numbers, action ids and reasons that echo nothing personal, and it fits into one
//! message under a server's default `max_payload`.

use engine::action::OfficeCode;
use serde::{Deserialize, Serialize};

use super::budget::Unit;
use crate::verdict::{LineVerdict, Outcome, Said};

/// The version of the reply's format.
pub const VERSION: u32 = 1;

/// The longest reply, in bytes: the default `max_payload` of a server is 1 MiB.
const LONGEST: usize = (1 << 20) - 1024;
/// The longest value or sentence, in bytes, in a reply that must be shortened: a thousand such lines fit into a
/// message.
const LONGEST_VALUE: usize = 200;

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// [`VERSION`].
    pub version: u32,
    /// The office that sent it, from the subject.
    pub office: String,
    /// How many lines were recorded now.
    pub recorded: usize,
    /// How many were recorded already.
    pub known: usize,
    /// How many were refused.
    pub refused: usize,
    /// How many have an unknown outcome and must be sent again.
    pub again: usize,
    /// The lines, by number; empty if the whole request was rejected.
    pub lines: Vec<LineVerdict>,
    /// Why the whole request was rejected; nothing of it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// The log's signed receipt for what is recorded, if it has keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Why a whole request was rejected, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The code: `unreadable`, `too_many`, `busy`, `budget` or `unavailable`.
    pub code: String,
    /// Whether sending the same again can help.
    pub again: bool,
    /// What was found and what to do.
    pub reason: String,
    /// After how many seconds sending the same again can help, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// Why a whole request was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No line of it can be read.
    #[error("{0}")]
    Unreadable(String),
    /// It has more lines than one request may have.
    #[error("found {found} lines, expected at most {most} in one request; send them in several")]
    TooMany {
        /// How many.
        found: usize,
        /// The most.
        most: usize,
    },
    /// The queue of requests is full.
    #[error("kamnot is busy; nothing was recorded, retry shortly")]
    Busy,
    /// The office has used up its budget.
    #[error("the office has used up its budget ({spent}); nothing was recorded, retry in {retry_after} seconds")]
    Budget {
        /// The unit that is used up.
        spent: Unit,
        /// In how many seconds the office may send again.
        retry_after: u64,
    },
    /// The case has changed since the version that the request names.
    #[error("the case has changed; nothing was recorded, read it again")]
    Moved,
    /// The request names a version and has actions of more than one case.
    #[error("found actions of several cases, expected those of one; send them in several requests")]
    SeveralCases,
    /// The log is unavailable.
    #[error("the log is unavailable; nothing was recorded, retry shortly")]
    Unavailable,
}

impl Trouble {
    /// The code in a reply.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::TooMany { .. } => "too_many",
            Self::Busy => "busy",
            Self::Budget { .. } => "budget",
            Self::Moved => "moved",
            Self::SeveralCases => "several_cases",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Reply {
    /// The reply to a request that was rejected.
    pub fn of_trouble(office: &OfficeCode, trouble: &Trouble) -> Self {
        let again = matches!(trouble, Trouble::Busy | Trouble::Budget { .. } | Trouble::Unavailable);
        let retry_after = match trouble {
            Trouble::Budget { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        let error = Error { code: trouble.code().to_owned(), again, reason: trouble.to_string(), retry_after };
        Self { error: Some(error), ..Self::of_lines(office, Vec::new()) }
    }

    /// The reply to a request whose lines were judged one by one.
    pub fn of_lines(office: &OfficeCode, lines: Vec<LineVerdict>) -> Self {
        let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count();
        let (recorded, known) = (count(Outcome::Recorded), count(Outcome::Known));
        let (refused, again) = (count(Outcome::Refused), count(Outcome::Again));
        let office = office.to_string();
        Self { version: VERSION, office, recorded, known, refused, again, lines, error: None, receipt: None }
    }

    /// The JSON text. If it would be too long for a message, each line keeps only the first of its flaws and warnings,
    /// and long values are cut.
    pub fn to_json(&self) -> Vec<u8> {
        let whole = serde_json::to_vec(self).unwrap_or_default();
        if whole.len() <= LONGEST {
            return whole;
        }
        let mut short = self.clone();
        for line in &mut short.lines {
            line.flaws.clear();
            line.warnings.truncate(1);
            line.refusal.iter_mut().chain(&mut line.warnings).for_each(shorten);
        }
        serde_json::to_vec(&short).unwrap_or_default()
    }
}

/// Drops the longest value and cuts the sentence.
fn shorten(said: &mut Said) {
    let is_short = |value: &String| value.len() <= LONGEST_VALUE / 2;
    said.found = said.found.take().filter(is_short);
    said.expected = said.expected.take().filter(is_short);
    if said.reason.len() > LONGEST_VALUE {
        let cut = (0..=LONGEST_VALUE).rev().find(|at| said.reason.is_char_boundary(*at)).unwrap_or(0);
        said.reason.truncate(cut);
        said.reason.push('…');
    }
}

#[cfg(test)]
mod tests {
    use engine::refusal::{Code, Refusal};
    use engine::rulebook::Language;
    use uuid::Uuid;

    use super::super::MOST_ACTIONS;
    use super::*;

    #[test]
    fn the_longest_reply_fits_into_a_message() {
        let office = OfficeCode::new(&"o".repeat(64)).expect("a code");
        let long = || "\u{eaa}\"".repeat(1_000);
        let flaw =
            Refusal { found: Some(long()), expected: Some(long()), ..Refusal::new(Code::WrongType).field("a.b") };
        let flaws = vec![flaw; 20];
        // To put so many flaws into words takes long: once is enough.
        let refused = LineVerdict::refused(1, None, &flaws, Language::En);
        let refused = LineVerdict { warnings: Said::all(&flaws, Language::En), ..refused };
        let line = |line| LineVerdict { line, id: Some(Uuid::from_u128(line as u128)), ..refused.clone() };
        let reply = Reply::of_lines(&office, (1..=MOST_ACTIONS).map(line).collect());
        let json = reply.to_json();
        assert!(json.len() < 1 << 20, "{}", json.len());
        let said: Reply = serde_json::from_slice(&json).expect("a reply");
        assert_eq!((said.refused, said.lines.len()), (MOST_ACTIONS, MOST_ACTIONS));
        assert!(said.lines.iter().all(|line| line.flaws()[0].code == Code::WrongType));
    }

    #[test]
    fn the_form_of_a_reply_stays() {
        let office = OfficeCode::new("vte-prosecutor").expect("a code");
        let id = Some(Uuid::from_u128(7));
        let warned = Refusal::new(Code::UnknownOffice).field("by").found("x-office");
        let misspelt = Refusal::new(Code::MisspeltWord).field("action").found("text").expected("released");
        let lines = vec![
            LineVerdict { warnings: Said::all(&[warned], Language::En), ..LineVerdict::new(1, Outcome::Recorded, id) },
            LineVerdict::refused(2, None, &[misspelt], Language::En),
            LineVerdict::new(4, Outcome::Again, id),
        ];
        let reply = String::from_utf8(Reply::of_lines(&office, lines).to_json()).expect("text");
        assert_eq!(
            reply,
            r#"{"version":1,"office":"vte-prosecutor","recorded":1,"known":0,"refused":1,"again":1,"lines":[{"line":1,"outcome":"recorded","id":"00000000-0000-0000-0000-000000000007","warnings":[{"code":"unknown_office","field":"by","found":"x-office","reason":"`by`: x-office is not among the offices"}]},{"line":2,"outcome":"refused","code":"misspelt_word","field":"action","found":"text","expected":"released","reason":"`action`: found another text; did you mean released?"},{"line":4,"outcome":"again","id":"00000000-0000-0000-0000-000000000007"}]}"#
        );
        let reply = String::from_utf8(Reply::of_trouble(&office, &Trouble::Busy).to_json()).expect("text");
        assert!(
            reply.contains(r#""lines":[],"error":{"code":"busy","again":true,"reason":"kamnot is busy"#),
            "{reply}"
        );
    }
}
