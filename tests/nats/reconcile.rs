//! Reconciliation against a real stream: each kind of difference is made on purpose and found, and nothing else is.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::stream::Config;
use futures::StreamExt as _;
use nats::Servers;
use scenarios::servers::nats_server::NatsServer;
use serde_json::Value;
use service::broker::{AlertStream, BrokerFault};
use service::clock::Clock;
use service::reconcile::{
    DifferenceKind, JudgedBy, Pace, ReconcileFault, Reconciler, Reconciliation, Terms, WithoutNats,
};
use service::watch::clock_doubt::CLOCK_IN_DOUBT;
use store::LogStore;
use store::sqlite::{Options, SqliteStore};

use crate::outage::{halves, short_window};
use crate::world::{INSTALLATION, World, id, instant, investigation, read};

const NOW: &str = "2026-10-01T08:00:00+07:00";

/// Reconciles `log` as it is, with little patience, since nobody is at work on it.
pub async fn reconciled(world: &World, log: Arc<dyn LogStore>, server: Option<&NatsServer>) -> Reconciliation {
    patiently(world, log, server, 100).await
}

async fn patiently(
    world: &World,
    log: Arc<dyn LogStore>,
    server: Option<&NatsServer>,
    milliseconds: u64,
) -> Reconciliation {
    let patience = Duration::from_millis(milliseconds);
    let terms = Terms { patience, without_nats: WithoutNats::Fail, pace: Pace::Full };
    let reconciler = reconciler(world, log, server.map(NatsServer::url), terms);
    reconciler.run(world.wall.now(), &(Arc::new(|_, _| ()) as _)).await.expect("a result")
}

fn reconciler(world: &World, store: Arc<dyn LogStore>, url: Option<String>, terms: Terms) -> Reconciler {
    Reconciler {
        store,
        book: Arc::clone(&world.book),
        clock: world.wall.clone() as Arc<dyn Clock>,
        alerts: url.map(|url| Arc::new(url.parse::<Servers>().expect("a URL")) as Arc<dyn AlertStream>),
        installation: INSTALLATION.to_owned(),
        terms,
    }
}

/// A tenth of the sample, in whole cases.
fn some() -> String {
    let of_case = |line: &&str| line.split('"').nth(3).is_some_and(|case| case.ends_with('1'));
    halves().0.lines().filter(of_case).collect::<Vec<_>>().join("\n")
}

/// A part of the sample, told and delivered, also what fell due in the months after it.
async fn delivered(server: &NatsServer) -> World {
    let world = World::at(NOW).await;
    world.import(&some()).await;
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    world.pass(90 * 86_400);
    world.all_is_told().await;
    serving.stop().await;
    world
}

/// A copy of the world's log, harmed by this SQL.
fn harmed(world: &World, number: usize, sql: &str) -> (PathBuf, Arc<SqliteStore>) {
    let path = world.folder.path().join(format!("harmed-{number}.db"));
    let log = rusqlite::Connection::open(world.folder.path().join("kamnot.db")).expect("the log");
    log.execute("VACUUM INTO ?1", [path.to_str().expect("a path")]).expect("a copy");
    let copy = rusqlite::Connection::open(&path).expect("the copy");
    copy.pragma_update(
        None,
        "application_id",
        log.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0)).expect("an id"),
    )
    .expect("set");
    copy.execute_batch(sql).expect(sql);
    let store = SqliteStore::open(&path, Arc::clone(&world.book), &Options::default()).expect("the copy opens");
    (path, Arc::new(store))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_in_order_differs_in_nothing_and_says_so_on_its_subject() {
    let server = NatsServer::start();
    let world = delivered(&server).await;
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let mut told = client.subscribe("kamnot.reconciliation").await.expect("subscribed");
    client.flush().await.expect("flushed");
    let result = reconciled(&world, world.store.clone(), Some(&server)).await;
    let alerts = world.ids().await.len() as u64;
    assert!(result.is_clean(), "{result:#?}");
    assert!(alerts > 200, "{alerts}");
    assert_eq!((result.due, result.delivered, result.waiting), (alerts, alerts, 0));
    assert_eq!(result.judged_by, JudgedBy::Stream(alerts));
    assert_eq!(result.evaluated, world.store.cases().await.expect("the cases").len() as u64);
    assert_eq!(Reconciler::last(world.store.as_ref()).await.expect("kept"), Some(result.clone()));
    let message = tokio::time::timeout(Duration::from_secs(5), told.next()).await.expect("told").expect("a message");
    let event: Value = serde_json::from_slice(&message.payload).expect("JSON");
    assert_eq!(event["id"], id(&message));
    assert_eq!(event["type"], "la.kamnot.reconciliation.v1");
    assert_eq!(event["source"], "/kamnot/test");
    assert_eq!(event["data"]["evaluated"], result.evaluated);
    assert_eq!(event["data"]["due"], alerts);
    assert_eq!(event["data"]["delivered"], alerts);
    assert_eq!(event["data"]["different"], 0);
    assert_eq!(event["data"]["rulebook"], world.book.digest().to_string());
    // By the marks alone it comes to the same.
    let result = reconciled(&world, world.store.clone(), None).await;
    assert!(result.is_clean() && result.judged_by == JudgedBy::Marks, "{result:#?}");
    assert_eq!(result.delivered, alerts);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_harm_to_the_log_or_beside_it_is_found() {
    let server = NatsServer::start();
    let world = delivered(&server).await;
    let last_alert = "(SELECT max(position) FROM alerts)";
    let some_alert = "(SELECT min(position) FROM alerts WHERE publishable = 1)";
    let harms: [(String, &[(DifferenceKind, u64)]); 8] = [
        ("UPDATE cases SET next_due = 1 WHERE case_key = 1".to_owned(), &[(DifferenceKind::ViewDiffers, 1)]),
        ("DELETE FROM cases WHERE case_key = 3".to_owned(), &[(DifferenceKind::ViewDiffers, 1)]),
        (format!("UPDATE alerts SET addressees = 'x' WHERE position = {some_alert}"), &[(DifferenceKind::ViewDiffers, 1)]),
        // The last thing told is taken out of the log, and nobody but the law and the stream knows of it.
        (
            format!(
                "DELETE FROM deliveries WHERE position = {last_alert};
                 UPDATE cases SET version = version - 1 WHERE case_key = (SELECT case_key FROM events WHERE position = {last_alert});
                 DELETE FROM events WHERE position = {last_alert}; DELETE FROM alerts WHERE position = {last_alert}"
            ),
            &[(DifferenceKind::Untold, 1), (DifferenceKind::Unknown, 1), (DifferenceKind::ViewDiffers, 1)],
        ),
        (
            format!(
                "DELETE FROM deliveries WHERE position = {some_alert};
                 UPDATE alerts SET pending = 1 WHERE position = {some_alert}"
            ),
            &[(DifferenceKind::Unmarked, 1)],
        ),
        (
            format!("UPDATE deliveries SET stream_sequence = stream_sequence + 7 WHERE position = {some_alert}"),
            &[(DifferenceKind::MarkDiffers, 1)],
        ),
        (
            format!("UPDATE deliveries SET alert_id = zeroblob(16) WHERE position = {some_alert}"),
            &[(DifferenceKind::MarkDiffers, 1)],
        ),
        // Another sentence about the child than the one that was sent.
        (
            "UPDATE events SET payload = replace(payload, '[\"fails-both\"]', '[\"fails-protective\"]')
                 WHERE position = (SELECT min(e.position) FROM events e JOIN alerts a ON a.position = e.position
                                   WHERE a.publishable = 1 AND e.payload LIKE '%[\"fails-both\"]%')".to_owned(),
            &[(DifferenceKind::Altered, 1)],
        ),
    ];
    for (number, (sql, expected)) in harms.iter().enumerate() {
        let (_, log) = harmed(&world, number, sql);
        let result = reconciled(&world, log, Some(&server)).await;
        let expected: BTreeMap<DifferenceKind, u64> = expected.iter().copied().collect();
        assert_eq!(result.differences.kinds, expected, "{sql}\n{:#?}", result.differences.first);
    }
    // The log's own damage: its cases can't be judged, and what they told can't be found in it.
    let (_, log) = harmed(&world, 99, "UPDATE events SET payload = '{}' WHERE position = 2");
    let result = reconciled(&world, log, Some(&server)).await;
    assert_eq!(result.differences.count(DifferenceKind::LogDamaged), 1, "{:#?}", result.differences);
    assert!(world.store.check(|_, _| ()).expect("checked").is_empty(), "the log itself was left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_and_not_told_is_found_without_any_view() {
    let world = World::at("2026-03-02T10:00:00+07:00").await;
    world
        .import(&(investigation("VTE-2026-0001", 1, "2026-03-01") + &investigation("VTE-2026-0002", 2, "2026-03-02")))
        .await;
    world.pass(28 * 86_400 + 14 * 3600);
    assert_eq!(world.wall.now(), instant("2026-03-31T00:00:00+07:00"));
    // To the watch's own seconds: the first case is over its thirty days since this very second.
    let result = reconciled(&world, world.store.clone(), None).await;
    let told = |result: &Reconciliation, case: &str| {
        let of_case = |of: &&service::reconcile::Difference| of.case.as_ref().is_some_and(|it| it.as_str() == case);
        result.differences.first.iter().filter(of_case).map(|it| it.kind).collect::<Vec<_>>()
    };
    // Both got their notices before the limit; nobody told them.
    assert_eq!(told(&result, "VTE-2026-0001"), [DifferenceKind::Untold]);
    assert_eq!(told(&result, "VTE-2026-0002"), [DifferenceKind::Untold]);
    let notice = result.differences.first[0].alert;
    world.pass(11);
    let result = reconciled(&world, world.store.clone(), None).await;
    assert_ne!(result.differences.first[0].alert, notice, "by now the notice would come too late: it is over");
    assert_eq!((result.due, result.delivered, result.differences.count(DifferenceKind::Untold)), (2, 0, 2));
    // While alerts are held back on purpose, that is what is said.
    world.store.set_meta(CLOCK_IN_DOUBT, "yes").await.expect("written");
    let result = reconciled(&world, world.store.clone(), None).await;
    assert!(result.clock_in_doubt && result.is_clean(), "{result:#?}");
    assert_eq!((result.due, result.delivered, result.waiting), (2, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_waits_too_long_is_undelivered() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    world.import(&some()).await;
    let alerts = world.ids().await.len() as u64;
    for server in [None, Some(&server)] {
        let result = reconciled(&world, world.store.clone(), server).await;
        assert!(result.is_clean(), "{result:#?}");
        assert_eq!((result.due, result.delivered, result.waiting), (alerts, 0, alerts));
    }
    world.pass(301);
    for server in [None, Some(&server)] {
        let result = reconciled(&world, world.store.clone(), server).await;
        assert_eq!(result.differences.count(DifferenceKind::Undelivered), alerts);
        assert_eq!((result.delivered, result.waiting), (0, 0));
        assert!(result.differences.first.iter().any(|it| it.kind == DifferenceKind::Undelivered && it.case.is_some()));
    }
}

/// A second server with the messages of the first, one left out, one altered, one doubled, and two of somebody else.
async fn tampered(server: &NatsServer) -> NatsServer {
    let other = NatsServer::start();
    short_window(&other).await;
    let client = async_nats::connect(other.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    let send = async |id: Option<&str>, subject: &str, body: Vec<u8>| {
        let mut headers = HeaderMap::new();
        if let Some(id) = id {
            headers.insert("Nats-Msg-Id", id);
        }
        let sent = jetstream.publish_with_headers(subject.to_owned(), headers, body.into()).await;
        sent.expect("sent").await.expect("stored");
    };
    let messages = read(server, "kamnot.alerts.>").await;
    for (n, message) in messages.iter().enumerate() {
        let text = String::from_utf8(message.payload.to_vec()).expect("UTF-8");
        let body = match n {
            // In its place, so that the sequences stay: a message under our name that the log doesn't know …
            5 => {
                let unknown = "11111111-1111-4111-8111-111111111111";
                send(Some(unknown), &message.subject, text.replace(&id(message), unknown).into()).await;
                continue;
            }
            6 => text
                .replace("\"late_record\":false", "\"late_record\":true")
                .replace("\"article\":\"", "\"article\":\"1"),
            _ => text,
        };
        send(Some(&id(message)), &message.subject, body.into()).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    send(Some(&id(&messages[9])), &messages[9].subject, messages[9].payload.to_vec()).await;
    let elsewhere = String::from_utf8_lossy(&messages[0].payload).replace("/kamnot/test", "/kamnot/elsewhere");
    send(Some("22222222-2222-4222-8222-222222222222"), "kamnot.alerts.a.b.c.d.breach.e", elsewhere.into()).await;
    send(None, "kamnot.alerts.of.somebody.else", b"?".to_vec()).await;
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_tampered_with_is_found_out_message_by_message() {
    let server = NatsServer::start();
    let world = delivered(&server).await;
    let other = tampered(&server).await;
    let result = reconciled(&world, world.store.clone(), Some(&other)).await;
    let expected = BTreeMap::from([
        (DifferenceKind::Lost, 1),
        (DifferenceKind::Unknown, 1),
        (DifferenceKind::Altered, 1),
        (DifferenceKind::Doubled, 1),
        (DifferenceKind::Foreign, 2),
    ]);
    assert_eq!(result.differences.kinds, expected, "{:#?}", result.differences.first);
    assert_eq!(result.differences.different, 6);
    assert_eq!(result.delivered + 2, result.due, "one is lost, one says something else");
    let ids = world.ids().await;
    let find = |kind| result.differences.first.iter().find(|it| it.kind == kind).expect("found");
    assert_eq!(find(DifferenceKind::Lost).alert.map(|id| id.to_string()), Some(ids[5].clone()));
    assert!(find(DifferenceKind::Lost).case.is_some());
    assert_eq!(find(DifferenceKind::Altered).alert.map(|id| id.to_string()), Some(ids[6].clone()));
    assert_eq!(find(DifferenceKind::Altered).stream_sequence, Some(7));
    assert_eq!(find(DifferenceKind::Doubled).alert.map(|id| id.to_string()), Some(ids[9].clone()));
    // What a stranger wrote is not repeated.
    assert!(!result.to_json().contains("elsewhere"), "{}", result.to_json());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_gone_has_lost_every_alert() {
    let server = NatsServer::start();
    let world = delivered(&server).await;
    let empty = NatsServer::start();
    let result = reconciled(&world, world.store.clone(), Some(&empty)).await;
    let alerts = world.ids().await.len() as u64;
    assert_eq!(result.differences.kinds, BTreeMap::from([(DifferenceKind::Lost, alerts)]));
    assert_eq!((result.due, result.delivered), (alerts, 0));
    // Nothing was made there by asking.
    let client = async_nats::connect(empty.url()).await.expect("a connection");
    assert!(async_nats::jetstream::new(client).get_stream("KAMNOT_ALERTS").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_fails_or_leaves_the_marks_to_judge_by() {
    let server = NatsServer::stopped();
    let world = World::at(NOW).await;
    world.import(&investigation("VTE-2026-0001", 1, "2026-09-01")).await;
    let run = async |without_nats| {
        let terms = Terms { patience: Duration::from_millis(200), without_nats, pace: Pace::Full };
        let reconciler = reconciler(&world, world.store.clone(), Some(server.url()), terms);
        reconciler.run(world.wall.now(), &(Arc::new(|_, _| ()) as _)).await
    };
    let failed = run(WithoutNats::Fail).await;
    assert!(matches!(failed, Err(ReconcileFault::Broker(BrokerFault::Away(_)))), "{failed:?}");
    let result = run(WithoutNats::JudgeByMarks).await.expect("a result");
    assert!(matches!(&result.judged_by, JudgedBy::MarksFor(why) if why.contains("cannot be reached")), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_at_work_is_never_called_different() {
    let server = NatsServer::start();
    let world = World::at(NOW).await;
    let serving = world.serve(&server.url());
    let (one, other) = halves();
    let lines: Vec<&str> = one.lines().chain(other.lines()).collect();
    let mut cases: Vec<&str> = lines.iter().filter_map(|line| line.split('"').nth(3)).collect();
    cases.sort_unstable();
    cases.dedup();
    let work = async {
        for some in cases.chunks(cases.len() / 50) {
            let of_these = |line: &&&str| line.split('"').nth(3).is_some_and(|case| some.contains(&case));
            let part: Vec<&str> = lines.iter().filter(of_these).copied().collect();
            world.import(&part.join("\n")).await;
            // What falls due by this has to be told at once, and a reconciliation that begins now sees it untold.
            world.pass(4 * 3600);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let looks = async {
        let mut looks = Vec::new();
        while looks.len() < 12 {
            looks.push(patiently(&world, world.store.clone(), Some(&server), 10_000).await);
        }
        looks
    };
    let ((), looks) = tokio::join!(work, looks);
    for look in &looks {
        assert!(look.is_clean(), "{:#?}", look.differences);
    }
    assert!(looks.iter().any(|look| look.due > looks[0].due), "something went on meanwhile");
    world.all_is_told().await;
    let result = patiently(&world, world.store.clone(), Some(&server), 10_000).await;
    serving.stop().await;
    assert!(result.is_clean() && result.delivered == world.ids().await.len() as u64, "{result:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_log_is_told_from_ours() {
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let jetstream = async_nats::jetstream::new(client);
    let config = Config { name: "KAMNOT_ALERTS".into(), subjects: vec!["kamnot.alerts.>".into()], ..Config::default() };
    jetstream.create_stream(config).await.expect("the stream");
    for _ in 0..700 {
        jetstream
            .publish("kamnot.alerts.x", r#"{"source":"/kamnot/other"}"#.into())
            .await
            .expect("sent")
            .await
            .expect("stored");
    }
    let world = World::at(NOW).await;
    let result = reconciled(&world, world.store.clone(), Some(&server)).await;
    assert_eq!(result.differences.kinds, BTreeMap::from([(DifferenceKind::Foreign, 700)]));
    assert_eq!(result.differences.first.len(), 20, "all are counted, the first are shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_was_published_is_not_said_to_be_lost() {
    let server = NatsServer::start();
    let desk = tests::program::Desk::new();
    desk.write("case.jsonl", investigation("VTE-2026-0001", 1, "2026-03-01"));
    desk.run(["import", "case.jsonl"]).ends_with(0);
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let mut results = client.subscribe("kamnot.reconciliation").await.expect("subscribed");
    client.flush().await.expect("flushed");
    // Nothing of that case is told yet, which is a difference; what counts is that publishing the result went well.
    let run = desk.run(["reconcile", "--nats", &server.url(), "--patience", "0"]);
    tokio::time::timeout(Duration::from_mins(1), results.next()).await.expect("a result").expect("a message");
    assert!(!run.err.contains("could not be published"), "{}", run.err);
}
