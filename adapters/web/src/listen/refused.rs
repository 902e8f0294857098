//! What a client is told whose request was not taken as a whole.

use axum::http::StatusCode;
use axum::http::request::Parts;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use serde_json::json;

use crate::answer::{Answer, plain, protect, with};
use crate::visitor::language;
use crate::words::connection::Connection;

/// Why a request was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Its body is too large.
    TooLarge,
    /// Its body did not arrive in time.
    TooLate,
}

impl Refused {
    /// For whoever reads the body.
    pub(super) const fn in_a_word(self) -> &'static str {
        match self {
            Self::TooLarge => "the body is too large",
            Self::TooLate => "the body did not arrive in time",
        }
    }
}

/// What has to be known of a request to refuse it.
pub(super) struct Asked {
    language: Language,
    by_program: bool,
}

impl Asked {
    /// What the head says.
    pub(super) fn of(parts: &Parts) -> Self {
        Self { language: language(parts, None), by_program: parts.uri.path().starts_with("/api/") }
    }

    /// The answer: a page, or problem details (RFC 9457) for programs.
    pub(super) fn refused(&self, why: Refused) -> Answer {
        let (status, words) = match why {
            Refused::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, [Connection::TooLarge, Connection::SendLess]),
            Refused::TooLate => (StatusCode::REQUEST_TIMEOUT, [Connection::TooLate, Connection::SendAgain]),
        };
        let words = words.map(|word| word.of(self.language));
        let mut answer = if self.by_program {
            let problem = json!({ "title": words[0], "detail": words[1], "status": status.as_u16() });
            with(status, "application/problem+json", problem.to_string())
        } else {
            plain(status, self.language, words)
        };
        protect(answer.headers_mut());
        answer
    }
}
