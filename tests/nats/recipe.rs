//! What the pages tell others to do at the server, done: a client that isn't ours, and the test of an office's way.

use std::process::Command;

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream;
use scenarios::servers::nats_server::{NatsServer, tools};
use serde_json::json;
use tests::program::{Desk, Run};
use tests::recipes::python_under;
use uuid::Uuid;

use crate::ministry::{Ministry, OfficeAccess};

/// The recipe of the page.
fn recipe() -> &'static str {
    python_under("\n### Reading alerts with a client of your own\n")
}

/// An alert to a prosecutor's office.
async fn alert(kamnot: &OfficeAccess, id: u128, prosecutor: &str) {
    let subject = format!("kamnot.alerts.{prosecutor}.vte-juvenile-court.vte-investigation.none.breach.custody-48h");
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, Uuid::from_u128(id).to_string());
    let alert = json!({"data": {"case": "VTE-2026-0001", "kind": "breach", "text": {"en": "Too long."}}});
    let jetstream = jetstream::new(kamnot.client.clone());
    let sent = jetstream.publish_with_headers(subject, headers, alert.to_string().into()).await.expect("sent");
    sent.await.expect("stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recipe_reads_an_offices_alerts_each_once_under_its_own_login() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_stream().await;
    let script = ministry.desk.write("recipe.py", recipe());
    let follow = || {
        let mut python = Command::new("python3");
        python.arg(&script).args(["kamnot.alerts.lpb-prosecutor.>", "--once"]).current_dir(ministry.desk.path("."));
        python.env("PYTHONPATH", tools()).env("KAMNOT_NATS", ministry.url("lpb-prosecutor"));
        let output = python.env("KAMNOT_SUBSCRIPTION", ministry.subscriptions("lpb-prosecutor")).output();
        let output = output.expect("python3 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    for (id, office) in [(1, "lpb-prosecutor"), (2, "vte-prosecutor"), (3, "lpb-prosecutor")] {
        alert(&kamnot, id, office).await;
    }
    let [one, three] = [1, 3].map(|id| format!("{} VTE-2026-0001 breach Too long.\n", Uuid::from_u128(id)));
    assert_eq!(follow(), one + &three);
    assert_eq!(follow(), "", "none comes twice");
    alert(&kamnot, 4, "lpb-prosecutor").await;
    assert_eq!(follow().lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_takes_the_offices_own_way_and_is_no_alert() {
    let ministry = Ministry::start();
    let kamnot = ministry.with_stream().await;
    alert(&kamnot, 1, "lpb-prosecutor").await;
    // The login as the office has it, leading to where the server is.
    let login = format!(
        "KAMNOT_NATS={}\nKAMNOT_SUBSCRIPTION={}\n",
        ministry.url("lpb-prosecutor"),
        ministry.subscriptions("lpb-prosecutor")
    );
    ministry.desk.write("office.env", login);
    let test = |as_whom: &str| -> Run {
        let arguments = ["nats", "test", "--office", "lpb-prosecutor", "--login", "office.env"];
        let url = ministry.url(as_whom);
        ministry.desk.run([&arguments[..], &["--nats", &url]].concat())
    };
    let says = [
        "the last sequence in the stream of alerts is 1",
        "on kamnot.test.lpb-prosecutor arrived",
        "nobody has followed them yet",
    ];
    test("kamnot")
        .ends_with(0)
        .says(&says)
        .says(&["Messages reach ", "Not tested: whether somebody at the office reads alerts."]);
    let info = kamnot.ask("$JS.API.STREAM.INFO.KAMNOT_ALERTS", &json!({})).await;
    assert_eq!(info["state"]["messages"], 1, "{info}");
    test("vte-prosecutor").ends_with(2).complains(&["looking up the stream of alerts failed", "kamnot's own login"]);
    ministry.desk.write("office.env", "KAMNOT_NATS=nats://somebody@localhost\n");
    test("kamnot").ends_with(2).complains(&["office.env: not a login"]);
}

#[test]
fn on_a_server_that_lets_anybody_in_a_test_message_arrives_too() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let test = ["nats", "test", "--office", "vte-prosecutor", "--nats", &server.url()];
    desk.run(test).ends_with(0).says(&["there is no stream of alerts yet", "arrived after", "--login FILE"]);
    let lao = desk.run([&test[..], &["--lang", "lo"]].concat()).ends_with(0);
    assert!(lao.out.contains("ຂໍ້ຄວາມທົດສອບ"), "{}", lao.out);
    let away = NatsServer::stopped();
    let test = ["nats", "test", "--office", "vte-prosecutor", "--nats", &away.url()];
    let run = desk.run(test).ends_with(2).complains(&["listening for the message failed", "Connection refused"]);
    assert!(!run.err.contains("kamnot.env"), "a server that is away says nothing of logins: {}", run.err);
}

#[test]
fn the_way_to_an_office_that_nobody_knows_is_tried_and_reaches_nobody() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let test = |office: &str| desk.run(["nats", "test", "--office", office, "--nats", &server.url()]);
    let run = test("vte-prosecuter").ends_with(1).says(&["arrived after", "vte-prosecuter is not a known office"]);
    assert!(!run.out.contains("Messages reach"), "{}", run.out);
    run.complains(&["vte-prosecuter is not in the list of offices", "did you mean", "(vte-prosecutor)?"]);
    let run = test("elsewhere").ends_with(1).complains(&["elsewhere is not in the list of offices"]);
    assert!(!run.err.contains("did you mean"), "{}", run.err);
    let known = test("vte-prosecutor")
        .ends_with(0)
        .says(&["Messages reach People's Prosecutor, Vientiane Capital (vte-prosecutor)"]);
    assert!(!known.err.contains("list of offices"), "{}", known.err);
}

#[test]
fn where_nobody_takes_actions_that_is_said_once() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let line = r#"{"case":"A-1","action":"medical_check","at":"2026-03-02","by":"vte-investigation"}"#;
    let send = ["send", "-", "--office", "vte-investigation", "--nats", &server.url()];
    let run = desk.run_with(send, format!("{line}\n").as_bytes()).ends_with(2);
    let run = run.complains(&["NATS answers, but no process takes actions there; start `kamnot serve`"]);
    assert!(run.err.matches("no process takes actions").count() == 1 && !run.err.contains("lost"), "{}", run.err);
}
