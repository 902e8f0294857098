//! What an office may do under the configuration that `kamnot nats config` prints, and every way round that.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::ministry::{Ministry, OfficeAccess, consumer};

const CREATE: &str = "$JS.API.CONSUMER.CREATE.KAMNOT_ALERTS";
const NEXT: &str = "$JS.API.CONSUMER.MSG.NEXT.KAMNOT_ALERTS";
const INFO: &str = "$JS.API.CONSUMER.INFO.KAMNOT_ALERTS";
const DELETE_STREAM: &str = "$JS.API.STREAM.DELETE.KAMNOT_ALERTS";

/// What the court may not subscribe to.
const NOT_TO_BE_HEARD: [&str; 16] = [
    "kamnot.alerts.>",
    "kamnot.alerts.*.vte-juvenile-court.>",
    "kamnot.actions.>",
    "kamnot.actions.vte-juvenile-court",
    "kamnot.inbox.>",
    "kamnot.inbox.vte-juvenile-court",
    "kamnot.reconciliation",
    "kamnot.test.lpb-prosecutor",
    ">",
    "*.>",
    "$JS.>",
    "$JS.EVENT.ADVISORY.>",
    "$SYS.>",
    "_R_.>",
    "_INBOX_lpb-prosecutor.>",
    "_INBOX_kamnot.>",
];

/// What kamnot sees: how many alerts the stream holds, and the filter of each consumer.
async fn seen(kamnot: &OfficeAccess) -> (u64, BTreeMap<String, String>) {
    let stream = kamnot.ask("$JS.API.STREAM.INFO.KAMNOT_ALERTS", &json!({})).await;
    let consumers = kamnot.ask("$JS.API.CONSUMER.LIST.KAMNOT_ALERTS", &json!({})).await;
    let consumers = consumers["consumers"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let filters = consumers.iter().map(|one| (text(&one["name"]), text(&one["config"]["filter_subject"]))).collect();
    (stream["state"]["messages"].as_u64().unwrap_or_default(), filters)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_office_reads_its_own_alerts_and_acknowledges_them() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_alerts().await;
    for (office, filter) in [
        ("vte-prosecutor", "kamnot.alerts.vte-prosecutor.>"),
        ("vte-juvenile-court", "kamnot.alerts.*.vte-juvenile-court.>"),
        ("vte-investigation", "kamnot.alerts.*.*.vte-investigation.>"),
        ("vte-legal-aid", "kamnot.alerts.*.*.*.vte-legal-aid.>"),
    ] {
        let guest = ministry.guest(office).await;
        let jetstream = jetstream::new(guest.client.clone());
        let name = ministry.subscription(office, 1);
        let config = pull::Config {
            durable_name: Some(name.clone()),
            filter_subject: filter.to_owned(),
            ack_policy: AckPolicy::Explicit,
            ..pull::Config::default()
        };
        let consumer = jetstream.create_consumer_on_stream(config, "KAMNOT_ALERTS").await.expect("its own");
        let mut messages = consumer.messages().await.expect("its own").take(2);
        while let Some(message) = messages.next().await {
            let message = message.expect("an alert");
            assert!(message.subject.split('.').any(|part| part == office), "{office}: {}", message.subject);
            message.double_ack().await.expect("acknowledged");
        }
        let info = kamnot.ask(&format!("{INFO}.{name}"), &json!({})).await;
        assert_eq!((&info["num_pending"], &info["num_ack_pending"]), (&json!(0), &json!(0)), "{office}: {info}");
        assert_eq!(info["ack_floor"]["consumer_seq"], 2, "{office}: two are its own of four");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_reads_what_was_escalated_of_those_that_it_supervises_and_no_other_alert_of_theirs() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_alerts().await;
    let subject = "kamnot.alerts.lpb-prosecutor.lpb-juvenile-court.lpb-investigation.none.escalated.custody-48h";
    let sent = jetstream::new(kamnot.client.clone()).publish(subject, "{}".into()).await.expect("sent");
    sent.await.expect("kamnot publishes alerts");
    let escalated = |office: &str| format!("kamnot.alerts.{office}.*.*.*.escalated.>");
    let above = ministry.guest("vte-prosecutor").await;
    let (name, filter) = (ministry.subscription("vte-prosecutor", 1), escalated("lpb-prosecutor"));
    let made = above.ask(&format!("{CREATE}.{name}.{filter}"), &consumer(&name, &filter)).await;
    assert!(made["error"].is_null(), "{made}");
    assert_eq!(made["num_pending"], 1, "of five one is escalated: {made}");
    let subject = above.next(&name).await.subject;
    assert!(subject.ends_with(".escalated.custody-48h"), "{subject}");
    for (office, filter) in [
        ("vte-prosecutor", "kamnot.alerts.lpb-prosecutor.>".to_owned()),
        ("vte-prosecutor", "kamnot.alerts.*.*.*.*.escalated.>".to_owned()),
        ("lpb-prosecutor", escalated("vte-prosecutor")),
        ("vte-juvenile-court", escalated("lpb-prosecutor")),
    ] {
        let mut guest = ministry.guest(office).await;
        let name = ministry.subscription(office, 2);
        guest.may_not_publish(&format!("{CREATE}.{name}.{filter}"), &consumer(&name, &filter).to_string()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_what_is_not_its_own_is_refused() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_alerts().await;
    let mut court = ministry.guest("vte-juvenile-court").await;
    let other = ministry.guest("lpb-prosecutor").await;
    let (mine, theirs) = (ministry.subscription("vte-juvenile-court", 1), ministry.subscription("lpb-prosecutor", 1));
    let (own, foreign) = ("kamnot.alerts.*.vte-juvenile-court.>", "kamnot.alerts.lpb-prosecutor.>");
    let made = other.ask(&format!("{CREATE}.{theirs}.{foreign}"), &consumer(&theirs, foreign)).await;
    assert!(made["error"].is_null(), "{made}");
    let their_ack = other.next(&theirs).await.reply.expect("a way to acknowledge").to_string();
    let before = seen(&kamnot).await;

    let body = |name: &str, filter: &str| consumer(name, filter).to_string();
    for (subject, payload) in [
        // All subjects on which a consumer is made, with another's filter, with none, with another's name.
        (format!("{CREATE}.{mine}.{foreign}"), body(&mine, foreign)),
        (format!("{CREATE}.{mine}.kamnot.alerts.>"), body(&mine, "kamnot.alerts.>")),
        (format!("{CREATE}.{mine}.>"), body(&mine, ">")),
        (format!("{CREATE}.{mine}"), body(&mine, own)),
        (CREATE.to_owned(), body(&mine, own)),
        (format!("$JS.API.CONSUMER.DURABLE.CREATE.KAMNOT_ALERTS.{mine}"), body(&mine, own)),
        (format!("{CREATE}.{theirs}.{own}"), body(&theirs, own)),
        (format!("{CREATE}.mine.{own}"), body("mine", own)),
        // Another's consumer.
        (format!("{INFO}.{theirs}"), String::new()),
        (format!("{NEXT}.{theirs}"), String::new()),
        (format!("$JS.API.CONSUMER.DELETE.KAMNOT_ALERTS.{theirs}"), String::new()),
        (their_ack, "+ACK".to_owned()),
        (format!("$JS.API.CONSUMER.DELETE.KAMNOT_ALERTS.{mine}"), String::new()),
        ("$JS.API.CONSUMER.NAMES.KAMNOT_ALERTS".to_owned(), String::new()),
        ("$JS.API.CONSUMER.LIST.KAMNOT_ALERTS".to_owned(), String::new()),
        ("$JS.API.STREAM.INFO.KAMNOT_ALERTS".to_owned(), json!({"subjects_filter": ">"}).to_string()),
        ("$JS.API.STREAM.NAMES".to_owned(), String::new()),
        ("$JS.API.STREAM.LIST".to_owned(), String::new()),
        ("$JS.API.STREAM.CREATE.MINE".to_owned(), json!({"name": "MINE", "subjects": ["mine"]}).to_string()),
        ("$JS.API.STREAM.UPDATE.KAMNOT_ALERTS".to_owned(), json!({"name": "KAMNOT_ALERTS"}).to_string()),
        ("$JS.API.STREAM.PURGE.KAMNOT_ALERTS".to_owned(), String::new()),
        ("$JS.API.STREAM.SNAPSHOT.KAMNOT_ALERTS".to_owned(), json!({"deliver_subject": "_INBOX.x"}).to_string()),
        (DELETE_STREAM.to_owned(), String::new()),
        ("$JS.API.STREAM.MSG.GET.KAMNOT_ALERTS".to_owned(), json!({"seq": 1}).to_string()),
        ("$JS.API.STREAM.MSG.DELETE.KAMNOT_ALERTS".to_owned(), json!({"seq": 1}).to_string()),
        ("$JS.API.DIRECT.GET.KAMNOT_ALERTS".to_owned(), json!({"seq": 1}).to_string()),
        (format!("$JS.API.DIRECT.GET.KAMNOT_ALERTS.{}", "kamnot.alerts.a.b.c.d.e.f"), String::new()),
        ("$JS.API.INFO".to_owned(), String::new()),
        // What others publish, and the server.
        ("kamnot.alerts.vte-prosecutor.vte-juvenile-court.i.none.breach.custody-48h".to_owned(), "{}".to_owned()),
        ("kamnot.reconciliation".to_owned(), "{}".to_owned()),
        ("kamnot.test.vte-juvenile-court".to_owned(), "{}".to_owned()),
        ("kamnot.actions.lpb-prosecutor".to_owned(), "{}".to_owned()),
        ("kamnot.inbox.lpb-prosecutor".to_owned(), "{}".to_owned()),
        ("kamnot.nobody".to_owned(), String::new()),
        ("$SYS.REQ.SERVER.PING".to_owned(), String::new()),
        ("$SYS.REQ.USER.INFO".to_owned(), String::new()),
        ("$SYS.REQ.ACCOUNT.KAMNOT.CONNZ".to_owned(), String::new()),
    ] {
        court.may_not_publish(&subject, &payload).await;
    }
    for subject in NOT_TO_BE_HEARD {
        court.may_not_subscribe(subject).await;
    }
    assert_eq!(seen(&kamnot).await, before, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_says_something_else_than_its_subject_is_refused_by_the_server() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_alerts().await;
    let court = ministry.guest("vte-juvenile-court").await;
    let (mine, theirs) = (ministry.subscription("vte-juvenile-court", 1), ministry.subscription("lpb-prosecutor", 1));
    let own = "kamnot.alerts.*.vte-juvenile-court.>";
    let mut without = consumer(&mine, own);
    without["config"].as_object_mut().expect("an object").remove("filter_subject");
    let mut several = without.clone();
    several["config"]["filter_subjects"] = json!([own, "kamnot.alerts.>"]);
    let mut elsewhere = consumer(&mine, own);
    elsewhere["stream_name"] = json!("OTHER");
    for body in [
        consumer(&mine, "kamnot.alerts.>"),
        consumer(&mine, "kamnot.alerts.lpb-prosecutor.>"),
        consumer(&mine, ""),
        consumer(&theirs, own),
        without,
        several,
        elsewhere,
    ] {
        let answer = court.ask(&format!("{CREATE}.{mine}.{own}"), &body).await;
        assert!(answer["error"]["err_code"].is_u64(), "{body} gave {answer}");
    }
    // A wildcard for all the rest in the place of one part.
    for filter in ["kamnot.alerts.>.vte-juvenile-court.x", "kamnot.alerts.>.vte-juvenile-court.>"] {
        let answer = court.ask(&format!("{CREATE}.{mine}.{filter}"), &consumer(&mine, filter)).await;
        assert!(answer["error"]["err_code"].is_u64(), "{filter} gave {answer}");
    }
    assert_eq!(seen(&kamnot).await, (4, BTreeMap::new()), "nothing was made");
    // Beside a filter of its own a list of others counts for nothing: refused, or not looked at (before 2.10).
    let mut both = consumer(&mine, own);
    both["config"]["filter_subjects"] = json!(["kamnot.alerts.>"]);
    let answer = court.ask(&format!("{CREATE}.{mine}.{own}"), &both).await;
    assert!(answer["error"]["err_code"].is_u64() || answer["num_pending"] == 2, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_or_a_delivery_that_is_directed_elsewhere_reaches_nothing() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_alerts().await;
    let mut actions =
        kamnot.client.queue_subscribe("kamnot.actions.*", "kamnot".to_owned()).await.expect("kamnot listens");
    let (court, other) = (ministry.guest("vte-juvenile-court").await, ministry.guest("lpb-prosecutor").await);
    let (mine, theirs) = (ministry.subscription("vte-juvenile-court", 1), ministry.subscription("lpb-prosecutor", 1));
    let (own, foreign) = ("kamnot.alerts.*.vte-juvenile-court.>", "kamnot.alerts.lpb-prosecutor.>");
    court.ask(&format!("{CREATE}.{mine}.{own}"), &consumer(&mine, own)).await;
    other.ask(&format!("{CREATE}.{theirs}.{foreign}"), &consumer(&theirs, foreign)).await;
    let mut inboxes = other.client.subscribe("_INBOX.other").await.expect("its own inbox");
    let ack = court.next(&mine).await.reply.expect("a way to acknowledge").to_string();
    let before = seen(&kamnot).await;
    // The server's own words, empty ones among them, to where an office may not speak.
    for reply in [
        DELETE_STREAM.to_owned(),
        format!("$JS.API.CONSUMER.DELETE.KAMNOT_ALERTS.{theirs}"),
        "kamnot.actions.lpb-prosecutor".to_owned(),
        "kamnot.alerts.a.b.c.d.breach.custody-48h".to_owned(),
        "_INBOX.other".to_owned(),
    ] {
        for (subject, payload) in [
            (format!("{NEXT}.{mine}"), json!({"batch": 9, "no_wait": true}).to_string()),
            (ack.clone(), "+ACK".to_owned()),
            (format!("{INFO}.{mine}"), String::new()),
            (format!("{CREATE}.{mine}.{own}"), consumer(&mine, own).to_string()),
        ] {
            court.client.publish_with_reply(subject, reply.clone(), payload.into()).await.expect("sent");
        }
    }
    // Deliveries to where an office may not speak, with signs of life, which are empty.
    let pushing = ministry.subscription("vte-juvenile-court", 2);
    for deliver in [DELETE_STREAM, "kamnot.actions.lpb-prosecutor", "_INBOX.other"] {
        let mut push = consumer(&pushing, own);
        push["config"]["deliver_subject"] = json!(deliver);
        push["config"]["idle_heartbeat"] = json!(100_000_000);
        let answer = court.ask(&format!("{CREATE}.{pushing}.{own}"), &push).await;
        assert!(answer["error"].is_null() || answer["error"]["err_code"].is_u64(), "{answer}");
        tokio::time::sleep(Duration::from_millis(700)).await;
        kamnot.ask(&format!("$JS.API.CONSUMER.DELETE.KAMNOT_ALERTS.{pushing}"), &json!({})).await;
    }
    assert_eq!(seen(&kamnot).await, before, "nothing has changed");
    let came = tokio::time::timeout(Duration::from_millis(300), actions.next()).await;
    assert!(came.is_err(), "kamnot heard {came:?}");
    let came = tokio::time::timeout(Duration::from_millis(300), inboxes.next()).await;
    assert!(came.is_err(), "another office heard {came:?}");
}
