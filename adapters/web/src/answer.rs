//! What a request is answered with: a page, a redirect, a refusal; each with the headers that protect it.

use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION,
};
use axum::http::{HeaderMap, Response, StatusCode};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use store::Fault;

use crate::words::frame::Frame;

/// An answer.
pub type Answer = Response<Body>;

/// The media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of a stream of events, which is neither compressed nor limited in time.
pub const EVENTS: &str = "text/event-stream";

/// The policy of every page: nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers of every answer, whatever it is.
const PROTECTING: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    // Not `no-referrer`: browsers would then send `Origin: null` with forms.
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// Sets the headers of every answer that it does not set itself.
pub fn protect(headers: &mut HeaderMap) {
    for (name, value) in PROTECTING {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    debug_assert!(headers.contains_key(CONTENT_SECURITY_POLICY));
}

/// A page.
pub fn page(status: StatusCode, template: &impl Template) -> Answer {
    match template.render() {
        Ok(text) => with(status, "text/html; charset=utf-8", text),
        // A template only fails if a value in it fails to print.
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            with(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "500\n")
        }
    }
}

/// An answer with a body of a type.
pub fn with(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Whether the client has what bears a tag already.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    fn bare(tag: &str) -> &str {
        tag.strip_prefix("W/").unwrap_or(tag)
    }
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    known.flat_map(|line| line.split(',')).map(str::trim).any(|known| known == "*" || bare(known) == bare(tag))
}

/// Leads the browser to another page by GET.
pub fn see_other(path: &str) -> Answer {
    let mut answer = with(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
    if let Ok(path) = HeaderValue::from_str(path) {
        answer.headers_mut().insert(LOCATION, path);
    }
    answer
}

/// What somebody sees when the store does not answer.
pub fn store_is_away(fault: &Fault, language: Language) -> Answer {
    tracing::warn!(%fault, "the store did not answer a request");
    let words = [Frame::StoreAway, Frame::TryAgain].map(|word| word.of(language));
    plain(StatusCode::SERVICE_UNAVAILABLE, language, words)
}

/// What somebody sees instead of what is not theirs, and of what does not exist: the same.
pub fn no_such_page(language: Language) -> Answer {
    let words = [Frame::NoSuchPage, Frame::CheckReference].map(|word| word.of(language));
    plain(StatusCode::NOT_FOUND, language, words)
}

/// A page of two sentences: what is the matter, and what to do.
pub fn plain(status: StatusCode, language: Language, words: [&'static str; 2]) -> Answer {
    let plain = Plain { language, words, demo: false };
    let mut answer = page(status, &plain);
    answer.extensions_mut().insert(plain);
    answer
}

/// The same plain page with the demo's mark; any other answer as it is.
pub fn marked_as_demo(answer: Answer) -> Answer {
    match answer.extensions().get::<Plain>() {
        Some(plain) => page(answer.status(), &Plain { demo: true, ..*plain }),
        None => answer,
    }
}

/// A page of two sentences, which works without a session.
#[derive(Clone, Copy, Template)]
#[template(path = "plain.html")]
struct Plain {
    language: Language,
    words: [&'static str; 2],
    demo: bool,
}

impl Plain {
    fn t(&self, word: Frame) -> &'static str {
        word.of(self.language)
    }
}
