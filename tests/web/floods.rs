//! Whoever floods the pages does not keep alerts back: they are delivered in the midst of it.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use engine::calendar::Instant;
use scenarios::servers::nats_server::NatsServer;
use service::clock::{Clock as _, SystemClock};
use tests::lines::file;
use tests::program::Desk;

use crate::desk::form;
use crate::listening::PATIENCE;
use crate::papers::{line, opening};
use crate::serving::Process;

/// How many children's forty-eight hours end during the flood, one each tenth of a second.
const CHILDREN: u32 = 100;
const SLOW: usize = 1_000;
/// After how many wrong logins the alerts come into it. Each that is answered has cost a hash.
const BEGUN: u32 = 200;
/// How many guess at a time.
const GUESSERS: u32 = 50;

/// The lines of children whose forty-eight hours end from an instant on.
fn children(first: Instant) -> Vec<String> {
    let of = |nth: u32| {
        let began = first.plus(i64::from(nth / 10) - 48 * 3_600).to_string();
        let case = format!("VTE-2026-{nth:04}");
        [opening(&case, &began, "major"), line(&case, "custody_started", &began, "vte-investigation", "")]
    };
    (0..CHILDREN).flat_map(of).collect()
}

/// How many breaches were published, and whether alerts wait.
fn published(figures: SocketAddr) -> (u32, u32) {
    let said = Process::ask_at(figures, "GET /metrics HTTP/1.0\r\n\r\n");
    let figure = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0);
    (figure("kamnot_alerts_published_total{kind=\"breach\"}"), figure("kamnot_outbox_alerts"))
}

/// A login with a wrong password, of many names and addresses: the status of its answer, or `none` where the connection gave
/// way to others.
fn guess(process: &Process, nth: u32) -> String {
    let body = form(&[("u", &format!("guess-{}", nth % 1_000)), ("p", "guess"), ("c", "123456")]);
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: k\r\nOrigin: http://k\r\nConnection: close\r\nX-Forwarded-For: 10.0.{}.{}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        nth / 250,
        nth % 250,
        body.len()
    );
    let ask = || {
        let mut stream = TcpStream::connect(process.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&status[9..]).into_owned())
    };
    ask().unwrap_or_else(|_| "none".to_owned())
}

/// Goes on until the flood is over: opens slow connections, as many at a time as stay open.
fn hold_on(process: &Process, is_over: &AtomicBool) {
    let mut slow = VecDeque::with_capacity(SLOW);
    while !is_over.load(Ordering::SeqCst) {
        if slow.len() == SLOW {
            slow.pop_front();
            thread::sleep(Duration::from_millis(5));
        }
        let Ok(mut stream) = TcpStream::connect(process.address) else { continue };
        let _ = stream.write_all(b"POST /login HTTP/1.1\r\nHost: k\r\nContent-Length: 9\r\n\r\nab");
        slow.push_back(stream);
    }
}

#[test]
fn alerts_are_delivered_in_the_midst_of_a_thousand_slow_connections_and_of_wrong_logins() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let figures = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let (listen, nats) = (figures.to_string(), server.url());
    let behind = ["--web-behind-proxy", "127.0.0.1", "--web-origin", "http://k"];
    let process = Process::serve(&desk, &[&["--listen", &listen, "--nats", &nats][..], &behind].concat());
    let (is_over, sent, answered) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    let mut told = BTreeMap::<String, u32>::new();
    thread::scope(|scope| {
        scope.spawn(|| hold_on(&process, &is_over));
        let goes_on = || {
            let mut statuses = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                statuses.push(guess(&process, sent.fetch_add(1, Ordering::SeqCst)));
                answered.fetch_add(1, Ordering::SeqCst);
            }
            statuses
        };
        let guessers: Vec<_> = (0..GUESSERS).map(|_| scope.spawn(goes_on)).collect();
        // Whatever goes wrong, the flood ends, so that the test does.
        let checked = std::panic::catch_unwind(|| {
            within("the flood has begun", || answered.load(Ordering::SeqCst) >= BEGUN);
            desk.write("children.jsonl", file(&children(SystemClock.now().plus(5))));
            desk.run(["import", "children.jsonl"]).ends_with(0);
            within("all are delivered", || published(figures) == (CHILDREN, 0));
            println!("delivered in the midst of {} wrong logins", answered.load(Ordering::SeqCst));
        });
        is_over.store(true, Ordering::SeqCst);
        for status in guessers.into_iter().flat_map(|guesser| guesser.join().expect("a guesser")) {
            *told.entry(status).or_default() += 1;
        }
        println!("{told:?}");
        checked.expect("as it shall be");
    });
    assert!(told.keys().all(|status| ["403", "429", "503", "none"].contains(&status.as_str())), "{told:?}");
    assert_eq!(process.stop(), Some(0));
}

/// Waits until something is so, as long as the slowest machine may take.
fn within(what: &str, is: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_mins(2), "not in time: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
