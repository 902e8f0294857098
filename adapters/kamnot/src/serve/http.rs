//! `--listen`: `/metrics`, `/healthz` and `/readyz` over HTTP.
//!
//! Invariant: whoever connects can do nothing but read, and can hold up nobody: one request a connection, little
//! memory and little time for each, and a limit on how many there are.

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
use store::CaseStore;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::Stop;

/// How many connections there may be at once; for one more the oldest is closed, so that none waits for slow ones.
const MOST_CONNECTIONS: usize = 64;
/// How long the head of a request may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may last.
const CONNECTION_WITHIN: Duration = Duration::from_secs(10);
/// How long the head of a request may be, in bytes and in lines.
const HEAD: (usize, usize) = (16 * 1024, 64);
/// The pause when a connection can't be taken, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// What there is, for who asks for something else.
const PATHS: &str = "/metrics  figures for Prometheus\n\
                     /healthz  whether the program is alive: 200, or 503 with the reason to start it again\n\
                     /readyz   whether it can do its work now: 200, or 503 with what stands in the way\n";

/// An address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("can't listen on {address}: {}", reason(.error))]
pub struct ListenFault {
    address: SocketAddr,
    error: Error,
}

fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "another program listens there; choose another port, or end that program".to_owned(),
        ErrorKind::PermissionDenied => "not permitted; choose a port from 1024 on".to_owned(),
        ErrorKind::AddrNotAvailable => {
            "this machine has no such address; choose one of its own, 127.0.0.1 or 0.0.0.0".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A port that is listened on.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Takes the address; port 0 is any that is free.
    ///
    /// # Errors
    /// If it can't be had.
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

    /// Answers until told to stop; what is being answered then is finished.
    pub async fn answer<S: CaseStore + ?Sized + 'static>(self, status: Arc<Status<S>>, stop: &Stop) {
        tracing::info!(address = %self.address, "listening");
        let (mut open, mut oldest_first) = (JoinSet::new(), VecDeque::<AbortHandle>::new());
        while let Some(accepted) = stop.or(self.socket.accept()).await {
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection can't be taken");
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
        // Each ends by itself within its time.
        let ended = async { while open.join_next().await.is_some() {} };
        if tokio::time::timeout(HEAD_WITHIN, ended).await.is_err() {
            tracing::debug!("connections that were slow are closed");
        }
    }
}

/// One request and its answer.
async fn converse<S: CaseStore + ?Sized>(stream: TcpStream, status: &Status<S>) {
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
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke"),
        Err(_) => tracing::debug!("a connection took too long"),
    }
}

fn respond<S: CaseStore + ?Sized, B>(request: &Request<B>, status: &Status<S>) -> Response<String> {
    let (code, text) = match request.uri().path() {
        "/metrics" | "/healthz" | "/readyz" if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            (StatusCode::METHOD_NOT_ALLOWED, "expected GET or HEAD: nothing can be changed here\n".to_owned())
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
