//! What `--listen` answers, and that nobody who connects can do harm.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use scenarios::servers::nats_server::NatsServer;
use scenarios::servers::postgres::Cluster;
use tests::lines::with_a_case;
use tests::program::Desk;

use crate::witness::with_a_policy;
use crate::world::{Serving, ask, eventually};

#[test]
fn figures_tell_what_was_published_and_that_nothing_waits() {
    let (desk, server) = (with_a_case(), NatsServer::start());
    let serving = Serving::start(&desk, &["--nats", &server.url()], "info");
    serving.is_ready();
    serving.figure("kamnot_alerts_published_total{kind=\"breach\"}", |count| count >= 1.0);
    serving.figure("kamnot_outbox_alerts", |waiting| waiting == 0.0);
    serving.figure("kamnot_cases_watched", |watched| watched <= 1.0);
    let figures = serving.figures();
    for (name, value) in [
        ("kamnot_store_up", 1.0),
        ("kamnot_nats_configured", 1.0),
        ("kamnot_nats_connected", 1.0),
        ("kamnot_relay_active", 1.0),
        ("kamnot_relay_failing", 0.0),
        ("kamnot_relay_lag_seconds", 0.0),
        ("kamnot_watch_active", 1.0),
        ("kamnot_watch_failing", 0.0),
        ("kamnot_watch_lag_seconds", 0.0),
        ("kamnot_clock_in_doubt", 0.0),
        ("kamnot_share_part", 0.0),
        ("kamnot_share_of", 1.0),
    ] {
        assert_eq!(figures.get(name), Some(&value), "{name} in {figures:#?}");
    }
    assert!(figures["kamnot_watch_silent_seconds"] < 30.0, "{figures:#?}");
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn the_page_names_every_figure_and_the_alarms_name_no_other() {
    let names = |text: &str| -> BTreeSet<String> {
        let letters = |letter: char| !(letter.is_ascii_lowercase() || letter == '_');
        text.split(letters).filter(|word| word.starts_with("kamnot_")).map(str::to_owned).collect()
    };
    let ((desk, options, _witness), server) = (with_a_policy(), NatsServer::start());
    let options: Vec<&str> = options.iter().map(String::as_str).chain(["--nats"]).collect();
    let serving = Serving::start(&desk, &[&options[..], &[&server.url()]].concat(), "info");
    serving.figure("kamnot_quorum_leaves", |size| size > 0.0);
    // The one that was missed before it began, made up for.
    serving.figure("kamnot_reconciliation_evaluated", |cases| cases >= 1.0);
    let figures = names(&serving.figures().into_keys().collect::<Vec<_>>().join(" "));
    assert_eq!(names(include_str!("../../docs/operations.md")), figures);
    let alarms = names(include_str!("../../adapters/kamnot/packaging/alerts.rules.yml"));
    assert!(alarms.len() >= 10 && alarms.is_subset(&figures), "{:?}", alarms.difference(&figures));
}

#[test]
fn metrics_are_in_the_text_format_of_prometheus() {
    // It ends when its log is removed.
    let desk = with_a_case();
    let serving = Serving::start(&desk, &[], "info");
    serving.is_ready();
    let answer = ask(serving.address, "GET /metrics HTTP/1.1\r\nHost: kamnot\r\n\r\n");
    assert!(answer.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{}", answer.head);
    assert!(answer.body.ends_with('\n'));
    let (mut metrics, mut series) = (BTreeSet::new(), BTreeSet::new());
    let mut lines = answer.body.lines().peekable();
    while let Some(help) = lines.next() {
        let (name, text) = help.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).expect("HELP first");
        let kind = lines.next().and_then(|line| line.strip_prefix(&format!("# TYPE {name} "))).expect("then TYPE");
        let letters = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(name.starts_with("kamnot_") && name.chars().all(letters) && text.ends_with('.'), "{help}");
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
        assert!(metrics.insert(name), "{name} twice");
        let mut values = 0;
        while let Some(value) = lines.next_if(|line| !line.starts_with('#')) {
            let (labelled, number) = value.rsplit_once(' ').expect("a value");
            assert!(series.insert(labelled), "{labelled} twice");
            assert!(number.parse::<f64>().is_ok_and(|number| number >= 0.0), "{value}");
            let labels = labelled.strip_prefix(name).expect("a value of this metric");
            assert!(labels.is_empty() || (labels.starts_with('{') && labels.ends_with("\"}")), "{value}");
            values += 1;
        }
        assert!(values > 0, "{name} has no value");
    }
    assert!(metrics.len() > 15, "{metrics:?}");
    assert!(!answer.body.contains("A-1"), "no case in the figures");
}

#[test]
fn nats_that_is_away_is_said_and_no_reason_to_start_again() {
    let (desk, mut server) = (with_a_case(), NatsServer::stopped());
    let url = server.url().replace("nats://", "nats://kamnot:hard-to-guess@");
    let serving = Serving::start(&desk, &["--nats", &url], "info");
    serving.figure("kamnot_relay_failing", |failing| failing > 0.0);
    serving.figure("kamnot_relay_lag_seconds", |lag| lag >= 1.0);
    let (code, said) = serving.get("/readyz");
    assert_eq!(code, 503, "{said}");
    assert!(said.contains("the relay: NATS cannot be reached") && !said.contains("hard-to-guess"), "{said}");
    assert_eq!(serving.get("/healthz"), (200, "alive\n".to_owned()));
    let figures = serving.figures();
    assert!(figures["kamnot_outbox_alerts"] >= 1.0 && figures["kamnot_relay_failing"] > 0.0, "{figures:#?}");
    assert!(figures["kamnot_nats_connected"] == 0.0, "{figures:#?}");
    server.start_again();
    serving.is_ready();
    serving.figure("kamnot_relay_lag_seconds", |lag| lag == 0.0);
    let (code, log) = serving.stop();
    assert!(code == Some(0) && !log.contains("hard-to-guess"), "{log}");
}

#[test]
fn a_database_that_is_away_is_said_and_no_reason_to_start_again() {
    let (desk, mut cluster) = (Desk::new(), Cluster::start());
    let serving = Serving::start(&desk, &["--db", &cluster.url(), "--wait", "1"], "info");
    serving.is_ready();
    cluster.stop();
    serving.figure("kamnot_store_up", |up| up == 0.0);
    let (code, said) = serving.get("/readyz");
    assert!(code == 503 && said.contains("the store: "), "{said}");
    assert!(!said.contains(scenarios::servers::postgres::PASSWORD), "{said}");
    assert_eq!(serving.get("/healthz").0, 200);
    cluster.start_again();
    serving.is_ready();
}

#[test]
fn whoever_asks_can_do_nothing_but_read() {
    // It ends when its log is removed.
    let desk = with_a_case();
    let serving = Serving::start(&desk, &[], "info");
    let at = serving.address;
    let other = ask(at, "GET / HTTP/1.1\r\nHost: kamnot\r\n\r\n");
    assert!(other.code == 404 && other.body.contains("/metrics") && other.body.contains("/readyz"), "{other:?}");
    let post = ask(at, "POST /metrics HTTP/1.1\r\nHost: kamnot\r\nContent-Length: 3\r\n\r\nabc");
    assert!(post.code == 405 && post.head.contains("allow: get, head"), "{post:?}");
    let head = ask(at, "HEAD /healthz HTTP/1.1\r\nHost: kamnot\r\n\r\n");
    assert!(head.code == 200 && head.body.is_empty() && head.head.contains("content-length: 6"), "{head:?}");
    let long = ask(at, &format!("GET /metrics HTTP/1.1\r\nHost: kamnot\r\nX: {}\r\n\r\n", "x".repeat(100_000)));
    assert!(long.code == 431 || long.code == 0, "{}", long.head);
    let many = ask(at, &format!("GET /metrics HTTP/1.1\r\nHost: kamnot\r\n{}\r\n", "X: y\r\n".repeat(200)));
    assert!(many.code == 431 || many.code == 0, "{}", many.head);
    let nonsense = ask(at, "dear prosecutor\r\n\r\n");
    assert!(nonsense.code == 400 || nonsense.code == 0, "{}", nonsense.head);
    assert_eq!(serving.get("/healthz").0, 200);
    assert_eq!(serving.stop().0, Some(0));
}

#[test]
fn who_sends_nothing_is_shown_out_and_keeps_nobody_waiting() {
    // It ends when its log is removed.
    let desk = with_a_case();
    let serving = Serving::start(&desk, &[], "info");
    // More than there may be at once, each of which says something and comes to no end.
    let mut slow: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(serving.address).expect("listens")).collect();
    for stream in &mut slow {
        // The oldest may be closed by now.
        let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\n");
    }
    assert_eq!(serving.get("/healthz").0, 200);
    // It did not wait until they were shown out for being slow.
    let is_open = |stream: &mut TcpStream| {
        stream.set_nonblocking(true).expect("a mode");
        stream.read(&mut [0; 16]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    let mut open = || slow.iter_mut().filter_map(|stream| is_open(stream).then_some(())).count();
    eventually("the oldest alone have given way", || (50..=64).contains(&open()).then_some(()));
    let last = slow.last_mut().expect("a hundred");
    last.set_nonblocking(false).expect("a mode");
    last.set_read_timeout(Some(Duration::from_secs(40))).expect("a timeout");
    let mut said = Vec::new();
    let ended = last.read_to_end(&mut said);
    assert!(ended.is_ok() && !said.starts_with(b"HTTP/1.1 200"), "{ended:?}");
}

#[test]
fn an_address_that_cannot_be_had_is_said_at_once() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    desk.run(["serve", "--listen", &address]).ends_with(2).complains(&[&address, "another program uses this port"]);
    desk.run(["serve", "--listen", "192.0.2.1:9464"]).ends_with(2).complains(&["does not have this address"]);
    desk.run(["serve", "--listen", "9464"]).ends_with(2).complains(&["127.0.0.1:9464"]);
    assert!(!desk.path("kamnot.db").exists(), "no log is begun");
}
