//! TLS: by which protocol, with which certificate, and with which key not.

use std::fs::{self, Permissions};
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use scenarios::servers::certificates::{Authority, Certificate as Issued, Until};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use web::listen::{Certificate, Limits, Proxies};

use crate::http2;
use crate::listening::{Listening, PATIENCE, SHORT, eventually, rest};

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A pair of files as an operator lays them out.
struct Pair {
    authority: Authority,
    files: Issued,
}

impl Pair {
    fn new() -> Self {
        let authority = Authority::new();
        let files = authority.issue("localhost", Until::Later);
        let pair = Self { authority, files };
        pair.is_private(&pair.files.key);
        pair
    }

    fn is_private(&self, key: &Path) {
        assert!(key.starts_with(self.authority.roots().parent().expect("a folder")));
        fs::set_permissions(key, Permissions::from_mode(0o600)).expect("a mode");
    }

    fn listening(&self, limits: Limits) -> Listening {
        Listening::behind(limits, Proxies::default(), Some(self.read().expect("in order")))
    }

    fn read(&self) -> Result<Certificate, web::listen::CertificateFault> {
        Certificate::read(&self.files.certificate, &self.files.key)
    }

    fn connect(&self, listening: &Listening, protocol: &str) -> Stream {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.authority.roots()).expect("a root")).expect("a root");
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").expect("a name");
        let client = ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut stream = StreamOwned::new(client, listening.connect());
        stream.flush().expect("a handshake");
        stream
    }

    /// The certificate that a new connection gets.
    fn seen(&self, listening: &Listening) -> Vec<u8> {
        let mut stream = self.connect(listening, "http/1.1");
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n");
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(said.ends_with(b"hello"), "{}", String::from_utf8_lossy(&said));
        stream.conn.peer_certificates().expect("a certificate")[0].to_vec()
    }
}

#[test]
fn both_versions_are_spoken_over_tls() {
    let pair = Pair::new();
    let listening = pair.listening(SHORT);
    pair.seen(&listening);
    let mut stream = pair.connect(&listening, "h2");
    stream.write_all(&[http2::hello(), http2::request(1, "/")].concat()).expect("sent");
    assert_eq!(http2::body(&mut stream, 1), "hello");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
}

#[test]
fn whoever_does_not_speak_tls_or_says_nothing_is_shown_out() {
    let pair = Pair::new();
    let listening = pair.listening(Limits { connections: 16, ..SHORT });
    let said = listening.connect();
    let mut plain = listening.connect();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
    assert!(!rest(&mut plain).contains("hello"));
    assert_eq!(rest(&mut { said }), "", "a silent one ends");
    let _silent: Vec<TcpStream> = (0..200).map(|_| listening.connect()).collect();
    pair.seen(&listening);
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart_and_a_bad_one_is_not() {
    let pair = Pair::new();
    // An idle connection would end before all of this is done.
    let listening = pair.listening(Limits { idle: PATIENCE, ..SHORT });
    let first = pair.seen(&listening);
    let mut kept = pair.connect(&listening, "http/1.1");
    // Half a renewal: a certificate without its key, and then no certificate at all.
    let renewed = pair.authority.issue("127.0.0.1", Until::Later);
    let other = pair.authority.issue("localhost", Until::Past);
    fs::copy(&renewed.certificate, &pair.files.certificate).expect("copied");
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(pair.seen(&listening), first);
    fs::write(&pair.files.certificate, "no certificate").expect("written");
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(pair.seen(&listening), first);
    // A whole one.
    let again = pair.authority.issue("localhost", Until::Later);
    assert_eq!((&again.certificate, &again.key), (&pair.files.certificate, &pair.files.key), "in the same place");
    pair.is_private(&again.key);
    eventually("the renewed one is used", || pair.seen(&listening) != first);
    kept.write_all(b"GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n").expect("an open connection goes on");
    let mut said = Vec::new();
    let _ = kept.read_to_end(&mut said);
    assert!(said.ends_with(b"hello"));
    drop(other);
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let pair = Pair::new();
    let refused = || pair.read().err().expect("refused").to_string();
    for mode in [0o644, 0o604, 0o660] {
        fs::set_permissions(&pair.files.key, Permissions::from_mode(mode)).expect("a mode");
        let said = refused();
        assert!(said.contains("others may read or change it") && said.contains("chmod 06"), "{said}");
    }
    fs::set_permissions(&pair.files.key, Permissions::from_mode(0o640)).expect("a mode");
    assert!(pair.read().is_ok(), "a group may read it");
}

#[test]
fn a_pair_that_does_not_fit_is_refused_with_the_file_that_is_wrong() {
    let pair = Pair::new();
    let other = pair.authority.issue("other", Until::Later);
    pair.is_private(&other.key);
    let refused =
        |certificate: &Path, key: &Path| Certificate::read(certificate, key).err().expect("refused").to_string();
    let said = refused(&pair.files.certificate, &other.key);
    assert!(said.contains("other-Later.key: is not the key of the certificate in"), "{said}");
    let said = refused(&pair.files.key, &pair.files.key);
    assert!(said.contains("contains no certificate"), "{said}");
    let said = refused(&pair.files.certificate, Path::new("/nowhere/key.pem"));
    assert!(said.contains("/nowhere/key.pem: cannot be read"), "{said}");
    let empty = pair.files.key.with_extension("empty");
    fs::write(&empty, "").expect("written");
    pair.is_private(&empty);
    assert!(refused(&pair.files.certificate, &empty).contains("contains no private key"));
}
