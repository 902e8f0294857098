//! A witness over HTTP, as C2SP tlog-witness says: `POST /add-checkpoint`.
//!
//! Invariant: requests are answered one after another, each from the state that the one before left on disk.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::routing::post;
use engine::calendar::Instant;
use service::clock::Clock;
use service::witness::{Refusal, Witness};

/// The media type of the size that was cosigned last.
const SIZE: &str = "text/x.tlog.size";

/// The pages of a witness.
pub fn pages(witness: Witness, clock: Arc<dyn Clock>) -> Router {
    let witness = Arc::new(Mutex::new(witness));
    let add = async move |body: Bytes| {
        let (witness, now) = (Arc::clone(&witness), clock.now());
        // It waits for the disk.
        let added = tokio::task::spawn_blocking(move || add(&witness, &body, now)).await;
        added.unwrap_or_else(|_| answer(StatusCode::INTERNAL_SERVER_ERROR, "the witness failed\n".to_owned()))
    };
    let elsewhere = async || answer(StatusCode::NOT_FOUND, "this is a witness: POST /add-checkpoint\n".to_owned());
    Router::new().route("/add-checkpoint", post(add)).fallback(elsewhere)
}

fn add(witness: &Mutex<Witness>, body: &[u8], now: Instant) -> Response<String> {
    let refusal = match witness.lock().unwrap_or_else(PoisonError::into_inner).add(body, now) {
        Ok(signature) => return answer(StatusCode::OK, signature.to_string()),
        Err(refusal) => refusal,
    };
    let code = match &refusal {
        Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog(_) => StatusCode::NOT_FOUND,
        Refusal::Unsigned(_) => StatusCode::FORBIDDEN,
        Refusal::Stale(_) => StatusCode::CONFLICT,
        Refusal::NotContinued { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::ClockWentBack(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Unwritten(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let reason = refusal.to_string();
    match &refusal {
        Refusal::NotContinued { .. } => tracing::error!(%reason, "a log may show two versions of itself; not cosigned"),
        Refusal::ClockWentBack(_) | Refusal::Unwritten(_) => tracing::error!(%reason, "nothing is cosigned"),
        _ => tracing::info!(%reason, "not cosigned"),
    }
    let Refusal::Stale(size) = refusal else { return answer(code, reason + "\n") };
    let mut stale = answer(code, format!("{size}\n"));
    stale.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(SIZE));
    stale
}

fn answer(code: StatusCode, text: String) -> Response<String> {
    let mut response = Response::new(text);
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
