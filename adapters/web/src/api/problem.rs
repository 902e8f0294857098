//! Why a request was refused: a problem document (RFC 9457) in the reader's language.
//!
//! Invariant: the types are stable. A problem echoes nothing of the request but the name of a known parameter.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LANGUAGE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use serde_json::json;
use service::intake::reply::Trouble;
use store::Fault;

use crate::answer::{Answer, with};
use crate::gate::Shut;
use crate::words::api::Api;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What stood against a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub kind: Api,
    /// The parameter that it is about.
    parameter: Option<&'static str>,
    /// After how many seconds the same may be sent again.
    retry_after: Option<u64>,
}

/// The problems: each with its status and the last part of its type.
pub const KINDS: [(Api, StatusCode, &str); 20] = [
    (Api::NotLoggedIn, StatusCode::UNAUTHORIZED, "not_logged_in"),
    (Api::NoFormToken, StatusCode::FORBIDDEN, "no_form_token"),
    (Api::NotFound, StatusCode::NOT_FOUND, "not_found"),
    (Api::WrongMethod, StatusCode::METHOD_NOT_ALLOWED, "wrong_method"),
    (Api::BadParameter, StatusCode::BAD_REQUEST, "bad_parameter"),
    (Api::BadIfMatch, StatusCode::BAD_REQUEST, "bad_if_match"),
    (Api::WrongType, StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_type"),
    (Api::Unreadable, StatusCode::BAD_REQUEST, "unreadable"),
    (Api::UnreadableHandling, StatusCode::BAD_REQUEST, "unreadable_handling"),
    (Api::TooDeep, StatusCode::BAD_REQUEST, "too_deep"),
    (Api::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
    (Api::TooMany, StatusCode::PAYLOAD_TOO_LARGE, "too_many"),
    (Api::SeveralCases, StatusCode::BAD_REQUEST, "several_cases"),
    (Api::Moved, StatusCode::PRECONDITION_FAILED, "moved"),
    (Api::Budget, StatusCode::TOO_MANY_REQUESTS, "budget"),
    (Api::TooSlow, StatusCode::REQUEST_TIMEOUT, "too_slow"),
    (Api::Unavailable, StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    (Api::Counting, StatusCode::SERVICE_UNAVAILABLE, "counting"),
    (Api::Full, StatusCode::SERVICE_UNAVAILABLE, "full"),
    (Api::Failed, StatusCode::INTERNAL_SERVER_ERROR, "failed"),
];

impl Problem {
    /// A problem.
    pub const fn of(kind: Api) -> Self {
        Self { kind, parameter: None, retry_after: None }
    }

    /// A parameter has a value that it does not take; without a name: it is unknown.
    pub const fn of_parameter(parameter: Option<&'static str>) -> Self {
        Self { parameter, ..Self::of(Api::BadParameter) }
    }

    /// A budget is used up.
    pub const fn of_budget(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::of(Api::Budget) }
    }

    /// What is asked for is being counted for the first time.
    pub const fn of_counting() -> Self {
        Self { retry_after: Some(5), ..Self::of(Api::Counting) }
    }

    /// There are as many streams as may be.
    pub const fn of_streams(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::of(Api::Full) }
    }

    fn entry(self) -> (StatusCode, &'static str) {
        let entry = KINDS.into_iter().find(|(kind, ..)| *kind == self.kind);
        entry.map_or((StatusCode::INTERNAL_SERVER_ERROR, "failed"), |(_, status, word)| (status, word))
    }

    /// The answer.
    pub fn answer(self, language: Language) -> Answer {
        let (status, word) = self.entry();
        let mut document = json!({
            "type": format!("urn:kamnot:problem:{word}"),
            "title": self.kind.of(language),
            "status": status.as_u16(),
        });
        if let Some(parameter) = self.parameter {
            document["parameter"] = parameter.into();
        }
        if let Some(seconds) = self.retry_after {
            document["retry_after"] = seconds.into();
        }
        let mut answer = with(status, MEDIA_TYPE, document.to_string());
        let headers = answer.headers_mut();
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.word()));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == Api::NotLoggedIn {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }

    /// The problem instead of an answer that is a refusal in other words; other answers stay.
    pub fn instead(answer: Answer, language: Language) -> Answer {
        let status = answer.status();
        if let Some(problem) = answer.extensions().get::<Self>() {
            return problem.answer(language);
        }
        if !status.is_client_error() && !status.is_server_error() {
            return answer;
        }
        // Only a path that cannot be read is refused by the framework so: like any other that leads nowhere.
        let status = if status == StatusCode::BAD_REQUEST { StatusCode::NOT_FOUND } else { status };
        let kind = KINDS.into_iter().find(|(_, of_kind, _)| *of_kind == status).map(|(kind, ..)| kind);
        let kind = kind.unwrap_or(if status.is_server_error() { Api::Failed } else { Api::BadParameter });
        let allow = answer.headers().get(ALLOW).cloned();
        let mut answer = Self::of(kind).answer(language);
        answer.headers_mut().extend(allow.map(|allow| (ALLOW, allow)));
        answer
    }
}

/// The problem, to be worded by the guard, which knows the language.
impl IntoResponse for Problem {
    fn into_response(self) -> Answer {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = self.entry().0;
        answer.extensions_mut().insert(self);
        answer
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        tracing::warn!(%fault, "the store did not answer a request");
        Self::of(Api::Unavailable)
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::NotThere => Self::of(Api::NotFound),
            Shut::Away(fault) => fault.into(),
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreadable(_) => Self::of(Api::Unreadable),
            Trouble::TooMany { .. } => Self::of(Api::TooMany),
            Trouble::Budget { retry_after, .. } => Self::of_budget(retry_after),
            Trouble::Moved => Self::of(Api::Moved),
            Trouble::SeveralCases => Self::of(Api::SeveralCases),
            Trouble::Busy | Trouble::Unavailable => Self::of(Api::Unavailable),
        }
    }
}
