//! What is known of a child stays in the log: it is in no diagnostic message, no figure, no error and no answer.

use scenarios::servers::database::Database;
use scenarios::servers::nats_server::NatsServer;
use tests::lines::{action, custody, file, opening};
use tests::program::Desk;

use crate::world::{Serving, ask};

/// What the file below says of the child and must not come out anywhere.
const PRIVATE: [&str; 9] = [
    "Somsak",
    "2010-05-06",
    "2010-5-7x",
    "order-4711",
    "mother is ill",
    "born in Pakse",
    "Vongsavath",
    "grandfather",
    "17 years of age",
];

/// Good lines and bad ones, each with something private.
fn lines() -> String {
    let order = r#","order":{"by":"prosecutor","number":"order-4711"}"#;
    file(&[
        opening("A-1"),
        custody("A-1"),
        action(
            "A-1",
            "summons_missed",
            "2026-03-01T11:00:00+07:00",
            r#","authority":"court","reason":"mother is ill""#,
        ),
        action("A-1", "remand_ordered", "2026-03-05T09:00:00+07:00", order),
        action("A-1", "case_closed", "2026-03-04", r#","reason":"born in Pakse""#),
        opening("A-2").replace("2010-05-06", "2010-5-7x"),
        opening("A-3").replace("\"birth_date\"", "\"name\":\"Vongsavath\",\"birth_date\""),
        action("A-1", "visit_refused", "2026-03-04", r#","visitor":"grandfather of Vongsavath""#),
        action("A-1", "released", "2026-03-04", r#","kind":"17 years of age""#),
        "{\"case\":\"A-1\",\"child\":\"Somsak Vongsavath, 17 years of age".to_owned(),
        "Somsak Vongsavath".to_owned(),
    ])
}

#[track_caller]
fn says_nothing_private(what: &str, text: &str) {
    for private in PRIVATE {
        let at = text.lines().find(|line| line.contains(private));
        assert!(at.is_none(), "{what} says {private:?}: {}", at.unwrap_or_default());
    }
}

/// Each line of a log in JSON form is one object with instant, level, place and message.
fn is_for_machines(log: &str) {
    assert!(log.lines().count() > 20, "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(text(&line["timestamp"]) && text(&line["level"]) && text(&line["target"]), "{line}");
        assert!(line["fields"].is_object(), "{line}");
    }
}

#[test]
fn nothing_that_is_said_while_importing_is_of_the_child() {
    let (desk, database) = (Desk::new(), Database::create());
    desk.write("case.jsonl", lines());
    for place in ["kamnot.db", &database.url()] {
        let mut importing = desk.command(["import", "case.jsonl", "--log", "json", "--db", place]);
        let output = importing.env("RUST_LOG", "trace").output().expect("the program starts");
        let (out, said) =
            (String::from_utf8(output.stdout).expect("UTF-8"), String::from_utf8(output.stderr).expect("UTF-8"));
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(out.contains("5 actions recorded") && said.contains("case.jsonl:11: "), "{out}{said}");
        says_nothing_private(place, &(out + &said));
    }
    let again = desk.run_with(["record"], opening("A-2").replace("2010-05-06", "2010-5-7x").as_bytes()).ends_with(1);
    says_nothing_private("the refusal", &again.err);
}

#[test]
fn nothing_that_serve_says_is_of_the_child() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    desk.write("case.jsonl", lines());
    desk.run(["import", "case.jsonl"]).ends_with(1);
    let serving = Serving::start(&desk, &["--nats", &server.url()], "trace");
    serving.is_ready();
    serving.figure("kamnot_alerts_published_total{kind=\"breach\"}", |count| count >= 1.0);
    desk.write("more.jsonl", lines().replace("A-1", "B-1"));
    desk.run(["import", "more.jsonl"]).ends_with(1);
    // And what an office sends, said by both.
    desk.write("sent.jsonl", lines().replace("A-1", "C-1"));
    let mut sending = desk.command(["send", "sent.jsonl", "--office", "vte-investigation", "--nats", &server.url()]);
    let output = sending.args(["--log", "json"]).env("RUST_LOG", "trace").output().expect("the program starts");
    let (out, said) =
        (String::from_utf8(output.stdout).expect("UTF-8"), String::from_utf8(output.stderr).expect("UTF-8"));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(out.contains("5 actions recorded"), "{out}{said}");
    says_nothing_private("kamnot send", &(out + &said));
    serving.figure("kamnot_outbox_alerts", |waiting| waiting == 0.0);
    for path in ["/metrics", "/healthz", "/readyz", "/cases/Somsak"] {
        says_nothing_private(path, &ask(serving.address, &format!("GET {path} HTTP/1.1\r\nHost: Somsak\r\n\r\n")).body);
    }
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"level\":\"DEBUG\""), "the logs are as talkative as they can be");
    says_nothing_private("the log", &log);
    is_for_machines(&log);
}
