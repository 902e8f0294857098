//! `serve --web` as a process.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStderr, Command};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tests::program::Desk;
use web::listen::Limits;

use crate::listening::{PATIENCE, read_until, rest};

/// A process with pages; ended by its process id when it goes out of scope.
pub struct Process {
    child: Child,
    /// Where its pages are.
    pub address: SocketAddr,
    said: JoinHandle<String>,
}

impl Process {
    /// `serve --web` on a free port.
    pub fn serve(desk: &Desk, arguments: &[&str]) -> Self {
        Self::serve_at("info", desk, arguments)
    }

    /// The same that says so much.
    pub fn serve_at(level: &str, desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = desk.command(["serve", "--web", "127.0.0.1:0", "--log", "json"]);
        let mut child = command.args(arguments).env("RUST_LOG", level).spawn().expect("it starts");
        let mut said = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(said.read_line(&mut line).expect("it speaks"), 0, "it ended");
            let told: Value = serde_json::from_str(&line).unwrap_or_default();
            if told["fields"]["message"] == "serving the pages" {
                break told["fields"]["address"].as_str().expect("an address").parse().expect("an address");
            }
            assert!(!line.contains("kamnot: "), "{line}");
        };
        Self::of(child, address, said)
    }

    /// A process that says its address in another way.
    pub fn of(child: Child, address: SocketAddr, mut said: BufReader<ChildStderr>) -> Self {
        // Read on, so that it never waits for room.
        let said = thread::spawn(move || {
            let mut text = String::new();
            said.read_to_string(&mut text).expect("text");
            text
        });
        Self { child, address, said }
    }

    /// What comes back, head and body, until the connection ends.
    pub fn ask(&self, request: &str) -> String {
        Self::ask_at(self.address, request)
    }

    /// The same at another address of the process.
    pub fn ask_at(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer in time");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A page.
    pub fn get(&self, path: &str, headers: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address))
    }

    /// Tells it to stop; its exit code.
    pub fn stop(self) -> Option<i32> {
        self.stop_and_tell().0
    }

    /// Tells it to stop; its exit code, and what it has said since it served its pages.
    pub fn stop_and_tell(self) -> (Option<i32>, String) {
        let told = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        self.ends()
    }

    /// Waits until it ends by itself; its exit code, and what it has said since it served its pages.
    pub fn ends(mut self) -> (Option<i32>, String) {
        let said = std::mem::replace(&mut self.said, thread::spawn(String::new)).join().expect("it was read");
        (self.child.wait().expect("it ends").code(), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of a header.
pub fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
}

#[test]
fn at_a_stop_live_updates_end_at_once() {
    let desk = Desk::new();
    let process = Process::serve(&desk, &[]);
    let token = desk.run(["tokens", "add", "p", "--role", "clerk", "--office", "vte-juvenile-court"]).ends_with(0);
    let secret = token.out.split_whitespace().max_by_key(|word| word.len()).expect("a secret").to_owned();
    let mut stream = TcpStream::connect(process.address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    write!(stream, "GET /api/v1/changes HTTP/1.1\r\nHost: k\r\nAuthorization: Bearer {secret}\r\n\r\n").expect("sent");
    let head = read_until(&mut stream, "retry: 2000\n\n");
    assert!(head.starts_with("HTTP/1.1 200") && header(&head, "x-accel-buffering") == Some("no"), "{head}");
    let begun = std::time::Instant::now();
    assert_eq!(process.stop(), Some(0));
    assert!(rest(&mut stream).ends_with("0\r\n\r\n"), "it ends as an answer does");
    // Well within what slow connections are given.
    assert!(begun.elapsed() < Limits::PAGES.grace, "{:?}", begun.elapsed());
}

#[test]
fn serve_shows_pages_beside_the_watch_and_keeps_its_secret_to_itself() {
    let desk = Desk::new();
    let process = Process::serve(&desk, &[]);
    let docket = process.get("/docket", "Accept-Language: en\r\n");
    assert!(
        docket.starts_with("HTTP/1.1 303") && header(&docket, "location") == Some("/login?next=/docket"),
        "{docket}"
    );
    let none = process.get("/nowhere", "Accept-Language: lo\r\n");
    assert!(none.starts_with("HTTP/1.1 404") && none.contains("lang=\"lo\""), "{none}");
    let secrets = desk.path("state/kamnot/web-secrets");
    assert_eq!(fs::metadata(&secrets).expect("made").permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(&secrets).expect("read");
    assert_eq!(process.stop(), Some(0));
    let process = Process::serve(&desk, &[]);
    assert_eq!(fs::read_to_string(&secrets).expect("read"), key);
    assert_eq!(process.stop(), Some(0));
    let log = fs::read(desk.path("kamnot.db")).expect("the log");
    assert!(!log.windows(16).any(|bytes| key.as_bytes().starts_with(bytes)), "the key is not in the log");
}

#[test]
fn an_asset_is_fetched_once_and_text_is_packed() {
    let desk = Desk::new();
    let process = Process::serve(&desk, &[]);
    let page = process.get("/nowhere", "");
    let style = page.split('"').find(|text| text.starts_with("/assets/style.css?")).expect("a style sheet").to_owned();
    let plain = process.get(&style, "");
    assert_eq!(header(&plain, "cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(header(&plain, "content-encoding"), None);
    assert_eq!(header(&plain, "vary"), Some("accept-encoding"));
    let packed = process.get(&style, "Accept-Encoding: br, gzip\r\n");
    assert_eq!(header(&packed, "content-encoding"), Some("gzip"));
    let length = |answer: &str| header(answer, "content-length").and_then(|length| length.parse::<usize>().ok());
    let (short, long) = (length(&packed).expect("a length"), length(&plain).expect("a length"));
    assert!(short * 2 < long, "{short} of {long}");
    let tag = header(&plain, "etag").expect("a tag").to_owned();
    let known = process.get(&style, &format!("If-None-Match: W/\"other\", {tag}\r\n"));
    assert!(known.starts_with("HTTP/1.1 304") && known.ends_with("\r\n\r\n"), "{known}");
    let of_another = process.get("/assets/style.css?another", "");
    assert_eq!(header(&of_another, "cache-control"), Some("public, max-age=3600"));
    let font = process.get("/assets/lao-400.woff2", "Accept-Encoding: gzip\r\n");
    assert_eq!((header(&font, "content-type"), header(&font, "content-encoding")), (Some("font/woff2"), None));
    let short = process.get("/nowhere", "Accept-Encoding: gzip\r\n");
    assert_eq!(header(&short, "content-encoding"), None, "less than a kilobyte");
}
