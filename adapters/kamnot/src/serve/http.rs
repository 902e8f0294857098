//! `--listen`: `/metrics`, `/healthz` and `/readyz` over HTTP.
//!
//! Invariant: a client can only read.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use axum::http::{Method, Request, Response, StatusCode};
use service::figures::exposition;
use service::status::Status;

/// The pages, for a request of another path.
const PATHS: &str = "/metrics  figures for Prometheus\n\
                     /healthz  whether the program is alive: 200, or 503 with the reason to restart it\n\
                     /readyz   whether it can do its work now: 200, or 503 with the reasons why not\n";

/// The pages.
pub fn pages(status: Arc<Status>) -> Router {
    Router::new().fallback(async move |request| respond(&request, &status))
}

fn respond<B>(request: &Request<B>, status: &Status) -> Response<String> {
    let (code, text) = match request.uri().path() {
        "/metrics" | "/healthz" | "/readyz" if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            (StatusCode::METHOD_NOT_ALLOWED, "expected GET or HEAD: these pages are read-only\n".to_owned())
        }
        "/metrics" => (StatusCode::OK, status.metrics()),
        "/healthz" => match status.alive() {
            Ok(()) => (StatusCode::OK, "alive\n".to_owned()),
            Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n"),
        },
        "/readyz" => match status.ready() {
            Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
            Err(reasons) => (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n"),
        },
        _ => (StatusCode::NOT_FOUND, format!("no such page; there are:\n{PATHS}")),
    };
    let metrics = request.uri().path() == "/metrics" && code == StatusCode::OK;
    let kind = if metrics { exposition::CONTENT_TYPE } else { "text/plain; charset=utf-8" };
    let mut response = Response::new(text);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // One request a connection: who asks every some seconds needs no open one.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if code == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}
