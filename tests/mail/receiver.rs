//! A receiver of webhooks: HTTPS and no more, which answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scenarios::servers::certificates::{Authority, Certificate, Until};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A request that came.
#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: String,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").map(|(found, value)| (found.to_owned(), value.len()));
        let line =
            self.head.lines().find(|line| of(line).is_some_and(|(found, _)| found.eq_ignore_ascii_case(name)))?;
        line.split_once(": ").map(|(_, value)| value)
    }

    /// The id of the event in it.
    pub fn id(&self) -> String {
        let event: Value = serde_json::from_str(&self.body).expect("an object");
        event["id"].as_str().expect("an id").to_owned()
    }
}

/// What is answered, bytes as they are; nothing at all, for ever, if empty.
type Answer = Arc<Mutex<String>>;

/// A receiver; ended when it goes out of scope.
pub struct Receiver {
    pub authority: Authority,
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    answer: Answer,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// One whose certificate is for `name`.
    pub async fn start(name: &str) -> Self {
        let authority = Authority::new();
        let acceptor = acceptor(&authority.issue(name, Until::Later));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (requests, answer) = (Arc::default(), Arc::new(Mutex::new(of_code(204))));
        let (came, answers) = (Arc::clone(&requests), Arc::clone(&answer));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, acceptor.clone(), Arc::clone(&came), Arc::clone(&answers)));
            }
        });
        Self { authority, address, requests, answer, serving }
    }

    /// Answers with a code from now on.
    pub fn answers(&self, code: u16) {
        self.answers_with(&of_code(code));
    }

    /// Answers with these bytes from now on.
    pub fn answers_with(&self, bytes: &str) {
        bytes.clone_into(&mut self.answer.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What came, in its order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ids of the events that came.
    pub fn ids(&self) -> Vec<String> {
        self.requests().iter().map(Request::id).collect()
    }

    /// The URL at which it is reached by a name.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/hook?of=kamnot", self.address.port())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn of_code(code: u16) -> String {
    format!("HTTP/1.1 {code} So\r\nContent-Length: 0\r\n\r\n")
}

fn acceptor(pair: &Certificate) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(&pair.certificate).expect("read").collect::<Result<Vec<_>, _>>();
    let key = PrivateKeyDer::from_pem_file(&pair.key).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(chain.expect("certificates"), key).expect("a pair")))
}

/// Takes one request and answers.
async fn take(stream: TcpStream, acceptor: TlsAcceptor, came: Arc<Mutex<Vec<Request>>>, answer: Answer) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut bytes = Vec::new();
    let request = loop {
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&more[..read]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let request = Request { head: head.to_owned(), body: body.to_owned() };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if body.len() >= length {
            break request;
        }
    };
    came.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if answer.is_empty() {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
