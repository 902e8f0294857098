//! A listener in this process, with pages made for the tests, and a client that knows HTTP/1 and no more.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::routing::{get, post};
use futures::StreamExt as _;
use service::lifecycle::{Stop, Stopper};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use web::listen::{Address, Certificate, Limits, Listener, Proxies};

/// How long something may take that waiting is for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Short limits, so that a test need not wait long.
pub const SHORT: Limits = Limits {
    body: 100_000,
    body_within: Duration::from_secs(1),
    idle: Duration::from_secs(1),
    busy: Duration::from_secs(3),
    grace: Duration::from_secs(2),
    ..Limits::PAGES
};

/// A listener at work.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    stopper: Option<Stopper>,
    serving: Option<JoinHandle<()>>,
    // The last, so that what runs on it is told to stop first.
    runtime: Runtime,
}

impl Listening {
    /// One with these limits.
    pub fn start(limits: Limits) -> Self {
        Self::behind(limits, Proxies::default(), None)
    }

    /// One behind proxies, or with TLS.
    pub fn behind(limits: Limits, proxies: Proxies, certificate: Option<Certificate>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(Listener::bind("127.0.0.1:0".parse().expect("an address"), limits));
        let listener = listener.expect("bound").behind(proxies);
        let (stopper, stop) = Stop::pair();
        let address = listener.address();
        let certificate = certificate.map(Arc::new);
        if let Some(certificate) = certificate.clone() {
            let stop = stop.clone();
            runtime.spawn(async move { certificate.keep_renewed(Duration::from_millis(100), &stop).await });
        }
        let serving = runtime.spawn(async move { listener.with_tls(certificate).answer(pages(), &stop).await });
        Self { address, stopper: Some(stopper), serving: Some(serving), runtime }
    }

    /// Tells it to stop.
    pub fn stop(&mut self) {
        drop(self.stopper.take());
    }

    /// Waits until it has stopped.
    pub fn ends(&mut self) {
        let serving = self.serving.take().expect("it runs");
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, serving).await })
            .expect("in time")
            .expect("ended");
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// What comes back to bytes that are sent as they are, until the connection ends.
    pub fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        // A server that has seen enough may close early.
        let _ = stream.write_all(request.as_bytes());
        rest(&mut stream)
    }
}

/// Everything that still comes.
pub fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "nothing came in time"),
    }
    String::from_utf8(answer).expect("UTF-8")
}

/// Reads until this has come.
pub fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut said = Vec::new();
    let mut byte = [0];
    while !said.ends_with(end.as_bytes()) {
        assert_eq!(stream.read(&mut byte).expect("it answers"), 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    String::from_utf8(said).expect("UTF-8")
}

/// Whether the other end has not closed the connection.
pub fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).expect("a mode");
    let open = stream.read(&mut [0; 16]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    stream.set_nonblocking(false).expect("a mode");
    open
}

/// Waits until it is so.
pub fn eventually(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if is() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("not in time: {what}");
}

fn pages() -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .route(
            "/address",
            get(async |request: Request| {
                request.extensions().get::<Address>().map(|address| address.0.to_string()).unwrap_or_default()
            }),
        )
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_secs(2)).await;
                "slow"
            }),
        )
        .route("/forever", get(async || std::future::pending::<&str>().await))
        .route(
            "/stream",
            get(async || {
                let first = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from("data: 1\n\n")) });
                let body = Body::from_stream(first.chain(futures::stream::pending()));
                ([(CONTENT_TYPE, "text/event-stream")], body)
            }),
        )
        .route("/large", get(async || vec![b'x'; 64 * 1024 * 1024]))
        .route("/length", post(async |body: Bytes| body.len().to_string()))
        .route("/upload", post(async |body: Bytes| body.len().to_string()).layer(DefaultBodyLimit::disable()))
        .route("/api/v1/length", post(async |body: Bytes| body.len().to_string()))
        .route("/elsewhere", post(async || (StatusCode::SEE_OTHER, [(LOCATION, "/login")])))
}
