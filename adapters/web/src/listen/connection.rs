//! One connection: its handshake, its requests, and its end.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, EXPECT};
use axum::http::{Request, Response, StatusCode};
use axum::{Error, Router};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use service::lifecycle::Stop;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::Limits;
use super::address::Proxies;
use super::body::Bounded;
use super::open::{self, Doing, Work};
use super::refused::{Asked, Refused};
use super::tls::Certificate;
use crate::answer::{Answer, EVENTS};

/// How many requests of an HTTP/2 connection may have been cancelled and not yet dealt with.
const RESETS: usize = 20;
/// How often a busy HTTP/2 connection is asked whether it is still there, and how long it may take to say so.
const STILL_THERE: Duration = Duration::from_secs(20);
/// How much of a request's body may be on the way over HTTP/2: of one, and of all of a connection.
const WINDOWS: (u32, u32) = (128 * 1024, 512 * 1024);
/// How much of an answer waits for a slow client.
const UNSENT: usize = 64 * 1024;

/// What all connections of a listener share.
pub(super) struct Serving {
    pub(super) router: Router,
    pub(super) limits: Limits,
    pub(super) proxies: Proxies,
    pub(super) certificate: Option<Arc<Certificate>>,
    pub(super) stop: Stop,
}

impl Serving {
    /// Everything between a connection's beginning and its end.
    pub(super) async fn converse(self: Arc<Self>, stream: TcpStream, work: Arc<Work>) {
        // Answers are written as a whole.
        let _ = stream.set_nodelay(true);
        let Some(certificate) = self.certificate.clone() else { return self.serve(stream, work).await };
        let handshake = tokio::time::timeout(self.limits.idle, certificate.accept(stream));
        match self.stop.or(handshake).await {
            Some(Ok(Ok(stream))) => self.serve(stream, work).await,
            Some(Ok(Err(error))) => tracing::debug!(%error, "a TLS handshake failed"),
            Some(Err(_)) => tracing::debug!("a TLS handshake timed out"),
            None => {}
        }
    }

    async fn serve(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, work: Arc<Work>) {
        let service = service_fn(|request| {
            let (serving, work) = (Arc::clone(&self), Arc::clone(&work));
            async move { Ok::<_, Infallible>(serving.answer(request, &work).await) }
        });
        let builder = self.builder();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let ended = loop {
            let Some(left) = self.may_last(&work) else { break None };
            let sooner = async {
                tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = tokio::time::sleep(left) => None,
                }
            };
            match self.stop.or(sooner).await {
                Some(None) => {}
                Some(ended) => break ended,
                None => break None,
            }
        };
        let ended = if let Some(ended) = ended {
            Ok(ended)
        } else {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(self.limits.grace, connection).await
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "connection lost"),
            Err(_) => tracing::debug!("connection timed out"),
        }
    }

    /// How long to wait before the connection is looked at again; `None` if it has to end.
    fn may_last(&self, work: &Work) -> Option<Duration> {
        let (state, lasts) = work.state();
        let most = match state.doing() {
            Doing::Waiting => self.limits.idle,
            Doing::Working => self.limits.busy,
            // A stream ends by itself when its right does, and its comments find out whether the client is there.
            Doing::Streaming => return Some(self.limits.idle),
        };
        let left = most.checked_sub(lasts).filter(|left| !left.is_zero())?;
        // A busy connection may become idle meanwhile.
        Some(left.min(self.limits.idle))
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let Limits { head, lines, streams, .. } = self.limits;
        let mut builder = Builder::new(TokioExecutor::new());
        // The time of a head is that of an idle connection, for both versions; hyper's own would count from the answer before.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(head).max_headers(lines);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(streams)
            .max_pending_accept_reset_streams(RESETS)
            .max_local_error_reset_streams(RESETS)
            .max_header_list_size(u32::try_from(head).unwrap_or(u32::MAX))
            .initial_stream_window_size(WINDOWS.0)
            .initial_connection_window_size(WINDOWS.1)
            .max_send_buf_size(UNSENT)
            .keep_alive_interval(STILL_THERE)
            .keep_alive_timeout(STILL_THERE);
        builder
    }

    /// The answer to one request, which is open until the answer is taken.
    async fn answer(&self, request: Request<Incoming>, work: &Arc<Work>) -> Response<Taken> {
        let open = work.begin();
        let (mut parts, incoming) = request.into_parts();
        parts.extensions.insert(self.proxies.client(work.peer, &parts.headers));
        let answer = if incoming.is_end_stream() {
            self.ask(Request::from_parts(parts, Body::empty())).await
        } else {
            let (asked, waits_for_us) = (Asked::of(&parts), parts.headers.contains_key(EXPECT));
            let body = Bounded::new(incoming, &self.limits);
            let answer = match body.refused() {
                Some(why) => asked.refused(why),
                None => self.ask(Request::from_parts(parts, Body::new(body.clone()))).await,
            };
            if !waits_for_us {
                body.throw_away(&self.limits).await;
            }
            match body.refused().or_else(|| refused_by_its_reader(&answer)) {
                Some(why) if !answer.status().is_success() => asked.refused(why),
                _ => answer,
            }
        };
        let is_stream = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == EVENTS.as_bytes());
        let open = if is_stream { open.by_a_stream() } else { open };
        answer.map(|body| Taken { body, _open: open })
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let Ok(answer) = TowerToHyperService::new(self.router.clone()).call(request).await;
        answer
    }
}

/// Whether the body was larger than its reader takes; axum says so in plain words.
fn refused_by_its_reader(answer: &Answer) -> Option<Refused> {
    let plain = |kind: &axum::http::HeaderValue| kind.as_bytes().starts_with(b"text/plain");
    let too_large = answer.status() == StatusCode::PAYLOAD_TOO_LARGE;
    (too_large && answer.headers().get(CONTENT_TYPE).is_some_and(plain)).then_some(Refused::TooLarge)
}

/// The body of an answer: when it is taken or given up, its request is not open any more.
struct Taken {
    body: Body,
    _open: open::Request,
}

impl hyper::body::Body for Taken {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
