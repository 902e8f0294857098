//! Whoever connects gets an answer, and can hold up nobody.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use web::listen::{Limits, Proxies};

use crate::listening::{Listening, SHORT, eventually, is_open, read_until, rest};

const GET: &str = "GET / HTTP/1.1\r\nHost: kamnot\r\nConnection: close\r\n\r\n";

#[test]
fn a_thousand_slow_connections_keep_nobody_out() {
    let listening = Listening::start(Limits { connections: 64, ..Limits::PAGES });
    // Silent ones, slow heads, and slow bodies.
    let beginnings =
        ["", "GET / HTTP/1.1\r\nHost: k", "POST /length HTTP/1.1\r\nHost: k\r\nContent-Length: 9\r\n\r\nab", "PRI"];
    let mut slow: Vec<TcpStream> = (0..1_000)
        .map(|nth| {
            let mut stream = listening.connect();
            let _ = stream.write_all(beginnings[nth % beginnings.len()].as_bytes());
            stream
        })
        .collect();
    for _ in 0..20 {
        let begun = Instant::now();
        assert!(listening.ask(GET).ends_with("hello"));
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    eventually("the others have given way", || {
        slow.iter_mut().filter_map(|stream| is_open(stream).then_some(())).count() <= 64
    });
}

#[test]
fn whoever_waits_for_an_answer_does_not_give_way() {
    let listening = Listening::start(Limits { connections: 16, ..SHORT });
    let mut working = listening.connect();
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n").expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    let _idle: Vec<TcpStream> = (0..100).map(|_| listening.connect()).collect();
    assert!(rest(&mut working).ends_with("slow"));
}

#[test]
fn a_connection_without_a_request_ends() {
    let listening = Listening::start(SHORT);
    for begun in ["", "PRI * HTTP/2.0", "GET / HTTP/1.1\r\nHost: k\r\n", "GET / HTTP/1.1\r\nHost: k\r\n\r\n"] {
        let mut stream = listening.connect();
        stream.write_all(begun.as_bytes()).expect("sent");
        let said = rest(&mut stream);
        assert_eq!(said.ends_with("hello"), begun.ends_with("\r\n\r\n"), "{said}");
    }
    // A head whose bytes come one by one.
    let mut stream = listening.connect();
    stream.write_all(b"GET / HTTP/1.1\r\n").expect("sent");
    eventually("a slow head ends", || stream.write_all(b"X").is_err() || !is_open(&mut stream));
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let listening = Listening::start(SHORT);
    let mut stream = listening.connect();
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(400));
        stream.write_all(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
        read_until(&mut stream, "hello");
    }
}

#[test]
fn an_answer_that_nobody_takes_or_nobody_makes_ends() {
    let listening = Listening::start(SHORT);
    for path in ["/large", "/forever"] {
        let mut stream = listening.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
        std::thread::sleep(SHORT.busy + SHORT.grace + Duration::from_secs(1));
        assert!(rest(&mut stream).len() < 64 * 1024 * 1024, "{path}");
    }
}

#[test]
fn a_stream_of_events_outlasts_the_time_of_other_answers_and_gives_way_to_whoever_works() {
    let listening = Listening::start(Limits { connections: 8, ..SHORT });
    let mut streams: Vec<TcpStream> = (0..4).map(|_| listening.connect()).collect();
    for stream in &mut streams {
        stream.write_all(b"GET /stream HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
        read_until(stream, "data: 1\n\n\r\n");
    }
    std::thread::sleep(SHORT.busy + SHORT.grace + Duration::from_secs(1));
    assert!(streams.iter_mut().all(is_open));
    let mut working: Vec<TcpStream> = Vec::new();
    for _ in 0..8 {
        let mut stream = listening.connect();
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n").expect("sent");
        working.push(stream);
        // It has to be at work before the next one comes.
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(working.iter_mut().all(|stream| rest(stream).ends_with("slow")));
    assert!(!streams.iter_mut().any(is_open));
}

#[test]
fn a_large_head_is_refused() {
    let listening = Listening::start(SHORT);
    let long = listening.ask(&format!("GET / HTTP/1.1\r\nHost: k\r\nX: {}\r\n\r\n", "x".repeat(100_000)));
    let many = listening.ask(&format!("GET / HTTP/1.1\r\nHost: k\r\n{}\r\n", "X: y\r\n".repeat(200)));
    let nonsense = listening.ask("dear prosecutor\r\n\r\n");
    for (said, code) in [(long, "431"), (many, "431"), (nonsense, "400")] {
        assert!(said.starts_with(&format!("HTTP/1.1 {code}")) || said.is_empty(), "{said}");
    }
}

#[test]
fn a_large_body_is_answered_in_the_readers_language() {
    let listening = Listening::start(SHORT);
    let (large, chunk) = ("x".repeat(300_000), "x".repeat(1_000));
    let announced = |path: &str, language: &str| {
        listening.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: k\r\nConnection: close\r\nAccept-Language: {language}\r\nContent-Length: {}\r\n\r\n{large}",
            large.len()
        ))
    };
    let english = announced("/length", "en");
    assert!(english.starts_with("HTTP/1.1 413") && english.contains("too large. Nothing was recorded."), "{english}");
    assert!(english.to_lowercase().contains("content-security-policy: default-src 'none'"), "{english}");
    let lao = announced("/length", "lo");
    assert!(lao.starts_with("HTTP/1.1 413") && lao.contains("ໃຫຍ່ເກີນໄປ") && lao.contains("lang=\"lo\""), "{lao}");
    let problem = announced("/api/v1/length", "en");
    assert!(problem.contains("application/problem+json") && problem.contains("\"status\":413"), "{problem}");
    let chunks = format!("3e8\r\n{chunk}\r\n").repeat(300);
    let unannounced = listening.ask(&format!(
        "POST /length HTTP/1.1\r\nHost: k\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    ));
    assert!(unannounced.starts_with("HTTP/1.1 413"), "{unannounced}");
    let fits = listening.ask(&format!(
        "POST /length HTTP/1.1\r\nHost: k\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n{}",
        &large[..100_000]
    ));
    assert!(fits.starts_with("HTTP/1.1 200") && fits.ends_with("100000"), "{fits}");
}

#[test]
fn the_longest_upload_comes_through_to_its_page() {
    let listening = Listening::start(Limits::PAGES);
    let length = 4 << 20;
    let file = "x".repeat(length);
    let said = listening.ask(&format!(
        "POST /upload HTTP/1.1\r\nHost: k\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{file}"
    ));
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with(&length.to_string()), "{said}");
}

#[test]
fn a_client_that_asks_first_sends_no_large_body() {
    let listening = Listening::start(SHORT);
    let said = listening.ask(
        "POST /length HTTP/1.1\r\nHost: k\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 300000\r\n\r\n",
    );
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
}

#[test]
fn a_body_that_does_not_come_in_time_is_answered() {
    let listening = Listening::start(SHORT);
    let begun = Instant::now();
    let said = listening.ask(
        "POST /length HTTP/1.1\r\nHost: k\r\nConnection: close\r\nAccept-Language: en\r\nContent-Length: 9\r\n\r\nabc",
    );
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("did not arrive in time"), "{said}");
    assert!(begun.elapsed() < PATIENCE_FOR_A_BODY, "{:?}", begun.elapsed());
}

/// Well under the time after which a connection would be closed without an answer.
const PATIENCE_FOR_A_BODY: Duration = Duration::from_millis(2_500);

#[test]
fn an_answer_given_before_the_body_was_read_arrives() {
    let listening = Listening::start(Limits { body: 5_000_000, ..SHORT });
    for _ in 0..10 {
        let mut stream = listening.connect();
        let body = vec![b'x'; 4_000_000];
        write!(
            stream,
            "POST /elsewhere HTTP/1.1\r\nHost: k\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .expect("sent");
        stream.write_all(&body).expect("all of it is taken");
        let said = rest(&mut stream);
        assert!(said.starts_with("HTTP/1.1 303") && said.contains("location: /login"), "{said}");
    }
}

#[test]
fn the_proxys_client_counts_and_nobody_elses() {
    let ask = |listening: &Listening| {
        listening
            .ask("GET /address HTTP/1.1\r\nHost: k\r\nConnection: close\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n\r\n")
    };
    let proxies = Proxies::new(&["127.0.0.1".parse().expect("an address")]);
    assert!(ask(&Listening::behind(SHORT, proxies, None)).ends_with("\r\n\r\n2.2.2.2"));
    assert!(ask(&Listening::start(SHORT)).ends_with("\r\n\r\n127.0.0.1"));
}

#[test]
fn at_a_stop_requests_in_progress_are_answered_and_others_end() {
    let mut listening =
        Listening::start(Limits { idle: Duration::from_mins(1), grace: Duration::from_secs(10), ..SHORT });
    let (mut idle, mut working) = (listening.connect(), listening.connect());
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
    idle.write_all(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n").expect("sent");
    read_until(&mut idle, "hello");
    std::thread::sleep(Duration::from_millis(300));
    listening.stop();
    assert_eq!(rest(&mut idle), "");
    assert!(rest(&mut working).ends_with("slow"));
    listening.ends();
    assert!(TcpStream::connect(listening.address).is_err());
}
