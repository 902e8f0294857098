//! `--listen`: `/metrics`, `/healthz` and `/readyz` over HTTP.
//!
//! Invariant: a client can only read, and cannot hold up others: one request per connection, limited memory and time
//! for each, and a limited number of connections.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use service::figures::exposition;
use service::status::Status;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::Stop;

/// How many connections may be open; for a further one the oldest is closed, so that nobody waits for slow ones.
const MOST_CONNECTIONS: usize = 64;
/// How long the head of a request may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may last.
const CONNECTION_WITHIN: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes and in lines.
const HEAD: (usize, usize) = (16 * 1024, 64);
/// The pause after a connection could not be accepted, for example because no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(200);

/// The pages, for a request of another path.
const PATHS: &str = "/metrics  figures for Prometheus\n\
                     /healthz  whether the program is alive: 200, or 503 with the reason to restart it\n\
                     /readyz   whether it can do its work now: 200, or 503 with the reasons why not\n";

/// `--listen` failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {}", reason(.error))]
pub struct ListenFault {
    address: SocketAddr,
    error: Error,
}

fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "another program uses this port; choose another one, or end that program".to_owned(),
        ErrorKind::PermissionDenied => "not permitted; choose a port from 1024 on".to_owned(),
        ErrorKind::AddrNotAvailable => {
            "this machine does not have this address; choose one of its own, 127.0.0.1 or 0.0.0.0".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds the address; port 0 means any free port.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenFault> {
        let failed = |error| ListenFault { address, error };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// The address, with its port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the stop signal; requests in progress are finished.
    pub async fn answer(self, status: Arc<Status>, stop: &Stop) {
        tracing::info!(address = %self.address, "listening");
        let (mut open, mut oldest_first) = (JoinSet::new(), VecDeque::<AbortHandle>::new());
        while let Some(accepted) = stop.or(self.socket.accept()).await {
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    stop.or(tokio::time::sleep(PAUSE)).await;
                    continue;
                }
            };
            while open.try_join_next().is_some() {}
            oldest_first.retain(|connection| !connection.is_finished());
            if oldest_first.len() >= MOST_CONNECTIONS
                && let Some(oldest) = oldest_first.pop_front()
            {
                oldest.abort();
            }
            let status = Arc::clone(&status);
            oldest_first.push_back(open.spawn(async move { converse(stream, &status).await }));
        }
        // Each connection has its own timeout.
        let ended = async { while open.join_next().await.is_some() {} };
        if tokio::time::timeout(HEAD_WITHIN, ended).await.is_err() {
            tracing::debug!("closed slow connections");
        }
    }
}

/// One request and its answer.
async fn converse(stream: TcpStream, status: &Status) {
    let service = service_fn(|request| {
        let response = respond(&request, status);
        async { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD.0)
        .max_headers(HEAD.1)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(CONNECTION_WITHIN, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "connection lost"),
        Err(_) => tracing::debug!("connection timed out"),
    }
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
    if code == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}
